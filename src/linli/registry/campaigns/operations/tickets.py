"""The leave to fetch one image that stands in an address, for devices that can say no secret."""

from django.core import signing

_SALT = "linli.campaigns.image"
_LASTS_S = 7 * 86_400


def write(*, community: str, device: str, release: int) -> str:
    """Return the ticket of a device for a release. It is good for a week, while it is offered."""
    return signing.dumps([community, device, release], salt=_SALT)


def read(*, ticket: str, community: str, release: int) -> str | None:
    """Return whose ticket it is; None where it is not ours, is for another, or has run out."""
    try:
        there, device, image = signing.loads(ticket, salt=_SALT, max_age=_LASTS_S)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(device) if (there, image) == (community, release) else None

"""Where we may be led by what strangers hand in: addresses to call, addresses to come back to."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from linli.kernel.addresses import is_listed, is_outside

LONGEST = 500
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def may_call(url: str, *, inside: bool) -> bool:
    """Tell whether we would call an address: https, no user in it, no host that is plainly inside,
    none that the operator did not list where he listed any. `inside` lets http and our own network
    pass, as in the demo. The host's name proves nothing yet: what it resolves to is asked again at
    each call (`kernel.addresses`).
    """
    parts = _parts(url)
    if parts is None or parts.username is not None or not parts.hostname:
        return False
    if not is_listed(parts.hostname, hosts=settings.OUTWARD_HOSTS):
        return False
    if inside:
        return parts.scheme in {"http", "https"}
    return parts.scheme == "https" and _names_outside(parts.hostname)


def may_return_to(url: str) -> bool:
    """Tell whether a browser may be sent back to an address: https, or http on the machine of who
    is signed in (RFC 8252, section 7.3), without a fragment (RFC 6749, section 3.1.2).
    """
    parts = _parts(url)
    if parts is None or parts.username is not None or not parts.hostname or "#" in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _names_outside(host: str) -> bool:
    if host in _LOOPBACK or host.endswith((".localhost", ".local", ".internal")):
        return False
    try:
        ip_address(host)
    except ValueError:
        return "." in host
    return is_outside(host)


def _parts(url: str) -> SplitResult | None:
    if len(url) > LONGEST or any(sign.isspace() or not sign.isprintable() for sign in url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts

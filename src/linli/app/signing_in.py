"""Where one-time codes go, and who else vouches for people, as the operator said: asked by the web
process alone.
"""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from linli.adapters.codes import Gateway, Shown
from linli.adapters.oidc import Provider
from linli.adapters.wechat import WeChat
from linli.contracts import identity, places
from linli.registry.people import reaching

_HERE, _END = "+86", 8


def wire() -> None:
    """Join identity to them, and to the telephones of the register."""
    identity.phone_of.answer_with(reaching.phone_of)
    identity.account_of_phone.answer_with(reaching.account_of)
    identity.known_words.answer_with(_known_words)
    _wire_codes()
    if settings.OIDC_ISSUER:
        _wire_provider()
    if settings.WECHAT_APP:
        secret = _in(settings.WECHAT_SECRET)
        app = WeChat(
            url=settings.WECHAT_URL, app=settings.WECHAT_APP, secret=secret,
            hosts=settings.OUTWARD_HOSTS,
        )  # fmt: skip
        issuer = f"wechat:{settings.WECHAT_APP}"
        identity.wechat.answer_with(lambda: issuer)
        identity.openid_of.answer_with(app.openid)


def _known_words(account: int) -> list[str]:
    """Return names and codes of the communities, and the telephone of an account: as it is dialled
    here, and the end of it.
    """
    estates = places.estates()
    names = [word for both in estates.values() for word in (both.zh, both.en)]
    phone = (reaching.phone_of(account) if account else "").removeprefix(_HERE)
    return [*estates, *names, *({phone, phone[-_END:]} - {""})]


def _wire_codes() -> None:
    if settings.CODES == "shown":
        shown = Shown()
        identity.codes_shown.answer_with(shown.last)
        identity.send_code.answer_with(shown.send)
        identity.codes_by.answer_with(lambda: "shown")
    elif settings.CODES:
        gateway = Gateway(
            url=settings.CODES, token=_in(settings.CODES_TOKEN), hosts=settings.OUTWARD_HOSTS
        )
        identity.send_code.answer_with(gateway.send)
        identity.codes_by.answer_with(lambda: "gateway")


def _wire_provider() -> None:
    secret = _in(settings.OIDC_SECRET)
    asked = Provider(
        issuer=settings.OIDC_ISSUER, client=settings.OIDC_CLIENT, secret=secret,
        hosts=settings.OUTWARD_HOSTS,
    )  # fmt: skip
    known = identity.Provider(issuer=settings.OIDC_ISSUER, name=settings.OIDC_NAME)
    identity.provider.answer_with(lambda: known)
    identity.provider_address.answer_with(asked.address)
    identity.subject_of.answer_with(asked.subject)


def _in(file: Path) -> Callable[[], str]:
    """Return what reads a word from its file, each time: it may be changed."""
    return lambda: file.read_text("utf-8").strip() if file.is_file() else ""

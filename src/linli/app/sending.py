"""Where one-time codes go, as the operator said. They leave from the web process alone."""

from django.conf import settings

from linli.adapters.codes import Gateway, Shown
from linli.contracts import identity
from linli.registry.people import reaching


def wire() -> None:
    """Join whoever makes codes to where they go, and to the telephones of the register."""
    identity.phone_of.answer_with(reaching.phone_of)
    identity.account_of_phone.answer_with(reaching.account_of)
    if settings.CODES == "shown":
        shown = Shown()
        identity.codes_shown.answer_with(shown.last)
        identity.send_code.answer_with(shown.send)
        identity.codes_by.answer_with(lambda: "shown")
    elif settings.CODES:
        gateway = Gateway(url=settings.CODES, token=_token)
        identity.send_code.answer_with(gateway.send)
        identity.codes_by.answer_with(lambda: "gateway")


def _token() -> str:
    file = settings.CODES_TOKEN
    return file.read_text("utf-8").strip() if file.is_file() else ""

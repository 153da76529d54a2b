"""What the rest of the system may know of accounts and roles."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from linli.kernel.event import Event
from linli.kernel.fault import Fault
from linli.kernel.port import Port


def _nobody_listens(account: int) -> None:
    """No live line is open beside this process."""


left: Port[[int], None] = Port("identity.left")
"""Told the number of an account that signed out or changed its password: its live lines end."""

left.answer_with(_nobody_listens)


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """Sessions of an account were ended, by it or for it: that of this `line` (as the session names
    itself, which opens nothing), or all (None) `but` one. One that ran out was not ended.
    """

    account: int
    line: str | None = None
    but: str | None = None


def _nobody_minds(ended: Ended) -> None:
    """Nothing rests on a session beside this process."""


ended: Port[[Ended], None] = Port("identity.ended")
"""Told in the transaction of it: what is sent to a browser on account of a session ends with it."""

ended.answer_with(_nobody_minds)


class CodeToSend(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time code for a telephone (E.164), and what it is good for: `sign_in`, `reset` (the
    password) or `bind` (an account elsewhere). Nothing of it is for a log.
    """

    phone: str
    code: str
    use: str
    language: str
    now: datetime


class CodeShown(msgspec.Struct, frozen=True, kw_only=True):
    """A code as the demo shows it, in the place of a telephone; the number is masked."""

    at: datetime
    phone: str
    code: str
    use: str


send_code: Port[[CodeToSend], None] = Port("identity.send_code")
"""Send a code. Returns at once and refuses nothing: how long it takes, and whether it arrives, is
not to be seen by who asked. What could not be sent is in the log.
"""
codes_by: Port[[], str] = Port("identity.codes_by")
"""How codes go out here: not at all (empty), by the operator's `gateway`, or `shown`."""
codes_shown: Port[[], Sequence[CodeShown]] = Port("identity.codes_shown")
"""The last codes, the newest first; none where they go to telephones."""
phone_of: Port[[int], str] = Port("identity.phone_of")
"""The mobile number of an account (E.164); empty if the register knows none."""
account_of_phone: Port[[str], int | None] = Port("identity.account_of_phone")
"""Whose mobile number it is, of those who live here; None if nobody's, or not one's alone."""

known_words: Port[[int], Sequence[str]] = Port("identity.known_words")
"""What somebody would try first as the password of an account (0: of one that is being opened):
names and codes of the communities, and his telephone. Nothing of it is for a log.
"""


def _no_words(account: int) -> Sequence[str]:
    """Nothing was wired that knows any: beside the web process nobody chooses a password."""
    return ()


known_words.answer_with(_no_words)


def _by_nothing() -> str:
    """Nothing was wired that sends them."""
    return ""


codes_by.answer_with(_by_nothing)


def _none_shown() -> Sequence[CodeShown]:
    """They go to telephones."""
    return []


codes_shown.answer_with(_none_shown)


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """Who vouches for people elsewhere (OpenID Connect): as it names itself, and how the button
    calls it.
    """

    issuer: str
    name: str


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on his way to a provider and back: where he comes back to, and what only this
    session knows: `state`, `nonce`, and the `verifier` of the code (RFC 7636).
    """

    back: str
    state: str
    nonce: str
    verifier: str


def _none() -> None:
    """None is known here."""


class ProviderBusy(Fault):
    """As many ask the other provider as may at once."""

    key = "identity.provider_busy"
    status = 503


provider: Port[[], Provider | None] = Port("identity.provider")
provider_address: Port[[Errand], str | None] = Port("identity.provider_address")
"""Where the browser goes to; None if the provider cannot be reached."""
subject_of: Port[[Errand, str, datetime], str | None] = Port("identity.subject_of")
"""Whom the provider vouches for by a code; None if it does not, or cannot be reached. Why is in the
log.
"""
wechat: Port[[], str | None] = Port("identity.wechat")
"""The issuer of a WeChat app's users; None if there is no app."""
openid_of: Port[[str], str | None] = Port("identity.openid_of")
"""Whose code of `wx.login` it is, to this app; None if nobody's, or WeChat cannot be reached."""

provider.answer_with(_none)
wechat.answer_with(_none)

PLATFORM = "_platform"
"""In the place of a community, in facts that concern all of them; no estate has this code."""

AT_THE_TERMINAL = 0
"""In the place of an account's number: the operator, at the machine's own terminal."""


class RoleGranted(Event, frozen=True, kw_only=True):
    """An account was given a role, below a place or (an empty one) everywhere; `by` is who gave it,
    0 the operator at the terminal.
    """

    account: int
    role: str
    place: str
    by: int


class RoleTaken(Event, frozen=True, kw_only=True):
    """A role was taken back; as it was given."""

    account: int
    role: str
    place: str
    by: int


class AccountClosed(Event, frozen=True, kw_only=True):
    """An account signs in no more."""

    account: int
    by: int


class AccountReset(Event, frozen=True, kw_only=True):
    """An account was given another password, to be changed at once; its sessions have ended."""

    account: int
    by: int


class EmergencyTaken(Event, frozen=True, kw_only=True):
    """Somebody took a role for an emergency, at a place or (an empty one) everywhere."""

    emergency: int
    by: int
    role: str
    place: str
    until: datetime


class EmergencyReviewed(Event, frozen=True, kw_only=True):
    """Another person has looked at an emergency access, and said whether it was right."""

    emergency: int
    by: int
    justified: bool

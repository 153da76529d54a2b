"""Accounts, sessions and factors as they travel over HTTP."""

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict

from linli.foundation.shapes import TwoLanguages


class CommunityOut(Schema):
    code: str
    name: TwoLanguages


class UserOut(Schema):
    """`factors` are those that one can show beside the password: totp, passkey, recovery. With
    `must_change_password` or `must_add_factor` every other door is shut until that is done.
    """

    id: int
    name: str
    username: str
    language: str
    must_change_password: bool
    must_add_factor: bool
    staff: bool
    factors: list[str]
    roles: dict[str, list[str]]
    permissions: dict[str, list[str]]
    communities: list[CommunityOut]


class SessionOut(Schema):
    """`ended` tells, right after signing in, on what those sessions were that had to end because
    there were too many.
    """

    user: UserOut
    ended: list[str] = []


class SignInWays(Schema):
    """What the sign-in page offers here. `factor_roles` may do nothing before they have a factor
    beside the password; none, as in the demo, is said there. `codes` is empty where none are sent,
    `gateway`, or `shown` where they can be read at `/session/codes`. `provider` is what the button
    of another provider calls it; empty where there is none.
    """

    factor_roles: list[str]
    codes: str
    provider: str


class SignIn(Schema):
    """`code` is of the authenticator app, or one on paper, where the account has such a factor."""

    model_config = ConfigDict(extra="forbid")
    username: str = Field(max_length=256)
    password: str = Field(max_length=1024)
    code: str = Field("", max_length=64)


class Language(Schema):
    language: str


class NewPassword(Schema):
    old: str
    new: str = Field(max_length=1024)


class Shown(Schema):
    """A code where the account has a factor beside the password, else the password, or a code that
    was sent (`use` is `show`), with what it was `asked` for by.
    """

    model_config = ConfigDict(extra="forbid")
    password: str = Field("", max_length=1024)
    code: str = Field("", max_length=64)
    asked: str = Field("", max_length=64)


class TicketOut(Schema):
    ticket: str
    expires_at: datetime


class SignedIn(Schema):
    """One session; `id` names it and does not open it."""

    id: str
    device: str
    began_at: datetime | None
    seen_at: datetime | None
    current: bool


class SignedInList(Schema):
    """`most` at once; `crowded_out` tells when others ended because there were more: the last
    five.
    """

    items: list[SignedIn]
    most: int
    crowded_out: list[datetime]


class PasskeyOut(Schema):
    id: int
    name: str
    made_at: datetime
    used_at: datetime | None


class FactorsOut(Schema):
    """`recovery` counts the codes that are left on paper."""

    totp: bool
    passkeys: list[PasskeyOut]
    recovery: int


class AppBegun(Schema):
    """For the authenticator app: the secret in base32, and the address that its picture holds."""

    secret: str
    address: str
    picture: str


class Code(Schema):
    model_config = ConfigDict(extra="forbid")
    code: str = Field(max_length=64)


class CodeWanted(Schema):
    """A code for somebody's telephone: a name to sign in by, or the number itself."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=64)
    use: Literal["sign_in", "reset", "bind", "show"] = "sign_in"


class CodeSent(Schema):
    """`asked` is to be sent back with the code; whether one went out is not said."""

    asked: str
    lasts_s: int


class CodeRead(Schema):
    model_config = ConfigDict(extra="forbid")
    asked: str = Field(max_length=64)
    code: str = Field(max_length=16)


class PasswordByCode(CodeRead):
    new: str = Field(max_length=1024)


class Elsewhere(Schema):
    """Where the browser goes on."""

    location: str


class WeChatCode(Schema):
    model_config = ConfigDict(extra="forbid")
    code: str = Field(min_length=1, max_length=256)


class LinkOut(Schema):
    """Who one is elsewhere; the beginning of the name by which one is known there."""

    id: int
    issuer: str
    subject: str
    made_at: datetime


class Links(Schema):
    items: list[LinkOut]


class ShownCode(Schema):
    at: datetime
    phone: str
    code: str
    use: str


class CodesShown(Schema):
    items: list[ShownCode]


class RecoveryCodes(Schema):
    """Codes for paper, told this once; none where there were some already."""

    codes: list[str]


class PasskeyAsked(Schema):
    """What the browser is asked, as WebAuthn writes it in JSON."""

    options: dict[str, Any]


class PasskeyShown(Schema):
    """What the browser answered, as WebAuthn writes it in JSON."""

    model_config = ConfigDict(extra="forbid")
    credential: dict[str, Any]


class PasskeyNew(PasskeyShown):
    name: str = Field("", max_length=64)

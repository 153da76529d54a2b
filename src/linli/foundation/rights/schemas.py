"""Rights as they travel over HTTP."""

from datetime import datetime, time
from typing import Literal

from ninja import Field, Schema
from pydantic import ConfigDict

from linli.foundation.identity.roles import NAMES
from linli.foundation.privacy.purposes import purpose
from linli.foundation.rights.queries import Shown, ShownEmergency
from linli.foundation.shapes import Person, TwoLanguages
from linli.kernel.words import Words


class GrantOut(Schema):
    """Who may what, where, when and for what. `days` are 1 (Monday) to 7; none, and no hours, is
    always. `by` is null for what was given at the terminal. `in_force`: whether it holds now.
    `ward` is the name of whom a guardian is one for; to who may not see people, `person:12`.
    """

    id: int
    account: Person
    username: str
    role: str
    role_name: TwoLanguages
    place: str
    place_name: TwoLanguages
    purposes: list[str]
    purpose_names: list[TwoLanguages]
    days: str
    starts: time | None
    ends: time | None
    until: datetime | None
    at: datetime | None
    by: Person | None
    in_force: bool
    everywhere: bool
    emergency: bool
    closed: bool
    ward: str


class Grants(Schema):
    items: list[GrantOut]
    next: int | None


class GrantIn(Schema):
    """A right to be given to the account with a name to sign in by, and why; to a guardian for his
    `ward`, as `person:12`.
    """

    model_config = ConfigDict(extra="forbid")
    username: str = Field(max_length=64)
    role: str = Field(max_length=32)
    place: str = Field("", max_length=200)
    purposes: list[str] = Field([], max_length=20)
    days: str = Field("", max_length=7)
    starts: time | None = None
    ends: time | None = None
    until: datetime | None = None
    ward: str = Field("", max_length=48, pattern=r"^(person:[1-9]\d{0,17})?$")
    reason: str = Field("", max_length=300)


class RoleOut(Schema):
    id: str
    name: TwoLanguages
    permissions: list[str]


class Roles(Schema):
    items: list[RoleOut]


class AccountIn(Schema):
    model_config = ConfigDict(extra="forbid")
    username: str = Field(max_length=64)
    name: str = Field(min_length=1, max_length=64)
    language: str = "zh"


class AccountNamed(Schema):
    model_config = ConfigDict(extra="forbid")
    username: str = Field(max_length=64)


class AccountResetIn(AccountNamed):
    """Whose, and how one made sure who he is: an identity `document` or somebody `known` by sight,
    face to face; `called` back at the number of the register; `vouched` for by another who works
    here. `words` say what was seen, without any number of it. `lost`: app and codes on paper are
    lost, or not his, and made void; else they stay. Passkeys are void either way.
    """

    sure: Literal["document", "known", "called", "vouched"]
    words: str = Field(max_length=120)
    lost: bool = False


class AccountOpened(Schema):
    """The password is told this once, and must be changed at the first sign-in."""

    id: int
    username: str
    password: str


class EmergencyIn(Schema):
    """A role to be taken at once, for an hour at most."""

    model_config = ConfigDict(extra="forbid")
    role: str = Field(max_length=32)
    place: str = Field("", max_length=200)
    reason: str = Field(max_length=300)
    minutes: int = Field(60, ge=1, le=60)


class EmergencyOut(Schema):
    """`justified` is null until another person has looked at it."""

    id: int
    account: Person
    role: str
    role_name: TwoLanguages
    place: str
    place_name: TwoLanguages
    reason: str
    began_at: datetime
    until: datetime
    in_force: bool
    reviewed_by: Person | None
    reviewed_at: datetime | None
    justified: bool | None
    review: str


class Emergencies(Schema):
    items: list[EmergencyOut]
    next: int | None


class EmergencyReview(Schema):
    model_config = ConfigDict(extra="forbid")
    justified: bool
    words: str = Field(min_length=1, max_length=300)


def grant_out(one: Shown) -> dict[str, object]:
    """Return a grant as it is shown."""
    row = one.grant
    return {
        "id": row.pk,
        "account": {"id": row.account_id, "name": row.account.name},
        "username": row.account.username,
        "role": row.role,
        "role_name": two(NAMES[row.role]),
        "place": row.place,
        "place_name": two(one.place_name),
        "purposes": row.purposes,
        "purpose_names": [two(purpose(one).name) for one in row.purposes],
        "days": row.days,
        "starts": row.starts,
        "ends": row.ends,
        "until": row.until,
        "at": row.at,
        "by": {"id": one.by.pk, "name": one.by.name} if one.by else None,
        "in_force": one.in_force,
        "everywhere": one.everywhere,
        "emergency": row.emergency,
        "closed": not row.account.is_active,
        "ward": one.ward,
    }


def emergency_out(one: ShownEmergency) -> dict[str, object]:
    """Return an emergency access as it is shown."""
    row = one.row
    by = row.reviewed_by
    return {
        "id": row.pk,
        "account": {"id": row.account_id, "name": row.account.name},
        "role": row.role,
        "role_name": two(NAMES[row.role]),
        "place": row.place,
        "place_name": two(one.place_name),
        "reason": row.reason,
        "began_at": row.began_at,
        "until": row.until,
        "in_force": one.in_force,
        "reviewed_by": {"id": by.pk, "name": by.name} if by else None,
        "reviewed_at": row.reviewed_at,
        "justified": row.justified,
        "review": row.review,
    }


def two(words: Words) -> dict[str, str]:
    """Return words in both languages as they are answered."""
    return {"zh": words.zh, "en": words.en}

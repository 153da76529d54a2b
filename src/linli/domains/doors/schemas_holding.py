"""Shapes over HTTP of who may pass: credentials, rights, who is barred, faces."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from ninja import Field, Schema

from linli.contracts.doors import WAYS, Way
from linli.domains.doors.logic.life import STEPS, Step, steps
from linli.domains.doors.models import (
    Barred,
    Credential,
    CredentialStep,
    Right,
)
from linli.domains.doors.queries.listing import Faces, Unheard
from linli.domains.doors.schemas_base import DoorHours, name_of, reason_words
from linli.foundation.shapes import TwoLanguages
from linli.foundation.vault import sealed
from linli.kernel.words import Words, both


class DoorRight(Schema):
    """A right in force: `where` is what its door or group is called, `source` by what it came
    (`desk`, `home`, `guest`), `by` who gave it.
    """

    id: int
    person: int | None
    household: int | None
    staff: int | None
    guest: str
    who: TwoLanguages
    door: str
    group: str
    where: TwoLanguages
    hours: list[DoorHours]
    not_on_holidays: bool
    by_shift: bool
    floors: list[str]
    since: datetime | None
    until: datetime | None
    source: str
    at: datetime
    by: str


class DoorRights(Schema):
    items: list[DoorRight]
    next: str | None


class DoorRightIn(Schema):
    """One of who, one of where."""

    person: int | None = None
    household: int | None = None
    staff: int | None = None
    door: str = ""
    group: str = ""
    hours: list[DoorHours] = []
    not_on_holidays: bool = False
    by_shift: bool = False
    floors: list[str] = []
    since: datetime | None = None
    until: datetime | None = None


class CredentialIn(Schema):
    """A card's number is entered as it is printed; a PIN is made here and answered once."""

    way: Way
    person: int | None = None
    staff: int | None = None
    value: str = Field("", max_length=64)
    label: str = Field("", max_length=60)
    chip: Literal["", "ic", "cpu"] = ""
    until: datetime | None = None
    waiting: bool = False


class CredentialStepOut(Schema):
    step: str
    words: TwoLanguages
    note: str
    at: datetime
    by: str


class DoorCredential(Schema):
    """A credential; its number is masked. `steps` are those that it takes now. Whether a PIN is the
    one that calls for help is its holder's secret, and stands nowhere.
    """

    id: int
    way: str
    way_name: TwoLanguages
    state: str
    state_words: TwoLanguages
    number: str
    label: str
    chip: str
    person: int | None
    staff: int | None
    who: str
    guest: str
    since: datetime | None
    until: datetime | None
    at: datetime
    steps: list[str]


class DoorCredentials(Schema):
    items: list[DoorCredential]
    next: str | None


class CredentialMade(Schema):
    """`digits` of a PIN are answered here and nowhere else."""

    credential: DoorCredential
    digits: str


class DoorUnheard(Schema):
    """A door whose controller has not said yet that it holds the last change; if it was `told`, its
    answer is waited for.
    """

    door: str
    name: TwoLanguages
    online: bool
    told: bool


class CredentialLife(Schema):
    """The steps of a credential, and the first hundred doors (one more where there are more) that
    have not said that they hold the last.
    """

    items: list[CredentialStepOut]
    unheard: list[DoorUnheard]
    next: int | None


class CredentialStepIn(Schema):
    step: Step
    note: str = Field("", max_length=200)


class CredentialReplaceIn(Schema):
    value: str = Field("", max_length=64)
    note: str = Field("", max_length=200)


class HouseholdMoveIn(Schema):
    """A tenant's rights end with the lease: `until` is the first day without."""

    room: str
    way: Literal["in", "out"]
    until: date | None = None
    reason: str = Field("", max_length=300)


class BarredIn(Schema):
    person: int
    reason: str = Field(min_length=2, max_length=200)
    until: datetime | None = None


class BarredOut(Schema):
    id: int
    person: int
    who: str
    reason: str
    since: datetime
    until: datetime | None
    by: str


class BarredList(Schema):
    items: list[BarredOut]
    next: int | None


class FaceWaiting(Schema):
    credential: int
    door: str
    drop_at: datetime | None


class FacesOut(Schema):
    """`persons` whose faces devices know; from `warn_at` on somebody must look at the filing."""

    persons: int
    templates: int
    warn_at: int
    file_at: int
    waiting: list[FaceWaiting]


def right_out(row: Right, homes: Mapping[str, tuple[str, str]] | None = None) -> dict[str, object]:
    """Return a right; a household by its full name, where `homes` has it."""
    path = row.household.room.path if row.household else ""
    name = path or name_of(row, named=False) or row.guest
    zh, en = (homes or {}).get(path, (name, ""))
    plain = (
        "guest", "hours", "not_on_holidays", "by_shift", "floors", "since", "until", "source", "at",
    )  # fmt: skip
    return {
        "id": row.pk,
        "person": row.person_id,
        "household": row.household_id,
        "staff": row.staff_id,
        "who": both(Words(zh=zh, en=en or zh)),
        "door": row.door.device.code if row.door else "",
        "group": row.group.code if row.group else "",
        "where": both(_where(row)),
        "by": row.by.name if row.by else "",
        **{name: getattr(row, name) for name in plain},
    }


def _where(row: Right) -> Words:
    if row.door:
        return row.door.device.name
    return row.group.name if row.group else Words(zh="", en="")


def credential_out(row: Credential) -> dict[str, object]:
    """Return a credential; its number is masked, even where it was only just entered."""
    return credentials_out([row])[0]


def credentials_out(
    rows: Sequence[Credential], kept_lost: Collection[int] = ()
) -> list[dict[str, object]]:
    """Return credentials; their numbers are opened masked, all together. The PIN that calls the
    guards looks like any other, also to its holder: somebody may look over his shoulder. Who asks
    does not say of those `kept_lost` that they are found.
    """
    sealed.open_all(rows, community=rows[0].community if rows else "", purpose="")
    return [_credential(row, {Step.FOUND} if row.pk in kept_lost else set()) for row in rows]


def _credential(row: Credential, without: Collection[Step]) -> dict[str, object]:
    plain = ("way", "state", "label", "chip", "guest", "since", "until", "at")
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in plain},
        "way_name": both(WAYS[Way(row.way)]),
        "state_words": _state(row),
        "number": row.value,
        "person": row.person_id,
        "staff": row.staff_id,
        "who": name_of(row, named=False),
        "steps": [one.value for one in steps(state=row.state, way=row.way) if one not in without],
    }


_OPEN = {
    "open": Words(zh="使用中", en="in use"),
    "waiting": Words(zh="待领取", en="to be handed over"),
}


def _state(row: Credential) -> dict[str, str]:
    return both(_OPEN[row.state]) if row.state in _OPEN else reason_words(row.state)


def step_out(row: CredentialStep) -> dict[str, object]:
    return {
        "step": row.step,
        "words": both(STEPS[Step(row.step)]),
        "note": row.note,
        "at": row.at,
        "by": row.by.name if row.by else "",
    }


def unheard_out(one: Unheard) -> dict[str, object]:
    device = one.door.device
    return {
        "door": device.code,
        "name": both(device.name),
        "online": device.online,
        "told": one.told,
    }


def barred_out(row: Barred) -> dict[str, object]:
    return {
        "id": row.pk,
        "person": row.person_id,
        "who": row.person.name,
        "reason": row.reason,
        "since": row.since,
        "until": row.until,
        "by": row.by.name if row.by else "",
    }


def faces_out(found: Faces, *, warn_at: int, file_at: int) -> dict[str, object]:
    return {
        "persons": found.persons,
        "templates": found.templates,
        "warn_at": warn_at,
        "file_at": file_at,
        "waiting": [
            {
                "credential": one.credential_id,
                "door": one.door.device.code,
                "drop_at": one.drop_at,
            }
            for one in found.waiting
        ],
    }

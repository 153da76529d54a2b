"""Shapes of doors over HTTP."""

from datetime import datetime
from typing import Literal

from ninja import Field, Schema
from pydantic import AwareDatetime, ConfigDict

from linli.contracts.doors import WAYS, Way
from linli.domains.doors.logic.reasons import DURESS
from linli.domains.doors.models import (
    Door,
    DoorGroup,
    Passage,
)
from linli.domains.doors.queries.listing import Detail, Line
from linli.domains.doors.schemas_base import DoorHours, name_of, reason_words
from linli.domains.doors.schemas_holding import DoorRight, right_out
from linli.foundation.shapes import TextIn, TwoLanguages
from linli.kernel.words import both


class DoorSide(Schema):
    code: str = Field(max_length=16)
    direction: Literal["in", "out"] = "in"


CODE = r"^[a-z0-9][a-z0-9_-]{0,31}$"


class DoorChange(Schema):
    """What is left out stays as it is. `floors` of a lift: landing → path of the place. Whether a
    door stands open, is shut or out of use is said at `mode`.
    """

    model_config = ConfigDict(extra="forbid")
    kind: Literal["door", "gate", "barrier", "lift"] | None = None
    place: str | None = None
    area: str | None = Field(None, max_length=32)
    back_rule: Literal["off", "soft", "hard"] | None = None
    interlock: str | None = Field(None, max_length=32)
    escape: bool | None = None
    fails: Literal["safe", "secure"] | None = None
    link_down: Literal["rights", "free", "shut"] | None = None
    ways: list[Way] | None = None
    floors: dict[str, str] | None = None
    camera: str | None = Field(None, max_length=48)
    release_s: int | None = Field(None, ge=1, le=60)
    free_hours: list[DoorHours] | None = None
    readers: list[DoorSide] | None = None


class DoorModeIn(Schema):
    """How a door is to be kept, why, and until when: `free` a day at most, the others until
    somebody says otherwise where no end is said. `normal` needs neither.
    """

    model_config = ConfigDict(extra="forbid")
    mode: Literal["normal", "free", "shut", "off"]
    reason: str = Field("", max_length=200)
    until: AwareDatetime | None = None


class DoorIn(DoorChange):
    device: str


class PassageOut(Schema):
    """A passage. Who it was is masked where no purpose was named."""

    id: int
    door: str
    door_name: TwoLanguages
    at: datetime
    came_at: datetime
    late: bool
    way: str
    way_name: TwoLanguages
    direction: str
    floor: str
    opened: bool
    reason: str
    reason_words: TwoLanguages
    person: int | None
    who: str
    guest: str
    command: str


class PassagesOut(Schema):
    items: list[PassageOut]
    next: str | None


class PassageShown(PassageOut):
    pictures: list[int]


class DoorLine(Schema):
    """A door: how it is kept, what it does now, and who passed last."""

    code: str
    name: TwoLanguages
    kind: str
    place: str
    online: bool
    mode: str
    fire: bool
    escape: bool
    ways: list[str]
    current: bool
    """Its controller knows all rights."""
    softened: bool
    """Its hard rule of once in is soft now: another door of its area is off the line."""
    told_at: datetime | None
    last: PassageOut | None


class DoorLines(Schema):
    items: list[DoorLine]
    next: str | None


class DoorOffLine(Schema):
    code: str
    name: TwoLanguages


class DoorShown(DoorLine):
    """`unseen` are the doors off the line for which it is `softened`, where the reader may look.
    `locked`: too many wrong codes were tried, and it takes no digits now; those count that were
    tried after `tries_since`. `decided` is the mode that somebody set, until `mode_until`, and why:
    beside free hours, by which `mode` is free too.
    """

    decided: str
    mode_until: datetime | None
    mode_reason: str
    locked: bool
    tries_since: datetime | None
    unseen: list[DoorOffLine]
    area: str
    back_rule: str
    interlock: str
    fails: str
    link_down: str
    floors: dict[str, str]
    camera: str
    release_s: int
    free_hours: list[DoorHours]
    clock_off_s: float | None
    readers: list[DoorSide]
    groups: list[str]
    rights: list[DoorRight]
    passages: list[PassageOut]


class DoorKept(DoorShown):
    """A door as it is kept now; what of what was said waits for a second person is `approval`."""

    approval: int | None


class DoorGroupIn(Schema):
    code: str = Field(pattern=CODE)
    name: TextIn
    doors: list[str] = []


class DoorGroupOut(Schema):
    code: str
    name: TwoLanguages
    doors: list[str]


class DoorGroupsOut(Schema):
    items: list[DoorGroupOut]
    next: str | None


class DoorOpenIn(Schema):
    """The same `key` twice is one opening; `guest` is whom it is opened for, if it is known."""

    key: str = Field(min_length=1, max_length=40)
    guest: str = Field("", max_length=48)


class DoorDigitsIn(Schema):
    """Why a door is to take digits again."""

    model_config = ConfigDict(extra="forbid")
    reason: str = Field(min_length=1, max_length=200, pattern=r"\S")


class DoorOpened(Schema):
    """Whether the door was told to open, and why; `command` is its number in the ledger."""

    opened: bool
    reason: str
    reason_words: TwoLanguages
    passage: int
    command: str


def passage_out(row: Passage, *, named: bool = False, his_own: bool = False) -> dict[str, object]:
    """Return a passage, whoever it was masked unless it is `named`. That somebody called for help
    is shown where he is named for a purpose, and never among `his_own`: the one who made him looks
    over his shoulder.
    """
    called = row.duress and named and not his_own
    return {
        "id": row.pk,
        "door": row.device,
        "door_name": both(row.door.device.name),
        "at": row.at,
        "came_at": row.came_at,
        "late": row.late,
        "way": row.way,
        "way_name": both(WAYS[Way(row.way)]),
        "direction": row.direction,
        "floor": row.floor,
        "opened": row.opened,
        "reason": "duress" if called else row.reason,
        "reason_words": both(DURESS) if called else reason_words(row.reason),
        "person": row.person_id if named else None,
        "who": name_of(row, named=named),
        "guest": row.guest,
        "command": row.command,
    }


def line_out(line: Line) -> dict[str, object]:
    row: Door = line.door
    return {
        "code": row.device.code,
        "name": both(row.device.name),
        "kind": row.kind,
        "place": row.place.path,
        "online": row.device.online,
        "mode": line.mode,
        "fire": row.fire is not None,
        "escape": row.escape,
        "ways": row.ways,
        "current": line.current,
        "softened": bool(line.unseen),
        "told_at": row.told_at,
        "last": passage_out(line.last) if line.last else None,
    }


def door_out(detail: Detail) -> dict[str, object]:
    row = detail.line.door
    plain = (
        "area", "back_rule", "interlock", "fails", "link_down", "floors", "camera", "release_s",
        "free_hours", "clock_off_s", "tries_since",
    )  # fmt: skip
    set_now = detail.decided != "normal"
    return {
        **line_out(detail.line),
        **{name: getattr(row, name) for name in plain},
        "decided": detail.decided,
        "mode_until": row.mode_until if set_now else None,
        "mode_reason": row.mode_reason if set_now else "",
        "locked": detail.locked,
        "unseen": [
            {"code": one.device.code, "name": both(one.device.name)} for one in detail.unseen
        ],
        "readers": [{"code": one.code, "direction": one.direction} for one in detail.readers],
        "groups": detail.groups,
        "rights": [right_out(one, detail.homes) for one in detail.rights],
        "passages": [passage_out(one) for one in detail.passages],
    }


def group_out(row: DoorGroup, doors: list[str]) -> dict[str, object]:
    return {"code": row.code, "name": both(row.name), "doors": doors}

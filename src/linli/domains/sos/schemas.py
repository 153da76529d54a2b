"""What the doors of calls for help take and answer."""

from datetime import datetime
from typing import Literal

from ninja import Field, Schema

from linli.foundation.shapes import Person, TwoLanguages


class SosLine(Schema):
    """A line of the record. `told` are the names of those whose telephones rang."""

    at: datetime
    what: str
    text: TwoLanguages
    by: Person | None
    whom: str
    told: list[str]
    outcome: str
    note: str


class SosOut(Schema):
    """A call for help: `ringing`, `answered`, `arrived`, `closed` or `cancelled`.

    `position` is where the telephone said it was, [longitude, latitude], while it is open;
    `place_position` is the middle of the place. `cancel_s`: for so many seconds its caller may
    still take it back. `next_at` is when the next telephones ring.
    """

    id: int
    place: str
    place_name: TwoLanguages
    place_position: list[float] | None
    way: str
    device: str
    test: bool
    state: str
    outcome: str
    started_at: datetime
    next_at: datetime | None
    caller: str
    own: bool
    cancel_s: float
    note: str
    position: list[float] | None
    unanswered: bool
    answered_by: Person | None
    answered_at: datetime | None
    arrived_at: datetime | None
    closed_at: datetime | None
    camera: str
    camera_name: TwoLanguages | None
    case: int | None
    alarm: int | None
    record: list[SosLine]


class SosBoard(Schema):
    items: list[SosOut]


class SosPage(Schema):
    items: list[SosOut]
    next: str | None


class SosWanted(Schema):
    """Which part of the calls: `cursor` is the `next` before."""

    cursor: str = Field("", pattern=r"^((open|closed)\.[0-9]{1,18})?$")
    limit: int = Field(100, ge=1, le=500)


class SosPosition(Schema):
    longitude: float = Field(ge=-180, le=180)
    latitude: float = Field(ge=-90, le=90)


class SosIn(Schema):
    """A call for help. The same `key` is the same press. `at_home`: whatever the position says."""

    key: str = Field(min_length=8, max_length=64)
    position: SosPosition | None = None
    at_home: bool = False
    note: str = Field("", max_length=200)


class SosTestIn(Schema):
    """A test of the call tree of a place."""

    key: str = Field(min_length=8, max_length=64)
    place: str = Field(max_length=200)


class SosCloseIn(Schema):
    outcome: Literal["helped", "ambulance", "false_alarm", "test"]
    note: str = Field("", max_length=200)


class SosRung(Schema):
    """A rung of a call tree: the three `nearest` on duty with the skill or role `target`, the
    `family`, those on `duty` with it, or `all` who have it; after `wait_s` the next ring too.
    """

    whom: Literal["nearest", "family", "duty", "all"]
    target: str = Field("", max_length=32)
    wait_s: int = Field(30, ge=5, le=600)


class SosTreeIn(Schema):
    """The call tree of a place; without rungs, the one above it holds again."""

    place: str = Field(max_length=200)
    rungs: list[SosRung] = Field(max_length=12)
    siren: bool = False


class SosTreeOut(Schema):
    place: str
    place_name: TwoLanguages
    rungs: list[SosRung]
    siren: bool


class SosTrees(Schema):
    items: list[SosTreeOut]
    default: list[SosRung]
    next: str | None


class SosRungSeen(Schema):
    """A rung as it would ring now: `at_s` after the call began, if nobody answers before. `names`
    are those whose telephones ring; of a family they are known only once somebody calls.
    """

    whom: str
    target: str
    at_s: int
    names: list[str]


class SosTreeSeen(Schema):
    """Who would be rung when for a call at a place; after the last rung it rings again every
    `again_s`, until `give_up_s` after the call began. `sirens` sound until somebody answers.
    """

    place: str
    place_name: TwoLanguages
    rungs: list[SosRungSeen]
    sirens: list[TwoLanguages]
    again_s: int
    give_up_s: int

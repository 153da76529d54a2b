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
    still take it back. `next_at` is when the next telephones ring. `live`: whoever asks may see the
    live picture of the camera. `record` are its newest lines, 500 of one call and 50 in a list;
    `record_next` is the cursor of those before them (`GET …/sos/{call}/record`).
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
    live: bool
    case: int | None
    alarm: int | None
    record: list[SosLine]
    record_next: int | None


class SosRecord(Schema):
    """A part of the record of a call, the newest line first."""

    items: list[SosLine]
    next: int | None


class SosSpot(Schema):
    """A place at which whoever asks may be: his `home`, his `shop`, the `company` where he works,
    or `elsewhere`, the estate. `here`: he is taken to be there until he says otherwise.
    """

    place: str
    name: TwoLanguages
    kind: str
    here: bool


class SosMine(Schema):
    """One's own open calls and those that ring, and the places at which one may be. `phone` is the
    number of the duty room (E.164); empty where none is entered.
    """

    items: list[SosOut]
    places: list[SosSpot]
    phone: str


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
    """A call for help. The same `key` is the same press. `place` is which of one's places one is at
    (`GET …/my/sos`); `at_home`: in one's first home, whatever the position says.
    """

    key: str = Field(min_length=8, max_length=64)
    position: SosPosition | None = None
    at_home: bool = False
    place: str = Field("", max_length=200)
    note: str = Field("", max_length=200)


class SosPlaceIn(Schema):
    """At which of one's places one really is; `position` counts elsewhere in the estate alone."""

    place: str = Field(max_length=200)
    position: SosPosition | None = None


class SosPictureIn(Schema):
    """What the browser offers, to see the nearest camera (SDP)."""

    sdp: str = Field(min_length=1, max_length=20_000)


class SosPictureOut(Schema):
    """The answer (SDP); the picture comes until the browser leaves or the call is over."""

    sdp: str


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

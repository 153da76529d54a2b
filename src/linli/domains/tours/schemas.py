"""What the doors of tours take and answer."""

from datetime import UTC, datetime, time
from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import AwareDatetime

from linli.foundation.shapes import Person, TextIn, TwoLanguages


class TourBeacon(Schema):
    """What stands at a point and calls; it counts as strong as `least_dbm`, after `dwell_s`."""

    beacon: str
    least_dbm: int
    dwell_s: int


class TourPointOut(Schema):
    """A point of a tour: `due`, `visited`, `skipped`, `late` or `missed`. Flags: `clock`, `later`,
    `unproven`, `link`, `order`, `late`, `fast`, `off_duty`. `beacon` is told to who walks it.
    """

    number: int
    code: str
    name: TwoLanguages
    proof: str
    state: str
    at: datetime | None
    told_at: datetime | None
    way: str
    flags: list[str]
    reason: str
    by: Person | None
    beacon: TourBeacon | None = None


class TourOut(Schema):
    """A tour: `waiting`, `walking`, `done`, `incomplete` or `missed`."""

    id: int
    route: str
    name: TwoLanguages
    order: str
    starts_at: datetime
    ends_at: datetime
    state: str
    walker: Person | None
    begun_at: datetime | None
    ended_at: datetime | None
    late: bool
    case: int | None
    points: list[TourPointOut]


class Tours(Schema):
    items: list[TourOut]
    next: str | None


class OwnTours(Schema):
    """What one may walk now or soon; `now` is our clock, by which a telephone sees its own."""

    items: list[TourOut]
    on_duty: bool
    now: datetime


class TourPosition(Schema):
    longitude: float = Field(ge=-180, le=180)
    latitude: float = Field(ge=-90, le=90)
    accuracy_m: float = Field(0, ge=0, le=100_000)


_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_ByPhone = Annotated[AwareDatetime, Field(ge=_FIRST, lt=_LAST)]
"""When, by a telephone's own clock: one that lost its battery says 1970."""


class TourScanIn(Schema):
    """A scan that a telephone made: `text` is what the code, tag or beacon said. With `skip` it is
    instead why the point `point` of the tour `tour` was left out. `at` is by its own clock; the
    same `key` again is the same scan. `serial` is that of the tag by NFC which it read; a beacon it
    heard as strong as `rssi_dbm` for `dwell_s`.
    """

    key: str = Field(min_length=8, max_length=64)
    at: _ByPhone
    text: str = Field("", max_length=200)
    way: Literal["qr", "nfc", "beacon", "typed"] = "qr"
    tour: int | None = None
    point: str = Field("", max_length=32)
    skip: str = Field("", max_length=200)
    position: TourPosition | None = None
    serial: str = Field("", max_length=40)
    rssi_dbm: int | None = Field(None, ge=-127, le=20)
    dwell_s: float | None = Field(None, ge=0, le=86_400)


class TourScansIn(Schema):
    """What a telephone kept, and what its clock says as it tells it."""

    phone_at: _ByPhone
    scans: list[TourScanIn] = Field(min_length=1, max_length=100)


class TourScanOut(Schema):
    """What came of it: `counted`, `repeat`, `skipped`, or why it was refused: `unknown`,
    `old_code`, `wrong_tag`, `weak`, `brief`, `no_tour`, `far`, `too_early`, `too_late`.
    """

    key: str
    verdict: str
    counted: bool
    flags: list[str]
    at: datetime
    tour: int | None
    point: str | None
    name: TwoLanguages | None


class TourScansOut(Schema):
    items: list[TourScanOut]


class TourWindow(Schema):
    """When a route is walked: days of the week (`1` Monday), from a time, within how many minutes;
    after `late_minutes` without anybody it is said. `skill` is a skill or role.
    """

    days: str = Field(pattern=r"^[1-7]{1,7}$")
    starts: time
    minutes: int = Field(ge=5, le=720)
    late_minutes: int = Field(15, ge=1, le=240)
    skill: str = Field("guard", min_length=1, max_length=32)


class TourWindowOut(Schema):
    days: str
    starts: str
    minutes: int
    late_minutes: int
    skill: str


class TourRouteIn(Schema):
    name: TextIn
    place: str = Field(max_length=200)
    order: Literal["fixed", "free"] = "free"
    points: list[str] = Field(min_length=1, max_length=100)
    windows: list[TourWindow] = Field(max_length=24)
    active: bool = True


class TourRouteOut(Schema):
    code: str
    name: TwoLanguages
    place: str
    order: str
    active: bool
    points: list[str]
    windows: list[TourWindowOut]


class TourRoutes(Schema):
    items: list[TourRouteOut]
    next: str | None


class TourSpotIn(Schema):
    """A point. `proof`: what a scan must bring beside the code: nothing, the telephone's
    `position`, or a code that changes (`rotating`). `beacon`: what stands there and calls,
    `ibeacon:<uuid>:<major>:<minor>` or `eddystone:<namespace>:<instance>`; `reader`: the device
    that stands there and hears badges. Either counts as strong as `least_dbm`, after `dwell_s`.
    """

    name: TextIn
    place: str = Field(max_length=200)
    proof: Literal["none", "position", "rotating"] = "none"
    position: TourPosition | None = None
    radius_m: int = Field(50, ge=5, le=1000)
    tag: str = Field("", max_length=64)
    beacon: str = Field("", max_length=80)
    least_dbm: int = Field(-75, ge=-110, le=0)
    dwell_s: int = Field(10, ge=0, le=600)
    reader: str = Field("", max_length=48)
    active: bool = True


class TourSpotOut(Schema):
    code: str
    name: TwoLanguages
    place: str
    place_name: TwoLanguages
    proof: str
    position: list[float] | None
    radius_m: int
    tag: str
    edition: int
    serial: str
    beacon: str
    least_dbm: int
    dwell_s: int
    reader: str


class TourSpots(Schema):
    items: list[TourSpotOut]
    next: str | None


class TourCodeOut(Schema):
    """A point's code: its text, its picture (a `data:` address), and for how many seconds it still
    stands where it changes. `link` is what a tag by NFC there is to say, after the address of this
    server: whoever holds a telephone to it has the page of tours before him.
    """

    code: str
    name: TwoLanguages
    text: str
    picture: str
    stands_s: float | None
    link: str


class TourSerial(Schema):
    """The serial of the tag by NFC that hangs at a point; empty: whichever."""

    serial: str = Field(max_length=40)


class TourBadge(Schema):
    """What somebody wears on his rounds: a badge that calls as a `beacon`, or a `reader` (a device)
    that hears the beacons of points.
    """

    beacon: str = Field("", max_length=80)
    reader: str = Field("", max_length=48)


class TourBadgeOut(Schema):
    """Somebody of the staff who may walk, and what he wears."""

    staff: str
    name: str
    beacon: str
    reader: str


class TourBadges(Schema):
    items: list[TourBadgeOut]
    next: str | None


class TourStatisticsLine(Schema):
    """How many tours, and points, of each state."""

    route: str
    name: TwoLanguages
    tours: dict[str, int]
    points: dict[str, int]


class TourStatistics(Schema):
    items: list[TourStatisticsLine]
    next: str | None

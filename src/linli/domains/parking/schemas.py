"""Shapes of parking over HTTP: what the desk sees, plates masked."""

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema

from linli.domains.parking.logic import plates
from linli.domains.parking.models import Lane, Lot, Screen, Sighting, Stay
from linli.domains.parking.queries.pricing import Due
from linli.foundation.shapes import TextIn, TwoLanguages
from linli.kernel.words import Words, both

CODE = r"^[a-z0-9][a-z0-9_-]{0,31}$"


class FeeLine(Schema):
    """A line of the proof of a fee."""

    words: TwoLanguages
    fen: int


class FeeOut(Schema):
    """What a stay costs, line by line; what of it was paid, and what is left."""

    fen: int
    paid_fen: int
    due_fen: int
    in_time: bool
    lines: list[FeeLine]


class StayLine(Schema):
    """A stay in a list; the plate is masked."""

    id: int
    lot: str
    plate: str
    colour: str
    kind: str
    state: str
    why: str
    entered_at: datetime | None
    left_at: datetime | None
    entered_by: str
    left_by: str
    fee_fen: int
    paid_fen: int
    settled: bool


class StayMarkOut(Schema):
    at: datetime
    step: str
    reason: str
    by_name: str


class SightingOut(Schema):
    """What a camera told; `plate_read` beside it where it was put right. Plates are masked. `read`:
    it read one without much doubt.
    """

    id: int
    lane: str
    direction: str
    at: datetime
    told_at: datetime
    plate: str
    plate_read: str
    corrected: bool
    read: bool
    confidence: float
    colour: str
    times: int
    opened: bool
    reason: str
    stay: int | None


class StaySighting(SightingOut):
    """What a camera told of a stay; `picture` is the number of what it took, while it is kept."""

    picture: int | None


class ReliefBay(Schema):
    """A place that lets a car off something; `taken` is what its sensor says, None where it has
    none or is silent.
    """

    number: str
    kind: str
    taken: bool | None


class StayShown(StayLine):
    """A stay with its whole plate, its fee now, what cameras told and what people did. `bay` is the
    place for children or the disabled on which it stands; `bays` are those that the lot has.
    """

    whole_plate: str
    bay: str
    bays: list[ReliefBay]
    looked: int
    fee: FeeOut
    seen: list[StaySighting]
    done: list[StayMarkOut]
    suggested_entry: datetime | None


class Stays(Schema):
    items: list[StayLine]
    next: int | None


class Sightings(Schema):
    items: list[SightingOut]
    next: int | None


class AreaOut(Schema):
    code: str
    name: TwoLanguages
    capacity: int
    free: int


class LaneOut(Schema):
    """A lane, and what it told last; `booth` is the code of the one from which it is minded."""

    code: str
    name: TwoLanguages
    lot: str
    direction: str
    camera: str
    barrier: str
    area: str
    booth: str
    last: SightingOut | None


class ScreenOut(Schema):
    """A screen that tells free places: of an area, or of the lot; what it was told last, when."""

    device: str
    area: str
    shown: int | None
    told_at: datetime | None


class LotOut(Schema):
    """A lot: how many it holds, how many are in, how many places are free, what it charges."""

    code: str
    name: TwoLanguages
    place: str
    capacity: int
    inside: int
    free: int
    hourly: bool
    open: bool
    residents_free: bool
    leave_minutes: int
    offered_to: list[str]
    cars_a_place: int
    tariff: TwoLanguages | None
    rules: list[TwoLanguages]
    areas: list[AreaOut]
    lanes: list[LaneOut]
    screens: list[ScreenOut]


class LotsOut(Schema):
    items: list[LotOut]
    next: str | None


class LotIn(Schema):
    name: TextIn
    place: str = Field("", max_length=200)
    capacity: int = Field(ge=1, le=100_000)
    hourly: bool = True
    open: bool = True
    residents_free: bool = False
    leave_minutes: int = Field(15, ge=1, le=120)
    offered_to: list[str] = Field([], max_length=50)
    cars_a_place: int = Field(2, ge=1, le=10)


class LotScreenIn(Schema):
    """Which part of a lot a screen tells the free places of; all of it, where none is named."""

    area: str = Field("", max_length=32)


class LotAreaIn(Schema):
    name: TextIn
    capacity: int = Field(ge=1, le=100_000)


class LaneIn(Schema):
    name: TextIn
    lot: str = Field(pattern=CODE)
    direction: Literal["in", "out", "both"]
    camera: str = Field(min_length=1, max_length=48)
    barrier: str = Field("", max_length=48)
    area: str = Field("", max_length=32)
    booth: str = Field("", max_length=32)


class BayIn(Schema):
    kind: Literal["general", "mother_child", "disabled", "charging", "private"] = "general"
    area: str = Field("", max_length=32)
    device: str = Field("", max_length=48)


class BayOut(Schema):
    """A place; `taken` is what its sensor says, None where it has none or is silent."""

    number: str
    kind: str
    area: str
    device: str
    taken: bool | None


class BaysOut(Schema):
    items: list[BayOut]
    next: str | None


class KeptOut(Schema):
    code: str


class LotKept(KeptOut):
    """`approval` is what of it waits for a second person."""

    approval: int | None


class LaneOpenIn(Schema):
    """Why an arm is raised by hand; `trouble` opens a case. The same `key` twice is once."""

    reason: str = Field(max_length=200)
    key: str = Field(min_length=8, max_length=64)
    trouble: bool = False


class LaneOpened(Schema):
    id: int
    case: int | None


class StayMendIn(Schema):
    """What a camera missed: `entry` and `exit` want `at`, `plate` wants one. `bay`: the car stands
    on the place for children or the disabled of this number, or on none, where none is given.
    """

    step: Literal["entry", "exit", "plate", "bay", "void", "let_off"]
    at: datetime | None = None
    plate: str = Field("", max_length=16)
    bay: str = Field("", max_length=16)
    reason: str = Field(max_length=200)


def stay_line(row: Stay) -> dict[str, Any]:
    """Return a stay as lists show it."""
    return {
        "id": row.pk,
        "lot": row.lot.code,
        "plate": plates.masked(row.plate),
        "colour": row.colour,
        "kind": row.kind,
        "state": row.state,
        "why": row.why,
        "entered_at": row.entered_at,
        "left_at": row.left_at,
        "entered_by": row.entered_by.name_zh if row.entered_by else "",
        "left_by": row.left_by.name_zh if row.left_by else "",
        "fee_fen": row.fee_fen,
        "paid_fen": row.paid_fen,
        "settled": row.settled,
    }


def sighting_out(row: Sighting) -> dict[str, Any]:
    """Return what a camera told, plates masked."""
    return {
        "id": row.pk,
        "lane": row.lane.code,
        "direction": row.direction,
        "at": row.at,
        "told_at": row.told_at,
        "plate": plates.masked(row.plate),
        "plate_read": plates.masked(row.plate_read) if row.corrected else "",
        "corrected": row.corrected,
        "read": row.read,
        "confidence": row.confidence_milli / 1000,
        "colour": row.colour,
        "times": row.times,
        "opened": row.opened,
        "reason": row.reason,
        "stay": row.stay_id,
    }


def fee_out(due: Due, *, times: bool = True) -> dict[str, Any]:
    """Return a fee with its proof; without times of day for who only knows the plate."""
    lines = [(line.words if times else line.plain, line.fen) for line in due.fee.lines]
    return {
        "fen": due.fee.fen,
        "paid_fen": due.paid_fen,
        "due_fen": due.due_fen,
        "in_time": due.in_time,
        "lines": [{"words": both(words), "fen": fen} for words, fen in lines],
    }


def lot_head(row: Lot) -> dict[str, Any]:
    """Return what a lot says of itself."""
    return {
        "code": row.code,
        "name": both(row.name),
        "place": row.place.path if row.place else "",
        "capacity": row.capacity,
        "hourly": row.hourly,
        "open": row.open,
        "residents_free": row.residents_free,
        "leave_minutes": row.leave_minutes,
        "offered_to": row.offered_to,
        "cars_a_place": row.cars_a_place,
    }


def screen_out(row: Screen) -> dict[str, Any]:
    """Return a screen and what it was told last."""
    return {
        "device": row.device,
        "area": row.area.code if row.area else "",
        "shown": row.shown,
        "told_at": row.told_at,
    }


def lane_out(row: Lane, last: Sighting | None) -> dict[str, Any]:
    """Return a lane and what it told last."""
    return {
        "code": row.code,
        "name": both(row.name),
        "lot": row.lot.code,
        "direction": row.direction,
        "camera": row.camera,
        "barrier": row.barrier,
        "area": row.area.code if row.area else "",
        "booth": row.booth.code if row.booth else "",
        "last": sighting_out(last) if last else None,
    }


def words_of(said: TextIn) -> Words:
    """Return a text of a request."""
    return Words(zh=said.zh, en=said.en or said.zh)

"""Shapes of zones, and of cars where they must not stand."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict

from linli.domains.parking.logic import plates
from linli.domains.parking.models import Misparked, Zone
from linli.foundation.shapes import TextIn, TwoLanguages
from linli.kernel.words import both

_MOST_CAMERAS = 32
_Camera = Annotated[str, Field(min_length=1, max_length=48)]


class ZoneOut(Schema):
    code: str
    name: TwoLanguages
    place: str
    kind: str
    devices: list[str]
    grace_minutes: int
    quiet_minutes: int
    open: bool


class ZonesOut(Schema):
    items: list[ZoneOut]
    next: str | None


class ZoneIn(Schema):
    """Where no car may stand; `devices` are all the cameras that watch it, by their codes: said
    each time, and none by an empty list.
    """

    model_config = ConfigDict(extra="forbid")
    name: TextIn
    place: str = Field(min_length=1, max_length=200)
    kind: Literal["fire_lane", "entrance", "no_parking", "private"]
    devices: list[_Camera] = Field(max_length=_MOST_CAMERAS)
    grace_minutes: int = Field(10, ge=0, le=1440)
    quiet_minutes: int = Field(30, ge=1, le=1440)
    open: bool = True


class ZoneSeenIn(Schema):
    plate: str = Field(min_length=2, max_length=16)


class TowedIn(Schema):
    note: str = Field(max_length=200)


class PlateReadIn(Schema):
    plate: str = Field(min_length=2, max_length=16)


class MisparkedOut(Schema):
    """A car where it must not stand; `told`: how many telephones of its owner were told. `doubted`:
    a camera alone saw it and doubts its plate, so that nobody is told and no case is opened until a
    guard says which plate it is, or it is seen there again.
    """

    id: int
    zone: str
    zone_name: TwoLanguages
    kind: str
    place: str
    plate: str
    first_at: datetime
    last_at: datetime
    times: int
    state: str
    doubted: bool
    told: int
    coming_at: datetime | None
    case: int | None
    tow_note: str


class MisparkedList(Schema):
    items: list[MisparkedOut]
    next: int | None


def zone_out(row: Zone) -> dict[str, Any]:
    """Return a zone that was read with its cameras."""
    return {
        "code": row.code,
        "name": both(row.name),
        "place": row.place.path,
        "kind": row.kind,
        "devices": [one.device for one in row.cameras.all()],
        "grace_minutes": row.grace_minutes,
        "quiet_minutes": row.quiet_minutes,
        "open": row.open,
    }


def misparked_out(row: Misparked, *, whole: bool = False) -> dict[str, Any]:
    """Return a car where it must not stand; its plate whole only for whose car it is."""
    return {
        "id": row.pk,
        "zone": row.zone.code,
        "zone_name": both(row.zone.name),
        "kind": row.zone.kind,
        "place": row.zone.place.path,
        "plate": row.plate if whole else plates.masked(row.plate),
        "first_at": row.first_at,
        "last_at": row.last_at,
        "times": row.times,
        "state": row.state,
        "doubted": row.doubted,
        "told": row.told,
        "coming_at": row.moved_at,
        "case": row.case,
        "tow_note": row.tow_note,
    }

"""What the doors of the register take and give, made from the entries: one truth for both."""

from datetime import date, datetime, time
from types import UnionType
from typing import Any, get_args, get_type_hints

from msgspec import UnsetType
from ninja import Field, Schema
from pydantic import ConfigDict, create_model

from linli.foundation.shapes import TwoLanguages
from linli.registry.people.entries import (
    EquipmentEntry,
    HouseholdEntry,
    OrganisationEntry,
    PersonEntry,
    StaffEntry,
    VehicleEntry,
)
from linli.registry.people.logic import ShiftHours
from linli.registry.people.tables import TABLES


class HomeOut(Schema):
    household: int
    room: str
    room_name: TwoLanguages
    relation: str
    since: date | None
    until: date | None


class GroupOut(Schema):
    group: str
    since: date | None
    until: date | None
    source: str


class MemberOut(Schema):
    person: int
    code: str
    name: str
    relation: str
    phone: str
    age: int | None
    special: int


class ShiftOut(Schema):
    """`days` are digits: 1 Monday … 7 Sunday. Times as HH:MM:SS."""

    days: str
    starts: time
    ends: time
    since: date | None = None
    until: date | None = None


class Entered(Schema):
    id: int


class Closed(Schema):
    """A form that knows only its own fields."""

    model_config = ConfigDict(extra="forbid")


class ToCheck(Closed):
    """A number to look at. It stands in the body: addresses are written down on the way."""

    value: str = Field("", max_length=64)


class CheckedOut(Schema):
    kind: str
    value: str
    valid: bool
    reason: TwoLanguages | None = None
    historic: bool = False
    born_on: date | None = None
    sex: str | None = None
    colour: str | None = None


class HitOut(Schema):
    kind: str
    id: int
    title: TwoLanguages
    subtitle: TwoLanguages
    path: str | None


class RegisterSought(Schema):
    """What is sought in the register, and how many are told of at most."""

    q: str = Field("", max_length=200)
    limit: int = Field(50, ge=1, le=500)


class Hits(Schema):
    items: list[HitOut]


class Member(Closed):
    """What a person is to the household of a room; `room` is a path, `person` a code."""

    room: str
    person: str
    relation: str
    since: date | None = None
    until: date | None = None


class InGroup(Closed):
    """A person belongs to a special group, by the word of `source`."""

    person: str
    group: str
    since: date | None = None
    until: date | None = None
    source: str


class CellStaff(Schema):
    id: int
    code: str
    name: str


class CellOut(Schema):
    id: int
    path: str
    name: TwoLanguages
    buildings: list[str]
    households: int
    staff: list[CellStaff]


class Cells(Schema):
    items: list[CellOut]
    next: str | None


class NewCell(Closed):
    """`buildings` are paths."""

    code: str
    name: TwoLanguages
    buildings: list[str] = []
    geometry: dict[str, Any] | None = None


class CellChange(Closed):
    """What is left out stays; `buildings` are all that it groups from now on."""

    name: TwoLanguages | None = None
    buildings: list[str] | None = None
    geometry: dict[str, Any] | None = None


class PlaceCounts(Schema):
    rooms: int
    households: int
    people: int
    special: int
    groups: dict[str, int]


class DeviceBrief(Schema):
    code: str
    model: str
    name: TwoLanguages
    place: str
    online: bool


class Position(Closed):
    longitude_deg: float
    latitude_deg: float


class Purpose(Schema):
    key: str
    name: TwoLanguages


class Purposes(Schema):
    items: list[Purpose]


BESIDE: dict[type, dict[str, Any]] = {
    PersonEntry: {
        "age": int | None,
        "homes": list[HomeOut],
        "groups": list[GroupOut],
        "special": int,
        "withdrawn": list[str],
        "unsaid": list[str],
    },
    HouseholdEntry: {"room_name": TwoLanguages, "members": list[MemberOut]},
    VehicleEntry: {"owner_name": str | None},
    StaffEntry: {
        "on_duty": bool,
        "position": tuple[float, float] | None,
        "position_at": datetime | None,
        "withdrawn": list[str],
        "unsaid": list[str],
    },
    OrganisationEntry: {},
    EquipmentEntry: {},
}
"""What stands beside an entry when it is shown."""

_NAMES: dict[type, str] = {
    PersonEntry: "Person",
    HouseholdEntry: "Household",
    VehicleEntry: "Vehicle",
    OrganisationEntry: "Organisation",
    StaffEntry: "Staff",
    EquipmentEntry: "Equipment",
}


def _type(hint: Any) -> Any:
    """Return a field's type as a door says it: without `UNSET`, shifts as text times."""
    if isinstance(hint, UnionType):
        parts = [_type(part) for part in get_args(hint) if part is not UnsetType]
        out = parts[0]
        for part in parts[1:]:
            out = out | part
        return out
    if hint == tuple[ShiftHours, ...]:
        return list[ShiftOut]
    return list[str] if hint == tuple[str, ...] else hint


def _fields(kind: type) -> dict[str, Any]:
    return {name: _type(hint) for name, hint in get_type_hints(kind).items()}


def form(kind: type) -> Any:
    """Return the form by which one is entered: its key, and what else is known."""
    keys = {name for name in TABLES[kind].key if name != "code"}
    fields: dict[str, Any] = {
        name: (hint, ... if name in keys else None) for name, hint in _fields(kind).items()
    }
    return create_model(f"{_NAMES[kind]}In", __base__=Closed, **fields)


def change(kind: type) -> Any:
    """Return the form by which one is altered: what is left out stays."""
    fields: dict[str, Any] = {
        name: (hint, None) for name, hint in _fields(kind).items() if name not in TABLES[kind].key
    }
    return create_model(f"{_NAMES[kind]}Change", __base__=Closed, **fields)


def shown(kind: type) -> Any:
    """Return how one is shown."""
    fields: dict[str, Any] = {name: (hint, ...) for name, hint in _fields(kind).items()}
    beside: dict[str, Any] = {name: (hint | None, None) for name, hint in BESIDE[kind].items()}
    return create_model(
        f"{_NAMES[kind]}Out", __base__=Schema, id=(int, ...), **{**fields, **beside}
    )


def page(kind: type, one: Any) -> Any:
    """Return a page of a list of them."""
    fields: dict[str, Any] = {"items": (list[one], ...), "next": (int | None, ...)}
    return create_model(f"{_NAMES[kind]}Page", __base__=Schema, **fields)

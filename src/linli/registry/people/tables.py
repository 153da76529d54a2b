"""How entries and rows answer to each other: one table, so that writing, comparing, importing and
exporting agree.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from django.db import models
from msgspec import UNSET

from linli.foundation.vault import sealed as sealing
from linli.registry.people.entries import (
    Entry,
    EquipmentEntry,
    GroupEntry,
    HouseholdEntry,
    MembershipEntry,
    OrganisationEntry,
    PersonEntry,
    StaffEntry,
    VehicleEntry,
)
from linli.registry.people.logic import ShiftHours
from linli.registry.people.models import (
    Equipment,
    GroupMembership,
    Household,
    Membership,
    Organisation,
    Person,
    Staff,
    Vehicle,
)
from linli.registry.places.logic import normalised
from linli.registry.places.models import Place


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Something that an entry names by its key: `key` is the way to it from the target's row."""

    model: type[models.Model]
    key: str
    kind: str = ""
    """The only kind of place that will do, if not every one."""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """How one kind of entry is kept.

    `key`: field of the entry → way of the ORM to it; the first narrows the look-up. `refs`: field →
    (field of the row, target). `open_key`: the fields that find a relation that still stands.
    `search`: fields of the row that a search looks at. `unique`: fields that no two rows share.
    """

    model: type[models.Model]
    key: dict[str, str]
    refs: dict[str, tuple[str, str]] = {}
    open_key: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    """Fields kept in tables of their own."""


TARGETS: dict[str, Target] = {
    "place": Target(model=Place, key="path"),
    "room": Target(model=Place, key="path", kind="room"),
    "cell": Target(model=Place, key="path", kind="cell"),
    "person": Target(model=Person, key="code"),
    "household": Target(model=Household, key="room__path"),
    "organisation": Target(model=Organisation, key="code"),
    "staff": Target(model=Staff, key="code"),
}

TABLES: dict[type, Table] = {
    PersonEntry: Table(
        model=Person, key={"code": "code"}, search=("name", "code"), unique=("id_number", "account")
    ),
    HouseholdEntry: Table(
        model=Household, key={"room": "room__path"}, refs={"room": ("room", "room")}
    ),
    OrganisationEntry: Table(
        model=Organisation,
        key={"code": "code"},
        refs={"place": ("place", "place")},
        search=("name", "code", "uscc", "business", "contact"),
        unique=("uscc",),
    ),
    StaffEntry: Table(
        model=Staff,
        key={"code": "code"},
        refs={"organisation": ("organisation", "organisation"), "place": ("place", "place")},
        search=("name", "code", "post"),
        unique=("account",),
        own=("cells", "shifts"),
    ),
    VehicleEntry: Table(
        model=Vehicle,
        key={"plate": "plate"},
        refs={
            "owner": ("owner", "person"),
            "household": ("household", "household"),
            "organisation": ("organisation", "organisation"),
            "garage": ("garage", "place"),
        },
        search=("plate", "parking", "model"),
    ),
    EquipmentEntry: Table(
        model=Equipment,
        key={"code": "code"},
        refs={"place": ("place", "place"), "keeper": ("keeper", "staff")},
        search=("name", "code", "maker", "model"),
    ),
    MembershipEntry: Table(
        model=Membership,
        key={
            "person": "person__code",
            "room": "household__room__path",
            "relation": "relation",
            "since": "since",
        },
        refs={"room": ("household", "household"), "person": ("person", "person")},
        open_key=("person", "room", "relation"),
    ),
    GroupEntry: Table(
        model=GroupMembership,
        key={"person": "person__code", "group": "group", "since": "since"},
        refs={"person": ("person", "person")},
        open_key=("person", "group"),
    ),
}
"""In the order in which they are written: what is named stands before what names it."""

_RELATED: dict[type[models.Model], tuple[str, ...]] = {
    Person: (),
    Household: ("room",),
    Organisation: ("place",),
    Staff: ("organisation", "place"),
    Vehicle: ("owner", "household__room", "organisation", "garage"),
    Equipment: ("place", "keeper"),
    Membership: ("household__room", "person"),
    GroupMembership: ("person",),
}

_NAMES: dict[str, Callable[[Any], str]] = {
    "place": lambda row: row.path,
    "room": lambda row: row.path,
    "person": lambda row: row.code,
    "household": lambda row: row.room.path,
    "organisation": lambda row: row.code,
    "staff": lambda row: row.code,
}


def related(model: type[models.Model]) -> tuple[str, ...]:
    """Return the ways of the ORM that reading such rows as entries needs."""
    return _RELATED[model]


def as_entry(row: Any, kind: type) -> Any:
    """Return a row as the entry that would make it; staff with cells and shifts prefetched, sealed
    fields opened.
    """
    table = TABLES[kind]
    said: dict[str, Any] = {}
    for field in kind.__struct_fields__:  # type: ignore[attr-defined]
        if field in table.refs:
            attribute, target = table.refs[field]
            other = getattr(row, attribute)
            said[field] = None if other is None else _NAMES[target](other)
        elif field in table.own:
            said[field] = _own(row, field)
        elif field == "account":
            said[field] = row.account_id
        elif field == "skills":
            said[field] = tuple(row.skills)
        else:
            said[field] = getattr(row, field)
    return kind(**said)


def _own(row: Any, field: str) -> tuple[Any, ...]:
    if field == "cells":
        return tuple(sorted(duty.cell.path for duty in row.cells.all()))
    return hours(row.shifts.all())


def hours(shifts: Any) -> tuple[ShiftHours, ...]:
    """Return rows of shifts as hours, in the order of their days."""
    found = [
        ShiftHours(days=s.days, starts=s.starts, ends=s.ends, since=s.since, until=s.until)
        for s in shifts
    ]
    return tuple(sorted(found, key=lambda s: (s.days, s.starts, s.ends)))


def key_of(entry: Entry, *, fields: tuple[str, ...] = ()) -> tuple[Any, ...]:
    """Return the key of an entry; what was not said counts as nothing."""
    values = (getattr(entry, f) for f in fields or tuple(TABLES[type(entry)].key))
    return tuple(None if value is UNSET else value for value in values)


def fill(row: Any, entry: Entry, refs: Mapping[tuple[str, str], int]) -> None:
    """Put into a row what the entry says; `refs` has the number of each (target, key) named."""
    table = TABLES[type(entry)]
    for field in entry.__struct_fields__:
        value = getattr(entry, field)
        if value is UNSET or field in table.own:
            continue
        if field in table.refs:
            attribute, target = table.refs[field]
            setattr(row, f"{attribute}_id", refs[target, value] if value is not None else None)
        elif field == "account":
            row.account_id = value
        else:
            setattr(row, field, list(value) if field == "skills" else value)
    if table.search:
        row.words = words(row, table)


def words(row: Any, table: Table) -> str:
    """Return what a search looks at. A personal number is none of it: it is found by its index."""
    forms = (normalised(str(getattr(row, field))) for field in table.search)
    return "\n".join(dict.fromkeys(form for form in forms if form))


def columns(kind: type) -> list[str]:
    """Return the fields of the row that entries of a kind may change."""
    table = TABLES[kind]
    sealed = {field.name for field in sealing.fields(table.model)}
    found = [
        table.refs[f][0] if f in table.refs else f
        for f in kind.__struct_fields__  # type: ignore[attr-defined]
        if f not in table.own and f not in sealed
    ]
    under = [*sealing.columns(table.model), "vault_key"] if sealed else []
    return [*found, *under, *(["words"] if table.search else [])]

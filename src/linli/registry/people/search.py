"""One search over the register: any part of a name, a plate, a room, the end of a phone number."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from linli.foundation.vault import queries as vault
from linli.kernel.checks import check
from linli.registry.people import planning, queries
from linli.registry.people.entries import (
    EquipmentEntry,
    OrganisationEntry,
    PersonEntry,
    StaffEntry,
    VehicleEntry,
)
from linli.registry.people.models import Membership
from linli.registry.places import queries as places
from linli.registry.places.logic import normalised

MOST = 50


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """Something found: its kind and number, two lines to show, and the place where it is.

    `title` and `subtitle` are (Chinese, English).
    """

    kind: str
    id: int
    title: tuple[str, str]
    subtitle: tuple[str, str]
    path: str | None


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    row: Any
    path: str | None
    score: int


_KINDS: dict[str, type] = {
    "person": PersonEntry,
    "vehicle": VehicleEntry,
    "organisation": OrganisationEntry,
    "staff": StaffEntry,
    "equipment": EquipmentEntry,
}


_CALLING: set[type] = {PersonEntry, OrganisationEntry}
"""Those who are found by the number that they call from."""


def search(
    *, community: str, text: str, seen: Sequence[str] = (), people: bool, limit: int = MOST
) -> list[Hit]:
    """Return what fits best, fifty at most: whole words before beginnings before parts, and what
    people look for most before the rest. `people` tells whether the reader may know people.
    """
    text = text.strip()[:64]
    if not normalised(text):
        return []
    found = [*_places(community, text, seen), *_others(community, text, seen, people)]
    found.sort(key=lambda one: (one.score, one.row.pk))
    best = found[: min(limit, MOST)]
    people_found = [one.row for one in best if one.kind == "person"]
    planning.opened(people_found, community, purpose="")
    names = places.full_names(community=community, paths=[one.path for one in best if one.path])
    return [_hit(one, names) for one in best]


def _places(community: str, text: str, seen: Sequence[str]) -> list[_Found]:
    rows = places.matching(community=community, text=text, seen=seen, limit=4 * MOST)
    return [
        _Found(kind="place", row=row, path=row.path, score=_score(row.words, text, "place"))
        for row in rows
    ]


def _others(community: str, text: str, seen: Sequence[str], people: bool) -> list[_Found]:
    out: list[_Found] = []
    for name, kind in _KINDS.items():
        if kind is PersonEntry and not people:
            continue
        sought = queries.Sought(text=text, seen=seen)
        rows = list(_prepared(queries.rows_of(community=community, kind=kind, sought=sought)))
        if kind in _CALLING:
            rows += _by_whole_phone(community, kind, text, seen)
        paths = _paths(community, name, rows)
        out += [
            _Found(kind=name, row=row, path=paths.get(row.pk), score=_score(row.words, text, name))
            for row in dict.fromkeys(rows)
        ]
    return out


def _prepared(rows: Any) -> Any:
    ways = {"Vehicle": ("household__room", "garage"), "Organisation": ("place",)}
    more = ways.get(rows.model.__name__, ())
    return (rows.select_related(*more) if more else rows)[: 4 * MOST]


def _by_whole_phone(community: str, kind: type, text: str, seen: Sequence[str]) -> list[Any]:
    """Find somebody by the whole number: he calls, and the desk sees who it is."""
    number = check("contact", text)
    if not number.valid:
        return []
    rows = queries.rows_of(community=community, kind=kind, sought=queries.Sought(seen=seen))
    field = f"{rows.model.__name__}.phone"
    index = vault.found_by(community=community, field=field, values=[number.value])
    return list(_prepared(rows.filter(phone_index__in=list(index)))[:MOST])


def _paths(community: str, kind: str, rows: list[Any]) -> dict[int, str]:
    if kind == "person":
        homes = Membership.rows.of(community).filter(person__in=[row.pk for row in rows])
        pairs = homes.order_by("-until", "pk").values_list("person", "household__room__path")
        return dict(pairs)
    if kind == "vehicle":
        at = {row.pk: row.household.room if row.household else row.garage for row in rows}
        return {pk: place.path for pk, place in at.items() if place}
    return {row.pk: row.place.path for row in rows if row.place}


_FIRST = ("vehicle", "person", "place", "staff", "organisation", "equipment")


def _score(words: str, text: str, kind: str) -> int:
    """Return how badly it fits: the whole, a beginning, an end, a part; by the blind index of the
    end of a number as by an end.
    """
    wanted, forms = normalised(text), words.split("\n")
    fit = 2
    if wanted in forms:
        fit = 0
    elif any(form.startswith(wanted) for form in forms):
        fit = 1
    elif any(form.endswith(wanted) for form in forms):
        fit = 2
    elif any(wanted in form for form in forms):
        fit = 3
    return fit * 10 + _FIRST.index(kind)


_MORE: dict[str, Callable[[Any], str]] = {
    "place": lambda row: "",
    "vehicle": lambda row: str(row.parking),
    "person": lambda row: str(row.phone),
    "organisation": lambda row: str(row.business),
    "staff": lambda row: str(row.post),
    "equipment": lambda row: str(row.code),
}


def _hit(one: _Found, names: dict[str, tuple[str, str]]) -> Hit:
    where, row = names.get(one.path or "", ("", "")), one.row
    more = _MORE[one.kind](row)
    lines = [" · ".join(part for part in (place, more) if part) for place in where]
    return Hit(
        kind=one.kind, id=row.pk, title=_title(one), subtitle=(lines[0], lines[1]), path=one.path
    )


def _title(one: _Found) -> tuple[str, str]:
    if one.kind == "place":
        return one.row.name.zh, one.row.name.en
    name = one.row.plate if one.kind == "vehicle" else one.row.name
    return name, name

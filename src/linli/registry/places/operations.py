"""Every write to the tree of places."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from linli.contracts import approvals as contract
from linli.contracts.places import PlaceMoved, PlacesChanged
from linli.foundation import ids
from linli.foundation.approvals import operations as approvals
from linli.foundation.approvals.models import Approval
from linli.foundation.identity import operations as identity
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.kernel.place import lineage, under
from linli.kernel.words import Words
from linli.registry.places import logic, queries
from linli.registry.places.logic import NewPlace, PlaceChanges
from linli.registry.places.models import Place


class PlaceExists(Fault):
    key = "places.exists"


class PlaceInUse(Fault):
    key = "places.in_use"


class NotThere(Fault):
    """A place was to be put into itself, or the estate elsewhere than where its code says."""

    key = "places.not_there"
    status = 422


class NotYours(Fault):
    """A place lies outside those where this person may act."""

    key = "places.not_yours"
    status = 403


class NotACell(Fault):
    key = "places.not_a_cell"
    status = 422


def add(*, community: str, place: NewPlace, seen: Sequence[str] = (), now: datetime) -> Place:
    """Enter one place; see `add_many`. `seen` are the places below which this person may act.

    :raises NotYours: if it would stand outside of them, or in a cell outside of them
    """
    _refuse_outside(seen, place.parent, place.cell)
    return add_many(community=community, places=[place], now=now)[0]


@transaction.atomic
def add_many(*, community: str, places: Sequence[NewPlace], now: datetime) -> list[Place]:
    """Enter places, parents before or among them, all or none; in the order of their depth.

    :raises PlaceExists: if one of the paths is taken, or is named twice
    :raises queries.PlaceNotFound: if a parent or a cell is not there
    :raises logic.WrongParent, logic.BadCode, logic.BadGeometry, logic.BadPhone, logic.NoDutyRoom:
        if one cannot be as it is given
    """
    _refuse_taken(community, [place.path for place in places])
    known = _known(community, places)
    made: list[Place] = []
    ordered = sorted(places, key=_depth)
    try:
        for _, level in groupby(ordered, key=_depth):
            rows = Place.rows.bulk_create(
                [_row(community, place, known) for place in level], batch_size=500
            )
            known.update((row.path, row) for row in rows)
            made += rows
    except IntegrityError:
        raise PlaceExists(path=places[0].path) from None
    _announce(community, len(made), now)
    return made


def change(
    *, community: str, path: str, changes: PlaceChanges, seen: Sequence[str] = (), now: datetime
) -> Place:
    """Alter one place; see `change_many`. `seen` are the places below which this person may act.

    :raises NotYours: if it lies outside of them, or would be put into a cell outside of them
    """
    _refuse_outside(seen, path, *([] if changes.cell is msgspec.UNSET else [changes.cell or ""]))
    return change_many(community=community, changes={path: changes}, now=now)[0]


@transaction.atomic
def change_many(*, community: str, changes: dict[str, PlaceChanges], now: datetime) -> list[Place]:
    """Alter places by their paths, all or none. New names are found by search at once.

    :raises queries.PlaceNotFound: if a path is not there
    :raises logic.BadPhone, logic.NoDutyRoom: if a telephone is none, or not the estate's
    """
    rows = queries.by_path(community=community, paths=changes)
    cells = queries.by_path(
        community=community, paths=[c.cell for c in changes.values() if isinstance(c.cell, str)]
    )
    for path, change in changes.items():
        if path not in rows:
            raise queries.PlaceNotFound(path=path)
        _apply(rows[path], change, cells)
    Place.rows.of(community).bulk_update(
        rows.values(), PlaceChanges.__struct_fields__, batch_size=200
    )
    renamed = [path for path, change in changes.items() if change.name_zh or change.name_en]
    _reword(community, renamed)
    _announce(community, len(rows), now)
    return [rows[path] for path in changes]


@transaction.atomic
def move(
    *,
    community: str,
    path: str,
    parent: str,
    code: str = "",
    seen: Sequence[str] = (),
    now: datetime,
) -> Place:
    """Put a place, with all below it, into another, or give it another code. Its number stays.

    :raises NotYours: if it, or where it is to go, lies outside of where this person may act
    :raises NotThere: if that is itself or below it, or would give the estate another code
    :raises PlaceExists: if the new path is taken
    """
    _refuse_outside(seen, path, parent)
    row = queries.place(community=community, path=path, lock=True)
    code = code or row.code
    logic.check_code(code=code, kind=row.kind)
    target = queries.place(community=community, path=parent) if parent else None
    if (row.kind == "estate" and code != community) or (
        parent and under(path=parent, ancestor=path)
    ):
        raise NotThere(path=path, parent=parent)
    logic.check_parent(kind=row.kind, parent=target.kind if target else "")
    after = logic.path_of(kind=row.kind, code=code, parent=parent)
    if after != path:
        _refuse_taken(community, [after])
        _carry(community, path, after)
    Place.rows.of(community).filter(pk=row.pk).update(parent=target, code=code, path=after)
    _reword(community, [after])
    if after != path:
        identity.place_moved(community=community, before=path, after=after)
        outbox.record(
            PlaceMoved(
                id=ids.new(), at=now, community=community, place=row.pk, before=path, after=after
            )
        )
    _announce(community, 1, now)
    return queries.place(community=community, path=after)


@transaction.atomic
def remove(*, community: str, path: str, seen: Sequence[str] = (), now: datetime) -> None:
    """Take away a place that nothing and nobody depends on.

    :raises NotYours: if it lies outside of where this person may act
    :raises PlaceInUse: if something stands in it, lives in it or is fixed to it
    """
    _refuse_outside(seen, path)
    row = queries.place(community=community, path=path, lock=True)
    if row.children.of(community).exists():
        raise PlaceInUse(path=path)
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError:
        raise PlaceInUse(path=path) from None
    _announce(community, 1, now)


@transaction.atomic
def ask_removal(
    *, community: str, path: str, seen: Sequence[str] = (), by: int, now: datetime
) -> Approval:
    """Ask that a place be taken away; a second person lets it pass.

    :raises NotYours, PlaceInUse: as `remove`
    """
    _refuse_outside(seen, path)
    row = queries.place(community=community, path=path)
    if row.children.of(community).exists():
        raise PlaceInUse(path=path)
    name_zh, name_en = queries.full_names(community=community, paths=[path])[path]
    return approvals.ask(
        kind=contract.DELETION,
        community=community,
        about=f"place:{path}"[:200],
        words=Words(zh=f"删除地点 {name_zh}", en=f"take away the place {name_en}"),
        request={"path": path, "place": row.pk},
        by=by,
        now=now,
    )


def carry_removal(passed: contract.LetPass) -> None:
    """Take away the place that a second person let go.

    :raises queries.PlaceNotFound: if it is elsewhere by now
    :raises PlaceInUse: if something has come to depend on it
    """
    path = str(passed.request["path"])
    if queries.place(community=passed.community, path=path).pk != passed.request["place"]:
        raise queries.PlaceNotFound(path=path)
    remove(community=passed.community, path=path, now=passed.now)


@transaction.atomic
def group(*, community: str, cell: str, buildings: Sequence[str], now: datetime) -> None:
    """Let a grid cell group exactly these buildings.

    :raises NotACell: if that place is none
    """
    row = queries.place(community=community, path=cell)
    if row.kind != "cell":
        raise NotACell(path=cell)
    found = queries.by_path(community=community, paths=buildings)
    for path in buildings:
        if path not in found:
            raise queries.PlaceNotFound(path=path)
    Place.rows.of(community).filter(cell=row).update(cell=None)
    Place.rows.of(community).filter(pk__in=[b.pk for b in found.values()]).update(cell=row)
    _announce(community, len(found), now)


@transaction.atomic
def add_cell(*, community: str, cell: NewPlace, buildings: Sequence[str], now: datetime) -> Place:
    """Enter a grid cell with the buildings that it groups.

    :raises NotACell: if it is another kind of place
    """
    if cell.kind != "cell":
        raise NotACell(path=cell.path)
    row = add(community=community, place=cell, now=now)
    group(community=community, cell=row.path, buildings=buildings, now=now)
    return row


@transaction.atomic
def change_cell(
    *,
    community: str,
    id: int,
    changes: PlaceChanges,
    buildings: Sequence[str] | None,
    now: datetime,
) -> Place:
    """Rename a grid cell, or let it group other buildings; None leaves them.

    :raises NotACell: if it is another kind of place
    """
    row = queries.place_by_id(community=community, id=id)
    if row.kind != "cell":
        raise NotACell(path=row.path)
    if buildings is not None:
        group(community=community, cell=row.path, buildings=buildings, now=now)
    return change(community=community, path=row.path, changes=changes, now=now)


def _refuse_outside(seen: Sequence[str], *paths: str | None) -> None:
    """Refuse a path outside of these places; None is no path, no places given is everywhere."""
    for path in paths:
        if seen and path is not None and not any(under(path=path, ancestor=one) for one in seen):
            raise NotYours(path=path)


def _depth(place: NewPlace) -> tuple[int, bool]:
    """Return how deep it lies: street, neighbourhood, estate, then by the path; cells first."""
    above = place.path.startswith(logic.ABOVE)
    depth = place.path.count("/") - 2 if above else place.path.count("/")
    return depth, place.kind != "cell"


def _refuse_taken(community: str, paths: Sequence[str]) -> None:
    seen: set[str] = set()
    for path in paths:
        if path in seen:
            raise PlaceExists(path=path)
        seen.add(path)
    for path in queries.by_path(community=community, paths=paths):
        raise PlaceExists(path=path)


def _known(community: str, places: Sequence[NewPlace]) -> dict[str, Place]:
    named = [up for place in places for up in lineage(place.parent) if place.parent]
    named += [place.cell for place in places if place.cell]
    return queries.by_path(community=community, paths=named)


def _row(community: str, place: NewPlace, known: dict[str, Place]) -> Place:
    logic.check_code(code=place.code, kind=place.kind)
    parent = _named(place.parent, known)
    logic.check_parent(kind=place.kind, parent=parent.kind if parent else "")
    if place.kind == "estate" and place.code != community:
        raise NotThere(path=place.path, parent=place.parent)
    row = Place(
        community=community,
        path=place.path,
        kind=place.kind,
        code=place.code,
        parent=parent,
        cell=_cell(place.cell, known),
        phone=logic.check_phone(phone=place.phone, kind=place.kind),
        name_zh=place.name_zh,
        name_en=place.name_en,
        level=place.level if place.level is not None else (parent.level if parent else None),
        geometry=logic.check_geometry(place.geometry) if place.geometry else None,
        height_m=place.height_m,
        base_m=place.base_m,
        area_m2=place.area_m2,
    )
    row.words = _words(row, known)
    return row


def _named(path: str | None, known: dict[str, Place]) -> Place | None:
    if not path:
        return None
    if path not in known:
        raise queries.PlaceNotFound(path=path)
    return known[path]


def _cell(path: str | None, known: dict[str, Place]) -> Place | None:
    row = _named(path, known)
    if row and row.kind != "cell":
        raise NotACell(path=row.path)
    return row


def _words(row: Place, known: dict[str, Place]) -> str:
    rows = [row, *(known[up] for up in lineage(row.path)[1:] if up in known)]
    trail = [
        logic.Step(kind=r.kind, code=r.code, name=r.name_zh)
        for r in reversed(rows)
        if r.kind != "estate"
    ]
    return logic.words_of(path=row.path, names=[row.name_zh, row.name_en], trail=trail)


def _apply(row: Place, change: PlaceChanges, cells: dict[str, Place]) -> None:
    said: dict[str, Any] = msgspec.structs.asdict(change)
    values = {name: value for name, value in said.items() if value is not msgspec.UNSET}
    if values.get("geometry"):
        values["geometry"] = logic.check_geometry(values["geometry"])
    if "phone" in values:
        values["phone"] = logic.check_phone(phone=values["phone"], kind=row.kind)
    if "cell" in values:
        values["cell"] = _cell(values["cell"], cells)
    for name, value in values.items():
        setattr(row, name, value)


def _carry(community: str, before: str, after: str) -> None:
    rows = queries.subtree(community=community, path=before)
    for row in rows:
        row.path = logic.moved(path=row.path, before=before, after=after)
        if len(row.path) > logic.LONGEST_PATH:
            raise logic.PathTooLong(path=row.path[:60], longest=logic.LONGEST_PATH)
    Place.rows.of(community).bulk_update(rows, ["path"], batch_size=200)


def _reword(community: str, paths: Sequence[str]) -> None:
    """Write anew what a search looks at, for these places and all below them."""
    tops = [p for p in paths if not any(p != q and under(path=p, ancestor=q) for q in paths)]
    for top in tops if len(tops) <= _FEW else []:
        _reword_below(community, queries.subtree(community=community, path=top), top)
    if len(tops) > _FEW:
        _reword_below(community, list(Place.rows.of(community)), community)


_FEW = 50
"""Above so many renamed places it is cheaper to write the whole community anew."""


def _reword_below(community: str, rows: list[Place], top: str) -> None:
    known = queries.by_path(community=community, paths=lineage(top))
    known.update((row.path, row) for row in rows)
    for row in rows:
        row.words = _words(row, known)
    Place.rows.of(community).bulk_update(rows, ["words"], batch_size=200)


def _announce(community: str, count: int, now: datetime) -> None:
    if count:
        outbox.record(PlacesChanged(id=ids.new(), at=now, community=community, count=count))

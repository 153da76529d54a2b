"""Every read of the tree of places."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Count, Q

from linli.foundation.scope.models import ScopedRows
from linli.foundation.scope.paging import CodePage, by_code
from linli.kernel.fault import Fault
from linli.kernel.geometry import Position, holds, middle
from linli.kernel.place import lineage
from linli.kernel.words import Words
from linli.registry.places import logic
from linli.registry.places.models import Place

_AT_ONCE = 500
"""So many places are asked for by their paths in one question."""


class PlaceNotFound(Fault):
    key = "places.not_found"
    status = 404


def place(*, community: str, path: str, lock: bool = False) -> Place:
    """Return the place with this path.

    :raises PlaceNotFound: if there is none in this community
    """
    rows = Place.rows.of(community)
    if lock:
        rows = rows.select_for_update()
    row = rows.filter(path=path).first()
    if row is None:
        raise PlaceNotFound(path=path)
    return row


def seen_place(*, community: str, path: str, seen: Sequence[str]) -> Place:
    """Return the place with this path, for somebody who may look only below some places.

    :raises PlaceNotFound: if there is none, or it lies elsewhere
    """
    row = Place.rows.of(community).filter(within(seen), path=path).select_related("parent", "cell")
    found = row.first()
    if found is None:
        raise PlaceNotFound(path=path)
    return found


def place_by_id(*, community: str, id: int) -> Place:
    """Return the place with this number, wherever it has been moved to.

    :raises PlaceNotFound: if there is none in this community
    """
    row = Place.rows.of(community).filter(pk=id).first()
    if row is None:
        raise PlaceNotFound(path=str(id))
    return row


def by_path(*, community: str, paths: Iterable[str]) -> dict[str, Place]:
    """Return the places with these paths; a path that there is not is left out."""
    wanted, found = list(dict.fromkeys(paths)), dict[str, Place]()
    for start in range(0, len(wanted), _AT_ONCE):
        rows = Place.rows.of(community).filter(path__in=wanted[start : start + _AT_ONCE])
        found.update((row.path, row) for row in rows)
    return found


def below(path: str, field: str = "path") -> Q:
    """Return the condition that a path is this one or lies below it."""
    return Q(**{field: path}) | Q(**{f"{field}__startswith": path + "/"})


def within(paths: Sequence[str], field: str = "path") -> Q:
    """Return the condition that a path lies in one of these places; none given is everywhere."""
    found = Q()
    for path in paths:
        found |= below(path, field)
    return found


def numbers_within(*, community: str, paths: Sequence[str]) -> ScopedRows[Place]:
    """Return the question for these places and all below them, none of them read: where something
    stands is asked by their numbers, for joined to their paths every row of it is looked up here.
    """
    return Place.rows.of(community).filter(within(paths)).order_by()


def subtree(*, community: str, path: str) -> list[Place]:
    """Return the place and all below it, in the order of their paths."""
    return list(Place.rows.of(community).filter(below(path)).order_by("path"))


def places(
    *,
    community: str,
    kind: str = "",
    under: str = "",
    seen: Sequence[str] = (),
    after: str = "",
    limit: int = 500,
) -> list[Place]:
    """Return places in the order of their paths, from after a path on, `limit` at most.

    `seen` are the places below which the reader may look; empty is everywhere.
    """
    rows = Place.rows.of(community).filter(within(seen))
    if kind:
        rows = rows.filter(kind=kind)
    if under:
        rows = rows.filter(below(under))
    rows = rows.filter(path__gt=after).select_related("parent", "cell")
    return list(rows.order_by("path")[:limit])


def count(*, community: str, under: str, kind: str) -> int:
    """Return how many places of a kind lie in a place."""
    return Place.rows.of(community).filter(below(under), kind=kind).count()


def on_the_map(
    *, community: str, seen: Sequence[str], wanted: CodePage
) -> tuple[list[Place], str | None]:
    """Return a page of the places that have a shape, by path, in it large ones first so that small
    ones lie on top; and the cursor after it.
    """
    rows, after = by_code(_shaped(community, seen), wanted=wanted, field="path")
    return _large_first(rows), after


def _shaped(community: str, seen: Sequence[str]) -> ScopedRows[Place]:
    return Place.rows.of(community).filter(within(seen)).exclude(geometry=None)


def _large_first(rows: Iterable[Place]) -> list[Place]:
    return sorted(rows, key=lambda row: (row.path.count("/"), row.path))


def at(*, community: str, position: Position, seen: Sequence[str] = ()) -> Place | None:
    """Return the innermost place whose shape holds a position; None where none does."""
    rows = _large_first(_shaped(community, seen))
    return next((row for row in reversed(rows) if holds(row.geometry, position)), None)


def middles(*, community: str, paths: Iterable[str]) -> dict[str, Position]:
    """Return the middle of each place, or of the nearest above it that has a shape."""
    wanted = list(paths)
    ups = list(dict.fromkeys(up for path in wanted for up in lineage(path)))
    shapes = {path: middle(shape) for path, shape in _shapes(community, ups).items()}
    found = {}
    for path in wanted:
        at_or_above = next((shapes[up] for up in lineage(path) if shapes.get(up)), None)
        if at_or_above is not None:
            found[path] = at_or_above
    return found


def _shapes(community: str, paths: Sequence[str]) -> dict[str, Any]:
    """Return the shapes of places by their paths, and nothing else of them."""
    found: dict[str, Any] = {}
    for start in range(0, len(paths), _AT_ONCE):
        rows = Place.rows.of(community).filter(path__in=paths[start : start + _AT_ONCE])
        found.update(rows.order_by().values_list("path", "geometry"))
    return found


def nearest(*, community: str, path: str, kind: str) -> Place | None:
    """Return the place of a kind at or above a path, the closest one; None where there is none."""
    rows = Place.rows.of(community).filter(path__in=lineage(path), kind=kind)
    return max(rows, key=lambda row: len(row.path), default=None)


def estate(*, community: str) -> Place | None:
    """Return the estate itself."""
    return Place.rows.of(community).filter(kind="estate").first()


def duty_phone(*, community: str) -> str:
    """Return the number of the duty room, as E.164; empty where none was entered."""
    found = estate(community=community)
    return found.phone if found is not None else ""


def estates() -> dict[str, Words]:
    """Return code and name of every estate of this installation, by code."""
    rows = Place.rows.across("the list of estates").filter(kind="estate")
    return {row.community: row.name for row in rows.order_by("community")}


def communities() -> list[str]:
    """Return the codes of all communities of this installation."""
    return list(estates())


def full_names(*, community: str, paths: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return for each path its name from the building down, in Chinese and in English."""
    wanted = list(dict.fromkeys(paths))
    rows = by_path(community=community, paths=[up for path in wanted for up in lineage(path)])
    return {path: _full_name(path, rows) for path in wanted if path in rows}


def _full_name(path: str, rows: dict[str, Place]) -> tuple[str, str]:
    trail = [rows[up] for up in reversed(lineage(path)) if up in rows]
    trail = [row for row in trail if row.kind != "estate"] or trail
    return "".join(row.name.zh for row in trail), ", ".join(row.name.en for row in reversed(trail))


def in_cells(*, community: str, cells: Collection[int]) -> dict[int, list[str]]:
    """Return the paths of the buildings that grid cells group, by cell."""
    rows = Place.rows.of(community).filter(cell_id__in=cells).order_by("path")
    found: dict[int, list[str]] = {cell: [] for cell in cells}
    for cell, path in rows.values_list("cell_id", "path"):
        found[cell].append(path)
    return found


def cell_of(*, community: str, path: str) -> Place | None:
    """Return the grid cell to which a place belongs by the building that it is in."""
    rows = Place.rows.of(community).filter(path__in=lineage(path)).exclude(cell=None)
    row = max(rows.select_related("cell"), key=lambda row: len(row.path), default=None)
    return row.cell if row else None


def kinds_by_path(*, community: str) -> dict[str, str]:
    """Return the kind of every place of the estate by its path, in one pass."""
    rows = Place.rows.of(community).exclude(path__startswith=logic.ABOVE)
    return dict(rows.values_list("path", "kind"))


def count_by_kind(*, community: str) -> dict[str, int]:
    """Return how many places of each kind the estate has."""
    rows = Place.rows.of(community).exclude(path__startswith=logic.ABOVE).values_list("kind")
    return dict(rows.annotate(n=Count("pk")).order_by())


def matching(*, community: str, text: str, seen: Sequence[str], limit: int) -> list[Place]:
    """Return places whose names or codes hold every part of a text, short paths first."""
    rows: ScopedRows[Place] = Place.rows.of(community).filter(within(seen))
    for part in text.split():
        rows = rows.filter(words__contains=logic.normalised(part))
    return list(rows.order_by("path")[:limit])


def of_name(*, community: str, name: str) -> Place | None:
    """Return the one place of this name in full, in either language; None where none is, or many
    are. Blanks do not count.
    """
    wanted = _bare(name)
    if not wanted:
        return None
    rows = Place.rows.of(community).exclude(path__startswith=logic.ABOVE)
    ends = [row for row in rows.values_list("path", "name_zh", "name_en") if _ends(row, wanted)]
    names = full_names(community=community, paths=[path for path, _, _ in ends])
    found = [path for path, both in names.items() if wanted in {_bare(one) for one in both}]
    return place(community=community, path=found[0]) if len(found) == 1 else None


def _ends(row: tuple[str, str, str], wanted: str) -> bool:
    """Tell whether a name in full may be that of a place: Chinese ends, English begins with it."""
    zh, en = _bare(row[1]), _bare(row[2])
    return wanted.endswith(zh) or (bool(en) and wanted.startswith(en))


def _bare(text: str) -> str:
    return "".join(text.split()).casefold()

"""Passages, listed and searched; by keyset, so that the last page is as quick as the first."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from heapq import nlargest

import msgspec
from django.db import connection
from django.db.models import F, OuterRef, Subquery

from linli.domains.doors.models import Door, Passage
from linli.foundation.scope import paging
from linli.foundation.scope.models import ScopedRows
from linli.kernel.fault import Fault
from linli.registry.pictures.models import Picture
from linli.registry.places import queries as places

_NEAR = timedelta(seconds=10)
_ANY, _AT_ONCE = -1, 100
"""What stands for each door in one question of many, and how many one question asks of."""


class PassageNotFound(Fault):
    key = "doors.passage_not_found"
    status = 404


class BadCursor(Fault):
    key = "devices.bad_cursor"
    status = 422


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which passages; what is left empty does not narrow. `cursor` is that of the page before."""

    door: str = ""
    person: int | None = None
    staff: int | None = None
    guest: str = ""
    way: str = ""
    opened: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    cursor: str = ""
    limit: int = 50
    seen: Sequence[str] = ()


def passages(*, community: str, wanted: Wanted) -> tuple[list[Passage], str | None]:
    """Return a page of passages, the newest first, and the cursor of the next.

    :raises BadCursor: if the cursor is not one that was given out
    """
    doors = _seen(community, wanted)
    rows = _sought(community, wanted, by_door=doors is not None).order_by("-at", "-id")
    if wanted.cursor:
        rows = _behind(rows, wanted.cursor)
    most = wanted.limit + 1
    if doors is None:
        numbers = _numbers(rows, most)
    elif _is_of_few(wanted):
        # whose they are is narrower than where: the door is not to choose the index
        his = rows.alias(where=F("door") + 0).filter(where__in=doors)
        numbers = list(his.values_list("pk", flat=True)[:most])
    else:
        numbers = _numbers_at(rows, doors, most)
    shown = _shown(numbers[: wanted.limit])
    if not shown or len(numbers) <= wanted.limit:
        return shown, None
    return shown, paging.behind_row(shown[-1], field="at")


def _behind(rows: ScopedRows[Passage], cursor: str) -> ScopedRows[Passage]:
    try:
        return paging.behind(rows, cursor=cursor, field="at")
    except paging.NoCursor:
        raise BadCursor from None


def _is_of_few(wanted: Wanted) -> bool:
    """Tell whether somebody's own passages are sought."""
    return wanted.person is not None or wanted.staff is not None or bool(wanted.guest)


def _shown(numbers: Sequence[int]) -> list[Passage]:
    """Return these passages in this order. Which they are was asked before, of the one table and of
    the community; asked again by its name, SQLite would rather read all that it has than these.
    """
    ways = ("door__device__place", "person", "staff")
    rows = Passage.rows.across("the community's own, by numbers found in it")
    found = rows.select_related(*ways).in_bulk(list(numbers))
    return [found[number] for number in numbers if number in found]


def _numbers(rows: ScopedRows[Passage], most: int) -> list[int]:
    return list(rows.values_list("pk", flat=True)[:most])


def _numbers_at(rows: ScopedRows[Passage], doors: Sequence[int], most: int) -> list[int]:
    """Return the newest at these doors: of each by its own index, then the newest of all. A
    condition on many doors would read millions of rows to sort them.
    """
    if len(doors) == 1:
        return _numbers(rows.filter(door=doors[0]), most)
    keys = rows.filter(door=_ANY).values_list("at", "pk")[:most]
    sql, given = keys.query.sql_with_params()
    found: list[tuple[object, int]] = []
    for start in range(0, len(doors), _AT_ONCE):
        part = doors[start : start + _AT_ONCE]
        each = " UNION ALL ".join(
            f"SELECT * FROM ({sql}) AS d{n}"  # noqa: S608 - Django's own, values beside it
            for n in range(len(part))
        )
        values = [door if value == _ANY else value for door in part for value in given]
        with connection.cursor() as cursor:
            cursor.execute(f"{each} ORDER BY 1 DESC, 2 DESC LIMIT {most:d}", values)
            found += cursor.fetchall()
    return [number for _, number in nlargest(most, found)]


def _seen(community: str, wanted: Wanted) -> list[int] | None:
    """Return the doors at which to look; None is all of them, as one. What is sought by its way is
    sought door by door: it may be seldom.
    """
    every = Door.rows.of(community)
    if wanted.door:
        here = every.filter(places.within(wanted.seen, "device__place__path"))
        return list(here.filter(device__code=wanted.door).values_list("pk", flat=True))
    each = bool(wanted.way) and not _is_of_few(wanted)
    if not wanted.seen and not each:
        return None
    here = every.filter(places.within(wanted.seen, "device__place__path"))
    found = list(here.values_list("pk", flat=True))
    return None if not each and len(found) == every.count() else found


def _sought(community: str, wanted: Wanted, *, by_door: bool) -> ScopedRows[Passage]:
    """Return what is sought. Only as an equality does the result of a passage narrow the index of a
    door; those turned away at whichever door have an index that holds nobody else.
    """
    exact = {
        "person": wanted.person,
        "staff": wanted.staff,
        "guest": wanted.guest,
        "way": wanted.way,
        "at__gte": wanted.since,
        "at__lt": wanted.until,
    }
    rows = Passage.rows.of(community)
    rows = rows.filter(**{name: one for name, one in exact.items() if one not in {None, ""}})
    if wanted.opened is None:
        return rows
    return rows.filter(opened__in=[wanted.opened]) if by_door else rows.filter(opened=wanted.opened)


def passage(*, community: str, id: int, seen: Sequence[str] = ()) -> Passage:
    """Return a passage.

    :raises PassageNotFound: if there is none, or not where the reader may look
    """
    rows = Passage.rows.of(community).select_related("door__device__place", "person", "staff")
    row = rows.filter(places.within(seen, "door__device__place__path"), pk=id).first()
    if row is None:
        raise PassageNotFound(passage=id)
    return row


def passer(*, community: str, id: int) -> int | None:
    """Return the person of the register who passed; None of a guest, staff or nobody known."""
    rows = Passage.rows.of(community).filter(pk=id, guest="")
    return rows.values_list("person", flat=True).first()


def pictures(row: Passage) -> list[int]:
    """Return the numbers of the pictures that the door, or its camera, took at a passage."""
    cameras = [row.device, *([row.door.camera] if row.door.camera else [])]
    rows = Picture.rows.of(row.community).filter(device__in=cameras, file__isnull=False)
    near = rows.filter(taken_at__range=(row.at - _NEAR, row.at + _NEAR))
    return list(near.order_by("pk").values_list("pk", flat=True)[:5])


def last(*, community: str, doors: Sequence[int]) -> Mapping[int, Passage]:
    """Return the last passage of each of these doors that has one."""
    newest = Passage.rows.of(community).filter(door=OuterRef("pk")).order_by("-at", "-id")
    rows = Door.rows.of(community).filter(pk__in=list(doors))
    numbers = rows.annotate(last=Subquery(newest.values("pk")[:1])).values_list("last", flat=True)
    return {row.door_id: row for row in _shown([one for one in numbers if one])}

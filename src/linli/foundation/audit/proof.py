"""The proof that the trail is whole: its chain walked, and held against its anchors."""

from collections.abc import Iterator

import msgspec
from django.db import DatabaseError, connection

from linli.foundation.audit import logic
from linli.foundation.audit.anchors import Anchor, Anchors, Forged
from linli.foundation.audit.models import Line

_AT_ONCE = 2000
_TRIES = 3

Row = tuple[object, ...]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the trail is whole. `rows` counts its sealed lines that are, `unsealed` those that
    wait, `anchored` is the number of the newest line that is attested outside of the database.

    `first_bad` is the number of the first line that was changed, put in, or is missing.
    """

    ok: bool
    rows: int
    first_bad: int | None = None
    unsealed: int = 0
    anchored: int = 0
    why: str = ""


def verify(*, anchors: Anchors) -> Verdict:
    """Walk the whole chain, and hold it against its anchors.

    :raises DatabaseError, OSError: if database or anchors cannot be read
    """
    for _ in range(_TRIES):
        floor = _floor(anchors)
        found = _verify(anchors)
        if found.ok or _floor(anchors) == floor:
            break
    return found


def _floor(anchors: Anchors) -> tuple[object, bool]:
    """Return up to where lines were dropped, or why that cannot be said, and whether all of them
    are gone: as long as this moves, lines are being dropped.
    """
    try:
        newest = anchors.newest()
    except Forged as error:
        return str(error), False
    base = newest.base if newest else 0
    return base, Line.objects.filter(number__lte=base).exists()


def _verify(anchors: Anchors) -> Verdict:
    unsealed = Line.objects.filter(number=None).count()
    walk, newest = None, None
    try:
        newest = anchors.newest()
        walk = _Walk(_start(anchors, newest), anchors.each())
        why = walk.all() or _broken_index()
    except Forged as error:
        why = str(error)
    rows = walk.rows if walk else 0
    if newest is None and rows and not why:
        why = "the anchors are gone"
    return Verdict(
        ok=not why,
        rows=rows,
        first_bad=walk.number if walk and walk.bad else None,
        unsealed=unsealed,
        anchored=newest.number if newest else 0,
        why=why,
    )


def _start(anchors: Anchors, newest: Anchor | None) -> Anchor:
    """Return the anchor whose base is where the walk begins: the newest, or, where lines before its
    base are not dropped yet, the last one of the base before.
    """
    start = newest or Anchor(number=0, digest=logic.BEGINNING, at=0.0)
    if not start.base or not Line.objects.filter(number__lte=start.base).exists():
        return start
    before = start
    for one in anchors.each():
        if one.base == start.base:
            break
        before = one
    return before


class _Walk:
    """Goes along the chain, line by line, and along the anchors beside it."""

    def __init__(self, start: Anchor, anchors: Iterator[Anchor]) -> None:
        self.number = start.base
        self.rows = 0
        self.bad = False
        self._before = start.base_digest
        self._anchors = anchors
        self._next = next(anchors, None)

    def all(self) -> str:
        """Take every line; return what is wrong, if anything is.

        :raises Forged: if an anchor is not ours
        """
        stray = Line.objects.filter(number__lte=self.number).order_by("number").first()
        if stray is not None:
            self.number, self.bad = stray.number or 0, True
            return "a line is there that is not of the chain"
        self._holds()
        for row in _rows(after=self.number):
            self.number += 1
            why = self._wrong(row)
            if why:
                self.bad = True
                return why
            self.rows += 1
        if self._next is not None:
            self.number, self.bad = self.number + 1, True
            return "lines are missing at the end"
        return ""

    def _wrong(self, row: Row | None) -> str:
        if row is None:
            return "a line cannot be read"
        if row[1] != self.number:
            return "a line is missing"
        own = logic.digest(before=self._before, values=row[:-1])
        if own != row[-1]:
            return "a line was changed"
        self._before = own
        return "" if self._holds() else "the chain was written anew: it is not what was anchored"

    def _holds(self) -> bool:
        """Tell whether the line that was reached is what its anchors say; leave them behind."""
        while self._next is not None and self._next.number <= self.number:
            if self._next.number == self.number and self._next.digest != self._before:
                return False
            self._next = next(self._anchors, None)
        return True


def _rows(*, after: int) -> Iterator[Row | None]:
    """Yield the columns and digest of each sealed line, in order; None for one that cannot be read,
    and nothing after it.
    """
    while True:
        try:
            part = _some(after, _AT_ONCE)
        except DatabaseError:
            yield from _one_by_one(after)
            return
        yield from part
        if len(part) < _AT_ONCE:
            return
        after += len(part)


def _some(after: int, limit: int) -> list[Row | None]:
    """Return lines as they stand in the table itself: by their ids, for SQLite takes a number from
    the index of numbers where that is at hand.
    """
    rows = Line.objects.filter(number__gt=after).order_by("number")
    ids = list(rows.values_list("id", flat=True)[:limit])
    there = Line.objects.filter(id__in=ids).values_list(*logic.COLUMNS, "digest")
    found = {row[0]: row for row in there}
    return [found.get(one) for one in ids]


def _one_by_one(after: int) -> Iterator[Row | None]:
    """Yield lines until the first that cannot be read.

    :raises DatabaseError: if that is none of a single line
    """
    connection.ensure_connection()
    while True:
        try:
            part = _some(after, 1)
        except DatabaseError:
            if not Line.objects.exclude(number=None).exists():
                raise
            yield None
            return
        if not part:
            return
        yield part[0]
        after += 1


def _broken_index() -> str:
    """Return what SQLite finds wrong between the table and its indexes: a line that only an index
    hides is still a line. PostgreSQL keeps checksums of its own.
    """
    if connection.vendor != "sqlite":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check(audit_line)")
        said = str(cursor.fetchone()[0])
    return "" if said == "ok" else f"the table and its indexes differ: {said}"

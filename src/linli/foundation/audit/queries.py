"""Every read of the trail, and the proof that it is whole."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection

from linli.foundation.audit import logic
from linli.foundation.audit.anchors import Anchor, Anchors, Forged
from linli.foundation.audit.models import Act, Line

_AT_ONCE = 2000


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the trail is whole. `rows` counts its sealed lines, `unsealed` those that wait.

    `first_bad` is the number of the first line that was changed, put in, or is missing.
    """

    ok: bool
    rows: int
    first_bad: int | None = None
    unsealed: int = 0
    why: str = ""


def name_of(account: int) -> str:
    """Return the name by which an account signs in; empty for nobody's."""
    if not account:
        return ""
    rows = get_user_model().objects.filter(pk=account)
    return str(rows.values_list("username", flat=True).first() or "")


def lines(
    *,
    community: str,
    act: Act | None = None,
    what: str = "",
    account: int | None = None,
    before: datetime | None = None,
    limit: int = 100,
) -> list[Line]:
    """Return lines of a community, newest first; every argument narrows."""
    rows = Line.objects.filter(community=community)
    if act is not None:
        rows = rows.filter(act=act)
    if what:
        rows = rows.filter(what=what)
    if account is not None:
        rows = rows.filter(account=account)
    if before is not None:
        rows = rows.filter(at_us__lt=round(before.timestamp() * 1_000_000))
    return list(rows.order_by("-at_us", "-id")[:limit])


def verify(*, anchors: Anchors) -> Verdict:
    """Walk the whole chain, and hold it against its anchors.

    :raises DatabaseError, OSError: if database or anchors cannot be read
    """
    unsealed = Line.objects.filter(number=None).count()
    try:
        noted = anchors.all()
    except Forged as error:
        return Verdict(ok=False, rows=0, first_bad=None, unsealed=unsealed, why=str(error))
    base = next((one for one in reversed(noted) if one.base), None)
    walk = _Walk(noted, base)
    for row in _rows(after=walk.number):
        if not walk.step(row):
            break
    found = walk.verdict()
    return msgspec.structs.replace(found, unsealed=unsealed)


class _Walk:
    """Goes along the chain, line by line."""

    def __init__(self, noted: Sequence[Anchor], base: Anchor | None) -> None:
        self.number = base.number if base else 0
        self._before = base.digest if base else logic.BEGINNING
        self._noted = {one.number: one.digest for one in noted if one.number > self.number}
        self._rows = 0
        self._why = ""

    def step(self, row: tuple[object, ...] | None) -> bool:
        """Take the next line, None where it cannot be read; tell whether it is as it was."""
        self.number += 1
        if row is None:
            self._why = "a line cannot be read"
        elif row[1] != self.number:
            self._why = "a line is missing"
        else:
            own = logic.digest(before=self._before, values=row[:-1])
            if own != row[-1]:
                self._why = "a line was changed"
            elif self._noted.get(self.number, own) != own:
                self._why = "the chain was written anew: it is not what was anchored"
            else:
                self._before = own
        self._rows += not self._why
        return not self._why

    def verdict(self) -> Verdict:
        """Return what came of it."""
        if self._why:
            return Verdict(ok=False, rows=self._rows, first_bad=self.number, why=self._why)
        if max(self._noted, default=0) > self.number:
            why = "lines are missing at the end"
            return Verdict(ok=False, rows=self._rows, first_bad=self.number + 1, why=why)
        if self._rows and not self._noted:
            return Verdict(ok=False, rows=self._rows, why="the anchors are gone")
        return Verdict(ok=True, rows=self._rows)


def _rows(*, after: int) -> Iterator[tuple[object, ...] | None]:
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
        after = int(part[-1][1])  # type: ignore[call-overload]


def _some(after: int, limit: int) -> list[tuple[object, ...]]:
    rows = Line.objects.filter(number__gt=after).order_by("number")
    return list(rows.values_list(*logic.COLUMNS, "digest")[:limit])


def _one_by_one(after: int) -> Iterator[tuple[object, ...] | None]:
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

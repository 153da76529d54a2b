"""Every write to the trail: a line with its deed, its seal soon after, its end after years."""

from datetime import datetime
from itertools import takewhile

from django.conf import settings
from django.db import transaction

from linli.foundation.audit import logic, queries
from linli.foundation.audit.anchors import Anchor, Anchors
from linli.foundation.audit.models import Act, Line

_AT_ONCE = 1000


def note(
    *,
    community: str,
    account: int,
    act: Act,
    what: str,
    purpose: str = "",
    place: str = "",
    cause: str = "",
    words: str = "",
    who: str | None = None,
    now: datetime,
) -> None:
    """Write a line, in the transaction of the deed. What is too long is cut.

    :param account: 0 for nobody, or for the operator at the terminal
    :param who: the name to sign in by; looked up where it is left out
    """
    Line.objects.create(
        at_us=round(now.timestamp() * 1_000_000),
        community=community,
        account=account,
        who=(queries.name_of(account) if who is None else who)[:64],
        act=act,
        what=what[:96],
        purpose=purpose[:32],
        place=place[:200],
        cause=cause[:64],
        words=words[:500],
    )


def seal(*, now: datetime) -> int:
    """Give the lines that wait their place in the chain, and anchor its end; return how many.

    :raises OSError, Forged: if the anchors cannot be read or written: nothing is sealed then
    """
    anchors = anchored()
    last_anchor = anchors.last()
    sealed, end = _seal_some(last_anchor)
    number, digest = _end(end, last_anchor)
    if number > (last_anchor.number if last_anchor else 0):
        anchors.add(Anchor(number=number, digest=digest, at=now.timestamp()))
    return sealed


@transaction.atomic
def _seal_some(anchor: Anchor | None) -> tuple[int, Line | None]:
    """Seal a bounded part; return how many lines, and the last line that is sealed."""
    last = Line.objects.select_for_update().exclude(number=None).order_by("-number").first()
    number, before = _end(last, anchor)
    rows = list(Line.objects.filter(number=None).order_by("id")[:_AT_ONCE])
    for row in rows:
        number += 1
        row.number = number
        values = [getattr(row, column) for column in logic.COLUMNS]
        row.digest = before = logic.digest(before=before, values=values)
    Line.objects.bulk_update(rows, ["number", "digest"], batch_size=200)
    return len(rows), rows[-1] if rows else last


def _end(last: Line | None, anchor: Anchor | None) -> tuple[int, str]:
    """Return number and digest of the last line that is sealed; where all were dropped, of the
    anchor.
    """
    if last is not None:
        return last.number or 0, last.digest
    return (anchor.number, anchor.digest) if anchor else (0, logic.BEGINNING)


def forget(*, before: datetime) -> int:
    """Drop a part of the lines older than a time, and note where the chain goes on; return how
    many. The database refuses it for lines younger than half a year (Cybersecurity Law, art. 21).
    """
    until = round(before.timestamp() * 1_000_000)
    sealed = Line.objects.exclude(number=None).order_by("number")
    oldest = list(sealed.values_list("number", "digest", "at_us")[: _AT_ONCE + 1])
    gone = list(takewhile(lambda row: row[2] < until, oldest[:-1]))
    if not gone:
        return 0
    number, digest, at_us = gone[-1]
    anchored().add(Anchor(number=number or 0, digest=digest, at=at_us / 1e6, base=True))
    return Line.objects.filter(number__lte=number).delete()[0]


def anchored() -> Anchors:
    """Return the anchors of this installation."""
    return Anchors(file=settings.AUDIT_ANCHORS, key_file=settings.HOME / "audit.key")

"""Both lists of a day compared, and what differs mended."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from linli.contracts.exchange import ExchangeCompared
from linli.domains.exchange import queries
from linli.domains.exchange.logic.comparing import Differences, compare
from linli.domains.exchange.models import Comparison, Department, Message, MessageState, Way
from linli.domains.exchange.ports import Listed, Receipt
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox

SLACK = timedelta(hours=1)
"""So far may their clock be from ours; so much wider are their lists than our day."""


def day_of(at: datetime) -> date:
    """Return the day of a time, in the community's own."""
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def span(day: date) -> tuple[datetime, datetime]:
    """Return when a day begins and ends."""
    start = datetime.combine(day, time(), ZoneInfo(settings.TIME_ZONE))
    return start, start + timedelta(days=1)


def question(*, department: Department, day: date) -> dict[str, object]:
    """Return what a department is asked about a day: our lists of what was taken on it, and between
    which times its own are wanted. It may have taken a message any time since that was laid down:
    its lists begin there, where that is before the day.
    """
    start, end = span(day)
    rows = queries.of_span(department=department, start=start, end=end)
    zone = ZoneInfo(settings.TIME_ZONE)
    laid = [row.at.astimezone(zone) for row in rows if row.way == Way.OUT]
    return {
        "number": f"comparison-{day}",
        "kind": "comparison",
        "since": (min([start, *laid]) - SLACK).isoformat(),
        "until": (end + SLACK).isoformat(),
        "sent": _listed(rows, Way.OUT),
        "received": _listed(rows, Way.IN),
    }


def _listed(rows: list[Message], way: Way) -> Listed:
    return tuple((row.number, row.digest) for row in rows if row.way == way)


def settle(*, message: Message, receipt: Receipt, now: datetime) -> list[str]:
    """Lay the department's lists beside ours, mend what can be, and write down what differed;
    return the numbers of what it sent and we do not have.
    """
    department = message.department
    day = date.fromisoformat(message.number.removeprefix("comparison-"))
    start, end = span(day)
    rows = queries.of_span(department=department, start=start, end=end)
    out = {row.number: (row.digest, True) for row in rows if row.way == Way.OUT}
    theirs = [number for number, _ in receipt.received]
    for row in queries.of_numbers(department=department, way=Way.OUT, numbers=theirs):
        on_its_way = row.state == MessageState.WAITING and not row.tries
        if row.state != MessageState.TAKEN and row.at < end and not on_its_way:
            out[row.number] = (row.digest, False)
    told = [number for number, _ in receipt.sent]
    came = queries.of_numbers(department=department, way=Way.IN, numbers=told)
    found = compare(
        out=out,
        came={row.number: row.digest for row in came},
        received=receipt.received,
        sent=receipt.sent,
    )
    _mend(department, found, now)
    _write(department, day, found, now)
    return found.missing_here


def _mend(department: Department, found: Differences, now: datetime) -> None:
    """What they lack goes out again; what they have is taken, though its receipt was lost."""
    for row in queries.of_numbers(
        department=department, way=Way.OUT, numbers=[*found.missing_there, *found.unreceipted]
    ):
        if row.number in found.missing_there and not (row.body_sealed and queries.stands(row, now)):
            continue
        if row.number in found.missing_there:
            row.state, row.tries, row.first_at = MessageState.WAITING, 0, None
            row.next_at, row.done_at = now, None
        else:
            row.state, row.done_at, row.reason = MessageState.TAKEN, now, ""
        row.save()


def _write(department: Department, day: date, found: Differences, now: datetime) -> None:
    Comparison.rows.of(department.community).update_or_create(
        department=department,
        day=day,
        defaults={
            "at": now,
            "missing_there": found.missing_there,
            "unreceipted": found.unreceipted,
            "missing_here": found.missing_here,
            "differing": found.differing,
        },
    )
    outbox.record(
        ExchangeCompared(
            id=ids.new(),
            at=now,
            community=department.community,
            department=department.pk,
            day=day.isoformat(),
            differences=found.count,
            mended=found.mended,
        )
    )

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


def day_before(now: datetime) -> date:
    """Return yesterday, in the community's own time."""
    return now.astimezone(ZoneInfo(settings.TIME_ZONE)).date() - timedelta(days=1)


def span(day: date) -> tuple[datetime, datetime]:
    """Return when a day begins and ends."""
    start = datetime.combine(day, time(), ZoneInfo(settings.TIME_ZONE))
    return start, start + timedelta(days=1)


def question(*, department: Department, day: date) -> dict[str, object]:
    """Return what a department is asked about a day: our lists, and between which times its own
    are wanted.
    """
    start, end = span(day)
    rows = queries.of_span(department=department, start=start, end=end)
    return {
        "number": f"comparison-{day}",
        "kind": "comparison",
        "since": start.isoformat(),
        "until": end.isoformat(),
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
    told = [number for number, _ in receipt.sent]
    came = queries.of_numbers(department=department, way=Way.IN, numbers=told)
    found = compare(
        out={
            row.number: (row.digest, row.state == MessageState.TAKEN)
            for row in rows
            if row.way == Way.OUT
        },
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

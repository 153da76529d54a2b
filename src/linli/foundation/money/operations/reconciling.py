"""Both lists of a day are held against each other: the provider's, and ours."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from linli.contracts.money import DayGivenUp, DayReconciled, DifferenceSettled
from linli.foundation import ids
from linli.foundation.money import queries
from linli.foundation.money.models import (
    Difference,
    Payment,
    Provider,
    Reconciliation,
    Refund,
    RefundState,
)
from linli.foundation.money.operations import paying, refunding
from linli.foundation.money.ports import Listed, Told
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault

_DAYS_BACK = 7
_NOT_BEFORE = time(1, 0)
"""A day is asked for an hour after it ended: what happened at midnight is on its list by then."""


class DayNotGivenUp(Fault):
    key = "money.day_not_given_up"


def ask(*, community: str, now: datetime) -> int:
    """Lay down the question for yesterday's list, and for each of the last seven days on which
    nobody asked, for every provider; return how many. A provider that is closed is asked for some
    days more: what was under way is on its lists.
    """
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    last = local.date() - timedelta(days=1 if local.time() >= _NOT_BEFORE else 2)
    days = [last - timedelta(days=back) for back in range(_DAYS_BACK - 1, -1, -1)]
    rows = [
        Reconciliation(
            community=community,
            provider=provider,
            day=day,
            number=f"list-{provider.code}-{day.isoformat()}",
            next_at=now,
        )
        for provider in queries.providers_of_days(community=community, since=days[0])
        for day in _not_asked(provider, days)
    ]
    Reconciliation.rows.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _not_asked(provider: Provider, days: list[date]) -> list[date]:
    there = Reconciliation.rows.of(provider.community).filter(provider=provider, day__in=days)
    asked = set(there.values_list("day", flat=True))
    return [day for day in days if day >= provider.first_day and day not in asked]


def compare(row: Reconciliation, *, items: Sequence[Listed], now: datetime) -> None:
    """Hold the provider's list against ours and write down each line that differs. What it has and
    we had not is taken from it; a refund that it did is done. The row is locked by who calls.
    """
    start, end = _span(row.day)
    payments, refunds = queries.of_day(provider=row.provider, start=start, end=end)
    ours: dict[tuple[str, str], Payment | Refund] = {
        **{("payment", one.number): one for one in payments},
        **{("refund", one.number): one for one in refunds},
    }
    theirs = {(one.kind, one.number): one for one in items}
    found = [_beyond(row, one, now) for key, one in theirs.items() if key not in ours]
    found += [_short(row, key, one) for key, one in ours.items() if key not in theirs]
    found += [
        _other(row, theirs[key], one)
        for key, one in ours.items()
        if key in theirs and theirs[key].fen != one.fen
    ]
    Difference.rows.bulk_create(found)
    row.ours_fen = sum(
        one.fen if kind == "payment" else -one.fen for (kind, _), one in ours.items()
    )
    row.theirs_fen = sum(one.fen if one.kind == "payment" else -one.fen for one in items)
    row.done, row.at, row.next_at, row.differences = True, now, None, len(found)
    row.save()
    outbox.record(
        DayReconciled(
            id=ids.new(),
            at=now,
            community=row.community,
            provider=row.provider.code,
            day=row.day.isoformat(),
            differences=len(found),
        )
    )


def tell_given_up(row: Reconciliation, now: datetime) -> None:
    """Tell that a provider did not tell its list; saved by who calls."""
    outbox.record(
        DayGivenUp(
            id=ids.new(),
            at=now,
            community=row.community,
            provider=row.provider.code,
            day=row.day.isoformat(),
        )
    )


@transaction.atomic
def again(*, community: str, day: int, now: datetime) -> Reconciliation:
    """Ask a provider once more for the list of a day that was given up.

    :raises queries.DayNotFound: if there is none of this number
    :raises DayNotGivenUp: if it was told, or is being asked for
    """
    row = queries.reconciliation(community=community, id=day)
    if row.done or row.next_at is not None:
        raise DayNotGivenUp(day=row.day.isoformat())
    row.tries, row.first_at, row.next_at, row.why = 0, None, now, ""
    row.save()
    return row


def _span(day: date) -> tuple[datetime, datetime]:
    zone = ZoneInfo(settings.TIME_ZONE)
    start = datetime.combine(day, time(), zone)
    return start, datetime.combine(day + timedelta(days=1), time(), zone)


def _beyond(row: Reconciliation, one: Listed, now: datetime) -> Difference:
    """Return what they have and we have not; made good where it can be."""
    mended = _take(row, one, now) if one.kind == "payment" else _done(row, one, now)
    return Difference(
        community=row.community,
        reconciliation=row,
        sort="missing_here",
        kind=one.kind,
        number=one.number,
        order_number=one.order,
        theirs_fen=one.fen,
        mended=mended,
    )


def _take(row: Reconciliation, one: Listed, now: datetime) -> bool:
    said = Told(number=one.number, order=one.order, fen=one.fen, paid=True, at=one.at)
    try:
        with transaction.atomic():
            paying.take(provider=row.provider, said=said, now=now)
    except Fault:
        return False
    return True


def _done(row: Reconciliation, one: Listed, now: datetime) -> bool:
    rows = Refund.rows.of(row.community).select_for_update(of=("self",))
    refund = rows.filter(provider=row.provider, number=one.number, fen=one.fen).first()
    if refund is None or refund.state == RefundState.DONE:
        return False
    refunding.arrived(refund, at=one.at, now=now)
    return True


def _short(row: Reconciliation, key: tuple[str, str], one: Payment | Refund) -> Difference:
    return Difference(
        community=row.community,
        reconciliation=row,
        sort="missing_there",
        kind=key[0],
        number=key[1],
        order_number=one.order_number if isinstance(one, Payment) else "",
        ours_fen=one.fen,
    )


def _other(row: Reconciliation, there: Listed, here: Payment | Refund) -> Difference:
    return Difference(
        community=row.community,
        reconciliation=row,
        sort="other_amount",
        kind=there.kind,
        number=there.number,
        order_number=there.order,
        ours_fen=here.fen,
        theirs_fen=there.fen,
    )


@transaction.atomic
def settle(*, community: str, difference: int, note: str, by: int, now: datetime) -> Difference:
    """Say that a difference is dealt with, and how; said twice, the first stands.

    :raises DifferenceNotFound: if there is none of this number
    """
    row = queries.difference(community=community, id=difference)
    if row.settled_at is not None:
        return row
    row.settled_at, row.settled_by_id, row.note = now, by, note.strip()[:200]
    row.save()
    outbox.record(
        DifferenceSettled(id=ids.new(), at=now, community=community, difference=row.pk, by=by)
    )
    return row

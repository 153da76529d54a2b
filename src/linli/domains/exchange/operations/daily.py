"""What a day brings: both lists are compared, once for each department and day."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from linli.domains.exchange import queries
from linli.domains.exchange.models import Department, Message, MessageState
from linli.domains.exchange.operations import comparing, sending

_AT_ONCE = 2_000
_DAYS_BACK = 7


def ask(*, community: str, now: datetime) -> int:
    """Ask every department for its lists of yesterday, and of each of the last seven days on which
    nobody asked; return how many questions these were. Of days before the first message nothing is
    asked.
    """
    asked = 0
    for row in queries.open_departments(community=community):
        for day in _missed(row, now):
            _ask(row, day, now)
            asked += 1
    return asked


def _missed(row: Department, now: datetime) -> list[date]:
    today = comparing.day_of(now)
    days = [today - timedelta(days=back) for back in range(_DAYS_BACK, 0, -1)]
    missed = queries.not_asked(department=row, days=days)
    if not missed:
        return []
    first = queries.first_at(department=row)
    begun = comparing.day_of(first) if first else today
    return [day for day in missed if day >= begun or day == days[-1]]


@transaction.atomic
def _ask(row: Department, day: date, now: datetime) -> None:
    locked = queries.department(community=row.community, id=row.pk, lock=True)
    said = comparing.question(department=locked, day=day)
    sending.ask_comparison(department=locked, day=day.isoformat(), said=said, now=now)


def forget(*, community: str, now: datetime) -> int:
    """Drop a part of the messages that are older than anything is kept; return how many."""
    old = Message.rows.of(community).filter(at__lt=now - timedelta(days=settings.KEEP_DAYS))
    old = old.exclude(state=MessageState.WAITING)
    numbers = list(old.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
    return Message.rows.of(community).filter(pk__in=numbers).delete()[0]

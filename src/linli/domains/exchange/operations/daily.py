"""What a day brings: both lists are compared, once for each department."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from linli.domains.exchange import queries
from linli.domains.exchange.models import Department, Message, MessageState
from linli.domains.exchange.operations import comparing, sending

_AT_ONCE = 2_000


def ask(*, community: str, now: datetime) -> int:
    """Ask every department that was not asked yet for its list of yesterday; return how many."""
    day = comparing.day_before(now)
    asked = [
        row
        for row in queries.open_departments(community=community)
        if not queries.compared(department=row, day=day)
    ]
    for row in asked:
        _ask(row, day, now)
    return len(asked)


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

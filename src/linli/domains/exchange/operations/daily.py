"""What a day brings: both lists are compared, once for each department and day."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from linli.domains.exchange import queries
from linli.domains.exchange.models import Department, Message, MessageState
from linli.domains.exchange.operations import closing, comparing, sending

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


@transaction.atomic
def forget(*, community: str, now: datetime) -> int:
    """Drop a part of the messages that are older than anything is kept, and destroy the keys under
    which none is left: what an older backup brings back is noise. Return how many messages.
    """
    old = Message.rows.of(community).filter(at__lt=now - timedelta(days=settings.KEEP_DAYS))
    old = old.exclude(state=MessageState.WAITING)
    found = list(old.order_by("pk").values_list("pk", "vault_key")[:_AT_ONCE])
    rows = Message.rows.of(community).filter(pk__in=[number for number, _ in found])
    rows.update(body_sealed="")
    many = rows.delete()[0]
    keys = {key for _, key in found}
    closing.destroy(community=community, keys=keys, account=0, words="past its time", now=now)
    return many

"""Sessions begin, and end: one by one, all others, by themselves, and where there are too many."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import F

from linli.contracts.identity import PLATFORM, Ended, ended, left
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.identity import logic, own
from linli.foundation.identity.models import Account, Session
from linli.foundation.identity.sessions import LINE
from linli.kernel.fault import Fault

_AT_ONCE = 5_000


class SessionNotFound(Fault):
    key = "identity.session_not_found"
    status = 404


@transaction.atomic
def begin(
    *, account: int, save: Callable[[], str], most: int, limits: logic.Limits, now: datetime
) -> list[str]:
    """Begin a session (`save` does, and returns its key); of so many at `most` those end that were
    unseen for longest. Of two at once the later one counts the earlier.

    :return: on what those were that had to end, in words
    """
    Account.objects.select_for_update().get(pk=account)
    key = save()
    rows = Session.objects.filter(account=account, expire_date__gt=now).exclude(session_key=key)
    latest = [
        row
        for row in rows.order_by(F("seen_at").desc(nulls_last=True), "-session_key")
        if not _is_over(row, limits, now)
    ]
    for row in latest[most - 1 :]:
        line = str(row.get_decoded().get(LINE, ""))
        row.delete()
        ended(Ended(account=account, line=line))
        audit.note(
            community=PLATFORM, account=account, act=Act.WRITE, what=own.CROWDED_OUT, now=now
        )
    if latest[most - 1 :]:
        transaction.on_commit(partial(left, account))
    return [row.device for row in latest[most - 1 :]]


def _is_over(row: Session, limits: logic.Limits, now: datetime) -> bool:
    """Tell whether it has ended by itself, though nobody came to see it."""
    if row.began_at is None or row.seen_at is None:
        return False
    began, seen = row.began_at.timestamp(), row.seen_at.timestamp()
    return logic.over(began=began, seen=seen, now=now.timestamp(), limits=limits)


@transaction.atomic
def end_session(*, account: int, session: str) -> None:
    """End one of one's own sessions, named as `own.sessions` names it, and all live lines.

    :raises SessionNotFound: if the account has none of this name
    """
    for row in Session.objects.filter(account=account):
        if row.name == session:
            line = str(row.get_decoded().get(LINE, ""))
            row.delete()
            ended(Ended(account=account, line=line))
            transaction.on_commit(partial(left, account))
            return
    raise SessionNotFound


@transaction.atomic
def end_other_sessions(*, account: int, keep: str | None, line: str | None = None) -> int:
    """End all sessions of an account but the one with this key, of this line; return how many."""
    many = Session.objects.filter(account=account).exclude(session_key=keep).delete()[0]
    ended(Ended(account=account, but=line))
    transaction.on_commit(partial(left, account))
    return many


def forget_sessions(*, before: datetime) -> int:
    """Drop a part of the sessions that ran out before a time; return how many."""
    over = Session.objects.filter(expire_date__lt=before).order_by("expire_date")
    keys = list(over.values_list("pk", flat=True)[:_AT_ONCE])
    return Session.objects.filter(pk__in=keys).delete()[0]

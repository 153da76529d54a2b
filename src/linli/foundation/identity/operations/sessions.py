"""Sessions end: one by one, all others, by themselves."""

from datetime import datetime
from functools import partial

from django.db import transaction

from linli.contracts.identity import Ended, ended, left
from linli.foundation.identity.models import Session
from linli.foundation.identity.sessions import LINE
from linli.kernel.fault import Fault

_AT_ONCE = 5_000


class SessionNotFound(Fault):
    key = "identity.session_not_found"
    status = 404


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

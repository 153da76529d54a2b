"""Tries are counted before they are judged, so that many at once gain nothing."""

from datetime import datetime
from hashlib import sha256

from django.db import transaction

from linli.foundation.identity import logic
from linli.foundation.identity.models import FailedSignIn
from linli.kernel.fault import Fault


class Locked(Fault):
    key = "identity.locked"
    status = 423


def count(*, name: str, now: datetime) -> None:
    """Count a try at a name; whether there is such an account makes no difference.

    :raises Locked: after five wrong ones, for fifteen minutes
    """
    while not _counted(_tried(name), now):
        continue


def forget(*, name: str) -> None:
    """Forget the tries at a name: somebody showed that it is his."""
    FailedSignIn.objects.filter(name=_tried(name)).delete()


def _tried(name: str) -> str:
    return sha256(name.encode()).hexdigest()


@transaction.atomic
def _counted(tried: str, now: datetime) -> bool:
    """Count a try; tell whether its row stayed long enough: who signs in takes it away."""
    FailedSignIn.objects.filter(last_at__lt=now - logic.FAILURES_KEPT).delete()
    FailedSignIn.objects.bulk_create([FailedSignIn(name=tried, last_at=now)], ignore_conflicts=True)
    row = FailedSignIn.objects.select_for_update().filter(name=tried).first()
    if row is None:
        return False
    if logic.locked(until=row.locked_until, now=now):
        raise Locked(minutes=logic.minutes_left(until=row.locked_until, now=now))
    row.failures, row.locked_until = logic.after_try(failures=row.failures, now=now)
    row.last_at = now
    row.save()
    return True

"""The outbox kept small, and shown to whoever asks how the system fares."""

from datetime import datetime, timedelta

from linli.foundation.outbox import operations as outbox
from linli.foundation.outbox.models import Outgoing, Undelivered

_SENT_KEPT = timedelta(days=1)
_HANDLED_KEPT = 200_000
_SHOWN = 50


def forget(now: datetime) -> int:
    """Drop facts long sent and marks long made; return how many."""
    dropped = outbox.forget_sent(before=now - _SENT_KEPT)
    return dropped + outbox.forget_handled(keep=_HANDLED_KEPT)


def facts_waiting() -> int:
    """Return how many facts the relay has not sent."""
    return Outgoing.objects.filter(sent_at=None).count()


def put_aside(*, community: str) -> list[dict[str, object]]:
    """Return the newest effects and facts that nobody could deal with, and why."""
    rows = Undelivered.objects.filter(community=community).order_by("-id")[:_SHOWN]
    return [
        {"consumer": row.consumer, "fact": row.fact, "reason": row.reason, "at": row.at}
        for row in rows
    ]

"""Every read of the outbox that people are shown."""

from linli.foundation.outbox.models import Outgoing, Undelivered

_SHOWN = 50


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

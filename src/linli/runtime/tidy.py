"""Tables kept small, a bounded part at a time, and what waits shown to whoever asks.

Each `forget…` is called again until it returns 0.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings

from linli.contracts import directory
from linli.contracts.identity import PLATFORM
from linli.foundation.audit import operations as audit
from linli.foundation.causes import operations as causes
from linli.foundation.identity import operations as identity
from linli.foundation.outbox import operations as outbox
from linli.foundation.outbox.models import Outgoing, Undelivered

log = logging.getLogger("linli.tidy")

_SENT_KEPT = timedelta(days=1)
_HANDLED_KEPT = 200_000
_SHOWN = 50
_JOBS = "jobs"


def forget(now: datetime) -> int:
    """Drop facts long sent and marks long made; return how many."""
    dropped = outbox.forget_sent(before=now - _SENT_KEPT)
    return dropped + outbox.forget_handled(keep=_HANDLED_KEPT)


def forget_causes(now: datetime) -> int:
    """Drop a part of the chain of causes past `LINLI_KEEP_DAYS`; return how many links."""
    before = now - timedelta(days=settings.KEEP_DAYS)
    return sum(
        causes.forget(community=community, before=before) for community in directory.communities()
    )


def forget_aside(now: datetime) -> int:
    """Drop a part of what was put aside longer than `LINLI_KEEP_DAYS` ago; return how many."""
    dropped = outbox.forget_aside(before=now - timedelta(days=settings.KEEP_DAYS))
    if dropped:
        log.warning("%s put aside %s days ago were dropped", dropped, settings.KEEP_DAYS)
    return dropped


def forget_audit(now: datetime) -> int:
    """Drop a part of the audit trail past `LINLI_AUDIT_DAYS`; return how many lines."""
    return audit.forget(before=now - timedelta(days=settings.AUDIT_DAYS))


def seal_audit(now: datetime) -> int:
    """Seal a part of the audit trail; return how many lines."""
    return audit.seal(now=now)


def forget_sessions(now: datetime) -> int:
    """Drop a part of the sessions that have run out; return how many."""
    return identity.forget_sessions(before=now)


def facts_waiting() -> int:
    """Return how many facts the relay has not sent."""
    return Outgoing.objects.filter(sent_at=None).count()


def tell_of_job(job: str, why: str, now: datetime) -> None:
    """Show beside what was put aside that a job fails, and why; with no reason, that it works."""
    if why:
        outbox.put_aside(
            consumer=_JOBS, fact=job, community=PLATFORM, body=b"", reason=why, now=now
        )
    else:
        outbox.take_up(consumer=_JOBS, fact=job)


def put_aside(*, community: str) -> list[dict[str, object]]:
    """Return the newest effects and facts that nobody could deal with, jobs that fail, and why."""
    rows = Undelivered.objects.filter(community__in=[community, PLATFORM])
    rows = rows.order_by("-id")[:_SHOWN]
    return [
        {"consumer": row.consumer, "fact": row.fact, "reason": row.reason, "at": row.at}
        for row in rows
    ]

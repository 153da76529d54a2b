"""What time does to visits and calls."""

from datetime import datetime, timedelta

from django.conf import settings

from linli.contracts import directory
from linli.domains.visits import queries
from linli.domains.visits.operations import calling, keeping

_AT_ONCE = 100


def ring_on(now: datetime) -> int:
    """Pass calls on that nobody answers, and end those that ring too long; return how many."""
    return sum(
        bool(calling.turn(community=one, id=row.pk, now=now))
        for one in directory.communities()
        for row in queries.calls_due(community=one, now=now, limit=_AT_ONCE)
    )


def finish(now: datetime) -> int:
    """End a part of the visits that are over, or whose host moved out; return how many."""
    return sum(
        keeping.finish(community=one, id=row.pk, now=now)
        for one in directory.communities()
        for row in queries.to_finish(community=one, now=now, limit=_AT_ONCE)
    )


def end_unguarded(now: datetime) -> int:
    """Withdraw guests of wards whose guardians are so no more; return how many."""
    return sum(keeping.end_unguarded(community=one, now=now) for one in directory.communities())


def forget(now: datetime) -> int:
    """Delete a part of what has been kept for as long as it may; return how much."""
    keep = timedelta(days=settings.VISIT_DAYS)
    return sum(keeping.forget(community=one, keep=keep, now=now) for one in directory.communities())

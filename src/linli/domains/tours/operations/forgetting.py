"""Scans are forgotten, and who was near which point; what became of the points stays."""

from datetime import datetime, timedelta

from linli.contracts.directory import communities
from linli.domains.tours import queries
from linli.domains.tours.models import Nearness, Scan

KEPT = timedelta(days=180)
_NEAR = timedelta(days=1)
_AT_ONCE = 1000


def forget(*, now: datetime) -> int:
    """Delete scans that were told half a year ago, and who was near a point a day ago; some of
    them. Return how many.
    """
    gone = 0
    for community in communities():
        old = queries.old_scans(community=community, before=now - KEPT, limit=_AT_ONCE)
        Scan.rows.of(community).filter(pk__in=old).delete()
        away = queries.old_nearness(community=community, before=now - _NEAR, limit=_AT_ONCE)
        Nearness.rows.of(community).filter(pk__in=away).delete()
        gone += len(old) + len(away)
    return gone

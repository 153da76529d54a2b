"""Scans are forgotten; what became of the points stays."""

from datetime import datetime, timedelta

from linli.contracts.directory import communities
from linli.domains.tours import queries
from linli.domains.tours.models import Scan

KEPT = timedelta(days=180)
_AT_ONCE = 1000


def forget(*, now: datetime) -> int:
    """Delete scans that were told half a year ago, some of them; return how many."""
    gone = 0
    for community in communities():
        old = queries.old_scans(community=community, before=now - KEPT, limit=_AT_ONCE)
        Scan.rows.of(community).filter(pk__in=old).delete()
        gone += len(old)
    return gone

"""What time does to what scenes in shadow found."""

from datetime import datetime, timedelta

from linli.contracts import directory
from linli.registry.scenes import operations

KEPT = timedelta(days=90)
_AT_ONCE = 5_000


def forget_findings(now: datetime) -> int:
    """Drop a part of what is past its retention; return how much. To be called again until nothing
    is left.
    """
    return sum(
        operations.forget_findings(community=community, before=now - KEPT, most=_AT_ONCE)
        for community in directory.communities()
    )

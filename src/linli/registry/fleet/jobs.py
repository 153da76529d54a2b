"""What time does to things done to many devices."""

from datetime import datetime, timedelta

from linli.contracts import directory
from linli.registry.fleet import operations

KEPT = timedelta(days=180)
_AT_ONCE = 5_000


def advance(now: datetime) -> int:
    """Do a part of each; return how many devices were dealt with."""
    return sum(
        operations.advance(community=community, now=now) for community in directory.communities()
    )


def forget_bulks(now: datetime) -> int:
    """Drop a part of what is past its retention; return how much. To be called again until nothing
    is left.
    """
    return sum(
        operations.forget_bulks(community=community, before=now - KEPT, most=_AT_ONCE)
        for community in directory.communities()
    )

"""What time does to how well devices are."""

from datetime import datetime

from linli.contracts import directory
from linli.registry.health import operations


def examine(now: datetime) -> int:
    """Look at the next hour of each community that is over; return how many were looked at. To be
    called again until none is due.
    """
    return sum(
        operations.examine(community=community, now=now) for community in directory.communities()
    )

"""What time does to alarms."""

from datetime import datetime

from linli.contracts import directory
from linli.registry.alarms import operations


def unshelve_due(now: datetime) -> int:
    """Put back in sight what was shelved until now; return how many."""
    return sum(
        operations.unshelve_due(community=community, now=now)
        for community in directory.communities()
    )


def settle_flapping(now: datetime) -> int:
    """Let go the flapping alarms that have been calm for a time; return how many."""
    return sum(
        operations.settle_flapping(community=community, now=now)
        for community in directory.communities()
    )

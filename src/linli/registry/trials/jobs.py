"""What time does to scenes of which people said too often that they were wrong."""

from datetime import datetime

from linli.contracts import directory
from linli.registry.trials import operations


def look_for_limits(now: datetime) -> int:
    """Let calmer limits be looked for; return how many searches are begun."""
    return sum(
        operations.look(community=community, now=now) for community in directory.communities()
    )

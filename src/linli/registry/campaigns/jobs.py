"""What time does to campaigns."""

from datetime import datetime

from django.utils import timezone

from linli.contracts import directory
from linli.registry.campaigns import operations


def advance(now: datetime) -> int:
    """Do a bounded part of what campaigns have to do; return how much, 0 when all is done."""
    hour = timezone.localtime(now).time()
    return sum(
        operations.advance(community=community, hour=hour, now=now)
        for community in directory.communities()
    )

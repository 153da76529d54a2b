"""What time does to money."""

from datetime import datetime

from linli.contracts import directory
from linli.foundation.money.operations import reconciling


def reconcile(now: datetime) -> int:
    """Ask providers for their lists of yesterday and of days that were missed; return how many."""
    return sum(reconciling.ask(community=one, now=now) for one in directory.communities())

"""What time does to spreadsheets for which nobody said yes."""

from datetime import datetime

from linli.contracts import directory
from linli.registry.imports import operations


def forget(now: datetime) -> int:
    """Destroy those that have waited for an hour; return how many."""
    return sum(operations.forget(community=one, now=now) for one in directory.communities())

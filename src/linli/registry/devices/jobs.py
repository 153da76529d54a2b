"""What time does to the ledger of commands."""

from datetime import datetime, timedelta

from linli.contracts import directory
from linli.registry.devices import operations

KEPT = timedelta(days=180)


def forget_commands(now: datetime) -> int:
    """Drop commands past their retention; return how many."""
    return sum(
        operations.forget_commands(community=community, before=now - KEPT)
        for community in directory.communities()
    )

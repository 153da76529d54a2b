"""What time does to the ledger of commands."""

from datetime import datetime, timedelta

from linli.contracts import directory
from linli.registry.devices import operations

KEPT = timedelta(days=180)
_AT_ONCE = 2_000


def give_up_unconfirmed(now: datetime) -> int:
    """Let dangerous commands that nobody confirmed expire; return how many."""
    return sum(
        operations.give_up_unconfirmed(community=community, now=now)
        for community in directory.communities()
    )


def end_maintenance(now: datetime) -> int:
    """End the maintenance whose time is up; return of how many devices."""
    return sum(
        operations.release_due(community=community, now=now)
        for community in directory.communities()
    )


def forget_commands(now: datetime) -> int:
    """Drop a part of the commands past their retention; return how many. To be called again until
    none are left.
    """
    return sum(
        operations.forget_commands(community=community, before=now - KEPT, most=_AT_ONCE)
        for community in directory.communities()
    )

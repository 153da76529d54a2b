"""What becomes of what is kept apart as time passes."""

from datetime import datetime

from django.db import InterfaceError, OperationalError, close_old_connections

from linli.contracts import directory
from linli.foundation.apart import operations, pairing
from linli.foundation.apart.operations import ApartAway


def sweep(now: datetime) -> int:
    """Destroy what no row names; return how much. Nothing in the first hour after the two databases
    became a pair.

    :raises NoPair: if they are none, and cannot become one by themselves; nothing is destroyed then
    :raises ApartAway: if that database is away. Nothing else waits for it: as any job that fails
        it is told of, and swept later
    """
    try:
        if now - pairing.settle(now=now) < operations.LEFT_FOR:
            return 0
        return sum(operations.sweep(community=one, now=now) for one in directory.communities())
    except (OperationalError, InterfaceError) as error:
        close_old_connections()
        raise ApartAway from error

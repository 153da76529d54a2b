"""What becomes of what is kept apart as time passes."""

from datetime import datetime

from django.db import InterfaceError, OperationalError, close_old_connections

from linli.contracts import directory
from linli.foundation.apart import operations
from linli.kernel.fault import Fault


class ApartAway(Fault):
    """The database of what is kept apart cannot be used for now."""

    key = "apart.away"
    status = 503


def sweep(now: datetime) -> int:
    """Destroy what no row names; return how much.

    :raises ApartAway: if that database is away. Nothing else waits for it: as any job that fails
        it is told of, and swept later
    """
    try:
        return sum(operations.sweep(community=one, now=now) for one in directory.communities())
    except (OperationalError, InterfaceError) as error:
        close_old_connections()
        raise ApartAway from error

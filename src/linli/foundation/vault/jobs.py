"""What goes on in the background while keys are turned over."""

from datetime import datetime

from linli.contracts import directory
from linli.foundation.each import of_each
from linli.foundation.vault import indexing, mastering
from linli.foundation.vault.queries import APART, MAIN, master


def index(now: datetime) -> int:
    """Index a part of the rows anew of each community whose index key is being turned over; return
    how many. To be called again until none is left.
    """
    return of_each(directory.communities(), lambda one: indexing.step(community=one, now=now))


def rewrap(now: datetime) -> int:
    """Bring a part of the wrapping keys under the master key in use; return how many. To be called
    again until none is left.
    """
    del now
    return _rewrap(MAIN)


def rewrap_apart(now: datetime) -> int:
    """As `rewrap`, of what is kept apart."""
    del now
    return _rewrap(APART)


def _rewrap(store: str) -> int:
    return mastering.rewrap(store=store) if master(store).file.exists() else 0

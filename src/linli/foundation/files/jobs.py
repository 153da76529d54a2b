"""What time does to files: old ones are sealed, and what is nobody's goes."""

from datetime import datetime, timedelta

from linli.contracts import directory
from linli.foundation.each import of_each
from linli.foundation.files import operations

LEFT_FOR = timedelta(hours=1)
"""Whoever puts bytes away names them by then; and a backup that is being made has held them."""


def seal(now: datetime) -> int:
    """Seal a part of what lies there as it came; return how many files. To be called again until
    none is left.
    """
    communities = directory.communities()
    return of_each(communities, lambda one: operations.seal_some(community=one, now=now))


def tidy(now: datetime) -> int:
    """Delete what lies there as it came and was sealed since; return how many files."""
    return operations.tidy(before=now - LEFT_FOR)


def tidy_sealed(now: datetime) -> int:
    """Delete what is sealed and nobody's; return how many files."""
    return operations.tidy_sealed(before=now - LEFT_FOR)

"""What becomes of releases as time passes."""

from datetime import datetime

from linli.contracts import directory
from linli.domains.releases import operations


def forget(now: datetime) -> int:
    """Empty releases that nobody took within a week; return how many."""
    return sum(operations.forget(community=one, now=now) for one in directory.communities())

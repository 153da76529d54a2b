"""What notices do by the clock."""

from datetime import datetime

from linli.contracts import directory
from linli.domains.notices.operations import reviewing


def remind(now: datetime) -> int:
    """Tell again of what somebody did alone and nobody has reviewed; return of how much."""
    return sum(reviewing.remind(community=one, now=now) for one in directory.communities())

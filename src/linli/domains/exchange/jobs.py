"""What time does to the exchange."""

from datetime import datetime

from linli.contracts import directory
from linli.domains.exchange.operations import daily


def compare(now: datetime) -> int:
    """Ask for the lists of yesterday and of days that were missed; return how many questions."""
    return sum(daily.ask(community=one, now=now) for one in directory.communities())


def forget(now: datetime) -> int:
    """Drop a part of what is older than anything is kept; return how many messages."""
    return sum(daily.forget(community=one, now=now) for one in directory.communities())

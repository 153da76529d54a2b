"""What time does to chargings."""

from datetime import datetime

from linli.contracts import directory
from linli.domains.charging.operations import answering, watching


def look(now: datetime) -> int:
    """Look at what is not settled, in every community; return how many."""
    return sum(watching.look(community=one, now=now) for one in directory.communities())


def forget(now: datetime) -> int:
    """Drop what devices were answered a week ago; return how many."""
    return sum(answering.forget(community=one, now=now) for one in directory.communities())

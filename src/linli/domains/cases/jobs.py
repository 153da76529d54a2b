"""What cases do as time passes."""

from datetime import datetime

from linli.domains.cases.operations import ticking


def tick(now: datetime) -> int:
    """Ring clocks, end delays, dispatch what waits; return how many things were done.

    To be called every few seconds, by one worker or by several: nothing is done twice.
    """
    return ticking.tick(now=now)

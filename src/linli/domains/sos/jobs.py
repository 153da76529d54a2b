"""What calls for help do as time passes."""

from datetime import datetime

from linli.domains.sos import operations


def tick(now: datetime) -> int:
    """Ring the next telephones; return how many calls moved on. To be called every second."""
    return operations.tick(now=now)


def forget(now: datetime) -> int:
    """Destroy where telephones were, half a year after; return how many calls."""
    return operations.forget(now=now)

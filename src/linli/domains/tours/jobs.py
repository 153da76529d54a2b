"""What tours do as time passes."""

from datetime import datetime

from linli.domains.tours import operations


def tick(now: datetime) -> int:
    """Plan tours, remind of those on which nobody set out, close those whose time is over."""
    return operations.tick(now=now)


def forget(now: datetime) -> int:
    """Forget old scans; return how many were left behind this time."""
    return operations.forget(now=now)

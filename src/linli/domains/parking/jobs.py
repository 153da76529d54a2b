"""What time does to parking."""

from datetime import datetime, timedelta

from django.conf import settings

from linli.contracts import directory
from linli.domains.parking.operations import guiding, owning, shifts, zoning


def tick(now: datetime) -> int:
    """Open the cases of cars that stand where they must not, and end the shifts that nobody ended;
    return how many moved.
    """
    return sum(
        zoning.tick(community=one, now=now) + shifts.end_long(community=one, now=now)
        for one in directory.communities()
    )


def guide(now: datetime) -> int:
    """Tell the screens that show another number of free places than there is; return how many."""
    return sum(guiding.tick(community=one, now=now) for one in directory.communities())


def end_bookings(now: datetime) -> int:
    """Close bookings whose time is over; return how many."""
    return sum(owning.end_bookings(community=one, now=now) for one in directory.communities())


def forget(now: datetime) -> int:
    """Forget a part of the plates that are kept no longer, and what was wished for cars that went
    to others; return how many rows.
    """
    before = now - timedelta(days=settings.PLATE_DAYS)
    done = sum(owning.drop_wishes(community=one, now=now) for one in directory.communities())
    return done + sum(
        owning.forget(community=one, before=before) for one in directory.communities()
    )

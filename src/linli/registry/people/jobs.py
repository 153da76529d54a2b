"""What the register forgets by itself."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from linli.contracts import directory, privacy
from linli.foundation.consent import operations
from linli.registry.people import erasing, holdings

_POSITION_KEPT = timedelta(days=1)
_AT_ONCE = 50


def forget_positions(now: datetime) -> int:
    """Forget where staff were a day ago, who told nothing since; return how many."""
    return _everywhere(forget_positions_of, now)


def forget_moved_out(now: datetime) -> int:
    """Erase a part of those who moved out `LINLI_MOVED_OUT_DAYS` ago; return how many."""
    return _everywhere(forget_moved_out_of, now)


def forget_positions_of(community: str, now: datetime) -> int:
    """As `forget_positions`, in one community."""
    return erasing.forget_positions(community=community, before=now - _POSITION_KEPT)


def forget_moved_out_of(community: str, now: datetime) -> int:
    """As `forget_moved_out`, in one community; whom something still binds here stays."""
    before = timezone.localdate(now) - timedelta(days=settings.MOVED_OUT_DAYS)
    today = timezone.localdate(now)
    gone = [
        subject
        for subject in holdings.moved_out_before(community, before=before, limit=_AT_ONCE)
        if not privacy.obstacles(community, subject, today)
    ]
    for subject in gone:
        operations.forget(community=community, subject=subject, account=0, now=now)
    return len(gone)


def _everywhere(forget: Callable[[str, datetime], int], now: datetime) -> int:
    return sum(forget(community, now) for community in directory.communities())

"""What time does to doors."""

from datetime import datetime, timedelta

from django.conf import settings

from linli.contracts import directory
from linli.domains.doors.operations import forgetting, joining, keeping, pulling, turning


def forget(now: datetime) -> int:
    """Drop a part of the passages that are older than they are kept; return how many."""
    before = now - timedelta(days=settings.PASSAGE_DAYS)
    return sum(forgetting.forget(community=one, before=before) for one in directory.communities())


def forget_newcomers(now: datetime) -> int:
    """Forget whom heads of households asked for and nobody let pass; return how many."""
    return sum(joining.forget(community=one, now=now) for one in directory.communities())


def remind(now: datetime) -> int:
    """Tell doors again to fetch who may pass that have not said they did; return how many."""
    return sum(pulling.remind(community=one, now=now) for one in directory.communities())


def follow(now: datetime) -> int:
    """Look who moved; return how many credentials changed by that."""
    return sum(forgetting.follow(community=one, now=now) for one in directory.communities())


def end_unguarded(now: datetime) -> int:
    """End what guardians made for wards who are theirs no more; return how many."""
    return sum(forgetting.end_unguarded(community=one, now=now) for one in directory.communities())


def end_modes(now: datetime) -> int:
    """Keep doors as usual whose time to stand open, shut or unused is over; return how many."""
    return sum(keeping.end(community=one, now=now) for one in directory.communities())


def turn_keys(now: datetime) -> int:
    """Let keys that sign codes go on their way; return how many moved."""
    return sum(turning.advance(community=one, now=now) for one in directory.communities())

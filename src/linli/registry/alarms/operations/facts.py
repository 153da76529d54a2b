"""What the desk tells the rest of the system."""

from datetime import UTC, datetime

from linli.contracts.alarms import AlarmClosed, AlarmGone, AlarmOpened, AlarmUnshelved
from linli.contracts.effects import Severity
from linli.foundation import ids
from linli.registry.alarms.models import Alarm


def at(epoch_s: float) -> datetime:
    """Return an instant of the live half as the records keep it."""
    return datetime.fromtimestamp(epoch_s, UTC)


def opened(row: Alarm, *, cause: str, now: datetime) -> AlarmOpened:
    """Say that trouble has begun, or come back."""
    return AlarmOpened(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=cause,
        alarm=row.pk,
        scene=row.scene,
        device=row.device or None,
        place=row.place,
        severity=Severity(row.severity),
        count=row.count,
    )


def gone(row: Alarm, *, cause: str | None, now: datetime) -> AlarmGone:
    """Say that the trouble has cleared of itself."""
    return AlarmGone(id=ids.new(), at=now, community=row.community, cause=cause, alarm=row.pk)


def closed(row: Alarm, *, cause: str | None, by: int | None, now: datetime) -> AlarmClosed:
    """Say that nobody need look at it again."""
    return AlarmClosed(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=cause or row.effect,
        alarm=row.pk,
        by=by,
        reason=row.close_reason,
    )


def unshelved(row: Alarm, *, now: datetime) -> AlarmUnshelved:
    """Say that it is in sight again."""
    return AlarmUnshelved(
        id=ids.new(), at=now, community=row.community, cause=row.effect, alarm=row.pk
    )

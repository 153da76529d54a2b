"""Time of day and the working calendar."""

from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo

from linli.scenes.model import Clock

WorkingDay = Callable[[date], bool]

_DAY_MIN = 24 * 60
_SATURDAY = 5


def weekdays(day: date) -> bool:
    """Tell whether a day is Monday to Friday: the working calendar of who has no other."""
    return day.weekday() < _SATURDAY


class Calendar:
    """Local time, and which days are worked."""

    def __init__(self, *, zone: tzinfo, working_day: WorkingDay) -> None:
        self._zone = zone
        self._working_day = working_day

    def holds(self, clock: Clock, now: float) -> bool:
        """Tell whether the local time lies in a window."""
        local = datetime.fromtimestamp(now, self._zone)
        minute = local.hour * 60 + local.minute
        day = local.date()
        if clock.start_min < clock.end_min:
            return clock.start_min <= minute < clock.end_min and self._on(clock, day)
        if minute >= clock.start_min:
            return self._on(clock, day)
        return minute < clock.end_min and self._on(clock, day - timedelta(days=1))

    def next_change(self, clock: Clock, now: float) -> float:
        """Return the next instant at which a window may open or shut: epoch seconds, after now."""
        local = datetime.fromtimestamp(now, self._zone)
        for days in (0, 1, 2):
            midnight = datetime.combine(local.date() + timedelta(days=days), datetime.min.time())
            for minute in sorted({0, clock.start_min, clock.end_min % _DAY_MIN}):
                moment = (midnight + timedelta(minutes=minute)).replace(tzinfo=self._zone)
                if moment.timestamp() > now:
                    return moment.timestamp()
        raise AssertionError("two days hold an instant after now")

    def _on(self, clock: Clock, day: date) -> bool:
        match clock.days:
            case "all":
                return True
            case "working":
                return self._working_day(day)
            case "rest":
                return not self._working_day(day)
            case days:
                return day.weekday() in days

"""Service clocks: when a case must be answered, done, checked; in calendar or in working time."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

import msgspec

from linli.contracts.calendar import Day
from linli.contracts.cases import CaseState as S
from linli.domains.cases.logic.refusals import NoWorkingTime
from linli.kernel import period

Hours = tuple[tuple[time, time], ...]
OFFICE_HOURS: Hours = ((time(8, 30), time(12)), (time(14), time(17, 30)))
_FURTHEST_DAYS = 3660
_DAYS = re.compile(r"(\d+(?:\.\d+)?)d")


class Calendar(StrEnum):
    """Whether a limit counts every hour, or only hours that are worked."""

    CALENDAR = "calendar"
    WORKING = "working"


class Clock(StrEnum):
    """To somebody at work on it; to his saying that it is done; to a checked end."""

    RESPOND = "respond"
    HANDLE = "handle"
    CHECK = "check"


class Want(StrEnum):
    """What a clock does in a state of its case."""

    ABSENT = "absent"
    RUN = "run"
    PAUSE = "pause"
    STOP = "stop"


def _wants(run: str, pause: str = "", absent: str = "") -> dict[S, Want]:
    out = dict.fromkeys(S, Want.STOP)
    for states, want in ((run, Want.RUN), (pause, Want.PAUSE), (absent, Want.ABSENT)):
        out |= {S(state): want for state in states.split()}
    return out


WANTS: dict[Clock, dict[S, Want]] = {
    Clock.RESPOND: _wants("reported verified filed dispatched returned rework", "parked"),
    Clock.HANDLE: _wants(
        "filed dispatched returned handling rework", "delayed parked", "reported verified"
    ),
    Clock.CHECK: _wants("feedback rechecked"),
}
"""A resident's wait for an answer counts from the report, the handler's time from the filing."""


class Again(StrEnum):
    """What happens to a stopped clock when its case comes back to a state where it runs."""

    STAY = "stay"
    GO_ON = "go_on"
    AFRESH = "afresh"


AGAIN = {Clock.RESPOND: Again.STAY, Clock.HANDLE: Again.GO_ON, Clock.CHECK: Again.AFRESH}
"""Rework goes on within the time that was left: the wait for the check is not the handler's."""


class WorkTime(msgspec.Struct, frozen=True, kw_only=True):
    """Which hours are worked: hours of a day, days by `day`, in a time zone."""

    zone: tzinfo
    day: Callable[[date], Day]
    hours: Hours = OFFICE_HOURS


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """An instant, and whether the days up to it are known or weekends were taken for them."""

    at: datetime
    known: bool = True


def due(*, start: datetime, span_s: float, calendar: Calendar, work: WorkTime) -> Due:
    """Return when a span that starts then is used up.

    :raises NoWorkingTime: if ten years do not hold enough worked hours
    """
    if calendar is Calendar.CALENDAR or span_s <= 0:
        return Due(at=start + timedelta(seconds=max(span_s, 0)))
    left, known = timedelta(seconds=span_s), True
    for opens, closes, sure in _windows(start, work):
        known = known and sure
        if opens + left <= closes:
            return Due(at=opens + left, known=known)
        left -= closes - opens
    raise NoWorkingTime(start=start.isoformat())


def between_s(*, start: datetime, end: datetime, calendar: Calendar, work: WorkTime) -> float:
    """Return the seconds that count between two instants; none when the end is not after."""
    if end <= start:
        return 0.0
    if calendar is Calendar.CALENDAR:
        return (end - start).total_seconds()
    total = timedelta()
    for opens, closes, _ in _windows(start, work):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total.total_seconds()


def span_s(*, text: str, calendar: Calendar, hours: Hours) -> float:
    """Return a limit in counted seconds. A working day is as long as its hours: `2d` is 14 h.

    :raises BadPeriod: if it is not a span of time
    """
    if calendar is Calendar.CALENDAR:
        return period.seconds(text)
    days = sum(float(number) for number in _DAYS.findall(text))
    rest = _DAYS.sub("", text)
    return days * day_s(hours) + (period.seconds(rest) if rest or not days else 0.0)


def day_s(hours: Hours) -> float:
    """Return how many seconds of a worked day are worked."""
    anchor = date(2000, 1, 1)
    return sum(
        (datetime.combine(anchor, to) - datetime.combine(anchor, since)).total_seconds()
        for since, to in hours
    )


def _windows(start: datetime, work: WorkTime) -> Iterator[tuple[datetime, datetime, bool]]:
    """Yield the worked stretches from an instant on, in UTC, each with whether its day is known.

    A day that is not worked is told too, as a stretch of no length, so that a guess is not lost.
    """
    first = start.astimezone(work.zone).date()
    start = start.astimezone(UTC)
    for ahead in range(_FURTHEST_DAYS):
        on = first + timedelta(days=ahead)
        day = work.day(on)
        if not day.worked and not day.known:
            midnight = datetime.combine(on, time(), work.zone).astimezone(UTC)
            yield max(midnight, start), max(midnight, start), False
        for since, to in work.hours if day.worked else ():
            opens = datetime.combine(on, since, work.zone).astimezone(UTC)
            closes = datetime.combine(on, to, work.zone).astimezone(UTC)
            if closes > start:
                yield max(opens, start), closes, day.known

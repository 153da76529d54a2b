"""Hours in which a right holds: by days of the week, working days and days of rest."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from linli.contracts.doors import Hours
from linli.domains.doors.logic.deciding import Grant, Term

Works = Callable[[date], bool]
"""Whether a day is worked."""
_MONDAY, _FRIDAY = date(2026, 6, 1), 5


def hold(*, hours: Sequence[Hours], at: datetime, works: Works) -> bool:
    """Tell whether a local time lies in one of these; none are all hours."""
    return not hours or any(_covers(one, at, works) for one in hours)


_DAY, _WEEK = 24 * 60, 7 * 24 * 60
HALF_OF_A_WEEK = _WEEK // 2
"""In minutes."""


def minutes(hours: Sequence[Hours]) -> frozenset[int]:
    """Return the minutes of a usual week, Monday to Friday worked, that lie in one of these; none
    are none.
    """
    found: set[int] = set()
    for one in hours:
        starts, ends = (at.hour * 60 + at.minute for at in (one.starts, one.ends))
        lasts = ends - starts if ends > starts else ends - starts + _DAY
        for day in range(7):
            if _on(one.days, _MONDAY + timedelta(days=day), _usually):
                begins = day * _DAY + starts
                found.update(at % _WEEK for at in range(begins, begins + lasts))
    return frozenset(found)


def _usually(day: date) -> bool:
    return day.isoweekday() <= _FRIDAY


def granted(
    *,
    hours: Sequence[Hours],
    duty: Sequence[Hours] = (),
    not_on_holidays: bool,
    at: datetime,
    works: Works,
) -> Grant:
    """Return how a right stands at a local time: it holds in `hours` that are hours of `duty` too.
    `not_on_holidays` bars days of rest that fall on Monday to Friday.
    """
    if not hold(hours=duty, at=at, works=works):
        return Grant.OFF_SHIFT
    if not_on_holidays and at.isoweekday() <= _FRIDAY and not works(at.date()):
        return Grant.HOLIDAY
    return Grant.YES if hold(hours=hours, at=at, works=works) else Grant.HOURS


_RANKS = (Grant.YES, Grant.FLOOR, Grant.OFF_SHIFT, Grant.HOLIDAY, Grant.HOURS, Grant.NONE)


def best(grants: Sequence[Grant]) -> Grant:
    """Return the best of several; none at all is no right."""
    return min(grants, key=_RANKS.index, default=Grant.NONE)


def term(*, since: datetime | None, until: datetime | None, now: datetime) -> Term:
    """Return where now lies in a span; its end is not included."""
    if since is not None and now < since:
        return Term.NOT_YET
    if until is not None and now >= until:
        return Term.OVER
    return Term.NOW


def _covers(hours: Hours, at: datetime, works: Works) -> bool:
    for back in (0, 1):
        day = at.date() - timedelta(days=back)
        if not _on(hours.days, day, works):
            continue
        starts = datetime.combine(day, hours.starts, tzinfo=at.tzinfo)
        ends = datetime.combine(day, hours.ends, tzinfo=at.tzinfo)
        if ends <= starts:
            ends += timedelta(days=1)
        if starts <= at < ends:
            return True
    return False


def _on(days: str, day: date, works: Works) -> bool:
    if days in {"working", "rest"}:
        return works(day) is (days == "working")
    return days == "all" or str(day.isoweekday()) in days

"""When a place is lent. Times are the community's own, without a zone."""

from datetime import datetime, time, timedelta

import msgspec

_DAY = timedelta(days=1)


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """Hours of some days (`1` Monday … `7` Sunday); hours that end no later than they begin go on
    past midnight.
    """

    days: str = "1234567"
    starts: time
    ends: time


def fits(*, hours: Hours, since: datetime, until: datetime) -> bool:
    """Tell whether a span lies within hours that are lent, one run after another."""
    at = since
    while at < until:
        ends = _run(hours, at)
        if ends is None:
            return False
        at = ends
    return True


def _run(hours: Hours, at: datetime) -> datetime | None:
    """Return when the hours that a time lies in end."""
    for day in (at.date() - _DAY, at.date()):
        if str(day.isoweekday()) not in hours.days:
            continue
        begins = datetime.combine(day, hours.starts)
        ends = datetime.combine(day, hours.ends)
        ends += _DAY if hours.ends <= hours.starts else timedelta()
        if begins <= at < ends:
            return ends
    return None

"""Rules of the register of people: pure, by table where it can be."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import msgspec

RELATIONS = ("owner", "tenant", "family", "other")
GROUPS = ("lone_elder", "disabled", "child_at_risk", "low_income", "party_member", "veteran")
OCCUPANCIES = ("owner", "rented", "vacant", "unknown")
ORGANISATION_KINDS = ("shop", "company", "property", "service", "committee", "other")
VEHICLE_KINDS = ("car", "truck", "motorcycle", "e_bike", "other")
DUTIES = ("by_shift", "on", "off")


class ShiftHours(msgspec.Struct, frozen=True, kw_only=True):
    """A weekly shift: days `1` Monday … `7` Sunday.

    It goes on past midnight if it ends no later than it starts.
    """

    days: str
    starts: time
    ends: time
    since: date | None = None
    until: date | None = None


def covers(*, shift: ShiftHours, at: datetime) -> tuple[datetime, datetime] | None:
    """Return the start and end of the turn of this shift that holds a local time, if one does."""
    for back in (0, 1):
        day = at.date() - timedelta(days=back)
        if not _works_on(shift, day):
            continue
        starts = datetime.combine(day, shift.starts, tzinfo=at.tzinfo)
        ends = datetime.combine(day, shift.ends, tzinfo=at.tzinfo)
        if ends <= starts:
            ends += timedelta(days=1)
        if starts <= at < ends:
            return starts, ends
    return None


def _works_on(shift: ShiftHours, day: date) -> bool:
    if str(day.isoweekday()) not in shift.days:
        return False
    if shift.since and day < shift.since:
        return False
    return not (shift.until and day >= shift.until)


def turn(*, shifts: Sequence[ShiftHours], at: datetime) -> tuple[datetime, datetime] | None:
    """Return the turn that holds a local time; of several, the one that ends last."""
    turns = [found for shift in shifts if (found := covers(shift=shift, at=at))]
    return max(turns, key=lambda found: found[1], default=None)

"""Rules of the register of people: pure, by table where it can be."""

from calendar import isleap
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import msgspec

from linli.kernel.words import Words

RELATIONS = ("owner", "tenant", "family", "other")
HEALTH_GROUPS = ("disabled", "frail", "dementia", "severe_illness")
"""Groups that tell of somebody's health: their words lie apart."""
HEALTH = "health"
"""What the register itself says of them, one like the other."""
GROUPS = (
    "lone_elder", "child_at_risk", "low_income", "party_member", "veteran", *HEALTH_GROUPS,
)  # fmt: skip
OCCUPANCIES = ("owner", "rented", "vacant", "unknown")
ORGANISATION_KINDS = ("shop", "company", "property", "service", "committee", "other")
VEHICLE_KINDS = ("car", "truck", "motorcycle", "e_bike", "other")
DUTIES = ("by_shift", "on", "off")

READ_FOR = ("service", "emergency", "visit", "verification", "correction")
"""What a single record may be read for; the reader says which, and it is remembered."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one field, in words."""

    field: str
    value: str
    message: Words


def masked_phone(number: str) -> str:
    """Return a number with its middle hidden: `138****8000`."""
    bare = number.removeprefix("+86")
    if len(bare) <= _SHORT:
        return "*" * len(bare)
    return f"{bare[:3]}{'*' * (len(bare) - 7)}{bare[-4:]}"


def masked_id(number: str) -> str:
    """Return an identity number with only its first three and last two signs."""
    if len(number) <= _SHORT:
        return "*" * len(number)
    return f"{number[:3]}{'*' * (len(number) - 5)}{number[-2:]}"


_SHORT = 7


TAIL = 4
"""By so many of its last digits a telephone number is found, as the mask shows them."""


def no_position(position: str) -> str:
    """Return what a list shows of where somebody is: nothing."""
    return ""


def no_group(group: str) -> str:
    """Return what a list shows of in which group somebody is: nothing."""
    return ""


def masked_name(name: str) -> str:
    """Return a name with only its first sign: `张*`."""
    return f"{name[:1]}{'*' * len(name[1:])}"


GUARDED_UNTIL, OF_AGE = 14, 18
"""Under 14 a guardian agrees (art. 31); who is of age may be one."""


def age(*, born_on: date, on: date) -> int:
    """Return the full years on a day."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def of_age_on(*, born_on: date) -> date:
    """Return the day on which somebody is of age; born on a leap day, the first of March."""
    year = born_on.year + OF_AGE
    leap = (born_on.month, born_on.day) == (2, 29) and not isleap(year)
    return date(year, 3, 1) if leap else born_on.replace(year=year)


def one_family(relations: Sequence[str]) -> bool:
    """Tell whether all who are registered with a home, by their relations to it, are of one family
    as far as the register can tell: no two tenants share it, and no owner stands beside a tenant.
    """
    tenants = relations.count("tenant")
    return tenants == 0 or (tenants == 1 and "owner" not in relations)


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


def is_on_duty(*, duty: str, shifts: Sequence[ShiftHours], at: datetime) -> bool:
    """Tell whether an employee is on duty at a local time: by decision, or by his shifts."""
    return duty == "on" or (duty == "by_shift" and turn(shifts=shifts, at=at) is not None)


def turn(*, shifts: Sequence[ShiftHours], at: datetime) -> tuple[datetime, datetime] | None:
    """Return the turn that holds a local time; of several, the one that ends last."""
    turns = [found for shift in shifts if (found := covers(shift=shift, at=at))]
    return max(turns, key=lambda found: found[1], default=None)

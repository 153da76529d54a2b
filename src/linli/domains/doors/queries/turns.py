"""When staff are on duty, as controllers keep it: by hours of the week."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db.models import Q

from linli.registry.people.models import Shift, Staff

_NEVER = {"days": "0", "starts": "00:00", "ends": "00:00"}


def hours_of_staff(
    *, community: str, staff: Sequence[int] | None, today: date
) -> Mapping[int, list[dict[str, str]]]:
    """Return the hours of those of these (None: of all) who are employed; none are all hours, and
    whoever is off, or has no shift, is on duty never.
    """
    rows = Staff.rows.of(community).filter(employed=True)
    rows = rows if staff is None else rows.filter(pk__in=staff)
    duties = dict(rows.values_list("pk", "duty"))
    found: dict[int, list[dict[str, str]]] = {one: [] for one in duties}
    shifts = Shift.rows.of(community).filter(Q(since=None) | Q(since__lte=today))
    shifts = shifts.filter(Q(until=None) | Q(until__gte=today))
    shifts = shifts if staff is None else shifts.filter(staff__in=list(duties))
    for shift in shifts.order_by("pk"):
        days = _days(shift, today)
        if days and shift.staff_id in found:
            hours = {
                "days": days, "starts": f"{shift.starts:%H:%M}", "ends": f"{shift.ends:%H:%M}"
            }  # fmt: skip
            found[shift.staff_id].append(hours)
    return {
        one: [] if duties[one] == "on" else [_NEVER] if duties[one] == "off" or not hours else hours
        for one, hours in found.items()
    }


def _days(shift: Shift, today: date) -> str:
    """Return the days on which a shift begins. On the day from which on it is no more, that is the
    day before, for the turn that goes on past midnight.
    """
    if shift.until is None or shift.until > today:
        return shift.days
    before = str((today - timedelta(days=1)).isoweekday())
    return before if shift.ends <= shift.starts and before in shift.days else ""

"""Every read of people and what is theirs."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db.models import Prefetch
from django.utils import timezone

from linli.registry.people import logic
from linli.registry.people.models import CellDuty, Shift, Staff


class OnDuty(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who can be sent: number in the register, account, skills, place and turn.

    `position` is (longitude, latitude) in degrees as last told at `position_at`. `cells` are the
    paths of his grid cells. `since` and `until` bound his turn; both None where he was called in.
    """

    staff: int
    account: int | None
    code: str
    name: str
    skills: tuple[str, ...]
    cells: tuple[str, ...]
    position: tuple[float, float] | None
    position_at: datetime | None
    since: datetime | None
    until: datetime | None


def staff_on_duty(*, community: str, skill: str = "", at: datetime) -> list[OnDuty]:
    """Return who is on duty at a time and has a skill (any, if none is named), by number."""
    rows = (
        Staff.rows.of(community)
        .filter(employed=True)
        .exclude(duty="off")
        .prefetch_related(
            Prefetch("shifts", queryset=Shift.rows.of(community)),
            Prefetch("cells", queryset=CellDuty.rows.of(community).select_related("cell")),
        )
        .order_by("pk")
    )
    local = timezone.localtime(at)
    able = (row for row in rows if not skill or skill in row.skills)
    return [found for row in able if (found := _on_duty(row, local))]


def _on_duty(row: Staff, at: datetime) -> OnDuty | None:
    turn = logic.turn(shifts=_hours(row.shifts.all()), at=at)
    if turn is None and row.duty != "on":
        return None
    since, until = turn or (None, None)
    return OnDuty(
        staff=row.pk,
        account=row.account_id,
        code=row.code,
        name=row.name,
        skills=tuple(row.skills),
        cells=tuple(duty.cell.path for duty in row.cells.all()),
        position=position(row),
        position_at=row.position_at,
        since=since,
        until=until,
    )


def _hours(shifts: Sequence[Shift]) -> list[logic.ShiftHours]:
    return [
        logic.ShiftHours(days=s.days, starts=s.starts, ends=s.ends, since=s.since, until=s.until)
        for s in shifts
    ]


def position(row: Staff) -> tuple[float, float] | None:
    """Return (longitude, latitude) in degrees, if it was ever told."""
    if row.longitude_deg is None or row.latitude_deg is None:
        return None
    return row.longitude_deg, row.latitude_deg

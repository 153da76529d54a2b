"""Keeping a case's clocks in step with its state."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from linli.contracts.calendar import working_day
from linli.contracts.cases import CaseState
from linli.domains.cases import ports, queries
from linli.domains.cases.logic import clocks
from linli.domains.cases.logic.clocks import Again, Calendar, Want
from linli.domains.cases.logic.kinds import GENERAL, CaseKind
from linli.domains.cases.models import Case, Clock


def kind_of(row: Case) -> CaseKind:
    """Return the kind of a case; one that has left the catalogue is `general` from then on."""
    kinds = ports.case_kinds()
    return kinds.get(row.kind) or kinds[GENERAL]


def work(kind: CaseKind) -> clocks.WorkTime:
    """Return which hours are worked for a kind of case, here."""
    return clocks.WorkTime(zone=ZoneInfo(settings.TIME_ZONE), day=working_day, hours=kind.hours)


def settle(*, row: Case, now: datetime, afresh: bool = False) -> None:
    """Start, pause, resume or stop each clock as the case's state wants it.

    `afresh` gives a reopened case its whole time again.
    """
    standing = queries.clocks(community=row.community, cases=[row.pk], lock=True)
    by_name = {clock.name: clock for clock in standing.get(row.pk, [])}
    for name, wants in clocks.WANTS.items():
        _settle(row, name, by_name.get(name), wants[CaseState(row.state)], now, afresh=afresh)


def _settle(
    row: Case, name: clocks.Clock, clock: Clock | None, want: Want, now: datetime, *, afresh: bool
) -> None:
    if want is Want.RUN:
        again = Again.AFRESH if clock is None or afresh else clocks.AGAIN[name]
        _run(row, name, clock, again, now)
    elif clock is None or clock.stopped_at:
        return
    elif want is Want.PAUSE and clock.paused_at is None:
        _stand_still(row, clock, now)
        clock.paused_at = now
        clock.save()
    elif want in {Want.STOP, Want.ABSENT}:
        _stand_still(row, clock, now)
        clock.stopped_at = now
        clock.save()


def _run(row: Case, name: clocks.Clock, clock: Clock | None, again: Again, now: datetime) -> None:
    if clock is None or (clock.stopped_at and again is Again.AFRESH):
        _start(row, name, clock.round + 1 if clock else 1, now)
    elif clock.paused_at or (clock.stopped_at and again is Again.GO_ON):
        _go_on(row, clock, now)


def _start(row: Case, name: clocks.Clock, round: int, now: datetime) -> None:
    kind = kind_of(row)
    limit_s, calendar = kind.limits_s[name], kind.calendar
    if name is clocks.Clock.RESPOND and row.respond_within_s is not None:
        limit_s, calendar = row.respond_within_s, Calendar.CALENDAR
    due = clocks.due(start=now, span_s=limit_s, calendar=calendar, work=work(kind))
    Clock.rows.create(
        community=row.community,
        case=row,
        name=name,
        round=round,
        calendar=calendar,
        limit_s=limit_s,
        started_at=now,
        due_at=due.at,
        rings_at=due.at,
        known=due.known,
    )


def _stand_still(row: Case, clock: Clock, now: datetime) -> None:
    """Keep what is left, in counted seconds, below nought when it has run out."""
    calendar, hours = Calendar(clock.calendar), work(kind_of(row))
    ahead = clocks.between_s(start=now, end=clock.due_at, calendar=calendar, work=hours)
    late = clocks.between_s(start=clock.due_at, end=now, calendar=calendar, work=hours)
    if clock.paused_at is None:
        clock.remaining_s = ahead - late
    clock.rings_at = None


def _go_on(row: Case, clock: Clock, now: datetime) -> None:
    since = clock.paused_at or clock.stopped_at or now
    clock.paused_s += (now - since).total_seconds()
    clock.paused_at = clock.stopped_at = None
    left_s = clock.remaining_s or 0.0
    if left_s > 0:
        found = clocks.due(
            start=now, span_s=left_s, calendar=Calendar(clock.calendar), work=work(kind_of(row))
        )
        clock.due_at, clock.known = found.at, clock.known and found.known
    clock.remaining_s = None
    clock.rings_at = next_ring(row=row, clock=clock)
    clock.save()


def next_ring(*, row: Case, clock: Clock) -> datetime | None:
    """Return when the next escalation is due: at the limit, at half as much again, then never."""
    if clock.level == 0:
        return clock.due_at
    if clock.level == 1:
        return clocks.due(
            start=clock.due_at,
            span_s=clock.limit_s / 2,
            calendar=Calendar(clock.calendar),
            work=work(kind_of(row)),
        ).at
    return None


def local(at: datetime) -> str:
    """Return an instant as people here read it, to the minute."""
    return f"{at.astimezone(ZoneInfo(settings.TIME_ZONE)):%Y-%m-%d %H:%M}"


def local_year(at: datetime) -> int:
    """Return the year that it is here at an instant."""
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).year

"""What time does to tours: they become due, somebody is late, points were missed."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from linli.contracts import cases
from linli.contracts.directory import communities
from linli.contracts.effects import Severity
from linli.domains.tours import logic, queries
from linli.domains.tours.logic import WindowRule
from linli.domains.tours.models import Mark, Stop, Tour, Window
from linli.domains.tours.operations import alarming, recording
from linli.foundation.passing import is_passing
from linli.kernel.words import Words

log = logging.getLogger("linli.tours")

_AHEAD = timedelta(hours=24)
CASE = "security.tour"


def tick(*, now: datetime) -> int:
    """Let time pass in every community; told the same time twice, nothing is done twice.

    Returns how many things were done.
    """
    return sum(_tick(community, now) for community in communities())


def _tick(community: str, now: datetime) -> int:
    """Plan, remind and close. Each tour is a transaction of its own: one that fails is told in the
    log, and holds up no other.
    """
    late = queries.not_begun(community=community, now=now)
    over = queries.over(community=community, now=now)
    todo: list[Callable[[], int]] = [
        partial(plan, community=community, now=now),
        *(partial(_remind, community, tour, now) for tour in late),
        *(partial(_close, community, tour, now) for tour in over),
    ]
    return sum(_alone(act) for act in todo)


def _alone(act: Callable[[], int]) -> int:
    try:
        with transaction.atomic():
            return act()
    except Exception as error:  # whatever is wrong with one tour must not stop the next
        if is_passing(error):
            raise
        log.exception("a tour could not be moved on; the others go on")
        return 0


def plan(*, community: str, now: datetime) -> int:
    """Make the tours that begin within a day, with their points; return how many are new."""
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    windows = queries.windows(community=community)
    there = queries.planned(community=community, since=now - timedelta(days=2))
    due = [
        (window, *when)
        for of_route in windows.values()
        for window in of_route
        for when in _times(window, local)
        if (window.pk, when[0]) not in there
    ]
    stops = queries.stops(community=community, routes={window.route_id for window, _, _ in due})
    made = [_make(window, start, end, stops.get(window.route_id, [])) for window, start, end in due]
    return sum(made)


def _times(window: Window, local: datetime) -> list[tuple[datetime, datetime]]:
    rule = WindowRule(days=window.days, starts=window.starts, minutes=window.minutes)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    spans = [
        logic.span(rule=rule, day=day, midnight=midnight)
        for day in logic.days(now=local)
        if logic.starts_on(rule=rule, day=day)
    ]
    return [(start, end) for start, end in spans if end > local and start <= local + _AHEAD]


def _make(window: Window, start: datetime, end: datetime, stops: list[Stop]) -> int:
    if not stops:
        return 0
    row, new = Tour.rows.of(window.community).get_or_create(
        window=window,
        starts_at=start,
        defaults={"route_id": window.route_id, "ends_at": end, "state": logic.WAITING},
    )
    if new:
        Mark.rows.of(window.community).bulk_create(
            [
                Mark(
                    community=window.community,
                    tour=row,
                    point=stop.point,
                    number=stop.number,
                    state=logic.DUE,
                )
                for stop in stops
            ]
        )
    return int(new)


def _remind(community: str, tour: int, now: datetime) -> int:
    row = queries.tour(community=community, id=tour, lock=True)
    if row.state != logic.WAITING or row.late_told_at is not None:
        return 0
    if row.starts_at + timedelta(minutes=row.window.late_minutes) > now:
        return 0
    row.late_told_at = now
    row.save(update_fields=["late_told_at"])
    text = logic.not_begun_words(row.route.name, row.window.late_minutes)
    recording.not_begun(row, text=text, now=now)
    return 1


def _close(community: str, tour: int, now: datetime) -> int:
    row = queries.tour(community=community, id=tour, lock=True)
    if row.state not in logic.OPEN or row.ends_at > now:
        return 0
    marks = queries.marks(community=community, tours=[tour]).get(tour, [])
    missed = [mark for mark in marks if mark.state == logic.DUE]
    for mark in missed:
        mark.state = logic.UNSEEN
    Mark.rows.of(community).bulk_update(missed, ["state"])
    finish(row, marks, now)
    return 1


def finish(row: Tour, marks: list[Mark], now: datetime) -> None:
    """End a tour as its points stand; what was missed makes a case, and one alarm."""
    row.state = logic.outcome(states=[mark.state for mark in marks], over=True)
    row.ended_at = min(now, row.ends_at)
    missed = [mark for mark in marks if mark.state == logic.UNSEEN]
    names = [mark.point.name for mark in missed]
    text = (
        logic.missed_words(route=row.route.name, points=names, state=row.state)
        if missed
        else Words(zh=f"{row.route.name.zh}：巡完", en=f"{row.route.name.en}: walked")
    )
    fact = recording.ended(row, marks=marks, missed=missed, text=text, now=now)
    if missed:
        place = missed[0].point.place if len(missed) == 1 else row.route.place
        asked = cases.CaseAsked(
            kind=CASE, fact=fact, place=place.path, description=text, severity=Severity.MINOR
        )
        row.case = cases.ask(asked).id
        alarming.missed(row, marks=missed, cause=fact.id, now=now)
    else:
        alarming.walked(row, cause=fact.id, now=now)
    row.save(update_fields=["state", "ended_at", "case"])

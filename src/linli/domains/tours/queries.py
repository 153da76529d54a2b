"""Every read of tours, scoped by community and place."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec
from django.db.models import Count, Q

from linli.contracts.tours import VISITED
from linli.domains.tours import logic
from linli.domains.tours.models import (
    Badge,
    Mark,
    Nearness,
    Point,
    Route,
    Scan,
    Stop,
    Tour,
    Window,
)
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.models import ScopedRows
from linli.foundation.scope.paging import CodePage, RecentPage, by_code, by_recent
from linli.kernel.fault import Fault
from linli.registry.devices.catalogue import models as thing_models
from linli.registry.devices.models import Device
from linli.registry.people import queries as people
from linli.registry.people.models import Staff
from linli.registry.places import queries as places

MOST_DAYS = 366
"""Tours are counted over a year at most."""
_MOST_ALARMED = 100


class TourNotFound(Fault):
    key = "tours.not_found"
    status = 404


class RouteNotFound(Fault):
    key = "tours.route_not_found"
    status = 404


class PointNotFound(Fault):
    key = "tours.point_not_found"
    status = 404


class WalkerNotFound(Fault):
    key = "tours.walker_not_found"
    status = 404


class TooManyDays(Fault):
    key = "tours.too_many_days"
    status = 422


class RouteStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """How one route was walked in a span: how many tours, and points, of each state."""

    route: str
    tours: dict[str, int]
    points: dict[str, int]


def routes(*, community: str, seen: Sequence[str] = ()) -> list[Route]:
    """Return the routes, with their stops and windows at hand."""
    rows = Route.rows.of(community).filter(places.within(seen, "place__path"))
    return list(rows.select_related("place").order_by("code"))


def routes_page(
    *, community: str, seen: Sequence[str], wanted: CodePage
) -> tuple[list[Route], str | None]:
    """Return a page of the routes by code, and the cursor after it."""
    rows = Route.rows.of(community).filter(places.within(seen, "place__path"))
    return by_code(rows.select_related("place"), wanted=wanted)


def route(*, community: str, code: str, lock: bool = False) -> Route:
    """Return a route.

    :raises RouteNotFound: if there is none
    """
    rows = Route.rows.of(community).filter(code=code)
    row = (rows.select_for_update() if lock else rows.select_related("place")).first()
    if row is None:
        raise RouteNotFound(route=code[:32])
    return row


def stops(*, community: str, routes: Iterable[int]) -> dict[int, list[Stop]]:
    """Return the stops of each route in their order."""
    rows = Stop.rows.of(community).filter(route__in=list(routes)).select_related("point")
    found: dict[int, list[Stop]] = {}
    for row in rows.order_by("route_id", "number"):
        found.setdefault(row.route_id, []).append(row)
    return found


def windows(*, community: str, routes: Iterable[int] | None = None) -> dict[int, list[Window]]:
    """Return the windows in use of each route; of every route in use where none is named."""
    rows = Window.rows.of(community).filter(active=True)
    rows = rows.filter(route__active=True) if routes is None else rows.filter(route__in=routes)
    found: dict[int, list[Window]] = {}
    for row in rows.order_by("route_id", "starts", "pk"):
        found.setdefault(row.route_id, []).append(row)
    return found


def points_page(
    *, community: str, seen: Sequence[str], wanted: CodePage
) -> tuple[list[Point], str | None]:
    """Return a page of the points in use by code, and the cursor after it."""
    rows = Point.rows.of(community).filter(places.within(seen, "place__path"), active=True)
    return by_code(rows.select_related("place"), wanted=wanted)


def point(*, community: str, code: str) -> Point:
    """Return a point.

    :raises PointNotFound: if there is none
    """
    row = Point.rows.of(community).select_related("place").filter(code=code).first()
    if row is None:
        raise PointNotFound(point=code[:32])
    return row


def point_said(
    *, community: str, code: str = "", tag: str = "", beacon: str = "", reader: str = ""
) -> Point | None:
    """Return the point in use of a code, of a tag, of a beacon or of a reader: the first said."""
    said = {"code": code, "tag": tag, "beacon": beacon, "reader": reader}
    wanted = next((Q(**{field: value}) for field, value in said.items() if value), None)
    rows = Point.rows.of(community).select_related("place")
    return rows.filter(wanted, active=True).first() if wanted else None


def teller(*, point: Point) -> str:
    """Return the code of the device that tells visits of a point to scenes: the one that stands
    there, or the only one at its place, where it is the only point; else nothing.
    """
    able = [name for name, model in thing_models().items() if VISITED in model.events]
    rows = Device.rows.of(point.community).filter(model__in=able, enabled=True)
    said = rows.filter(code=point.reader).first() if point.reader else None
    if said is not None:
        return said.code
    others = Point.rows.of(point.community).filter(place=point.place_id, active=True)
    here = list(rows.filter(place=point.place_id).values_list("code", flat=True)[:2])
    alone = len(here) == 1 and not others.exclude(pk=point.pk).exists()
    return here[0] if alone else ""


def alarmed(*, row: Tour, since: datetime) -> list[Tour]:
    """Return the tours of the same route that ended since then and made a case: of what was missed
    on them an alarm may still be there.
    """
    rows = Tour.rows.of(row.community).filter(route=row.route_id, case__isnull=False)
    return list(rows.filter(ended_at__gte=since).exclude(pk=row.pk).order_by("pk")[:_MOST_ALARMED])


def points_by_beacon(*, community: str, beacons: Iterable[str]) -> dict[str, Point]:
    """Return the points in use where beacons of these names stand."""
    rows = Point.rows.of(community).filter(beacon__in=set(beacons), active=True)
    return {row.beacon: row for row in rows.select_related("place")}


def badges_by_beacon(*, community: str, beacons: Iterable[str]) -> dict[str, Badge]:
    """Return the badges that call by these names."""
    rows = Badge.rows.of(community).filter(beacon__in=set(beacons)).select_related("account")
    return {row.beacon: row for row in rows}


def badge_of_reader(*, community: str, reader: str) -> Badge | None:
    """Return whose a reader is that goes with somebody."""
    rows = Badge.rows.of(community).filter(reader=reader).exclude(reader="")
    return rows.select_related("account").first()


def walkers_page(*, community: str, wanted: CodePage) -> tuple[list[Staff], str | None]:
    """Return a page of the staff who have an account, by code: they may wear a badge."""
    rows = Staff.rows.of(community).filter(employed=True).exclude(account=None)
    return by_code(rows, wanted=wanted)


def walker(*, community: str, code: str) -> int:
    """Return the account of somebody of the staff.

    :raises WalkerNotFound: if there is no such person, or he has none
    """
    row = Staff.rows.of(community).filter(employed=True, code=code).first()
    if row is None or row.account_id is None:
        raise WalkerNotFound(staff=code[:32])
    return row.account_id


def badges(*, community: str, accounts: Iterable[int | None]) -> dict[int, Badge]:
    """Return the badges of accounts, those who have one."""
    rows = Badge.rows.of(community).filter(account__in=[one for one in accounts if one])
    return {row.account_id: row for row in rows}


def points_by_code(*, community: str, codes: Iterable[str]) -> dict[str, Point]:
    """Return points by code, those there are."""
    return {row.code: row for row in Point.rows.of(community).filter(code__in=list(codes))}


def tours(
    *, community: str, since: datetime, until: datetime, seen: Sequence[str], wanted: RecentPage
) -> tuple[list[Tour], str | None]:
    """Return a page of the tours that are to begin in a span, the latest first, and its cursor."""
    rows = _tours(community).filter(places.within(seen, "route__place__path"))
    rows = rows.filter(starts_at__gte=since, starts_at__lt=until)
    return by_recent(rows, wanted=wanted, field="starts_at")


def tour(*, community: str, id: int, seen: Sequence[str] = (), lock: bool = False) -> Tour:
    """Return a tour.

    :raises TourNotFound: if there is none where one may look
    """
    rows = _tours(community).filter(places.within(seen, "route__place__path"), pk=id)
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise TourNotFound(tour=id)
    return row


def _tours(community: str) -> ScopedRows[Tour]:
    rows: ScopedRows[Tour] = Tour.rows.of(community)
    return rows.select_related("route__place", "window", "walker")


def walkable(*, actor: Actor, now: datetime) -> list[Tour]:
    """Return the tours that an actor may walk now or soon, and his own of the last hours: those for
    his skill or role.
    """
    rows = _tours(actor.community).filter(places.within(actor.places, "route__place__path"))
    near = Q(starts_at__lte=now + timedelta(hours=4), ends_at__gte=now) & Q(state__in=logic.OPEN)
    own = Q(walker=actor.account, ends_at__gte=now - logic.AFTER)
    rows = rows.filter(near | own, window__skill__in=skills(actor=actor))
    return list(rows.order_by("starts_at", "pk")[:50])


def skills(*, actor: Actor) -> frozenset[str]:
    """Return the skills and roles of an actor."""
    rows = Staff.rows.of(actor.community).filter(account=actor.account, employed=True)
    held = {one for said in rows.values_list("skills", flat=True) for one in said}
    return actor.roles | held


def on_duty(*, community: str, account: int, at: datetime) -> bool:
    """Tell whether an account's staff member was on duty at a time."""
    return bool(people.staff_on_duty(community=community, account=account, at=at))


def marks(*, community: str, tours: Iterable[int]) -> dict[int, list[Mark]]:
    """Return the points of each tour in their order."""
    rows = Mark.rows.of(community).filter(tour__in=list(tours)).select_related("point", "by")
    found: dict[int, list[Mark]] = {}
    for row in rows.order_by("tour_id", "number"):
        found.setdefault(row.tour_id, []).append(row)
    return found


def scan_of_key(*, community: str, account: int, key: str) -> Scan | None:
    """Return the scan that an account told under a key, if it did."""
    rows = Scan.rows.of(community).select_related("tour", "point")
    return rows.filter(by=account, key=key).first()


def tour_of_scan(
    *, community: str, point: Point, at: datetime, account: int, wanted: int | None
) -> Tour | None:
    """Return, locked, the tour to which a scan belongs: the one that was named, else the walker's
    own, of those one that still wants the point, else the one whose time it was, else the nearest.
    """
    rows = Tour.rows.of(community).filter(marks__point=point)
    rows = rows.filter(starts_at__lte=at + logic.EARLY, ends_at__gte=at - logic.AFTER)
    found = list(rows.order_by("starts_at", "pk")[:20])
    if not found:
        return None
    marks = Mark.rows.of(community).filter(tour__in=found, point=point)
    due = set(marks.filter(state__in=(logic.DUE, logic.UNSEEN)).values_list("tour_id", flat=True))
    best = min(
        found,
        key=lambda row: (
            row.pk != wanted,
            row.walker_id != account,
            row.pk not in due,
            not row.starts_at <= at <= row.ends_at,
            abs(row.starts_at - at),
        ),
    )
    return tour(community=community, id=best.pk, lock=True)


def walked_by(*, community: str, point: Point, account: int, at: datetime) -> Tour | None:
    """Return the tour that somebody took, whose time it was, and which still wants this point."""
    rows = Tour.rows.of(community).filter(walker=account)
    rows = rows.filter(starts_at__lte=at + logic.EARLY, ends_at__gte=at - logic.AFTER)
    wanted = Q(marks__point=point, marks__state__in=(logic.DUE, logic.UNSEEN))
    found = rows.filter(wanted).order_by("starts_at", "pk").first()
    return tour(community=community, id=found.pk, lock=True) if found else None


def planned(*, community: str, since: datetime) -> set[tuple[int, datetime]]:
    """Return (window, start) of the tours that begin after a time."""
    rows = Tour.rows.of(community).filter(starts_at__gte=since)
    return set(rows.values_list("window_id", "starts_at"))


def not_begun(*, community: str, now: datetime) -> list[int]:
    """Return the tours that wait, have begun by the clock, and of which nothing was said yet."""
    rows = Tour.rows.of(community).filter(
        state=logic.WAITING, late_told_at=None, starts_at__lte=now, ends_at__gt=now
    )
    return list(rows.order_by("pk").values_list("pk", flat=True))


def over(*, community: str, now: datetime) -> list[int]:
    """Return the open tours whose time has run out."""
    rows = Tour.rows.of(community).filter(state__in=logic.OPEN, ends_at__lte=now)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def statistics(
    *, community: str, since: datetime, until: datetime, routes: Sequence[Route]
) -> list[RouteStatistics]:
    """Count tours and points of a span by outcome, of each of these routes.

    :raises TooManyDays: if the span is longer than a year, or ends before it begins
    """
    if not timedelta(0) <= until - since <= timedelta(days=MOST_DAYS):
        raise TooManyDays(most=MOST_DAYS)
    own = Tour.rows.of(community).filter(route__in=[row.pk for row in routes])
    spanned = own.filter(starts_at__gte=since, starts_at__lt=until)
    by_tour = spanned.order_by().values_list("route", "state").annotate(n=Count("pk"))
    marked = Mark.rows.of(community).filter(tour__in=spanned)
    by_point = marked.order_by().values_list("tour__route", "state").annotate(n=Count("pk"))
    tours: dict[int, dict[str, int]] = {}
    points: dict[int, dict[str, int]] = {}
    for counts, found in ((tours, by_tour), (points, by_point)):
        for number, state, n in found:
            counts.setdefault(number, {})[state] = n
    return [
        RouteStatistics(route=row.code, tours=tours.get(row.pk, {}), points=points.get(row.pk, {}))
        for row in routes
    ]


def old_scans(*, community: str, before: datetime, limit: int) -> list[int]:
    """Return scans told before a time, as many at most."""
    rows = Scan.rows.of(community).filter(told_at__lt=before)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def old_nearness(*, community: str, before: datetime, limit: int) -> list[int]:
    """Return what was heard last before a time of who was near which point, as much at most."""
    rows = Nearness.rows.of(community).filter(last_at__lt=before)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])

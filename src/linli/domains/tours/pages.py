"""Tours as screens show them: pages, put together from rows."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import segno
from django.conf import settings

from linli.domains.tours import logic, queries, signing
from linli.domains.tours.models import Mark, Point, Route, Scan, Stop, Tour, Window
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.paging import CodePage, RecentPage
from linli.kernel.words import Words
from linli.registry.places import queries as places


def two(words: Words) -> dict[str, str]:
    """Return a text in both languages as it is answered."""
    return {"zh": words.zh, "en": words.en or words.zh}


def day(*, actor: Actor, on: date, wanted: RecentPage) -> dict[str, Any]:
    """Return a page of the tours that begin on a day, with what became of each point."""
    begins = datetime.combine(on, datetime.min.time(), tzinfo=ZoneInfo(settings.TIME_ZONE))
    rows, after = queries.tours(
        community=actor.community,
        since=begins,
        until=begins + timedelta(days=1),
        seen=actor.places,
        wanted=wanted,
    )
    return {"items": tours_out(actor.community, rows), "next": after}


def mine(*, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return the tours that the actor may walk now or soon, and whether he is on duty."""
    rows = queries.walkable(actor=actor, now=now)
    on_duty = queries.on_duty(community=actor.community, account=actor.account, at=now)
    items = tours_out(actor.community, rows, beacons=True)
    return {"items": items, "on_duty": on_duty, "now": now}


def tour(*, actor: Actor, id: int) -> dict[str, Any]:
    """Return one tour.

    :raises queries.TourNotFound: if there is none in the actor's area
    """
    row = queries.tour(community=actor.community, id=id, seen=actor.places)
    return tours_out(actor.community, [row])[0]


def tours_out(
    community: str, rows: Sequence[Tour], *, beacons: bool = False
) -> list[dict[str, Any]]:
    """Return tours with their points; with what calls there, for a telephone that listens."""
    marks = queries.marks(community=community, tours=[row.pk for row in rows])
    return [_tour_out(row, marks.get(row.pk, []), beacons) for row in rows]


def _tour_out(row: Tour, marks: Sequence[Mark], beacons: bool) -> dict[str, Any]:
    return {
        "id": row.pk,
        "route": row.route.code,
        "name": two(row.route.name),
        "order": row.route.order,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "state": row.state,
        "walker": {"id": row.walker.pk, "name": row.walker.name} if row.walker else None,
        "begun_at": row.begun_at,
        "ended_at": row.ended_at,
        "late": row.late_told_at is not None,
        "case": row.case,
        "points": [_mark_out(mark, beacons) for mark in marks],
    }


def _mark_out(mark: Mark, beacons: bool) -> dict[str, Any]:
    return {
        "number": mark.number,
        "code": mark.point.code,
        "name": two(mark.point.name),
        "proof": mark.point.proof,
        "state": mark.state,
        "at": mark.at,
        "told_at": mark.told_at,
        "way": mark.way,
        "flags": mark.flags,
        "reason": mark.reason,
        "by": {"id": mark.by.pk, "name": mark.by.name} if mark.by else None,
        "beacon": _beacon_out(mark.point) if beacons and mark.point.beacon else None,
    }


def _beacon_out(row: Point) -> dict[str, Any]:
    return {"beacon": row.beacon, "least_dbm": row.least_dbm, "dwell_s": row.dwell_s}


def scan_out(row: Scan) -> dict[str, Any]:
    """Return what came of one thing that a telephone told."""
    return {
        "key": row.key,
        "verdict": row.verdict,
        "counted": row.verdict in {"counted", "skipped", "repeat"},
        "flags": row.flags,
        "at": row.at,
        "tour": row.tour_id,
        "point": row.point.code if row.point else None,
        "name": two(row.point.name) if row.point else None,
    }


def routes(*, actor: Actor, wanted: CodePage) -> dict[str, Any]:
    """Return a page of the routes, with their points and windows."""
    rows, after = queries.routes_page(community=actor.community, seen=actor.places, wanted=wanted)
    numbers = [row.pk for row in rows]
    stops = queries.stops(community=actor.community, routes=numbers)
    windows = queries.windows(community=actor.community, routes=numbers)
    return {
        "items": [route_out(row, stops.get(row.pk, []), windows.get(row.pk, [])) for row in rows],
        "next": after,
    }


def route(*, community: str, code: str) -> dict[str, Any]:
    """Return one route.

    :raises queries.RouteNotFound: if there is none
    """
    row = queries.route(community=community, code=code)
    stops = queries.stops(community=community, routes=[row.pk])
    windows = queries.windows(community=community, routes=[row.pk])
    return route_out(row, stops.get(row.pk, []), windows.get(row.pk, []))


def route_out(row: Route, stops: Sequence[Stop], windows: Sequence[Window]) -> dict[str, Any]:
    """Return a route."""
    return {
        "code": row.code,
        "name": two(row.name),
        "place": row.place.path,
        "order": row.order,
        "active": row.active,
        "points": [stop.point.code for stop in stops],
        "windows": [
            {
                "days": window.days,
                "starts": window.starts.strftime("%H:%M"),
                "minutes": window.minutes,
                "late_minutes": window.late_minutes,
                "skill": window.skill,
            }
            for window in windows
        ],
    }


def points(*, actor: Actor, wanted: CodePage) -> dict[str, Any]:
    """Return a page of the points in use."""
    rows, after = queries.points_page(community=actor.community, seen=actor.places, wanted=wanted)
    paths = [row.place.path for row in rows]
    names = places.full_names(community=actor.community, paths=paths)
    return {"items": [point_out(row, names) for row in rows], "next": after}


def point_out(row: Point, names: dict[str, tuple[str, str]] | None = None) -> dict[str, Any]:
    """Return a point."""
    zh, en = (names or {}).get(row.place.path, (row.place.path, row.place.path))
    where = None
    if row.longitude is not None and row.latitude is not None:
        where = [row.longitude, row.latitude]
    return {
        "code": row.code,
        "name": two(row.name),
        "place": row.place.path,
        "place_name": {"zh": zh, "en": en},
        "proof": row.proof,
        "position": where,
        "radius_m": row.radius_m,
        "tag": row.tag,
        "edition": row.edition,
        "serial": row.serial,
        "reader": row.reader,
        **_beacon_out(row),
    }


def code(*, community: str, point: str, now: datetime) -> dict[str, Any]:
    """Return the text of a point's code and its picture: to be printed or written to a tag, or,
    where it changes, as a screen shows it now and until when.

    :raises queries.PointNotFound: if there is none
    """
    row = queries.point(community=community, code=point)
    changing = row.proof == logic.ROTATING
    text = signing.shown(row, now) if changing else signing.printed(row)
    ends = (logic.step_of(now) + 1) * logic.STEP_S - now.timestamp()
    return {
        "code": row.code,
        "name": two(row.name),
        "text": text,
        "picture": segno.make(text, error="m", micro=False).svg_data_uri(scale=6, border=3),
        "stands_s": round(ends, 1) if changing else None,
        "link": f"/{community}/rounds#nfc={signing.on_tag(row)}",
    }


def badges(*, community: str, wanted: CodePage) -> dict[str, Any]:
    """Return a page of the staff who may walk, and what each wears on his rounds."""
    rows, after = queries.walkers_page(community=community, wanted=wanted)
    worn = queries.badges(community=community, accounts=[row.account_id for row in rows])
    items = []
    for row in rows:
        badge = worn.get(row.account_id or 0)
        beacon, reader = (badge.beacon, badge.reader) if badge else ("", "")
        items.append({"staff": row.code, "name": row.name, "beacon": beacon, "reader": reader})
    return {"items": items, "next": after}


def statistics(*, actor: Actor, since: date, until: date, wanted: CodePage) -> dict[str, Any]:
    """Count tours and points by outcome, from a day until another (not included), of a page of the
    routes where one may look.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    start, end = (datetime.combine(at, datetime.min.time(), tzinfo=zone) for at in (since, until))
    rows, after = queries.routes_page(community=actor.community, seen=actor.places, wanted=wanted)
    counted = queries.statistics(community=actor.community, since=start, until=end, routes=rows)
    items = [
        {"route": row.code, "name": two(row.name), "tours": one.tours, "points": one.points}
        for row, one in zip(rows, counted, strict=True)
    ]
    return {"items": items, "next": after}

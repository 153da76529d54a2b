"""Routes and points, as the manager lays them out."""

from collections.abc import Sequence
from datetime import datetime, time

import msgspec
from django.db import transaction

from linli.domains.tours import beacons, logic, queries
from linli.domains.tours.models import Badge, Point, Route, Stop, Tour, Window
from linli.domains.tours.operations import planning
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.devices import queries as devices
from linli.registry.places import queries as places

_LONGEST_MINUTES = 12 * 60
_MOST_POINTS = 100


class BadRoute(Fault):
    """What a route says does not hold together: `field` names what."""

    key = "tours.bad_route"
    status = 422


class PointIn(msgspec.Struct, frozen=True, kw_only=True):
    """A point as it is to be. `position` is (longitude, latitude) in degrees; `reader` is the code
    of the device that stands there and hears badges.
    """

    code: str
    name: Words
    place: str
    proof: str = logic.NONE
    position: tuple[float, float] | None = None
    radius_m: int = 50
    tag: str = ""
    beacon: str = ""
    least_dbm: int = -75
    dwell_s: int = 10
    reader: str = ""
    active: bool = True


class WindowIn(msgspec.Struct, frozen=True, kw_only=True):
    """When a route is to be walked, and by whom."""

    days: str
    starts: time
    minutes: int
    late_minutes: int = 15
    skill: str = "guard"


class RouteIn(msgspec.Struct, frozen=True, kw_only=True):
    """A route as it is to be: codes of its points in their order, and its windows."""

    code: str
    name: Words
    place: str
    order: str
    points: Sequence[str]
    windows: Sequence[WindowIn]
    active: bool = True


@transaction.atomic
def put_point(*, community: str, point: PointIn) -> Point:
    """Make a point, or change it.

    :raises places.PlaceNotFound: if there is no such place
    :raises BadRoute: if it asks for positions and has none, or its tag, beacon or reader is
        another's or is none
    """
    beacon = _check_point(community, point)
    longitude, latitude = point.position or (None, None)
    row, _ = Point.rows.of(community).update_or_create(
        code=point.code,
        defaults={
            "name_zh": point.name.zh,
            "name_en": point.name.en,
            "place": places.place(community=community, path=point.place),
            "proof": point.proof,
            "longitude": longitude,
            "latitude": latitude,
            "radius_m": point.radius_m,
            "tag": point.tag,
            "beacon": beacon,
            "least_dbm": point.least_dbm,
            "dwell_s": point.dwell_s,
            "reader": point.reader,
            "active": point.active,
        },
    )
    return row


def _check_point(community: str, point: PointIn) -> str:
    """Return the point's beacon as we write it.

    :raises BadRoute: if something of the point does not hold together
    """
    if not logic.is_code(point.code):
        raise BadRoute(field="code")
    if point.proof not in logic.PROOFS:
        raise BadRoute(field="proof")
    if point.proof == logic.POSITION and point.position is None:
        raise BadRoute(field="position")
    beacon = _beacon(community, point.beacon, point.reader)
    # A tag that still hangs at a retired point is that point's; readers and beacons are put anew.
    tagged = Point.rows.of(community).filter(tag=point.tag).exclude(code=point.code)
    if point.tag and tagged.exists():
        raise BadRoute(field="tag")
    for field, value in (("beacon", beacon), ("reader", point.reader)):
        other = queries.point_said(community=community, **{field: value}) if value else None
        if other is not None and other.code != point.code:
            raise BadRoute(field=field)
    return beacon


def _beacon(community: str, said: str, reader: str) -> str:
    """Return a beacon as we write it, once its reader is known to be a device.

    :raises BadRoute: if it is none, or there is no such device
    """
    beacon = beacons.read(said) if said else ""
    if beacon is None:
        raise BadRoute(field="beacon")
    if reader and not devices.by_code(community=community, codes=[reader]):
        raise BadRoute(field="reader")
    return beacon


@transaction.atomic
def put_badge(*, community: str, staff: str, beacon: str, reader: str) -> None:
    """Say what somebody of the staff wears on his rounds; neither is that he wears nothing.

    :raises queries.WalkerNotFound: if there is no such person, or he has no account
    :raises BadRoute: if the beacon or the reader is none, stands at a point, or is another's
    """
    wearer = queries.walker(community=community, code=staff)
    beacon = _beacon(community, beacon, reader)
    rows = Badge.rows.of(community)
    for field, value in (("beacon", beacon), ("reader", reader)):
        at_point = queries.point_said(community=community, **{field: value}) if value else None
        others = rows.filter(**{field: value}).exclude(account=wearer)
        if value and (at_point is not None or others.exists()):
            raise BadRoute(field=field)
    if not beacon and not reader:
        rows.filter(account=wearer).delete()
        return
    rows.update_or_create(account_id=wearer, defaults={"beacon": beacon, "reader": reader})


@transaction.atomic
def put_serial(*, community: str, code: str, serial: str) -> Point:
    """Say which tag by NFC hangs at a point: another one that says the same is none of ours.

    :raises queries.PointNotFound: if there is none
    """
    row = queries.point(community=community, code=code)
    row.serial = serial.strip().lower()[:40]
    row.save(update_fields=["serial"])
    return row


@transaction.atomic
def reprint(*, community: str, code: str) -> Point:
    """Make a new edition of a point's codes: the print and the tag that hang there are good no
    more.

    :raises queries.PointNotFound: if there is none
    """
    row = queries.point(community=community, code=code)
    row.edition += 1
    row.save(update_fields=["edition"])
    return row


@transaction.atomic
def put_route(*, community: str, route: RouteIn, now: datetime) -> Route:
    """Make a route, or change it. Tours on which nobody has set out are laid out anew; those that
    are walked now, and those that are over, stay as they are.

    :raises places.PlaceNotFound: if there is no such place
    :raises BadRoute: if a point is not known or named twice, or a window makes no sense
    """
    _check(community, route)
    row, _ = Route.rows.of(community).update_or_create(
        code=route.code,
        defaults={
            "name_zh": route.name.zh,
            "name_en": route.name.en,
            "place": places.place(community=community, path=route.place),
            "order": route.order,
            "active": route.active,
        },
    )
    Tour.rows.of(community).filter(route=row, state=logic.WAITING, starts_at__gt=now).delete()
    _put_stops(row, route.points)
    _put_windows(row, route.windows)
    planning.plan(community=community, now=now)
    return row


def _check(community: str, route: RouteIn) -> None:
    if not logic.is_code(route.code):
        raise BadRoute(field="code")
    known = queries.points_by_code(community=community, codes=route.points)
    if len(set(route.points)) != len(route.points) or set(known) != set(route.points):
        raise BadRoute(field="points")
    if not 0 < len(route.points) <= _MOST_POINTS:
        raise BadRoute(field="points")
    if route.order not in logic.ORDERS:
        raise BadRoute(field="order")
    for window in route.windows:
        if not window.days or not set(window.days) <= set("1234567"):
            raise BadRoute(field="days")
        if not 0 < window.minutes <= _LONGEST_MINUTES:
            raise BadRoute(field="minutes")


def _put_stops(row: Route, codes: Sequence[str]) -> None:
    known = queries.points_by_code(community=row.community, codes=codes)
    Stop.rows.of(row.community).filter(route=row).delete()
    Stop.rows.of(row.community).bulk_create(
        [
            Stop(community=row.community, route=row, point=known[code], number=number)
            for number, code in enumerate(codes, 1)
        ]
    )


def _put_windows(row: Route, windows: Sequence[WindowIn]) -> None:
    """Keep the windows that are as before, for their tours hang on them; put the rest away."""
    there = {
        (old.days, old.starts, old.minutes, old.late_minutes, old.skill): old
        for old in queries.windows(community=row.community, routes=[row.pk]).get(row.pk, [])
    }
    wanted = {(w.days, w.starts, w.minutes, w.late_minutes, w.skill) for w in windows}
    for said, old in there.items():
        if said not in wanted:
            old.active = False
            old.save(update_fields=["active"])
    for days, starts, minutes, late_minutes, skill in sorted(wanted - there.keys()):
        Window.rows.create(
            community=row.community, route=row, days=days, starts=starts, minutes=minutes,
            late_minutes=late_minutes, skill=skill,
        )  # fmt: skip

"""What devices hear: badges where readers stand, beacons where a reader comes by with somebody."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from django.db import transaction
from msgspec.structs import replace

from linli.domains.tours import beacons, logic, queries
from linli.domains.tours.models import Badge, Nearness, Point, Scan, Tour
from linli.domains.tours.operations import walking
from linli.domains.tours.operations.walking import Told
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault


class UnknownReader(Fault):
    """The device stands at no point, and nobody of the staff goes about with it."""

    key = "tours.unknown_reader"
    status = 403


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """A beacon that was heard once: its name, how strong, and when by the device's own clock."""

    beacon: str
    rssi_dbm: int
    at: datetime


class _Near(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's badge, near a point, as it was heard once: by our clock."""

    badge: Badge
    point: Point
    way: str
    heard: Heard


def hear(
    *, community: str, device: str, heard: Sequence[Heard], clock: datetime, now: datetime
) -> int:
    """Take what a device heard; return how much of it was of ours. Told again, nothing happens
    twice. Of what is a stranger's nothing is kept. `clock` is the device's as it tells.

    :raises UnknownReader: if it stands at no point and goes about with nobody
    """
    by_our_clock = [
        replace(one, at=logic.corrected(at=one.at, phone_at=clock, now=now)[0]) for one in heard
    ]
    found = _ours(community, device, by_our_clock)
    by_lock = sorted(found, key=lambda one: (one.point.pk, one.badge.account_id, one.heard.at))
    for one in by_lock:
        _come_near(one, device, now)
    return len(found)


def _ours(community: str, device: str, heard: Sequence[Heard]) -> list[_Near]:
    at_point = queries.point_said(community=community, reader=device)
    of_badge = queries.badge_of_reader(community=community, reader=device)
    if at_point is None and of_badge is None:
        raise UnknownReader(device=device)
    names = [one.beacon for one in heard]
    found: list[_Near] = []
    if at_point is not None:
        badges = queries.badges_by_beacon(community=community, beacons=names)
        found += [
            _Near(badge=badges[one.beacon], point=at_point, way="badge", heard=one)
            for one in heard
            if one.beacon in badges
        ]
    if of_badge is not None:
        points = queries.points_by_beacon(community=community, beacons=names)
        found += [
            _Near(badge=of_badge, point=points[one.beacon], way="beacon", heard=one)
            for one in heard
            if one.beacon in points
        ]
    return found


@transaction.atomic
def _come_near(one: _Near, device: str, now: datetime) -> Scan | None:
    """Note that a badge is near; once it has been for as long as the point asks, that counts for
    the tour that its wearer took. Who took none that wants this point is not noted at all: he sits
    there, or goes by.
    """
    point, account, at = one.point, one.badge.account, one.heard.at
    if one.heard.rssi_dbm < point.least_dbm:
        return None
    tour = queries.walked_by(community=point.community, point=point, account=account.pk, at=at)
    if tour is None:
        return None
    rows = Nearness.rows.of(point.community).select_for_update()
    first = {"since": at, "last_at": at}
    row, new = rows.get_or_create(point=point, account_id=account.pk, defaults=first)
    if not new and at <= row.last_at:
        return None
    row.since = beacons.since(began=row.since, last_at=row.last_at, at=at)
    row.last_at = at
    row.save(update_fields=["since", "last_at"])
    dwell_s = (at - row.since).total_seconds()
    return _count(one, tour, device, dwell_s, now) if dwell_s >= point.dwell_s else None


def _count(one: _Near, tour: Tour, device: str, dwell_s: float, now: datetime) -> Scan:
    account = one.badge.account
    told = Told(
        key=f"near.{tour.pk}.{one.point.pk}",
        at=one.heard.at,
        text=one.point.beacon if one.way == "beacon" else "",
        way=one.way,
        tour=tour.pk,
        point=one.point.code,
        rssi_dbm=one.heard.rssi_dbm,
        dwell_s=dwell_s,
        reader=device,
    )
    # He took the tour himself, at a door that asked whether he may.
    actor = Actor(
        account=account.pk, name=account.name, community=one.point.community, roles=frozenset()
    )
    return walking.heard(actor=actor, told=told, now=now)


def named(items: Iterable[tuple[str, str]]) -> list[str | None]:
    """Return the beacons that items name: by its name, or in the bytes (hexadecimal) of what it
    sent; None where it is neither.
    """
    return [beacons.read(name) if name else _in_air(data) for name, data in items]


def _in_air(data: str) -> str | None:
    try:
        return beacons.in_air(bytes.fromhex(data))
    except ValueError:
        return None

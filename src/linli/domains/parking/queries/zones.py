"""Where no car may stand, and the cars that stood there."""

from datetime import datetime, timedelta

from django.db.models import Q

from linli.contracts.visits import cars_of_host
from linli.domains.parking.models import Misparked, Zone
from linli.domains.parking.queries import known, lots
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.paging import CodePage, by_code
from linli.kernel.fault import Fault


class ZoneNotFound(Fault):
    key = "parking.zone_not_found"
    status = 404


class MisparkedNotFound(Fault):
    key = "parking.misparked_not_found"
    status = 404


def of_code(*, community: str, code: str) -> Zone | None:
    """Return a zone by its code, if there is one."""
    return Zone.rows.of(community).filter(code=code).select_related("place").first()


def zone(*, community: str, code: str = "", device: str = "") -> Zone:
    """Return a zone by its code or its camera, locked.

    :raises ZoneNotFound: if there is none that is watched
    """
    rows = Zone.rows.of(community).filter(open=True).select_related("place")
    rows = rows.filter(code=code) if code else rows.filter(device=device).exclude(device="")
    row = rows.select_for_update(of=("self",)).first()
    if row is None:
        raise ZoneNotFound(zone=code[:32])
    return row


def is_watched(*, community: str, device: str) -> bool:
    """Tell whether a device is the camera of a zone."""
    rows = Zone.rows.of(community).filter(device=device).exclude(device="")
    return bool(rows.exists())


def zones(*, actor: Actor, wanted: CodePage) -> tuple[list[Zone], str | None]:
    """Return a page of the zones where the actor may look by code, and the cursor after it."""
    rows = Zone.rows.of(actor.community).filter(lots.seen(actor)).select_related("place")
    return by_code(rows, wanted=wanted)


def standing(*, zone: Zone, plate: str) -> Misparked | None:
    """Return a car that stands in a zone, locked."""
    rows = Misparked.rows.of(zone.community).filter(zone=zone, plate=plate, state="standing")
    return rows.select_for_update().first()


def in_doubt(*, zone: Zone, since: datetime) -> Misparked | None:
    """Return a car of a zone whose plate was read with doubt, if it was seen since."""
    rows = Misparked.rows.of(zone.community).filter(zone=zone, state="standing", doubted=True)
    return rows.filter(last_at__gt=since).order_by("-pk").first()


def lately(*, zone: Zone, plate: str, now: datetime) -> bool:
    """Tell whether the owner of a car was told of it in this zone a short while ago."""
    since = now - timedelta(minutes=zone.quiet_minutes)
    rows = Misparked.rows.of(zone.community).filter(zone=zone, plate=plate, told_at__gt=since)
    return bool(rows.exists())


def misparked(*, community: str, id: int, lock: bool = False) -> Misparked:
    """Return a car that stood where it must not.

    :raises MisparkedNotFound: if there is none of this number
    """
    rows = Misparked.rows.of(community).select_related("zone", "zone__place").filter(pk=id)
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise MisparkedNotFound(misparked=id)
    return row


def misparked_of(*, actor: Actor, id: int, lock: bool = False) -> Misparked:
    """Return such a car where the actor may act.

    :raises MisparkedNotFound: if there is none
    """
    row = misparked(community=actor.community, id=id, lock=lock)
    if not actor.sees(row.zone.place.path):
        raise MisparkedNotFound(misparked=id)
    return row


def cars(
    *, actor: Actor, standing: bool, cursor: int | None, limit: int
) -> tuple[list[Misparked], int | None]:
    """Return a page of cars that stood where they must not, and the cursor after it."""
    rows = Misparked.rows.of(actor.community).filter(lots.seen(actor, "zone__place__path"))
    rows = rows.select_related("zone", "zone__place")
    if standing:
        rows = rows.filter(state="standing")
    if cursor is not None:
        rows = rows.filter(pk__lt=cursor)
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def of_plates(*, community: str, plates: list[str]) -> list[Misparked]:
    """Return where these cars stand and must not; a plate in doubt might be another's."""
    rows = Misparked.rows.of(community).filter(plate__in=plates, state="standing", doubted=False)
    return list(rows.select_related("zone", "zone__place").order_by("-pk"))


def of_guests(*, community: str, account: int, now: datetime) -> list[Misparked]:
    """Return where the cars of an account's guests stand and must not."""
    plates = cars_of_host(community, account, now)
    if not plates:
        return []
    rows = Misparked.rows.of(community).filter(plate__in=plates, state="standing", hosted=True)
    found = list(rows.select_related("zone", "zone__place").order_by("-pk"))
    seen = [row.plate for row in found]
    owned = known.with_owners(community=community, plates=seen, at=now) if seen else set[str]()
    return [row for row in found if row.plate not in owned]


def due(*, community: str, now: datetime) -> list[int]:
    """Return the cars that stand without a case, or were not seen any more."""
    rows = Misparked.rows.of(community).filter(state="standing")
    old = now - timedelta(minutes=1)
    return list(
        rows.filter(Q(case=None, doubted=False) | Q(last_at__lt=old))
        .order_by("pk")
        .values_list("pk", flat=True)[:200]
    )

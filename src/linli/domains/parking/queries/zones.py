"""Where no car may stand, and the cars that stood there."""

from datetime import datetime, timedelta

from django.db.models import (
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    IntegerField,
    Prefetch,
    Q,
    Value,
)
from django.db.models.functions import Cast

from linli.contracts.visits import cars_of_host
from linli.domains.parking.models import Misparked, Zone, ZoneCamera
from linli.domains.parking.queries import known, lots
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.paging import CodePage, by_code
from linli.kernel.fault import Fault

_AT_ONCE = 200


class ZoneNotFound(Fault):
    key = "parking.zone_not_found"
    status = 404


class MisparkedNotFound(Fault):
    key = "parking.misparked_not_found"
    status = 404


def of_code(*, community: str, code: str, lock: bool = False) -> Zone | None:
    """Return a zone by its code, if there is one."""
    rows = Zone.rows.of(community).filter(code=code).select_related("place")
    return (rows.select_for_update(of=("self",)) if lock else rows).first()


def zone(*, community: str, code: str = "", device: str = "") -> Zone:
    """Return a zone by its code or one of its cameras, locked.

    :raises ZoneNotFound: if there is none that is watched
    """
    rows = Zone.rows.of(community).filter(open=True).select_related("place")
    watching = ZoneCamera.rows.of(community).filter(device=device)
    rows = rows.filter(code=code) if code else rows.filter(pk__in=watching.values("zone"))
    row = rows.select_for_update(of=("self",)).first()
    if row is None:
        raise ZoneNotFound(zone=code[:32])
    return row


def is_watched(*, community: str, device: str) -> bool:
    """Tell whether a device is a camera of a zone."""
    return bool(ZoneCamera.rows.of(community).filter(device=device).exists())


def cameras(*, zone: Zone) -> list[str]:
    """Return the cameras of a zone, by their codes."""
    rows = ZoneCamera.rows.of(zone.community).filter(zone=zone)
    return list(rows.order_by("device").values_list("device", flat=True))


def zones(*, actor: Actor, wanted: CodePage) -> tuple[list[Zone], str | None]:
    """Return a page of the zones where the actor may look by code, with their cameras, and the
    cursor after it.
    """
    rows = Zone.rows.of(actor.community).filter(lots.seen(actor)).select_related("place")
    watching = ZoneCamera.rows.of(actor.community).order_by("device")
    return by_code(rows.prefetch_related(Prefetch("cameras", queryset=watching)), wanted=wanted)


def standing(*, zone: Zone, plate: str) -> Misparked | None:
    """Return a car that stands in a zone, locked."""
    rows = Misparked.rows.of(zone.community).filter(zone=zone, plate=plate, state="standing")
    return rows.select_for_update().first()


def in_doubt(*, zone: Zone, device: str, since: datetime) -> Misparked | None:
    """Return a car of a zone whose plate a camera read with doubt, if it saw it since. What another
    camera sees there stands in another part of the zone.
    """
    rows = Misparked.rows.of(zone.community).filter(zone=zone, state="standing", doubted=True)
    return rows.filter(device=device, last_at__gt=since).order_by("-pk").first()


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


def due(
    *, community: str, unseen: datetime, unseen_by_guards: datetime, now: datetime
) -> list[int]:
    """Return the first of the cars whose grace is over and that have no case, and of those that no
    camera saw since `unseen`, or nobody since `unseen_by_guards` where guards alone did. One with
    which nothing is to be done yet is not among them: it would take the place of another.
    """
    grace = ExpressionWrapper(
        Cast("zone__grace_minutes", IntegerField()) * Value(timedelta(minutes=1)),
        output_field=DurationField(),
    )
    rows = Misparked.rows.of(community).filter(
        Q(case=None, doubted=False, first_at__lte=Value(now, DateTimeField()) - grace)
        | Q(last_at__lt=unseen) & ~Q(device="")
        | Q(last_at__lt=unseen_by_guards, device=""),
        state="standing",
    )
    return list(rows.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])

"""Lots, their parts, lanes and tariffs."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q

from linli.contracts.calendar import working_day
from linli.domains.parking.logic import tariff as tariffs
from linli.domains.parking.logic.tariff import ALWAYS, Tariff, Version
from linli.domains.parking.models import Area, Bay, Lane, Lot, LotTariff, Screen, Stay
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.built_once import built_once
from linli.foundation.scope.models import ScopedRows
from linli.foundation.scope.paging import CodePage, RecentPage, by_code, by_recent
from linli.kernel.fault import Fault
from linli.registry.devices import asks
from linli.registry.people.models import Vehicle
from linli.registry.places import queries as places

MOST_TO_PICK = 200
"""So many lots at most are in a list to choose from, which comes with a page of something else."""
_TAKEN = "bay_taken"
_LATELY = timedelta(minutes=30)
"""What a sensor of a place said before is too old to be held against what a person sees."""


class LotNotFound(Fault):
    key = "parking.lot_not_found"
    status = 404


class LaneNotFound(Fault):
    key = "parking.lane_not_found"
    status = 404


class NoTariff(Fault):
    """A lot without a tariff charges nobody, and lets nobody in by the hour."""

    key = "parking.no_tariff"


def zone() -> ZoneInfo:
    """Return the community's own time zone."""
    return ZoneInfo(settings.TIME_ZONE)


def local(at: datetime) -> datetime:
    """Return a time as the community's clocks show it, without a zone."""
    return at.astimezone(zone()).replace(tzinfo=None)


def aware(at: datetime) -> datetime:
    """Return a time of the community's clocks with its zone."""
    return at.replace(tzinfo=zone())


def seen(actor: Actor, field: str = "place__path") -> Q:
    """Return the condition that a lot lies where the actor may act."""
    return places.within(actor.places, field)


def lots(*, community: str, limit: int) -> list[Lot]:
    """Return as many lots of a community at most, the first by code."""
    rows = Lot.rows.of(community).select_related("place")
    return list(rows.order_by("code")[:limit])


def open_lots(*, community: str, after: str = "", limit: int, sought: str = "") -> list[Lot]:
    """Return as many open lots of a community at most, by code, from one on; where something is
    `sought`, those whose code or name holds it.
    """
    rows = Lot.rows.of(community).filter(_called(sought), open=True, code__gt=after)
    return list(rows.select_related("place").order_by("code")[:limit])


def to_pick(*, actor: Actor, sought: str = "") -> tuple[list[Lot], bool]:
    """Return the lots that the actor sees, of those whose code or name holds what is `sought`: the
    first by code where there are very many, and whether there are more.
    """
    rows = Lot.rows.of(actor.community).filter(seen(actor), _called(sought))
    found = list(rows.order_by("code")[: MOST_TO_PICK + 1])
    return found[:MOST_TO_PICK], len(found) > MOST_TO_PICK


def _called(sought: str) -> Q:
    text = sought.strip()
    by = Q(code__icontains=text) | Q(name_zh__icontains=text) | Q(name_en__icontains=text)
    return by if text else Q()


def lots_page(*, actor: Actor, wanted: CodePage) -> tuple[list[Lot], str | None]:
    """Return a page of the lots that the actor sees by code, and the cursor after it."""
    rows = Lot.rows.of(actor.community).filter(seen(actor)).select_related("place")
    return by_code(rows, wanted=wanted)


def lot(*, community: str, code: str, lock: bool = False) -> Lot:
    """Return a lot.

    :raises LotNotFound: if there is none of this code
    """
    rows = Lot.rows.of(community).select_related("place").filter(code=code)
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise LotNotFound(lot=code[:32])
    return row


def lot_of(*, actor: Actor, code: str) -> Lot:
    """Return a lot where the actor may act.

    :raises LotNotFound: if there is none
    """
    row = Lot.rows.of(actor.community).filter(seen(actor), code=code).first()
    if row is None:
        raise LotNotFound(lot=code[:32])
    return row


def lane_of_camera(*, community: str, device: str) -> Lane:
    """Return the lane that a camera watches.

    :raises LaneNotFound: if it watches none
    """
    row = _watched.first(community=community, camera=device)
    if row is None:
        raise LaneNotFound(lane=device[:48])
    return row


@built_once
def _watched(*, community: str, camera: str) -> ScopedRows[Lane]:
    rows = Lane.rows.of(community).select_related("lot__place", "area")
    return rows.filter(camera=camera).order_by("pk")[:1]


def is_at_lane(*, community: str, camera: str) -> bool:
    """Tell whether a device is the camera of a lane."""
    return bool(Lane.rows.of(community).filter(camera=camera).exists())


def hold(*, lane: Lane) -> None:
    """Keep a lane locked until the transaction ends: one car after another.

    :raises LaneNotFound: if it was taken away
    """
    if not _held(community=lane.community, lane=lane.pk):
        raise LaneNotFound(lane=lane.code)


@built_once
def _held(*, community: str, lane: int) -> Iterable[int]:
    rows = Lane.rows.of(community).select_for_update().filter(pk=lane)
    return rows.values_list("pk", flat=True)


def lane(*, community: str, code: str) -> Lane:
    """Return a lane by its code.

    :raises LaneNotFound: if there is none
    """
    rows = Lane.rows.of(community).select_related("lot", "lot__place")
    row = rows.filter(code=code).first()
    if row is None:
        raise LaneNotFound(lane=code[:32])
    return row


def lane_at(*, community: str, device: str) -> Lane:
    """Return the lane at which a device stands: its camera, or its barrier.

    :raises LaneNotFound: if it stands at none
    """
    rows = Lane.rows.of(community).select_related("lot__place", "area")
    row = rows.filter(camera=device).first() or (
        rows.filter(barrier=device).exclude(barrier="").order_by("pk").first()
    )
    if row is None:
        raise LaneNotFound(lane=device[:48])
    return row


def acts_at(actor: Actor, lot: Lot) -> bool:
    """Tell whether somebody may act at a lot: whoever has places, at one that lies in them."""
    return not actor.places or (lot.place is not None and actor.sees(lot.place.path))


def lane_of(*, actor: Actor, code: str) -> Lane:
    """Return a lane where the actor may act.

    :raises LaneNotFound: if there is none
    """
    row = lane(community=actor.community, code=code)
    if not acts_at(actor, row.lot):
        raise LaneNotFound(lane=code[:32])
    return row


def lanes(*, community: str, lots: Sequence[int]) -> list[Lane]:
    """Return the lanes of lots."""
    rows = Lane.rows.of(community).filter(lot__in=list(lots))
    return list(rows.select_related("lot", "area", "booth").order_by("code"))


def lanes_of(*, community: str, codes: Collection[str]) -> list[Lane]:
    """Return those lanes that have one of these codes."""
    return list(Lane.rows.of(community).filter(code__in=sorted(set(codes))))


def areas(*, community: str, lots: Sequence[int]) -> list[Area]:
    """Return the areas of lots."""
    return list(Area.rows.of(community).filter(lot__in=list(lots)).order_by("code"))


def bays(*, community: str, lots: Sequence[int], kinds: Collection[str] = ()) -> list[Bay]:
    """Return the places of lots; of some kinds only, if they are named."""
    rows = Bay.rows.of(community).filter(lot__in=list(lots)).select_related("area")
    rows = rows.filter(kind__in=sorted(kinds)) if kinds else rows
    return list(rows.order_by("number"))


def bays_page(*, lot: Lot, wanted: CodePage) -> tuple[list[Bay], str | None]:
    """Return a page of the places of a lot by number, and the cursor after it."""
    rows = Bay.rows.of(lot.community).filter(lot=lot).select_related("area")
    return by_code(rows, wanted=wanted, field="number")


def bay_of(*, lot: Lot, number: str, lock: bool = False) -> Bay | None:
    """Return a place of a lot by its number, if it has one."""
    rows = Bay.rows.of(lot.community).filter(lot=lot, number=number)
    return (rows.select_for_update() if lock else rows).first()


def bays_of_cars(*, community: str, cars: Sequence[Vehicle]) -> dict[str, list[Bay]]:
    """Return the places that are cars' own, by plate: those of the number that the register has, in
    the garage that it names; in each lot that has such a number, where it names none.
    """
    numbers = {car.parking for car in cars if car.parking}
    rows = Bay.rows.of(community).filter(number__in=sorted(numbers)).select_related("lot")
    found = list(rows.order_by("lot__code")) if numbers else []
    return {
        car.plate: [
            bay
            for bay in found
            if bay.number == car.parking and car.garage_id in {None, bay.lot.place_id}
        ]
        for car in cars
    }


def sensed(*, lot: Lot, number: str, now: datetime) -> bool | None:
    """Return whether a car stands on a place, as its sensor said lately; None where none did."""
    bay = bay_of(lot=lot, number=number)
    if bay is None:
        return None
    return taken(lot=lot, bays=[bay], since=(now - _LATELY).timestamp()).get(bay.number)


def taken(*, lot: Lot, bays: Sequence[Bay], since: float = 0.0) -> dict[str, bool]:
    """Return which places their sensors say are taken, by number; none of those that said nothing
    since a time (epoch seconds).
    """
    codes = {bay.device: bay.number for bay in bays if bay.device}
    values = asks.twin(lot.community, list(codes)) if codes else []
    return {
        codes[one.device]: bool(one.value)
        for one in values
        if one.point == _TAKEN and one.at >= since
    }


@lru_cache(maxsize=64)
def _loaded(text: str) -> Tariff:
    return tariffs.load(text)


def versions(*, lot: Lot) -> list[Version]:
    """Return the tariffs of a lot, in the order in which they came into force.

    :raises NoTariff: if it has none
    """
    rows = _versions(community=lot.community, lot=lot.pk)
    found = [Version(tariff=_loaded(text), since=local(since)) for text, since in rows]
    if not found:
        raise NoTariff(lot=lot.code)
    return found


@built_once
def _versions(*, community: str, lot: int) -> Iterable[tuple[str, datetime]]:
    rows = LotTariff.rows.of(community).filter(lot=lot).order_by("since")
    return rows.values_list("text", "since")


def tariff_of(*, lot: Lot, now: datetime) -> Tariff | None:
    """Return the tariff of a lot in force; None if it has none."""
    text = _in_force.first(community=lot.community, lot=lot.pk, now=now)
    return None if text is None else _loaded(text)


@built_once
def _in_force(*, community: str, lot: int, now: datetime) -> Iterable[str]:
    rows = LotTariff.rows.of(community).filter(lot=lot, since__lte=now)
    return rows.order_by("-since").values_list("text", flat=True)[:1]


def tariffs_in_force(*, community: str, lots: Sequence[int], now: datetime) -> dict[int, Tariff]:
    """Return the tariff in force of each lot that has one."""
    newer = LotTariff.rows.of(community).filter(lot=OuterRef("lot"), since__lte=now)
    rows = LotTariff.rows.of(community).filter(lot__in=list(lots), since__lte=now)
    rows = rows.filter(~Exists(newer.filter(since__gt=OuterRef("since"))))
    return {row.lot_id: _loaded(row.text) for row in rows}


def tariffs_of(*, lot: Lot, wanted: RecentPage) -> tuple[list[LotTariff], str | None]:
    """Return a page of the tariffs that a lot had, has and will have, the latest first, and the
    cursor after it.
    """
    rows = LotTariff.rows.of(lot.community).filter(lot=lot).select_related("by", "approved_by")
    return by_recent(rows, wanted=wanted, field="since")


def first_version(tariff: Tariff) -> Version:
    """Return a tariff as if it had always been in force."""
    return Version(tariff=tariff, since=ALWAYS)


def worked(day: object) -> bool:
    """Tell whether a day is worked."""
    return working_day(day).worked  # type: ignore[arg-type]


def inside(*, community: str, lots: Sequence[int]) -> dict[int, int]:
    """Return how many cars are in each lot."""
    rows = Stay.rows.of(community).filter(lot__in=list(lots), state="inside")
    found = rows.order_by().values_list("lot").annotate(cars=Count("pk"))
    return dict.fromkeys(lots, 0) | {lot: cars for lot, cars in found}  # noqa: C416


def cars_in(*, lot: Lot) -> int:
    """Return how many cars are in a lot."""
    return _cars.first(community=lot.community, lot=lot.pk) or 0


@built_once
def _cars(*, community: str, lot: int) -> Iterable[int]:
    rows = Stay.rows.of(community).filter(lot=lot, state="inside").order_by()
    return rows.values("lot").annotate(cars=Count("pk")).values_list("cars", flat=True)


def inside_areas(*, community: str, lots: Sequence[int]) -> dict[int, int]:
    """Return how many cars are in each area, by the lanes they came in by."""
    rows = Stay.rows.of(community).filter(lot__in=list(lots), state="inside").exclude(area=None)
    found = rows.order_by().values_list("area").annotate(cars=Count("pk"))
    return {area: cars for area, cars in found}  # noqa: C416


def screens(*, community: str, lots: Sequence[int] | None = None) -> list[Screen]:
    """Return the screens that tell free places; of some lots, if they are named."""
    rows = Screen.rows.of(community).select_related("lot", "area")
    rows = rows if lots is None else rows.filter(lot__in=list(lots))
    return list(rows.order_by("device"))


def screen(*, community: str, id: int) -> Screen:
    """Return a screen, locked."""
    rows = Screen.rows.of(community).select_related("lot", "area")
    return rows.select_for_update(of=("self",)).get(pk=id)


def free_of(*, community: str, screens: Sequence[Screen]) -> dict[int, int]:
    """Return how many places are free of what each screen tells, by its number."""
    numbers = sorted({row.lot_id for row in screens})
    if not numbers:
        return {}
    cars, in_areas = (
        inside(community=community, lots=numbers),
        inside_areas(community=community, lots=numbers),
    )
    return {
        row.pk: max(0, row.area.capacity - in_areas.get(row.area.pk, 0))
        if row.area is not None
        else max(0, row.lot.capacity - cars[row.lot_id])
        for row in screens
    }

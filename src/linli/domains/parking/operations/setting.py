"""How lots, lanes and places are kept; and a tariff as two persons agreed to it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts import directory
from linli.contracts.changes import Change
from linli.contracts.parking import LotSet
from linli.contracts.tariffs import TariffAgreed, TariffChange, TariffPut
from linli.domains.parking import ports
from linli.domains.parking.logic import table
from linli.domains.parking.logic import tariff as tariffs
from linli.domains.parking.logic.tariff import BadTariff, Tariff
from linli.domains.parking.models import Area, Bay, Booth, Lane, Lot, LotTariff, Screen
from linli.domains.parking.operations import prices
from linli.domains.parking.queries import booths, lots
from linli.domains.parking.queries import zones as zoned
from linli.foundation import ids
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.foundation.scope.models import Scoped
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.devices import queries as devices
from linli.registry.places import queries as places

OF = "parking"
SHOWS = "guidance.show"
"""What a device must be able to do that tells free places."""
_SLACK = timedelta(minutes=1)


class CodeTaken(Fault):
    """Another of its kind has this code, number or camera."""

    key = "parking.code_taken"


class CameraOfCharging(Fault):
    """What it reads belongs to charging bays."""

    key = "parking.camera_of_charging"


class NewLot(msgspec.Struct, frozen=True, kw_only=True):
    """A lot: where it is, how many it holds, who may come."""

    code: str
    name: Words
    place: str = ""
    capacity: int
    hourly: bool = True
    open: bool = True
    residents_free: bool = False
    leave_minutes: int = 15
    offered_to: tuple[str, ...] = ()
    cars_a_place: int = 2


class NewLane(msgspec.Struct, frozen=True, kw_only=True):
    """A lane: its camera, its arm, which area it leads into, from which booth it is minded."""

    code: str
    name: Words
    lot: str
    direction: str
    camera: str
    barrier: str = ""
    area: str = ""
    booth: str = ""


class NewBay(msgspec.Struct, frozen=True, kw_only=True):
    """A parking place and its sensor."""

    lot: str
    number: str
    kind: str = "general"
    area: str = ""
    device: str = ""


class SetLot(NamedTuple):
    """A lot as it is kept now, and the number of what waits for a second person, if anything."""

    lot: Lot
    waits: int | None


class NoSuchCommunity(Fault):
    """A lot is offered to a community that this installation does not have."""

    key = "parking.no_such_community"
    status = 422


class NoScreen(Fault):
    """The device cannot show free places."""

    key = "parking.no_screen"
    status = 422


@transaction.atomic
def set_lot(*, actor: Actor, lot: NewLot, now: datetime) -> SetLot:
    """Make a lot, or say anew how it is kept. Whether those who live here pay in a lot that is
    there already is a price: a second person must let it pass.

    :raises PlaceNotFound: if the community has no such place
    :raises NoSuchCommunity: if it is offered to one that there is not
    """
    place = places.place(community=actor.community, path=lot.place) if lot.place else None
    offered = _offered(lot, actor.community)
    rows = Lot.rows.of(actor.community).select_for_update(of=("self",))
    before = rows.select_related("place").filter(code=lot.code).first()
    free = lot.residents_free if before is None else before.residents_free
    row, _ = Lot.rows.of(actor.community).update_or_create(
        code=lot.code,
        defaults={
            "name_zh": lot.name.zh,
            "name_en": lot.name.en,
            "place": place,
            "capacity": lot.capacity,
            "hourly": lot.hourly,
            "open": lot.open,
            "residents_free": free,
            "leave_minutes": lot.leave_minutes,
            "offered_to": offered,
            "cars_a_place": lot.cars_a_place,
        },
    )
    changes = prices.changed(before, row)
    announce(actor, "lot", row.code, row.where, now, changes=changes)
    prices.note(lot=row, account=actor.account, changes=changes, now=now)
    if lot.residents_free is free:
        return SetLot(row, None)
    return SetLot(row, prices.ask_residents(actor=actor, lot=row, free=not free, now=now))


def _offered(lot: NewLot, own: str) -> list[str]:
    wanted = set(lot.offered_to) - {own}
    unknown = sorted(wanted.difference(directory.communities())) if wanted else []
    if unknown:
        raise NoSuchCommunity(named=unknown[0][:48])
    return sorted(wanted)


@transaction.atomic
def set_area(
    *, actor: Actor, lot: str, code: str, name: Words, capacity: int, now: datetime
) -> Area:
    """Make a part of a lot, or say anew how many it holds.

    :raises LotNotFound: if there is none of this code
    """
    found = lots.lot(community=actor.community, code=lot)
    row, _ = Area.rows.of(actor.community).update_or_create(
        lot=found,
        code=code,
        defaults={"name_zh": name.zh, "name_en": name.en, "capacity": capacity},
    )
    announce(actor, "area", row.code, found.where, now)
    return row


@transaction.atomic
def set_lane(*, actor: Actor, lane: NewLane, now: datetime) -> Lane:
    """Make a lane, or say anew what stands at it.

    :raises LotNotFound, DeviceNotFound: if there is none of this code
    :raises BoothNotFound: if the lot has no such booth
    :raises CodeTaken: if its camera watches another lane, or a zone
    :raises CameraOfCharging: if it sees charging bays
    """
    lot = lots.lot(community=actor.community, code=lane.lot)
    for code in {lane.camera, lane.barrier} - {""}:
        devices.device(community=actor.community, code=code, seen=())
    row = Lane.rows.of(actor.community).filter(code=lane.code).first() or Lane(
        community=actor.community, code=lane.code
    )
    if zoned.is_watched(community=actor.community, device=lane.camera):
        raise CodeTaken
    check_free(actor.community, lane.camera)
    row.lot, row.name_zh, row.name_en = lot, lane.name.zh, lane.name.en
    row.direction, row.camera, row.barrier = lane.direction, lane.camera, lane.barrier
    row.booth, row.area = _booth(lot, lane.booth), _area(lot, lane.area)
    keep(row)
    announce(actor, "lane", row.code, lot.where, now)
    return row


@transaction.atomic
def set_booth(*, actor: Actor, code: str, lot: str, name: Words, now: datetime) -> Booth:
    """Make a booth of a lot, or say anew what it is called.

    :raises LotNotFound: if there is none of this code
    :raises CodeTaken: if it is another lot's
    """
    found = lots.lot(community=actor.community, code=lot)
    row = Booth.rows.of(actor.community).filter(code=code).first() or Booth(
        community=actor.community, code=code, lot=found
    )
    if row.lot_id != found.pk:
        raise CodeTaken
    row.name_zh, row.name_en = name.zh, name.en
    keep(row)
    announce(actor, "booth", row.code, found.where, now)
    return row


@transaction.atomic
def set_bay(*, actor: Actor, bay: NewBay, now: datetime) -> Bay:
    """Make a parking place, or say anew what it is for.

    :raises LotNotFound, DeviceNotFound: if there is none of this code
    :raises CodeTaken: if its sensor is another place's
    """
    lot = lots.lot(community=actor.community, code=bay.lot)
    if bay.device:
        devices.device(community=actor.community, code=bay.device, seen=())
    row = Bay.rows.of(actor.community).filter(lot=lot, number=bay.number).first() or Bay(
        community=actor.community, lot=lot, number=bay.number
    )
    row.kind, row.device, row.area = bay.kind, bay.device, _area(lot, bay.area)
    keep(row)
    announce(actor, "bay", bay.number, lot.where, now)
    return row


@transaction.atomic
def set_screen(*, actor: Actor, lot: str, device: str, area: str = "", now: datetime) -> Screen:
    """Let a screen tell the free places of a lot, or of an area of it.

    :raises LotNotFound, DeviceNotFound: if there is none of this code
    :raises NoScreen: if the device cannot show them
    """
    found = lots.lot(community=actor.community, code=lot)
    row = devices.device(community=actor.community, code=device, seen=())
    if SHOWS not in devices.model(id=row.model).services:
        raise NoScreen(device=device[:48])
    screen, _ = Screen.rows.of(actor.community).update_or_create(
        device=device, defaults={"lot": found, "area": _area(found, area), "shown": None}
    )
    announce(actor, "screen", device, found.where, now)
    return screen


@transaction.atomic
def drop_screen(*, actor: Actor, lot: str, device: str, now: datetime) -> None:
    """Let a screen tell nothing any more; dropped twice it is gone.

    :raises LotNotFound: if there is none of this code
    """
    found = lots.lot(community=actor.community, code=lot)
    if Screen.rows.of(actor.community).filter(lot=found, device=device).delete()[0]:
        announce(actor, "screen", device, found.where, now)


def check_free(community: str, camera: str) -> None:
    """Refuse a camera whose plates begin chargings: as a lane's it would begin none any more."""
    if camera and ports.reads_for_charging(community, camera):
        raise CameraOfCharging(camera=camera[:48])


def _area(lot: Lot, code: str) -> Area | None:
    if not code:
        return None
    row = Area.rows.of(lot.community).filter(lot=lot, code=code).first()
    if row is None:
        raise lots.LotNotFound(lot=code[:32])
    return row


def _booth(lot: Lot, code: str) -> Booth | None:
    if not code:
        return None
    row = booths.booth(community=lot.community, code=code)
    if row.lot_id != lot.pk:
        raise booths.BoothNotFound(booth=code[:32])
    return row


def keep(row: Scoped) -> None:
    """Save a row.

    :raises CodeTaken: if its code, number or camera is another's
    """
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise CodeTaken from error


def announce(  # noqa: PLR0917
    actor: Actor, what: str, code: str, place: str, now: datetime, changes: Sequence[Change] = ()
) -> None:
    """Record that somebody said how something is kept."""
    outbox.record(
        LotSet(
            id=ids.new(),
            at=now,
            community=actor.community,
            what=what,
            code=code,
            by=actor.account,
            place=place,
            changes=tuple(changes),
        )
    )


def checked(community: str, change: TariffChange, now: datetime) -> Words:
    """Answer `contracts.tariffs.check` for a lot: what the second person reads.

    :raises LotNotFound: if there is none
    :raises BadTariff: if the text is no tariff, its own examples do not come out, or it is to
        begin before now
    """
    lot = lots.lot(community=community, code=change.where)
    found = _sound(change.text)
    if change.from_at < now - _SLACK:
        raise BadTariff(reason=f"{change.from_at:%Y-%m-%d %H:%M} is over")
    at = lots.local(change.from_at)
    rules = [*table.prices(found), *table.said(found)]
    return Words(
        zh=f"{lot.name.zh} 自 {at:%Y-%m-%d %H:%M} 起按“{found.name.zh}”收费："
        + "；".join(one.zh for one in rules),
        en=f"{lot.name.en} charges by “{found.name.en}” from {at:%Y-%m-%d %H:%M}: "
        + "; ".join(one.en for one in rules),
    )


def _sound(text: str) -> Tariff:
    found = tariffs.load(text)
    for row in found.table:
        if row.then is None:
            came = table.fee_of(row=row, tariff=found, others={}).fen
            if came != row.fee_fen:
                raise BadTariff(reason=f"{row.title.zh}: {came} ≠ {row.fee_fen}")
    return found


def put(agreed: TariffAgreed) -> None:
    """Answer `contracts.tariffs.put` for a lot, in the transaction of the decision.

    :raises LotNotFound, BadTariff: if it cannot be put in force any more
    """
    lot = lots.lot(community=agreed.community, code=agreed.change.where, lock=True)
    _sound(agreed.change.text)
    since = max(agreed.change.from_at, agreed.now)
    row, _ = LotTariff.rows.of(agreed.community).update_or_create(
        lot=lot,
        since=since,
        defaults={
            "text": agreed.change.text,
            "by_id": agreed.by,
            "approved_by_id": agreed.approved_by,
        },
    )
    outbox.record(
        TariffPut(
            id=ids.new(),
            at=agreed.now,
            community=agreed.community,
            cause=agreed.cause,
            of=OF,
            where=lot.code,
            version=row.pk,
            from_at=since,
            by=agreed.by,
            approved_by=agreed.approved_by,
            place=lot.where,
        )
    )


def found_with(*, community: str, lot: str, text: str, since: datetime) -> LotTariff:
    """Give a lot the tariff that it is founded with; one that has a tariff keeps it.

    :raises LotNotFound, BadTariff: if there is none
    """
    row = lots.lot(community=community, code=lot)
    _sound(text)
    first = LotTariff.rows.of(community).filter(lot=row).order_by("since").first()
    return first or LotTariff.rows.create(community=community, lot=row, text=text, since=since)

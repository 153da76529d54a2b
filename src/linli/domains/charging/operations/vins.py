"""A car that says its VIN when it is plugged in charges at its owner's cost, if he said so.

A VIN can be read through a windscreen, and no pile proves what it heard: so only its owner makes
it begin anything, his purse sets the bound, and he switches it off at any time.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from linli.domains.charging import residents
from linli.domains.charging.logic import vins
from linli.domains.charging.models import CarVin, PlateWish
from linli.foundation.vault import operations as vault
from linli.foundation.vault import sealed
from linli.kernel.fault import Fault


class VinTaken(Fault):
    """Another car stands under it."""

    key = "charging.vin_taken"


def say(*, community: str, person: int, plate: str, vin: str, by: int, now: datetime) -> None:
    """Let a car of somebody's own begin a charging by its VIN; by none, nothing any more.

    :raises residents.PlateNotFound, vins.BadVin, VinTaken: as `register` says
    """
    if vin.strip():
        register(community=community, person=person, plate=plate, vin=vin, by=by, now=now)
    else:
        forget(community=community, person=person, plate=plate, by=by, now=now)


@transaction.atomic
def register(
    *, community: str, person: int, plate: str, vin: str, by: int, now: datetime
) -> CarVin:
    """Let a car of somebody's own begin a charging by its VIN, in the place of the one that it had.
    What an owner before him said of it, or of the VIN, ends.

    :raises residents.PlateNotFound: if it is no plate of his
    :raises vins.BadVin: if it is no VIN
    :raises VinTaken: if another car that is its owner's stands under it
    """
    number = vins.read(vin)
    vehicle = residents.vehicle(community=community, person=person, plate=plate)
    known = residents.cars_by_vin(community=community, vin=number)
    others = [row for row in known if row.vehicle_id != vehicle.pk]
    if any(residents.holds(row) for row in others):
        raise VinTaken
    before = CarVin.rows.of(community).filter(vehicle=vehicle)
    _drop([*others, *before], by=by, now=now)
    row = CarVin(community=community, person_id=person, vehicle=vehicle, at=now)
    row.vin = number
    sealed.seal_all([row], community=community, today=timezone.localdate(now))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # somebody was quicker
        raise VinTaken from None
    return row


@transaction.atomic
def forget(*, community: str, person: int, plate: str, by: int, now: datetime) -> None:
    """Let a car of somebody's own begin nothing any more; its VIN is gone with its key.

    :raises residents.PlateNotFound: if it is no plate of his
    """
    vehicle = residents.vehicle(community=community, person=person, plate=plate)
    _drop(CarVin.rows.of(community).filter(person=person, vehicle=vehicle), by=by, now=now)


@transaction.atomic
def erase(*, community: str, person: int, account: int, now: datetime) -> None:
    """Forget by what cars somebody charged, plates and VIN: nothing of his begins by itself."""
    PlateWish.rows.of(community).filter(person=person).delete()
    _drop(CarVin.rows.of(community).filter(person=person), by=account, now=now)


def _drop(rows: Iterable[CarVin], *, by: int, now: datetime) -> None:
    for row in rows:
        vault.destroy(
            community=row.community,
            subject=row.vault_key,
            account=by,
            words="charging by VIN ended",
            now=now,
        )
        row.delete()

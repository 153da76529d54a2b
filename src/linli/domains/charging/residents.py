"""What charging reads of somebody in the register: his plates, which of his cars begin a charging
by plate or VIN, and where he lives.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db.models import Q

from linli.domains.charging.logic.tariffs import CHINA
from linli.domains.charging.models import CarVin, PlateWish
from linli.foundation.scope.models import ScopedRows
from linli.foundation.vault import queries as vault
from linli.foundation.vault import sealed
from linli.kernel.fault import Fault
from linli.registry.people.models import Membership, Vehicle


class PlateNotFound(Fault):
    """It is no plate of his."""

    key = "charging.plate_not_found"
    status = 404


class OwnPlate(msgspec.Struct, frozen=True, kw_only=True):
    """A plate, and whether it begins a charging that its owner pays; the car's VIN, masked, where
    plugging it in begins one.
    """

    plate: str
    on: bool
    vin: str = ""


def plates(*, community: str, person: int) -> list[OwnPlate]:
    """Return the plates of somebody's own vehicles."""
    rows = Vehicle.rows.of(community).filter(owner=person).order_by("plate")
    wished = set(_wishes(community, person).values_list("vehicle_id", flat=True))
    said = {one.vehicle_id: one.vin for one in cars(community=community, person=person)}
    return [
        OwnPlate(plate=row.plate, on=row.pk in wished, vin=said.get(row.pk, "")) for row in rows
    ]


def cars(*, community: str, person: int, purpose: str = "") -> list[CarVin]:
    """Return somebody's cars that begin a charging by their VIN, opened for a purpose (empty:
    masked); not those that are another's by now.
    """
    rows = CarVin.rows.of(community).filter(person=person, vehicle__owner=person)
    found = list(rows.select_related("vehicle").order_by("vehicle__plate"))
    sealed.open_all(found, community=community, purpose=purpose)
    return found


def cars_by_vin(*, community: str, vin: str) -> list[CarVin]:
    """Return what stands under a VIN, whether it holds or not."""
    marks = vault.found_by(community=community, field="CarVin.vin", values=[vin])
    rows = CarVin.rows.of(community).filter(vin_index__in=list(marks))
    return list(rows.select_related("vehicle"))


def holds(row: CarVin) -> bool:
    """Tell whether a car is still that of who registered it."""
    return row.vehicle.owner_id == row.person_id


def payer_of_vin(*, community: str, vin: str) -> int | None:
    """Return who wants to pay for the car of this VIN; None where nobody does."""
    rows = cars_by_vin(community=community, vin=vin.strip().upper())
    return next((row.person_id for row in rows if holds(row)), None)


def plate(*, community: str, person: int, plate: str) -> OwnPlate:
    """Return a plate of somebody's own.

    :raises PlateNotFound: if it is none of his
    """
    for one in plates(community=community, person=person):
        if one.plate == plate:
            return one
    raise PlateNotFound(plate=plate[:16])


def vehicle(*, community: str, person: int, plate: str) -> Vehicle:
    """Return a vehicle of somebody's own.

    :raises PlateNotFound: if none of his has this plate
    """
    row = Vehicle.rows.of(community).filter(owner=person, plate=plate).first()
    if row is None:
        raise PlateNotFound(plate=plate[:16])
    return row


def car_of_plate(*, community: str, plate: str) -> Vehicle | None:
    """Return the vehicle that has a plate."""
    return Vehicle.rows.of(community).filter(plate=plate).first()


def wishes(*, community: str, person: int, plate: str) -> bool:
    """Tell whether somebody wants that this plate of his begins a charging. What an owner before
    him said of the same vehicle does not hold for him.
    """
    return _wishes(community, person).filter(vehicle__plate=plate).exists()


def wished(*, community: str, person: int) -> list[str]:
    """Return the plates with which somebody wants to charge."""
    rows = _wishes(community, person).order_by("vehicle__plate")
    return list(rows.values_list("vehicle__plate", flat=True))


def homes(*, community: str, person: int, at: datetime) -> Sequence[str]:
    """Return the paths of the homes in which somebody lives, or that are his."""
    standing = Q(until=None) | Q(until__gt=at.astimezone(CHINA).date())
    rows = Membership.rows.of(community).filter(standing, person=person)
    return sorted(set(rows.values_list("household__room__path", flat=True)))


def _wishes(community: str, person: int) -> ScopedRows[PlateWish]:
    return PlateWish.rows.of(community).filter(person=person)

"""What charging reads of somebody in the register: his plates, which of them begin a charging, and
where he lives.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db.models import Q

from linli.domains.charging.logic.tariffs import CHINA
from linli.domains.charging.models import PlateWish
from linli.foundation.scope.models import ScopedRows
from linli.kernel.fault import Fault
from linli.registry.people.models import Membership, Vehicle


class PlateNotFound(Fault):
    """It is no plate of his."""

    key = "charging.plate_not_found"
    status = 404


class OwnPlate(msgspec.Struct, frozen=True, kw_only=True):
    """A plate, and whether it begins a charging that its owner pays."""

    plate: str
    on: bool


def plates(*, community: str, person: int) -> list[OwnPlate]:
    """Return the plates of somebody's own vehicles."""
    rows = Vehicle.rows.of(community).filter(owner=person).order_by("plate")
    wished = set(_wishes(community, person).values_list("vehicle_id", flat=True))
    return [OwnPlate(plate=row.plate, on=row.pk in wished) for row in rows]


def vehicle(*, community: str, person: int, plate: str) -> Vehicle:
    """Return a vehicle of somebody's own.

    :raises PlateNotFound: if none of his has this plate
    """
    row = Vehicle.rows.of(community).filter(owner=person, plate=plate).first()
    if row is None:
        raise PlateNotFound(plate=plate[:16])
    return row


def owner_of_plate(*, community: str, plate: str) -> int | None:
    """Return whose vehicle it is."""
    row = Vehicle.rows.of(community).filter(plate=plate).first()
    return row.owner_id if row is not None else None


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

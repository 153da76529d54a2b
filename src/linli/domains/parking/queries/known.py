"""What is known of a car by its plate."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

import msgspec
from django.db.models import Exists, OuterRef, Q

from linli.contracts.visits import ExpectedCar, expected_car, hosts_of_car
from linli.domains.parking.logic.verdict import Coming
from linli.domains.parking.models import Booking, CarWish, Listed, Lot, Permit
from linli.domains.parking.queries import lots
from linli.foundation.scope.built_once import built_once
from linli.foundation.scope.models import ScopedRows
from linli.registry.people.models import Membership, Person, Vehicle

EARLY = timedelta(minutes=30)
"""So long before its time a car that booked may come."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A car that wants in, and by what right."""

    coming: Coming
    permit: int | None = None
    visit: int | None = None
    booking: Booking | None = None


def known(*, lot: Lot, plate: str, readable: bool, on_duty: bool, at: datetime) -> Known:
    """Return what is known of a car that wants into a lot. What the car before it may have changed
    is to be read once more when it is let in (`of_the_moment`).
    """
    if not plate:
        return Known(coming=Coming(plate="", on_duty=on_duty))
    community = lot.community
    colours = listed(community=community, plate=plate, at=at)
    permit = permit_of(lot=lot, plate=plate, at=at)
    guest = expected(community=community, plate=plate, at=at)
    booked = booking_of(lot=lot, plate=plate, at=at)
    resident = registered(community=community, plate=plate) is not None
    return Known(
        coming=Coming(
            plate=plate,
            readable=readable,
            on_duty=on_duty,
            black="black" in colours,
            white="white" in colours,
            permit=permit is not None,
            resident=resident,
            expected=guest is not None,
            booked=booked is not None,
            hourly=lot.hourly and lots.tariff_of(lot=lot, now=at) is not None,
            closed=not lot.open,
        ),
        permit=permit.pk if permit else None,
        visit=guest.visit if guest else None,
        booking=booked,
    )


def of_the_moment(*, known: Known, lot: Lot, at: datetime) -> Known:
    """Return what is known of a car, with whether a place is left and its booking waits now."""
    coming = known.coming
    if not coming.plate:
        return known
    booked = known.booking
    if booked is not None:
        booked = booking_of(lot=lot, plate=coming.plate, at=at)
    full = lots.cars_in(lot=lot) >= lot.capacity
    now = msgspec.structs.replace(coming, full=full, booked=booked is not None)
    return msgspec.structs.replace(known, coming=now, booking=booked)


def listed(*, community: str, plate: str, at: datetime) -> set[str]:
    """Return the lists that a car is on: black, white."""
    return set(_colours(community=community, plate=plate, at=at))


@built_once
def _colours(*, community: str, plate: str, at: datetime) -> Iterable[str]:
    rows = Listed.rows.of(community).filter(plate=plate, ended_at=None)
    return rows.filter(Q(until=None) | Q(until__gt=at)).values_list("colour", flat=True)


def permit_of(*, lot: Lot, plate: str, at: datetime) -> Permit | None:
    """Return the permit by which a car may stand in a lot."""
    return _permit.first(community=lot.community, lot=lot.pk, plate=plate, at=at)


@built_once
def _permit(*, community: str, lot: int, plate: str, at: datetime) -> ScopedRows[Permit]:
    rows = Permit.rows.of(community).filter(lot=lot, cars__plate=plate, ended_at=None)
    return rows.filter(since__lte=at, until__gt=at).order_by("-until")[:1]


def expected(*, community: str, plate: str, at: datetime) -> ExpectedCar | None:
    """Return the visit that expects a car."""
    return expected_car(community, plate, at)


def booking_of(*, lot: Lot, plate: str, at: datetime) -> Booking | None:
    """Return the booking by which a car may come into a lot now."""
    return _booking.first(community=lot.community, lot=lot.pk, plate=plate, at=at, early=at + EARLY)


@built_once
def _booking(
    *, community: str, lot: int, plate: str, at: datetime, early: datetime
) -> ScopedRows[Booking]:
    rows = Booking.rows.of(community).filter(lot=lot, plate=plate, state="waiting")
    rows = rows.filter(since__lte=early, until__gt=at).select_related("loan", "loan__bay")
    return rows.order_by("since")[:1]


def may_be(*, lot: Lot, plates: Collection[str], at: datetime) -> set[str]:
    """Return those of these cars that are known here: a misread plate may be one of them."""
    if not plates:
        return set()
    wanted = list(plates)
    found = set(
        Vehicle.rows.of(lot.community).filter(plate__in=wanted).values_list("plate", flat=True)
    )
    permits = Permit.rows.of(lot.community).filter(
        lot=lot, ended_at=None, until__gt=at, cars__plate__in=wanted
    )
    found |= set(permits.values_list("cars__plate", flat=True)) & set(wanted)
    booked = Booking.rows.of(lot.community).filter(lot=lot, plate__in=wanted, state="waiting")
    return found | set(booked.values_list("plate", flat=True))


def wish(*, community: str, plate: str, at: datetime) -> CarWish | None:
    """Return what the owner of a car wants, if he said, and it is still his."""
    row = CarWish.rows.of(community).filter(plate=plate).first() if plate else None
    return row if row is not None and holds(wish=row, at=at) else None


def holds(*, wish: CarWish, at: datetime) -> bool:
    """Tell whether the car of a wish still is among those of the account that wished it."""
    cars = cars_of(community=wish.community, account=wish.account_id, at=at)
    return wish.plate in {car.plate for car in cars}


def registered(*, community: str, plate: str) -> Vehicle | None:
    """Return a car of the register."""
    return _vehicle.first(community=community, plate=plate) if plate else None


@built_once
def _vehicle(*, community: str, plate: str) -> ScopedRows[Vehicle]:
    rows = Vehicle.rows.of(community).select_related("owner", "household")
    return rows.filter(plate=plate).order_by("pk")[:1]


def persons_of(*, community: str, account: int) -> list[Person]:
    """Return who an account is in a community."""
    return list(Person.rows.of(community).filter(account=account, erased_at=None))


def households_of(*, community: str, account: int, at: datetime) -> list[int]:
    """Return the households that an account lives in or owns."""
    day = lots.local(at).date()
    standing = Q(until=None) | Q(until__gt=day)
    rows = Membership.rows.of(community).filter(
        standing, person__account=account, person__erased_at=None
    )
    return list(rows.values_list("household", flat=True).distinct())


def cars_of(*, community: str, account: int, at: datetime) -> list[Vehicle]:
    """Return the cars of an account: its own, and those of its households."""
    homes = households_of(community=community, account=account, at=at)
    rows = Vehicle.rows.of(community).filter(Q(owner__account=account) | Q(household__in=homes))
    return list(rows.distinct().order_by("plate"))


def plates_of_owner(*, community: str, person: int) -> list[str]:
    """Return the plates of the cars that a person owns."""
    rows = Vehicle.rows.of(community).filter(owner=person)
    return list(rows.values_list("plate", flat=True))


class Concerned(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts to be told of a car. `hosted`: it is nobody's whom we could tell, but a guest's,
    and they are his hosts.
    """

    accounts: list[int]
    hosted: bool = False


def concerned(*, community: str, plate: str, at: datetime) -> Concerned:
    """Return who is to be told of a car: its owner, else its household, else whose guest drives it
    while his pass holds.
    """
    own = _owners(community, plate, at)
    if own or not plate:
        return Concerned(accounts=own)
    hosts = list(hosts_of_car(community, plate, at))
    return Concerned(accounts=hosts, hosted=bool(hosts))


def _owners(community: str, plate: str, at: datetime) -> list[int]:
    car = registered(community=community, plate=plate)
    if car is None:
        return []
    if car.owner is not None and car.owner.account_id is not None:
        return [car.owner.account_id]
    if car.household_id is None:
        return []
    day = lots.local(at).date()
    rows = Membership.rows.of(community).filter(
        Q(until=None) | Q(until__gt=day), household=car.household_id, person__erased_at=None
    )
    found = rows.exclude(person__account=None).values_list("person__account", flat=True)
    return sorted(set(found))


def with_owners(*, community: str, plates: Collection[str], at: datetime) -> set[str]:
    """Return those of these cars whose owner, or household, can be told: as `concerned` finds it,
    of all at once.
    """
    day = lots.local(at).date()
    heard = Membership.rows.of(community).filter(
        Q(until=None) | Q(until__gt=day),
        household=OuterRef("household"),
        person__erased_at=None,
        person__account__isnull=False,
    )
    rows = Vehicle.rows.of(community).filter(plate__in=plates)
    told = rows.filter(Q(owner__account__isnull=False) | Exists(heard))
    return set(told.values_list("plate", flat=True))

"""Places that neighbours lend each other by the hour, and places that are booked."""

from datetime import datetime, timedelta

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts.parking import BookingMoved
from linli.domains.parking.logic import sharing
from linli.domains.parking.logic.tariff import OF_PLACES
from linli.domains.parking.models import Bay, Booking, Loan, Lot
from linli.domains.parking.operations.minding import plate_of
from linli.domains.parking.operations.standing import NoSuchBay
from linli.domains.parking.queries import known, lots, rights
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault

SHARE_PERCENT = 70
"""What of each fee is the lender's."""
_LONGEST = timedelta(days=3)
_AHEAD = timedelta(days=30)
_MOST = 3


class NotYourBay(Fault):
    """The place belongs to no car of this household by a permit or the register."""

    key = "parking.not_your_bay"
    status = 403


class LentAlready(Fault):
    key = "parking.lent_already"


class NotThen(Fault):
    """The place is not lent, or not free, at that time; or the time is over or too long."""

    key = "parking.not_then"


class TooMany(Fault):
    key = "parking.too_many_bookings"


class NotYourCar(Fault):
    key = "parking.not_your_car"
    status = 403


class Lending(msgspec.Struct, frozen=True, kw_only=True):
    """A place that is lent: which, and when."""

    lot: str
    number: str
    hours: sharing.Hours


@transaction.atomic
def lend(*, community: str, account: int, lending: Lending, now: datetime) -> Loan:
    """Lend one's own place on some days for some hours.

    :raises LotNotFound: if there is none
    :raises NotYourBay: if the register does not know it as the place of one's car
    :raises LentAlready: if it is lent already
    """
    lot = lots.lot(community=community, code=lending.lot)
    bay = lots.bay_of(lot=lot, number=lending.number)
    people = known.persons_of(community=community, account=account)
    cars = known.cars_of(community=community, account=account, at=now)
    own = lots.bays_of_cars(community=community, cars=cars)
    if bay is None or not people or bay not in [one for found in own.values() for one in found]:
        raise NotYourBay
    row = Loan(
        community=community,
        bay=bay,
        owner=people[0],
        days=lending.hours.days,
        starts=lending.hours.starts,
        ends=lending.hours.ends,
        share_percent=SHARE_PERCENT,
        at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise LentAlready from error
    return row


@transaction.atomic
def stop(*, community: str, account: int, loan: int, now: datetime) -> Loan:
    """Lend a place no longer; who booked it keeps his booking.

    :raises LoanNotFound: if it is none of one's own
    """
    row = rights.loan(community=community, id=loan, lock=True)
    if row.owner.account_id != account:
        raise rights.LoanNotFound(loan=loan)
    row.open = False
    row.save(update_fields=["open"])
    return row


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A place that somebody wants for a car of his; `lot` may be a neighbour's, in `community`.
    `bay`: the number of a place for children or the disabled.
    """

    community: str
    lot: str
    loan: int | None = None
    bay: str = ""
    plate: str
    since: datetime
    until: datetime


@transaction.atomic
def book(*, home: str, account: int, wish: Wish, now: datetime) -> Booking:
    """Book a place: of a neighbour who lends his, or any in the lot.

    :raises LotNotFound: if there is none, or it is offered to others
    :raises NotThen: if it is not free then
    :raises NoSuchBay: if the lot has no such place for children or the disabled
    :raises NotYourCar: if the register knows the car as another's
    :raises TooMany: if three bookings of one's own wait already
    """
    lot = lots.lot(community=wish.community, code=wish.lot, lock=True)
    if wish.community != home and home not in lot.offered_to:
        raise lots.LotNotFound(lot=wish.lot)
    plate = _own_plate(home, account, wish.plate, now)
    if (
        not now <= wish.until <= now + _AHEAD
        or not timedelta() < wish.until - wish.since <= _LONGEST
    ):
        raise NotThen
    waiting = Booking.rows.of(lot.community).filter(account=account, state="waiting")
    if waiting.filter(until__gt=now).count() >= _MOST:
        raise TooMany
    loan = _free_loan(lot, wish) if wish.loan is not None else None
    if loan is None:
        _check_room(lot, wish)
    row = Booking(
        community=lot.community,
        lot=lot,
        bay=loan.bay if loan else _free_bay(lot, wish),
        loan=loan,
        plate=plate,
        account_id=account,
        home=home,
        since=wish.since,
        until=wish.until,
        at=now,
    )
    row.save(force_insert=True)
    _moved(row, "booked", account, now)
    return row


def _own_plate(home: str, account: int, text: str, now: datetime) -> str:
    plate = plate_of(text)
    car = known.registered(community=home, plate=plate)
    if car is not None:
        own = {one.pk for one in known.cars_of(community=home, account=account, at=now)}
        if car.pk not in own:
            raise NotYourCar
    return plate


def _free_loan(lot: Lot, wish: Wish) -> Loan:
    loan = rights.loan(community=lot.community, id=wish.loan or 0, lock=True)
    hours = sharing.Hours(days=loan.days, starts=loan.starts, ends=loan.ends)
    fits = sharing.fits(hours=hours, since=lots.local(wish.since), until=lots.local(wish.until))
    taken = rights.booked(lot=lot, since=wish.since, until=wish.until, bay=loan.bay_id)
    if not loan.open or loan.bay.lot_id != lot.pk or not fits or taken:
        raise NotThen
    return loan


def _free_bay(lot: Lot, wish: Wish) -> Bay | None:
    """Return the place for children or the disabled that is wished for, if one is."""
    if not wish.bay:
        return None
    bay = lots.bay_of(lot=lot, number=wish.bay, lock=True)
    if bay is None or bay.kind not in OF_PLACES:
        raise NoSuchBay(bay=wish.bay[:16])
    if rights.booked(lot=lot, since=wish.since, until=wish.until, bay=bay.pk):
        raise NotThen
    return bay


def _check_room(lot: Lot, wish: Wish) -> None:
    """Refuse a booking where half of a lot is booked then: those who come unasked find room too."""
    if not lot.hourly or not lot.open:
        raise NotThen
    if rights.booked(lot=lot, since=wish.since, until=wish.until) >= lot.capacity // 2:
        raise NotThen


@transaction.atomic
def withdraw(*, community: str, account: int, booking: int, now: datetime) -> Booking:
    """Take a booking back; taken back twice it is gone.

    :raises BookingNotFound: if it is none of one's own
    """
    row = rights.booking(community=community, id=booking, account=account, lock=True)
    if row.state == "waiting":
        row.state = "withdrawn"
        row.save(update_fields=["state"])
        _moved(row, "withdrawn", account, now)
    return row


def _moved(row: Booking, step: str, account: int, now: datetime) -> None:
    outbox.record(
        BookingMoved(
            id=ids.new(),
            at=now,
            community=row.community,
            booking=row.pk,
            lot=row.lot.code,
            step=step,
            by=account,
            place=row.lot.where,
        )
    )

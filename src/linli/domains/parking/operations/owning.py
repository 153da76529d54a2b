"""What a driver may do himself: find his stay, say how he pays, ask for a ticket at the lane."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from linli.domains.parking.logic.verdict import Reason
from linli.domains.parking.models import (
    Booking,
    CarWish,
    Coupon,
    Listed,
    Misparked,
    PermitCar,
    PlateWish,
    Sighting,
    Stay,
)
from linli.domains.parking.operations import arms, paying, staying
from linli.domains.parking.operations.lending import NotYourCar
from linli.domains.parking.queries import known, lots, stays, wishes
from linli.foundation import ids
from linli.kernel.checks import check
from linli.kernel.fault import Fault

_AT_ONCE = 2_000


class NobodyThere(Fault):
    """No car without a plate stands at this lane now."""

    key = "parking.nobody_there"
    status = 404


class NothingFound(Fault):
    """Nothing is to be paid for this plate here: it is not in, or pays nothing, or does not want
    to be found. Which of them, nobody is told.
    """

    key = "parking.nothing_found"
    status = 404


@transaction.atomic
def wish(
    *, community: str, account: int, plate: str, pay_by_wallet: bool, findable: bool, now: datetime
) -> CarWish:
    """Say of one's own car how it pays at the lane, and whether it is found by its plate.

    :raises NotYourCar: if the register does not know it as one's own
    """
    own = {one.plate for one in known.cars_of(community=community, account=account, at=now)}
    value = check("plate", plate).value
    if value not in own:
        raise NotYourCar
    row, _ = CarWish.rows.of(community).update_or_create(
        plate=value,
        defaults={
            "account_id": account, "pay_by_wallet": pay_by_wallet, "findable": findable, "at": now,
        },
    )  # fmt: skip
    return row


@transaction.atomic
def find(*, community: str, lot: str, plate: str, now: datetime) -> Stay:
    """Return the stay of a plate that anybody may pay for: of a car that came by the hour, that is
    in, and whose owner did not say that it is not to be found. That somebody looked is counted.

    :raises NothingFound: in every other case
    """
    value = check("plate", plate).value
    try:
        row = stays.inside(lot=lots.lot(community=community, code=lot), plate=value, lock=True)
    except lots.LotNotFound as error:
        raise NothingFound from error
    if row is None or not row.plate:
        raise NothingFound
    said = known.wish(community=community, plate=value, at=now)
    resident = known.registered(community=community, plate=value) is not None
    findable = row.kind in {"hourly", "visitor", "booked"} and not resident
    if not (findable if said is None else said.findable):
        raise NothingFound
    row.looked += 1
    row.save(update_fields=["looked"])
    return row


@transaction.atomic
def ticket(*, community: str, lane: str, now: datetime) -> Stay:
    """Let a car without a plate in that stands at a lane, under a ticket that its driver keeps.

    :raises LaneNotFound: if there is none
    :raises NobodyThere: if none stands there
    """
    row = lots.lane(community=community, code=lane)
    sighting = stays.nameless_at(lane=row, now=now)
    if sighting is None or sighting.direction != "in" or not _room(row.lot, now):
        raise NobodyThere
    fact = ids.new()
    stay = staying.come(
        staying.Car(
            plate="",
            colour="",
            at=now,
            lane=row,
            reason=Reason.HOURLY,
            known=known.known(lot=row.lot, plate="", readable=True, on_duty=False, at=now),
            fact=fact,
            ticket=ids.new()[:24],
        )
    )
    _passed(sighting, stay)
    arms.rise(lane=row, key=f"lane-{sighting.pk}-ticket", cause=fact, now=now, answered=False)
    return stay


def _room(lot: object, now: datetime) -> bool:
    has: bool = lot.open and lot.hourly and staying.free(lot) > 0  # type: ignore[attr-defined,arg-type]
    return has and lots.tariff_of(lot=lot, now=now) is not None  # type: ignore[arg-type]


def _passed(sighting: Sighting, stay: Stay) -> None:
    sighting.opened, sighting.stay, sighting.reason = True, stay, Reason.HOURLY
    sighting.answer = {**sighting.answer, "open": True}
    sighting.save(update_fields=["opened", "stay", "reason", "answer"])


@transaction.atomic
def show_ticket(*, community: str, lane: str, ticket: str, now: datetime) -> Stay:
    """Say at a lane out which car without a plate stands there; where it owes nothing, it may go.

    :raises LaneNotFound, StayNotFound: if there is none
    :raises NobodyThere: if no car without a plate stands there
    """
    row = lots.lane(community=community, code=lane)
    stay = stays.stay_of_ticket(community=community, ticket=ticket, lock=True)
    sighting = stays.nameless_at(lane=row, now=now)
    if sighting is None or sighting.direction != "out" or stay.lot_id != row.lot_id:
        raise NobodyThere
    sighting.stay = stay
    sighting.save(update_fields=["stay"])
    if arms.let_out_if_paid(stay=stay, now=now):
        paying.give_back(stay=stay, now=now)
    return stay


def forget(*, community: str, before: datetime) -> int:
    """Forget a part of the passages, and of the plates of stays and bookings, that are older than
    plates are kept; return how many. What was paid stays, without a plate.
    """
    old = Sighting.rows.of(community).filter(at__lt=before)
    numbers = list(old.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
    done = Sighting.rows.of(community).filter(pk__in=numbers).delete()[0]
    gone = Stay.rows.of(community).filter(left_at__lt=before).exclude(plate="")
    done += _blank(Stay, community, list(gone.values_list("pk", flat=True)[:_AT_ONCE]))
    past = Booking.rows.of(community).filter(until__lt=before).exclude(plate="")
    done += _blank(Booking, community, list(past.values_list("pk", flat=True)[:_AT_ONCE]))
    left = Misparked.rows.of(community).filter(last_at__lt=before).exclude(plate="")
    left = left.exclude(state="standing")
    used = Coupon.rows.of(community).filter(until__lt=before).exclude(plate="")
    done += _blank(Coupon, community, list(used.values_list("pk", flat=True)[:_AT_ONCE]))
    off = Listed.rows.of(community).filter(ended_at__lt=before).exclude(plate="")
    done += _blank(Listed, community, list(off.values_list("pk", flat=True)[:_AT_ONCE]))
    over = PermitCar.rows.of(community).filter(
        Q(permit__ended_at__lt=before) | Q(permit__until__lt=before)
    )
    numbers = list(over.values_list("pk", flat=True)[:_AT_ONCE])
    done += PermitCar.rows.of(community).filter(pk__in=numbers).delete()[0]
    said = PlateWish.rows.of(community).filter(decided_at__lt=before)
    numbers = list(said.values_list("pk", flat=True)[:_AT_ONCE])
    done += PlateWish.rows.of(community).filter(pk__in=numbers).delete()[0]
    return done + _blank(Misparked, community, list(left.values_list("pk", flat=True)[:_AT_ONCE]))


def drop_wishes(*, community: str, now: datetime) -> int:
    """Drop what was wished for cars that are no longer of whoever wished it; return how many."""
    rows = list(CarWish.rows.of(community).order_by("pk"))
    gone = [row.pk for row in rows if not known.holds(wish=row, at=now)]
    return int(CarWish.rows.of(community).filter(pk__in=gone).delete()[0])


def erase(*, community: str, person: int) -> int:
    """Forget the plates of somebody's own cars wherever they passed; return how many rows."""
    plates = list(known.plates_of_owner(community=community, person=person))
    gone = 0
    for model in (Stay, Booking, Misparked):
        rows = model.rows.of(community).filter(plate__in=plates)
        past = rows.exclude(state__in=["inside", "waiting", "standing"])
        gone += _blank(model, community, list(past.values_list("pk", flat=True)))
    gone += Sighting.rows.of(community).filter(plate__in=plates).delete()[0]
    gone += CarWish.rows.of(community).filter(plate__in=plates).delete()[0]
    gone += wishes.of_person(community=community, person=person, plates=plates).delete()[0]
    gone += Coupon.rows.of(community).filter(plate__in=plates).update(plate="")
    ended = Listed.rows.of(community).filter(plate__in=plates).exclude(ended_at=None)
    gone += ended.update(plate="")
    return gone + int(PermitCar.rows.of(community).filter(plate__in=plates).delete()[0])


def _blank(model: type, community: str, numbers: list[int]) -> int:
    rows = model.rows.of(community).filter(pk__in=numbers)  # type: ignore[attr-defined]
    return int(rows.update(plate=""))


def end_bookings(*, community: str, now: datetime) -> int:
    """Close the bookings whose time is over; return how many."""
    rows = Booking.rows.of(community).filter(state="waiting", until__lt=now - timedelta(minutes=1))
    return int(rows.update(state="over"))

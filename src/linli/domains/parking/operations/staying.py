"""A car comes into a lot and goes out again; what cameras missed is mended where it can be."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.core import signing

from linli.domains.parking.logic.fee import Fee, Line
from linli.domains.parking.logic.tariff import OF_PLACES
from linli.domains.parking.models import Coupon, Lane, Lot, Sighting, Stay
from linli.domains.parking.queries import known as knowing
from linli.domains.parking.queries import lots, pricing, stays
from linli.domains.parking.queries.known import Known
from linli.kernel.words import Words, both

_SALT = "parking.stay"
_TOKEN_S = 3 * 86_400
FOLLOWED = "followed"
"""Why a stay is to be looked at whose car drove through behind another."""
KINDS = {
    "emergency": "duty",
    "white_list": "white",
    "permit": "permit",
    "resident": "resident",
    "expected": "visitor",
    "booked": "booked",
}
"""What a stay is called, by the reason for which the car came in."""


class Car(msgspec.Struct, frozen=True, kw_only=True):
    """A car that comes in: by which lane, when, by what right."""

    plate: str
    colour: str
    at: datetime
    lane: Lane
    reason: str
    known: Known
    fact: str
    ticket: str = ""


def token(stay: Stay) -> str:
    """Return what opens the page of a stay to whoever holds it, for three days."""
    return signing.dumps(stay.pk, salt=_SALT, compress=True)


def of_token(text: str) -> int:
    """Return the number of the stay that a token opens.

    :raises StayNotFound: if it opens none, or not any more
    """
    try:
        return int(signing.loads(text, salt=_SALT, max_age=_TOKEN_S))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise stays.StayNotFound(stay=0) from error


def come(car: Car) -> Stay:
    """Write down that a car came in. What is open of it from before was an exit that nobody saw; a
    stay that lacks its entry gets this one. Told late of a car that is in again by now, it is a
    stay of its own, over before that began.
    """
    lot = car.lane.lot
    standing = stays.inside(lot=lot, plate=car.plate, lock=True) if car.plate else None
    again = standing is not None and _earlier(car, standing)
    if standing is not None and not again:
        if standing.entered_at is None:
            return _entered(standing, car)
        if car.at <= standing.entered_at + stays.SAME_CAR:
            return standing
        lose(standing, now=car.at)
    known = stays.came_about(lot=lot, plate=car.plate, at=car.at) if again else None
    if known is not None:
        return known
    missing = stays.entry_missing(lot=lot, plate=car.plate, after=car.at) if car.plate else None
    if missing is not None:
        return _entered(missing, car)
    row = _begun(car, state="lost" if again else "inside")
    return lose(row, now=car.at) if again else row


def part(stay: Stay, car: Car) -> Stay:
    """Begin the stay of a car that came, told late, in the midst of one whose exit was told late
    before: that exit is its own, and the other lacks one again.
    """
    left_at, left_by, cause = stay.left_at, stay.left_by, stay.cause
    if left_at is None:
        raise ValueError(stay.pk)
    row = _begun(car, state="lost")
    Sighting.rows.of(stay.community).filter(stay=stay, at__gte=car.at).update(stay=row)
    Coupon.rows.of(stay.community).filter(stay_number=stay.pk).update(
        stay_number=None, used_at=None
    )
    stay.left_by, stay.fee_fen, stay.proof = None, 0, []
    lose(stay, now=car.at)
    return go(stay=row, lane=left_by, at=left_at, fact=cause)


def _begun(car: Car, *, state: str) -> Stay:
    lot = car.lane.lot
    row = Stay(
        community=lot.community,
        lot=lot,
        area=car.lane.area,
        plate=car.plate,
        colour=car.colour,
        ticket=car.ticket,
        entered_at=car.at,
        entered_by=car.lane,
        state=state,
        cause=car.fact,
    )
    by_right(row, known=car.known, reason=car.reason)
    row.save(force_insert=True)
    return row


def _earlier(car: Car, standing: Stay) -> bool:
    """Tell whether a car came before the stay that it has now, and not as its beginning."""
    return standing.entered_at is not None and car.at < standing.entered_at - stays.CLOCKS_DIFFER


def by_right(row: Stay, *, known: Known, reason: str) -> None:
    """Say by what right a car parks, and what it is let off for it; it is not saved yet."""
    row.kind = KINDS.get(reason, "hourly")
    row.permit_id, row.visit = known.permit, known.visit
    booking = known.booking
    if row.kind == "booked" and booking is not None:
        row.booking, booking.state = booking.pk, "come"
        booking.save(update_fields=["state"])
        bay = booking.loan.bay if booking.loan else booking.bay
        row.bay = bay if bay is not None and bay.kind in OF_PLACES else row.bay
    row.marks = marks_of(row)


def marks_of(row: Stay) -> list[str]:
    """Return what a stay is let off for: that it is a guest's, and the place on which it stands."""
    found = ["visitor"] if row.kind == "visitor" else []
    return [*found, row.bay.kind] if row.bay is not None else found


def _entered(row: Stay, car: Car) -> Stay:
    """Give a stay the entry that it lacked; its fee follows where it has left already."""
    row.entered_at, row.entered_by, row.why = car.at, car.lane, ""
    by_right(row, known=car.known, reason=car.reason)
    if row.left_at is not None:
        row.state = "left"
        settle(row, at=row.left_at)
    row.save()
    return row


def guest_of(stay: Stay | None) -> int | None:
    """Return the visit by whose right a stay began; None where it was another right, or none."""
    return stay.visit if stay is not None and stay.kind == "visitor" else None


def lose(row: Stay, *, now: datetime) -> Stay:
    """Close a stay whose exit nobody saw: it lasted until the car was last seen. What one by the
    hour costs is for a person to decide.
    """
    seen = stays.seen_of(stay=row)
    row.state, row.why = "lost", "no_exit"
    row.left_at = max([row.entered_at, *(one.at for one in seen)]) if row.entered_at else None
    row.settled = row.kind in pricing.FREE_KINDS or (
        row.kind in {"permit", "resident"}
        and pricing.fee(stay=row, until=row.left_at or now).fen <= row.paid_fen
    )
    row.save()
    return row


def unknown(
    *,
    lot: Lot,
    lane: Lane,
    plate: str,
    colour: str,
    at: datetime,
    fact: str,
    ticket: str = "",
    again: bool = False,
) -> Stay:
    """Write down a car that wants out and that nobody saw come: when it came is to be found. One
    without a plate has a `ticket`, by which it is told from one whose plate was deleted. `again`:
    it is told so late that the car is in again.
    """
    known = knowing.known(lot=lot, plate=plate, readable=True, on_duty=False, at=at)
    row = Stay(
        community=lot.community,
        lot=lot,
        plate=plate,
        colour=colour,
        ticket=ticket,
        kind="permit" if known.permit else "resident" if known.coming.resident else "hourly",
        permit_id=known.permit,
        visit=known.visit,
        state="lost" if again else "inside",
        why="no_entry",
        cause=fact,
    )
    row.save(force_insert=True)
    return row


def go(*, stay: Stay, lane: Lane | None, at: datetime, fact: str, fee: Fee | None = None) -> Stay:
    """Write down that a car went out, and what it came to: its `fee` up to then, where it was
    reckoned in this very transaction.
    """
    stay.left_at, stay.left_by, stay.cause = at, lane, fact
    stay.state = "left"
    if stay.entered_at is None:
        stay.state, stay.settled = "lost", stay.kind != "hourly"
    elif at < stay.entered_at:
        stay.why = "clock"
    elif stay.why in {"no_exit", FOLLOWED}:
        stay.why = ""
    settle(stay, at=at, fee=fee)
    stay.save()
    return stay


def settle(stay: Stay, *, at: datetime, fee: Fee | None = None) -> None:
    """Say what a stay cost in the end. What is over the sum that was paid in time is let off."""
    if stay.entered_at is None:
        return
    if stay.proof and pricing.forgotten(stay):
        weigh(stay)
        return
    found = fee or pricing.fee(stay=stay, until=at)
    lines = list(found.lines)
    more = found.fen - stay.paid_fen
    if more > 0 and stay.leave_by is not None and at <= stay.leave_by:
        said = Words(zh="缴费后按时离场，不再计费", en="left in time after paying: no more")
        lines.append(Line(words=said, plain=said, fen=-more))
        found = Fee(fen=found.fen - more, lines=tuple(lines))
    stay.fee_fen, stay.proof = found.fen, proof(found.lines)
    weigh(stay)
    _use_coupons(stay, at)


def weigh(stay: Stay) -> None:
    """Say whether anything of a stay that is over is still asked for."""
    owing = stay.fee_fen > stay.paid_fen
    if owing and not stay.why:
        stay.why = "unpaid"
    elif not owing and stay.why in {"unpaid", FOLLOWED}:
        stay.why = ""
    stay.settled = not owing and not stay.why


def forgive(stay: Stay, *, fen: int) -> None:
    """Take off the fee of a stay that is over what somebody gave back of it: no debt comes of it.
    Its `paid_fen` is less by so much already.
    """
    owed = max(0, stay.fee_fen - stay.paid_fen - fen)
    off = stay.fee_fen - stay.paid_fen - owed
    if off > 0:
        said = Words(zh="退款减免", en="let off by a refund")
        stay.fee_fen -= off
        stay.proof = [*stay.proof, *proof([Line(words=said, plain=said, fen=-off)])]


def _use_coupons(stay: Stay, at: datetime) -> None:
    numbers = pricing.counted(stay=stay, until=at)
    rows = Coupon.rows.of(stay.community).filter(pk__in=numbers, stay_number=None)
    rows.update(stay_number=stay.pk, used_at=at)


def proof(lines: Sequence[Line]) -> list[dict[str, object]]:
    """Return the lines of a proof as they are kept."""
    return [
        {"words": both(line.words), "plain": both(line.plain), "fen": line.fen} for line in lines
    ]


def free(lot: Lot) -> int:
    """Return how many places of a lot are free, as far as its lanes know."""
    return max(0, lot.capacity - lots.cars_in(lot=lot))

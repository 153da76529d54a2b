"""A second car drives through while the arm is up for another: put on record as an unpaired one,
which the booth settles where it would not have been let pass anyway.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from linli.contracts.parking import CarFollowed
from linli.domains.parking.logic import plates, verdict
from linli.domains.parking.logic.plates import Reading
from linli.domains.parking.logic.verdict import Reason
from linli.domains.parking.models import Lane, Sighting, Stay
from linli.domains.parking.operations import paying, staying
from linli.domains.parking.operations.seeing import Seen
from linli.domains.parking.operations.staying import FOLLOWED
from linli.domains.parking.queries import known as knowing
from linli.domains.parking.queries import lots, stays
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.kernel.words import Words

_CHATTER = timedelta(seconds=3)
"""A loop that tells the same again within so short a time tells of the same car."""


def take(*, community: str, device: str, ask: str, seen: Seen, now: datetime) -> Sighting:
    """Take that a second car passed in one opening, as a lane's camera or barrier tells it. Told
    again under the same id it happened once. Without a plate it is taken for the car that stood
    there last and was not let pass, if one did.

    :raises LaneNotFound: if the device stands at no lane
    """
    lane = lots.lane_at(community=community, device=device)
    try:
        return _take(lane, device, ask, seen, now)
    except IntegrityError:  # somebody was quicker: this time his is found
        return _take(lane, device, ask, seen, now)


@transaction.atomic
def _take(lane: Lane, device: str, ask: str, seen: Seen, now: datetime) -> Sighting:
    lots.hold(lane=lane)
    done = stays.sighting_of_ask(community=lane.community, device=device, ask=ask)
    if done is not None:
        return done
    at = min(seen.at, now) if seen.replayed else now
    reading = plates.read(plate=seen.plate, colour=seen.colour)
    stood = None if seen.replayed else _stood(lane, seen, reading.plate, now)
    row = Sighting(
        community=lane.community,
        lane=lane,
        device=device,
        ask=ask,
        plate_read=reading.plate,
        plate=reading.plate or (stood.plate if stood else ""),
        colour=reading.colour or (stood.colour if stood else ""),
        confidence_milli=seen.confidence_milli if reading.plate else 0,
        read=plates.clear(reading=reading, confidence_milli=seen.confidence_milli),
        direction=_way(lane, seen, stood, now),
        at=at,
        told_at=now,
        picture=seen.picture[:64],
        opened=False,
        reason=Reason.FOLLOWED,
        fact=ids.new(),
    )
    again = stays.followed(lane=lane, plate=row.plate, direction=row.direction, at=at,
                           near=stays.SAME_CAR if row.plate else _CHATTER)  # fmt: skip
    if again is not None:
        again.times += 1
        again.save(update_fields=["times"])
        return again
    row.stay = _passed(row, lane, late=seen.replayed, now=now)
    row.save(force_insert=True)
    if stood is not None:
        stood.reason, stood.stay = Reason.FOLLOWED, row.stay
        stood.save(update_fields=["reason", "stay"])
    _tell(row, lane, late=seen.replayed, now=now)
    return row


def _stood(lane: Lane, seen: Seen, plate: str, now: datetime) -> Sighting | None:
    """Return the car that stood there a moment ago and was not let pass: it is the one, if the
    plate is the same, or none was read.
    """
    row = stays.shut_at(lane=lane, now=now)
    if row is None or (plate and plate != row.plate):
        return None
    return row if not seen.direction or seen.direction == row.direction else None


def _way(lane: Lane, seen: Seen, stood: Sighting | None, now: datetime) -> str:
    """Return which way it went: that of the lane, what was said, or that of the car before it."""
    if lane.direction != "both":
        return lane.direction
    before = stood or stays.opened_at(lane=lane, now=now)
    return seen.direction or (before.direction if before else "in")


def _passed(row: Sighting, lane: Lane, *, late: bool, now: datetime) -> Stay | None:
    if late and row.plate and stays.spans(lot=lane.lot, plate=row.plate, at=row.at):
        return None
    return _came(row, lane) if row.direction == "in" else _went(row, lane, now)


def _came(row: Sighting, lane: Lane) -> Stay:
    known = knowing.known(
        lot=lane.lot, plate=row.plate, readable=True, on_duty=plates.on_duty(row.colour), at=row.at
    )
    known = knowing.of_the_moment(known=known, lot=lane.lot, at=row.at)
    found = verdict.enter(known.coming)
    stay = staying.come(
        staying.Car(
            plate=row.plate,
            colour=row.colour,
            at=row.at,
            lane=lane,
            reason=found.reason if found.open else Reason.HOURLY,
            known=known,
            fact=row.fact,
            ticket="" if row.plate else ids.new()[:24],
        )
    )
    if not found.open and not stay.why:
        stay.why = FOLLOWED
        stay.save(update_fields=["why"])
    return stay


def _went(row: Sighting, lane: Lane, now: datetime) -> Stay:
    stay = stays.inside(lot=lane.lot, plate=row.plate, lock=True) if row.plate else None
    if stay is None or (stay.entered_at is not None and stay.entered_at > row.at):
        stay = staying.unknown(
            lot=lane.lot, lane=lane, plate=row.plate, colour=row.colour, at=row.at, fact=row.fact,
            ticket="" if row.plate else ids.new()[:24], again=stay is not None,
        )  # fmt: skip
    return _out(stay, lane, row.at, row.fact, now)


def _out(stay: Stay, lane: Lane | None, at: datetime, fact: str, now: datetime) -> Stay:
    """Let a stay be over: what it owes, or lacks, is because it followed another."""
    staying.go(stay=stay, lane=lane, at=at, fact=fact)
    if not stay.settled:
        stay.why = FOLLOWED
        stay.save(update_fields=["why"])
    paying.give_back(stay=stay, now=now)
    return stay


def _tell(row: Sighting, lane: Lane, *, late: bool, now: datetime) -> None:
    fact = CarFollowed(
        id=row.fact,
        at=now,
        community=row.community,
        sighting=row.pk,
        lane=lane.code,
        lot=lane.lot.code,
        direction=row.direction,
        stay=row.stay_id,
        settled=row.stay is None or not row.stay.why,
        late=late,
        place=lane.lot.where,
        passed_at=row.at if late else None,
    )
    said = Words(zh=f"{lane.name.zh}：有车跟车通过", en=f"{lane.name.en}: a car followed another")
    outbox.record_all([fact], about={fact.id: {"zh": said.zh, "en": said.en}})


def named(*, row: Stay, reading: Reading, now: datetime) -> None:
    """Give a car that followed another its plate, now that a person has read it: in, it parks by
    its own right; out, it is the one that was in, whose stay ends then, and this is none.
    """
    if row.entered_at is not None:
        known = knowing.known(
            lot=row.lot, plate=row.plate, readable=True, on_duty=plates.on_duty(reading.colour),
            at=row.entered_at,
        )  # fmt: skip
        found = verdict.enter(known.coming)
        staying.by_right(row, known=known, reason=found.reason if found.open else Reason.HOURLY)
        row.why = ""
        row.save()
        return
    row.why = "no_entry"
    open_stay = stays.inside(lot=row.lot, plate=row.plate, lock=True)
    left = row.left_at or now
    if open_stay is not None and open_stay.entered_at and open_stay.entered_at <= left:
        Sighting.rows.of(row.community).filter(stay=row).update(stay=open_stay)
        row.state, row.settled, row.why = "void", True, ""
        _out(open_stay, row.left_by, left, row.cause, now)
    row.save()

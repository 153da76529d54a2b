"""A camera tells a car at a lane, and is answered: open or not, and what the screen says."""

from datetime import datetime
from typing import Any

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts.parking import LaneDecided
from linli.domains.parking.logic import plates, verdict
from linli.domains.parking.logic.fee import yuan
from linli.domains.parking.logic.verdict import Going, Reason, Verdict
from linli.domains.parking.models import Lane, Sighting, Stay
from linli.domains.parking.operations import arms, paying, staying
from linli.domains.parking.queries import known as knowing
from linli.domains.parking.queries import lots, pricing, stays
from linli.domains.parking.queries.known import Known
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A car as its camera saw it. `direction` counts where the lane goes both ways. What is
    `replayed` is put on record, at the camera's time `at`: the car has long gone on. Whoever waits
    for an answer stands there now, however wrong the camera's clock is.
    """

    plate: str
    colour: str = ""
    confidence_milli: int = 1000
    direction: str = ""
    at: datetime
    picture: str = ""
    replayed: bool = False
    commanded: bool = False


class _Case(msgspec.Struct, kw_only=True):
    """A car at a lane while it is decided upon. `known` is what was known of one that wants in
    before its turn came; of one that wants out `colours` are the lists that it is on, `before` its
    stay as it was then and `due` what that cost.
    """

    lane: Lane
    seen: Seen
    reading: plates.Reading
    plate: str
    at: datetime
    direction: str
    late: bool
    fact: str
    now: datetime
    known: Known | None = None
    colours: frozenset[str] = frozenset()
    before: Stay | None = None
    due: pricing.Due | None = None
    stay: Stay | None = None
    due_fen: int = 0
    fee_fen: int = 0

    @property
    def sure(self) -> bool:
        """Whether the plate is as the camera read it, without doubt: else no wallet pays."""
        told = self.seen.confidence_milli >= plates.SURE_MILLI
        return told and self.reading.whole and self.plate == self.reading.plate


def take(*, community: str, device: str, ask: str, seen: Seen, now: datetime) -> Sighting:
    """Take what a camera tells and answer it. Told again under the same id, it is answered as
    before; the same car again within a minute is the same passage, and only counted.

    :raises LaneNotFound: if the camera watches no lane
    """
    lane = lots.lane_of_camera(community=community, device=device)
    try:
        return _take(_case(lane, seen, now), device, ask)
    except IntegrityError:  # somebody was quicker: this time his is found
        return _take(_case(lane, seen, now), device, ask)


@transaction.atomic
def _take(case: _Case, device: str, ask: str) -> Sighting:
    lots.hold(lane=case.lane)
    done = stays.sighting_of_ask(community=case.lane.community, device=device, ask=ask)
    if done is not None:
        return done
    again = stays.same_car(
        lane=case.lane,
        plate=case.plate,
        plate_read=case.reading.plate,
        direction=case.direction,
        at=case.at,
    )
    if again is not None:
        return _again(again, case)
    found = _decide(case)
    row = _row(case, device, ask, found)
    _write(row, case, found)
    return row


def _case(lane: Lane, seen: Seen, now: datetime) -> _Case:
    """Read what can be read before the car's turn: while it is decided upon, nobody else writes."""
    reading = plates.read(plate=seen.plate, colour=seen.colour)
    direction = lane.direction if lane.direction != "both" else seen.direction or "in"
    at = min(seen.at, now) if seen.replayed else now
    case = _Case(
        lane=lane,
        seen=seen,
        reading=reading,
        plate=reading.plate,
        at=at,
        direction=direction,
        late=seen.replayed,
        fact=ids.new(),
        now=now,
    )
    case.plate = _likely(case)
    if direction == "out":
        _weigh(case)
    else:
        case.known = _known(case)
    return case


def _weigh(case: _Case) -> None:
    """Read what a car that wants out costs, as things are before its turn."""
    lot = case.lane.lot
    case.colours = frozenset(knowing.listed(community=lot.community, plate=case.plate, at=case.at))
    if not case.plate or case.late:
        return
    case.before = stays.inside(lot=lot, plate=case.plate)
    if case.before is not None and case.before.entered_at is not None:
        case.due = pricing.due(stay=case.before, now=case.at)


def _known(case: _Case) -> Known:
    return knowing.known(
        lot=case.lane.lot,
        plate=case.plate,
        readable=case.reading.whole or case.plate != case.reading.plate,
        on_duty=plates.on_duty(case.reading.colour),
        at=case.at,
    )


def _likely(case: _Case) -> str:
    """Return the plate, put right where the camera misread that of one car that is known here."""
    lot, read = case.lane.lot, case.reading.plate
    others = plates.likely(reading=case.reading, confidence_milli=case.seen.confidence_milli)
    if not others:
        return read
    if case.direction == "out":
        fits = stays.inside_any(lot=lot, plates=[read, *others])
    else:
        fits = knowing.may_be(lot=lot, plates=[read, *others], at=case.at)
    if read in fits:
        return read
    return plates.corrected(candidates=fits) or read


def _again(row: Sighting, case: _Case) -> Sighting:
    """The same car stands there still: what was refused may be let pass by now."""
    row.times += 1
    if row.opened or case.late or row.reason == Reason.FOLLOWED:
        row.save(update_fields=["times"])
        return row
    case.fact = row.fact
    case.at = row.at if case.direction == "in" else case.at
    found = _decide(case)
    row.stay = case.stay
    if found.open:
        case.fact = ids.new()
        row.fact = case.fact
    _write(row, case, found)
    return row


def _row(case: _Case, device: str, ask: str, found: Verdict) -> Sighting:
    return Sighting(
        community=case.lane.community,
        lane=case.lane,
        device=device,
        ask=ask,
        plate_read=case.reading.plate,
        plate=case.plate,
        corrected=case.plate != case.reading.plate,
        colour=case.reading.colour,
        confidence_milli=case.seen.confidence_milli,
        read=plates.clear(reading=case.reading, confidence_milli=case.seen.confidence_milli),
        direction=case.direction,
        at=case.at,
        told_at=case.now,
        picture=case.seen.picture[:64],
        opened=found.open,
        reason=found.reason,
        stay=case.stay,
        fact=case.fact,
    )


def _write(row: Sighting, case: _Case, found: Verdict) -> None:
    """Keep a decision and tell it; an arm of its own is told by the ledger of commands."""
    new = row.pk is None
    changed = new or row.opened != found.open or row.reason != found.reason
    row.opened, row.reason, row.answer = found.open, found.reason, _answer(case, found)
    row.save()
    if not changed:
        return
    fact = LaneDecided(
        id=case.fact if new or found.open else ids.new(),
        at=case.now,
        community=row.community,
        sighting=row.pk,
        lane=case.lane.code,
        lot=case.lane.lot.code,
        direction=case.direction,
        opened=found.open,
        reason=found.reason,
        stay=case.stay.pk if case.stay else None,
        late=case.late,
        visit=staying.guest_of(case.stay),
        place=case.lane.lot.where,
        passed_at=case.at if case.late else None,
    )
    outbox.record_all([fact], about={fact.id: _about(case, found)})
    if found.open and not case.late:
        arms.rise(
            lane=case.lane, key=f"lane-{row.pk}", cause=fact.id, now=case.now,
            answered=not case.seen.commanded,
        )  # fmt: skip


def _about(case: _Case, found: Verdict) -> dict[str, object]:
    said = verdict.SAID[found.reason]
    name = case.lane.name
    return {"zh": f"{name.zh}：{said.zh}", "en": f"{name.en}: {said.en}"}


def _decide(case: _Case) -> Verdict:
    found = _coming(case) if case.direction == "in" else _going(case)
    if case.late:
        return Verdict(open=False, reason=Reason.LATE)
    return found


def _coming(case: _Case) -> Verdict:
    known = knowing.of_the_moment(known=case.known or _known(case), lot=case.lane.lot, at=case.at)
    found = verdict.enter(known.coming)
    if found.open or (case.late and bool(case.plate)):
        car = staying.Car(
            plate=case.plate,
            colour=case.reading.colour,
            at=case.at,
            lane=case.lane,
            reason=found.reason,
            known=known,
            fact=case.fact,
        )
        case.stay = _came_late(case, car) if case.late else staying.come(car)
    return found


def _came_late(case: _Case, car: staying.Car) -> Stay | None:
    """Put an entry on record that was told late, unless it is known already: it may be the one that
    an exit belongs to which was told before it.
    """
    lot = case.lane.lot
    other = stays.ended_late(lot=lot, plate=car.plate, at=car.at) if car.plate else None
    if other is not None:
        return staying.part(other, car)
    known = stays.spans(lot=lot, plate=car.plate, at=car.at)
    return None if known else staying.come(car)


def _going(case: _Case) -> Verdict:
    lot = case.lane.lot
    case.stay = stays.inside(lot=lot, plate=case.plate, lock=True) if case.plate else None
    if case.late:
        return _gone_late(case)
    due = _due(case)
    found = verdict.leave(_known_of(case, due))
    if found.reason is Reason.WALLET and case.stay is not None:
        if not paying.by_wallet(stay=case.stay, due_fen=case.due_fen, now=case.now):
            found = Verdict(open=False, reason=Reason.TO_PAY)
        else:
            case.stay.refresh_from_db()
            case.due_fen = 0
    if case.stay is None and case.plate and found.reason is not Reason.UNSURE:
        case.stay = staying.unknown(
            lot=lot, lane=case.lane, plate=case.plate, colour=case.reading.colour, at=case.at,
            fact=case.fact,
        )  # fmt: skip
    if found.open and case.stay is not None:
        if case.stay.entered_at is None:
            case.stay.kind = staying.KINDS.get(found.reason, case.stay.kind)
        fee = due.fee if due is not None else None
        staying.go(stay=case.stay, lane=case.lane, at=case.at, fact=case.fact, fee=fee)
        paying.give_back(stay=case.stay, now=case.now)
    return found


def _due(case: _Case) -> pricing.Due | None:
    """Return what a car that wants out owes: as weighed, where its stay is still the same."""
    stay, due = case.stay, case.due
    if stay is None or stay.entered_at is None:
        return None
    if due is None or not stays.same(stay, case.before):
        due = pricing.due(stay=stay, now=case.at)
    case.fee_fen, case.due_fen = due.fee.fen, due.due_fen
    return due


def _known_of(case: _Case, due: pricing.Due | None) -> Going:
    stay = case.stay
    known = stay is not None and stay.entered_at is not None
    wallet = case.sure and bool(
        due and stay and paying.may_by_wallet(stay=stay, due_fen=due.due_fen, now=case.now)
    )
    return Going(
        plate=case.plate,
        known=known,
        readable=case.reading.whole,
        on_duty=plates.on_duty(case.reading.colour),
        white="white" in case.colours,
        free=not known and _free_anyway(case),
        due_fen=due.due_fen if due else 0,
        paid_fen=due.paid_fen if due else 0,
        in_time=bool(due and due.in_time),
        wallet=wallet,
    )


def _free_anyway(case: _Case) -> bool:
    """Whether a car pays nothing whenever it came: by the month, or because it lives here."""
    lot = case.lane.lot
    permit = knowing.permit_of(lot=lot, plate=case.plate, at=case.at)
    if permit is not None and permit.cars.of(lot.community).count() <= permit.places:
        return True
    return lot.residents_free and knowing.registered(
        community=lot.community, plate=case.plate
    ) is not None  # fmt: skip


def _gone_late(case: _Case) -> Verdict:
    """Put an exit on record that was told late: of whichever stay lacks it; of one whose entry was
    not told yet, where the car is in again by now.
    """
    lot, late = case.lane.lot, Verdict(open=False, reason=Reason.LATE)
    if not case.plate or stays.spans(lot=lot, plate=case.plate, at=case.at):
        return late
    stay = case.stay
    if stay is None or stay.entered_at is None or stay.entered_at > case.at:
        stay = stays.exit_missing(lot=lot, plate=case.plate, at=case.at)
    again = case.stay is not None
    told = again and stays.left_about(lot=lot, plate=case.plate, at=case.at)
    if stay is None and not told:
        stay = staying.unknown(
            lot=lot, lane=case.lane, plate=case.plate, colour=case.reading.colour, at=case.at,
            fact=case.fact, again=again,
        )  # fmt: skip
    if stay is not None:
        case.stay = staying.go(stay=stay, lane=case.lane, at=case.at, fact=case.fact)
        paying.give_back(stay=stay, now=case.now)
    return late


def _answer(case: _Case, found: Verdict) -> dict[str, Any]:
    """Return what the lane is told: the arm, two lines for the screen, a sentence to be spoken."""
    said, name = verdict.SAID[found.reason], plates.spoken(case.plate)
    zh, en = [name, said.zh], [name, said.en]
    if found.reason is Reason.TO_PAY:
        zh.append(f"应缴 {yuan(case.due_fen)} 元")
        en.append(f"CNY {yuan(case.due_fen)}")
    stay, pay = case.stay, ""
    if found.reason is Reason.TO_PAY and stay is not None:
        pay = f"/pay/{case.lane.community}/{staying.token(stay)}"
    elif found.reason is Reason.NO_PLATE:
        pay = f"/pay/{case.lane.community}/lane/{case.lane.code}"
    return {
        "open": found.open and not case.late,
        "screen": zh,
        "screen_en": en,
        "speak": "，".join(zh[1:] if case.plate else zh[-1:]),
        "due_fen": case.due_fen if found.reason is Reason.TO_PAY else 0,
        "free": staying.free(case.lane.lot),
        "scan": pay,
    }

"""What people at the desk do by hand, each time with a reason that stays."""

from datetime import datetime

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts import cases
from linli.contracts.effects import Severity
from linli.contracts.parking import LaneOpenedByHand, StayMended
from linli.domains.parking.logic import plates, verdict
from linli.domains.parking.logic.verdict import Reason
from linli.domains.parking.models import Lane, Sighting, Stay, StayMark
from linli.domains.parking.operations import arms, following, noting, paying, staying
from linli.domains.parking.queries import known as knowing
from linli.domains.parking.queries import lots, pricing, stays
from linli.foundation import ids
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.kernel.checks import check
from linli.kernel.fault import Fault
from linli.kernel.words import Words

_LONGEST = 200


class ReasonNeeded(Fault):
    key = "parking.reason_needed"
    status = 422


class BadPlate(Fault):
    key = "parking.bad_plate"
    status = 422


class BadTime(Fault):
    """A car does not leave before it came, nor in time to come."""

    key = "parking.bad_time"
    status = 422


class InsideAlready(Fault):
    """Another stay of the same car is open in this lot."""

    key = "parking.inside_already"


class OverAlready(Fault):
    key = "parking.over_already"


class NotMissing(Fault):
    """A camera saw it, or the stay is void, or its plate was deleted: there is nothing to mend."""

    key = "parking.not_missing"


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """Why an arm is raised by hand. `trouble`: the arm or the camera does not do its work, and a
    case is opened for it. `key` is the same whenever the same is asked for again.
    """

    reason: str
    key: str
    trouble: bool = False


def reason_of(text: str) -> str:
    """Return a reason that says something.

    :raises ReasonNeeded: if it does not
    """
    if not text.strip():
        raise ReasonNeeded
    return text.strip()[:_LONGEST]


def plate_of(text: str) -> str:
    """Return a plate that there can be, in its right form.

    :raises BadPlate: if there can be none such
    """
    found = check("plate", text)
    if not found.valid:
        raise BadPlate
    return found.value


@transaction.atomic
def open_by_hand(*, actor: Actor, lane: str, opening: Opening, now: datetime) -> StayMark:
    """Raise an arm for whoever stands there; asked again with the same key it was raised once. A
    car that waited to go out has gone, and what it owes is written down; one that waited to come in
    is in.

    :raises LaneNotFound: if there is none where the actor may act
    :raises ReasonNeeded: without a reason
    """
    reason = reason_of(opening.reason)
    row = lots.lane_of(actor=actor, code=lane)
    outbox.once(
        consumer=f"parking.by_hand:{row.pk}",
        fact=opening.key,
        deal=lambda: _open(actor, row, opening, reason, now),
    )
    return stays.opened_by_hand(lane=row, by=actor.account, reason=reason)


def _open(actor: Actor, row: Lane, opening: Opening, reason: str, now: datetime) -> None:
    waiting = _waiting(row, now)
    fact = LaneOpenedByHand(
        id=ids.new(),
        at=now,
        community=actor.community,
        lane=row.code,
        reason=reason,
        stay=waiting.stay_id if waiting else None,
        by=actor.account,
        place=row.lot.where,
    )
    outbox.record(fact)
    arms.rise(lane=row, key=opening.key, cause=fact.id, now=now, by=actor.account, answered=False)
    if waiting is not None:
        _gone(waiting, row, fact.id, now)
    mark = _mark(actor, step="opened", reason=reason, now=now, lane=row,
                 stay=waiting.stay if waiting else None)  # fmt: skip
    if opening.trouble:
        mark.case = _case(row, fact, reason)
        mark.save(update_fields=["case"])


def _waiting(lane: Lane, now: datetime) -> Sighting | None:
    rows = (
        Sighting.rows.of(lane.community)
        .filter(lane=lane, opened=False, told_at__gte=now - stays.WAITS)
        .exclude(reason=Reason.FOLLOWED)
    )
    return rows.select_related("stay", "stay__lot").order_by("-pk").first()


def _gone(row: Sighting, lane: Lane, fact: str, now: datetime) -> None:
    row.opened, row.reason = True, "by_hand"
    row.answer = {**row.answer, "open": True}
    if row.direction == "in" and row.plate:
        row.stay = _come(row, lane, fact, now)
    row.save(update_fields=["opened", "reason", "answer", "stay"])
    if row.direction == "out" and row.stay_id:
        stay = stays.stay(community=row.community, id=row.stay_id, lock=True)
        if stay.state == "inside":
            staying.go(stay=stay, lane=lane, at=now, fact=fact)
            paying.give_back(stay=stay, now=now)


def _come(row: Sighting, lane: Lane, fact: str, now: datetime) -> Stay:
    known = knowing.known(
        lot=lane.lot, plate=row.plate, readable=True, on_duty=plates.on_duty(row.colour), at=now
    )
    found = verdict.enter(known.coming)
    return staying.come(
        staying.Car(
            plate=row.plate,
            colour=row.colour,
            at=now,
            lane=lane,
            reason=found.reason if found.open else Reason.HOURLY,
            known=known,
            fact=fact,
        )
    )


def _case(lane: Lane, fact: LaneOpenedByHand, reason: str) -> int | None:
    place = lane.lot.place
    if place is None:
        return None
    asked = cases.CaseAsked(
        kind="facility.barrier",
        fact=fact,
        place=place.path,
        description=Words(
            zh=f"{lane.name.zh} 手动抬杆：{reason}", en=f"{lane.name.en} raised by hand: {reason}"
        ),
        severity=Severity.MINOR,
        device=lane.barrier or lane.camera,
    )
    return cases.ask(asked).id


@transaction.atomic
def mend_entry(*, actor: Actor, stay: int, at: datetime, reason: str, now: datetime) -> Stay:
    """Say when a car came that no camera saw; its fee follows.

    :raises StayNotFound: if there is none where the actor may act
    :raises NotMissing: if a camera saw it come
    :raises BadTime: if that is after it left, or to come
    """
    row, why = to_mend(actor=actor, stay=stay), reason_of(reason)
    if row.entered_at is not None and row.entered_by_id is not None and row.why != "clock":
        raise NotMissing
    if at > (row.left_at or now):
        raise BadTime
    row.entered_at, row.why = at, ""
    if row.left_at is not None:
        row.state = "left"
        staying.settle(row, at=row.left_at)
    row.save()
    paying.give_back(stay=row, now=now, by=actor.account)
    mended(actor, row, "entry", why, now)
    return row


@transaction.atomic
def mend_exit(*, actor: Actor, stay: int, at: datetime, reason: str, now: datetime) -> Stay:
    """Say when a car left that no camera saw leave.

    :raises StayNotFound: if there is none where the actor may act
    :raises NotMissing: if a camera saw it leave
    :raises BadTime: if that is before it came, or to come
    """
    row, why = to_mend(actor=actor, stay=stay), reason_of(reason)
    if row.left_at is not None and row.left_by_id is not None and row.why != "clock":
        raise NotMissing
    if at > now or (row.entered_at is not None and at < row.entered_at):
        raise BadTime
    row.left_at, row.why = at, "" if row.entered_at else row.why
    row.state = "left" if row.entered_at else "lost"
    staying.settle(row, at=at)
    row.save()
    paying.give_back(stay=row, now=now, by=actor.account)
    mended(actor, row, "exit", why, now)
    return row


def to_mend(*, actor: Actor, stay: int) -> Stay:
    """Return a stay that somebody is to put right, locked.

    :raises StayNotFound: if there is none where the actor may act
    :raises NotMissing: if it is void, or its plate was deleted
    """
    row = stays.stay_of(actor=actor, id=stay, lock=True)
    if row.state == "void" or pricing.forgotten(row):
        raise NotMissing
    return row


@transaction.atomic
def correct_plate(*, actor: Actor, stay: int, plate: str, reason: str, now: datetime) -> Stay:
    """Put right the plate of a stay, where the camera misread it or took it for another's. What
    the camera read stays beside it.

    :raises StayNotFound, BadPlate: if there is none
    :raises NotMissing: if it is void
    :raises InsideAlready: if that car has an open stay in this lot
    """
    row, why = to_mend(actor=actor, stay=stay), reason_of(reason)
    row.plate, row.ticket = plate_of(plate), ""
    row.colour = check("plate", row.plate).colour or row.colour
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise InsideAlready from error
    Sighting.rows.of(row.community).filter(stay=row).update(plate=row.plate, corrected=True)
    if row.why == staying.FOLLOWED:
        following.named(row=row, reading=plates.read(plate=row.plate, colour=row.colour), now=now)
    if row.left_at is not None and row.state != "void":
        staying.settle(row, at=row.left_at)
        row.save()
    mended(actor, row, "plate", why, now)
    return row


@transaction.atomic
def let_off(*, actor: Actor, stay: int, reason: str, now: datetime) -> Stay:
    """Ask for nothing more for a stay that is over, and say why.

    :raises StayNotFound: if there is none where the actor may act
    """
    row, why = stays.stay_of(actor=actor, id=stay, lock=True), reason_of(reason)
    row.settled = True
    row.save(update_fields=["settled"])
    paying.drop_orders(stay=row)
    mended(actor, row, "let_off", why, now)
    return row


@transaction.atomic
def void(*, actor: Actor, stay: int, reason: str, now: datetime) -> Stay:
    """Take a stay for none: no car was there.

    :raises StayNotFound: if there is none where the actor may act
    :raises OverAlready: if something was paid for it
    """
    row, why = stays.stay_of(actor=actor, id=stay, lock=True), reason_of(reason)
    if row.paid_fen:
        raise OverAlready
    row.state, row.settled = "void", True
    row.left_at = row.left_at or now
    row.save()
    paying.drop_orders(stay=row)
    mended(actor, row, "void", why, now)
    return row


def mended(actor: Actor, row: Stay, step: str, reason: str, now: datetime) -> None:
    """Tell and keep what a person did to a stay (`step`), and why."""
    fact = StayMended(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=row.cause or None,
        stay=row.pk,
        step=step,
        reason=reason,
        by=actor.account,
        place=row.lot.where,
    )
    outbox.record(fact)
    row.cause = fact.id
    row.save(update_fields=["cause"])
    _mark(actor, step=step, reason=reason, now=now, stay=row)


def _mark(
    actor: Actor,
    *,
    step: str,
    reason: str,
    now: datetime,
    stay: Stay | None,
    lane: Lane | None = None,
) -> StayMark:
    return StayMark.rows.create(
        community=actor.community,
        stay=stay,
        lane=lane,
        at=now,
        step=step,
        reason=reason,
        by_id=actor.account,
    )


@transaction.atomic
def look(*, actor: Actor, stay: int, now: datetime) -> Stay:
    """Show a stay with its whole plate; that it was looked at is on record.

    :raises StayNotFound: if there is none where the actor may act
    """
    row = stays.stay_of(actor=actor, id=stay)
    noting.looked(actor=actor, what=f"stay:{row.pk}", whole=[row.plate], now=now)
    return row

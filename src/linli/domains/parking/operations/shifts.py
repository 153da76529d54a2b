"""A clerk signs on to a booth, and hands over what he took when he leaves it."""

from datetime import datetime

from django.db import IntegrityError, transaction

from linli.contracts.parking import BoothShiftMoved
from linli.domains.parking.models import BoothShift
from linli.domains.parking.operations.minding import reason_of
from linli.domains.parking.queries import booths
from linli.foundation import ids
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault


class BoothTaken(Fault):
    """Somebody else sits there, and was not said to be relieved."""

    key = "parking.booth_taken"


class OnShiftAlready(Fault):
    """One sits in one booth at a time."""

    key = "parking.on_shift_already"


class HandedAlready(Fault):
    """Another sum was handed over before."""

    key = "parking.handed_already"


class NotHandedYet(Fault):
    key = "parking.not_handed_yet"


class StillSits(Fault):
    """Whoever sits there counts for himself; else he is relieved first."""

    key = "parking.still_sits"


class OwnCash(Fault):
    """Whoever took cash does not receive it from himself, nor counts it in another's stead."""

    key = "parking.own_cash"
    status = 403


@transaction.atomic
def sign_on(*, actor: Actor, booth: str, relieve: bool = False, now: datetime) -> BoothShift:
    """Sit in a booth from now on; said twice it is once. Who sat there before is relieved, if that
    is said: his shift ends, and he has still to hand over what he took.

    :raises BoothNotFound: if there is none where the actor may act
    :raises BoothTaken: if another sits there, and is not said to be relieved
    :raises OnShiftAlready: if the actor sits in another
    """
    row = booths.booth_of(actor=actor, code=booth, lock=True)
    before = booths.sitting(booth=row, lock=True)
    if before is not None and before.clerk_id == actor.account:
        return before
    if before is not None:
        if not relieve:
            raise BoothTaken(name=before.clerk.name)
        _end(before, now)
        before.relieved_by_id = actor.account
        before.save()
        _moved(before, "relieved", actor, now)
    made = BoothShift(community=actor.community, booth=row, clerk_id=actor.account, began_at=now)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise OnShiftAlready from error
    _moved(made, "signed_on", actor, now)
    return made


@transaction.atomic
def hand_over(*, actor: Actor, shift: int, fen: int, note: str = "", now: datetime) -> BoothShift:
    """Leave a booth and hand over the cash that one counted; the same said twice is once. Where it
    is not what the ledger has, why is to be said.

    :raises ShiftNotFound: if it is none of the actor's own
    :raises ReasonNeeded: without a note, where the sums differ
    :raises HandedAlready: if another sum was handed over before
    """
    row = booths.shift_of(actor=actor, id=shift, lock=True)
    if row.clerk_id != actor.account:
        raise booths.ShiftNotFound(shift=shift)
    if _is_handed(row, fen):
        return row
    _end(row, row.ended_at or now)
    row.handed_fen, row.handed_at = fen, now
    row.note = note.strip() if fen == row.cash_fen else reason_of(note)
    row.save()
    _moved(row, "handed_over", actor, now)
    return row


@transaction.atomic
def count_for(*, actor: Actor, shift: int, fen: int, note: str, now: datetime) -> BoothShift:
    """Count the cash of a shift that is over for a clerk who does not come to do it himself, and
    say why; it waits to be received then. The same said twice is once.

    :raises ShiftNotFound: if there is none where the actor may act
    :raises OwnCash: if it is his own
    :raises StillSits: while the shift runs
    :raises ReasonNeeded: without a note, whether the sums differ or not
    :raises HandedAlready: if another sum was handed over before
    """
    row = booths.shift_of(actor=actor, id=shift, lock=True)
    if row.clerk_id == actor.account:
        raise OwnCash
    if row.ended_at is None:
        raise StillSits(name=row.clerk.name)
    said = reason_of(note)
    if _is_handed(row, fen):
        return row
    _end(row, row.ended_at)
    row.handed_fen, row.handed_at, row.note = fen, now, said
    row.counted_by_id = actor.account
    row.save()
    _moved(row, "counted_for", actor, now)
    return row


def _is_handed(row: BoothShift, fen: int) -> bool:
    if row.handed_fen is not None and row.handed_fen != fen:
        raise HandedAlready(fen=row.handed_fen)
    return row.handed_fen is not None


@transaction.atomic
def receive(*, actor: Actor, shift: int, now: datetime) -> BoothShift:
    """Take what a clerk handed over; taken twice it is taken once, by whoever was first.

    :raises ShiftNotFound: if there is none where the actor may act
    :raises OwnCash: if it is his own
    :raises NotHandedYet: if the clerk has not counted it
    """
    row = booths.shift_of(actor=actor, id=shift, lock=True)
    if row.clerk_id == actor.account:
        raise OwnCash
    if row.handed_at is None or row.ended_at is None:
        raise NotHandedYet
    if row.received_at is None:
        _end(row, row.ended_at)  # a payment that was under way then is counted by now
        row.received_at, row.received_by_id = now, actor.account
        row.save()
        _moved(row, "received", actor, now)
    return row


def end_long(*, community: str, now: datetime) -> int:
    """End the shifts that nobody ended, at the longest that one lasts; return how many. What was
    taken until then is still to be handed over.
    """
    return sum(_end_long(community, one, now) for one in booths.long(community=community, now=now))


@transaction.atomic
def _end_long(community: str, id: int, now: datetime) -> bool:
    row = booths.running(community=community, id=id)
    if row is None:
        return False
    _end(row, row.began_at + booths.LONGEST)
    row.save()
    _moved(row, "ran_out", None, now)
    return True


def _end(row: BoothShift, at: datetime) -> None:
    row.ended_at = at
    done = booths.done(shift=row, now=at)
    row.opened, row.mended, row.cash_fen = done.opened, done.mended, done.cash_fen


def _moved(row: BoothShift, step: str, actor: Actor | None, now: datetime) -> None:
    outbox.record(
        BoothShiftMoved(
            id=ids.new(),
            at=now,
            community=row.community,
            shift=row.pk,
            booth=row.booth.code,
            step=step,
            by=actor.account if actor else None,
            cash_fen=row.cash_fen,
            handed_fen=row.handed_fen,
            place=row.booth.lot.where,
        )
    )

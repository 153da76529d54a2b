"""Who helps: answered, passed on, there, over; or taken back by who had called."""

from datetime import datetime

from django.db import transaction

from linli.contracts.sos import SosAnswered, SosArrived, SosClosed
from linli.domains.sos import logic, queries
from linli.domains.sos.models import Call
from linli.domains.sos.operations import recording
from linli.domains.sos.operations.ringing import ring_next
from linli.domains.sos.operations.telling_devices import silence
from linli.foundation import ids
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault

_ANSWERS = "sos.answer"


class NotYours(Fault):
    """Who has not answered a call cannot pass it on."""

    key = "sos.not_yours"
    status = 403


@transaction.atomic
def answer(*, actor: Actor, call: int, now: datetime) -> Call:
    """Say that one is on the way. The first stops the ringing; whoever comes after goes too, which
    is written down.

    :raises queries.CallNotFound: if there is none, or it is not the actor's matter
    :raises logic.NotNow: if it is over
    """
    row = _locked(actor, call)
    if row.answered_by_id == actor.account and row.state in logic.OPEN:
        return row
    if row.state in {logic.ANSWERED, logic.ARRIVED}:
        recording.deed(row, "also", now=now, by=actor.account)
        return row
    logic.check(step="answer", state=row.state, now=now, started_at=row.started_at)
    row.state, row.answered_by_id, row.answered_at = logic.ANSWERED, actor.account, now
    row.next_at = now + logic.ARRIVE_WITHIN
    fact = SosAnswered(
        id=ids.new(), at=now, community=row.community, cause=row.cause or None, call=row.pk,
        place=row.place.path, by=actor.account, told=queries.concerned(row=row),
    )  # fmt: skip
    recording.deed(row, "answered", now=now, by=actor.account)
    _tell(row, fact, "answered", actor, now)
    return row


@transaction.atomic
def hand_on(*, actor: Actor, call: int, now: datetime) -> Call:
    """Say that one cannot go after all: the next telephones ring at once.

    :raises queries.CallNotFound, logic.NotNow: as `answer`
    :raises NotYours: if somebody else answered
    """
    row = _locked(actor, call)
    logic.check(step="hand_on", state=row.state, now=now, started_at=row.started_at)
    if row.answered_by_id != actor.account:
        raise NotYours
    row.state, row.answered_by_id, row.answered_at = logic.RINGING, None, None
    recording.deed(row, "handed_on", now=now, by=actor.account)
    ring_next(row, now)
    row.save()
    return row


@transaction.atomic
def arrive(*, actor: Actor, call: int, now: datetime) -> Call:
    """Say that one is there; who was not rung, or did not answer before, may be there first.

    :raises queries.CallNotFound, logic.NotNow: as `answer`
    """
    row = _locked(actor, call)
    if row.state == logic.ARRIVED:
        return row
    logic.check(step="arrive", state=row.state, now=now, started_at=row.started_at)
    if row.answered_by_id is None:
        row.answered_by_id, row.answered_at = actor.account, now
    row.state, row.arrived_by_id, row.arrived_at = logic.ARRIVED, actor.account, now
    row.next_at = None
    fact = SosArrived(
        id=ids.new(), at=now, community=row.community, cause=row.cause or None, call=row.pk,
        place=row.place.path, by=actor.account, told=queries.concerned(row=row),
    )  # fmt: skip
    recording.deed(row, "arrived", now=now, by=actor.account)
    _tell(row, fact, "arrived", actor, now)
    return row


@transaction.atomic
def close(*, actor: Actor, call: int, outcome: str, note: str, now: datetime) -> Call:
    """Say how it ended; a false alarm and a test stay on record as what they were.

    :raises queries.CallNotFound, logic.NotNow: as `answer`
    """
    row = queries.call_for(actor=actor, id=call, permission=_ANSWERS, lock=True)
    logic.check(step="close", state=row.state, now=now, started_at=row.started_at)
    _end(row, state=logic.CLOSED, outcome=outcome, by=actor.account, now=now)
    said = {"outcome": outcome, "note": note.strip()[:200]}
    recording.deed(row, "closed", now=now, by=actor.account, said=said)
    _over(row, actor, "closed", now)
    return row


@transaction.atomic
def cancel(*, actor: Actor, call: int, now: datetime) -> Call:
    """Take back one's own call within seconds; it stays on record, and who was rung is told.

    :raises queries.CallNotFound: if it is not the actor's own
    :raises logic.TooLate, logic.NotNow: if it is too late, or over
    """
    row = queries.own_call(actor=actor, id=call, lock=True)
    if row.state == logic.CANCELLED:
        return row
    logic.check(step="cancel", state=row.state, now=now, started_at=row.started_at)
    _end(row, state=logic.CANCELLED, outcome="cancelled", by=actor.account, now=now)
    recording.deed(row, "cancelled", now=now, by=actor.account)
    _over(row, actor, "cancelled", now)
    return row


def _locked(actor: Actor, call: int) -> Call:
    return queries.call_for(actor=actor, id=call, permission=_ANSWERS, lock=True)


def _end(row: Call, *, state: str, outcome: str, by: int, now: datetime) -> None:
    row.state, row.outcome, row.closed_by_id, row.closed_at = state, outcome, by, now
    row.next_at = None


def _over(row: Call, actor: Actor, what: str, now: datetime) -> None:
    fact = SosClosed(
        id=ids.new(), at=now, community=row.community, cause=row.cause or None, call=row.pk,
        place=row.place.path, outcome=row.outcome, by=actor.account,
        told=queries.concerned(row=row),
    )  # fmt: skip
    _tell(row, fact, what, actor, now)


def _tell(
    row: Call, fact: SosAnswered | SosArrived | SosClosed, what: str, actor: Actor, now: datetime
) -> None:
    """Announce what somebody did, let the sirens fall silent because of it, and save the row. They
    may have been silenced before and sounded anew, so each time it is a command of its own.
    """
    recording.tell(row, fact, what)
    recording.remark(row, fact, what, by=actor.account, by_name=actor.name)
    silence(row=row, cause=fact.id, now=now)
    row.save()

"""Somebody comes unexpected: he is written down, the home is asked, somebody decides."""

from datetime import datetime

from django.db import IntegrityError, transaction

from linli.contracts.visits import VisitAsked, VisitDecided
from linli.domains.visits import logic, queries
from linli.domains.visits.logic import State
from linli.domains.visits.models import Visit
from linli.domains.visits.operations.inviting import Guest, VisitOver, let_in, write_guest
from linli.foundation import ids
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault

HOME, GUARD = "home", "guard"


class NotYours(Fault):
    """The home is being asked: the guard decides when nobody answers."""

    key = "visits.home_is_asked"


class WhyWanted(Fault):
    """A guard who decides in the place of a home says why."""

    key = "visits.why_wanted"
    status = 422


class NotYourGate(Fault):
    """The home lies outside the area of who writes a guest down."""

    key = "visits.not_your_gate"
    status = 403


@transaction.atomic
def walk_in(*, actor: Actor, place: str, guest: Guest, now: datetime) -> Visit:
    """Write down who stands at the gate, and ask the home.

    :raises queries.NoSuchRoom: if there is no such home
    :raises NotYourGate: if it lies elsewhere
    :raises BadGuest, NotWelcome: as `invite`
    """
    if not actor.sees(place):
        raise NotYourGate(place=place[:200])
    return _ask(actor.community, place, guest, by=actor.account, now=now)


def wanted_at(
    *, community: str, device: str, ask: str, place: str, guest: Guest, now: datetime
) -> Visit:
    """Write down who says at a kiosk whom he comes to see, and ask the home; the same question
    again is the same visit.

    :raises queries.NoSuchRoom: if there is no such home
    :raises BadGuest, NotWelcome: as `invite`
    """
    mark = f"{device} {ask}"
    rows = Visit.rows.of(community).filter(ask=mark)
    try:
        with transaction.atomic():
            return rows.first() or _ask(community, place, guest, by=None, now=now, ask=mark)
    except IntegrityError:  # asked twice at once: the other was quicker
        return rows.all().get()


def _ask(
    community: str, place: str, guest: Guest, *, by: int | None, now: datetime, ask: str = ""
) -> Visit:
    household = queries.household_at(community=community, place=place)
    told = queries.telephones(community=community, household=household, now=now)
    row = Visit(
        community=community,
        kind=logic.GUEST,
        state=State.ASKED,
        household=household,
        place=household.room.path,
        by_id=by,
        source="kiosk" if ask else "desk",
        ask=ask,
        since=now,
        until=now + logic.ASKED_UNTIL,
        uses=1,
        asked_at=now,
    )
    write_guest(row, guest, now)
    row.save()
    outbox.record(
        VisitAsked(
            id=ids.new(), at=now, community=community, cause=None,
            visit=row.pk, place=row.place, told=told, by=by,
        )
    )  # fmt: skip
    return row


@transaction.atomic
def answer(*, actor: Actor, id: int, agreed: bool, now: datetime) -> Visit:
    """Say for a home whether a guest at the gate may come; said again the same way it stands.

    :raises queries.VisitNotFound: if it is no visit to a home of the asker's
    :raises VisitOver: if it was decided otherwise, or is over
    """
    row = queries.own_visit(actor=actor, id=id, now=now, lock=True)
    mine = {one.household: one for one in queries.homes(actor=actor, now=now)}
    row.host_id = mine[row.household_id].person
    _decide(row, agreed, part=HOME, by=actor.account, now=now)
    return row


@transaction.atomic
def decide(*, actor: Actor, id: int, agreed: bool, why: str, now: datetime) -> Visit:
    """Decide as the guard on a guest at the gate, when nobody at home answers; why is kept.

    :raises queries.VisitNotFound: if there is none in the asker's area
    :raises NotYours: while the home is being asked
    :raises WhyWanted: if no reason is given
    :raises VisitOver: if it was decided otherwise, or is over
    """
    row = queries.seen_visit(actor=actor, id=id, lock=True)
    if not why.strip():
        raise WhyWanted
    told = queries.telephones(community=row.community, household=row.household, now=now)
    asked_at = row.asked_at or row.since
    if row.state == State.ASKED and not logic.guard_decides(
        asked_at=asked_at, at_home=bool(told), now=now
    ):
        waits_s = (asked_at + logic.ANSWER_WITHIN - now).total_seconds()
        raise NotYours(seconds=max(1, round(waits_s)))
    _decide(row, agreed, part=GUARD, by=actor.account, now=now, why=why.strip())
    return row


def _decide(row: Visit, agreed: bool, *, part: str, by: int, now: datetime, why: str = "") -> None:
    wanted = State.EXPECTED if agreed else State.REFUSED
    if row.decided_at is not None and row.state == wanted:
        return
    if row.state != State.ASKED or now >= row.until:
        raise VisitOver(visit=row.pk)
    row.state, row.part, row.decided_at, row.decided_by_id = wanted, part, now, by
    row.since, row.until = now, now + logic.WALK_IN
    if not agreed:
        row.until, row.over_at, row.over_why = now, now, "refused"
    row.decided_why = why
    row.save()
    fact = VisitDecided(
        id=ids.new(), at=now, community=row.community, cause=None,
        visit=row.pk, place=row.place, agreed=agreed, part=part, by=by,
    )  # fmt: skip
    outbox.record(fact)
    if agreed:
        let_in(row=row, by=by, cause=fact.id, now=now)

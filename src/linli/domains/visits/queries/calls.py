"""Every read of calls. What is of another home, or another community, is not there."""

from datetime import datetime

from linli.contracts.visits import picture_source
from linli.domains.visits import logic
from linli.domains.visits.logic import CallState, Ringing
from linli.domains.visits.models import Call
from linli.domains.visits.queries.homes import Home, homes
from linli.domains.visits.queries.visits import below_any
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.paging import NumberPage, by_number
from linli.kernel.fault import Fault
from linli.kernel.place import lineage


class CallNotFound(Fault):
    key = "visits.call_not_found"
    status = 404


def call(*, community: str, id: int, lock: bool = False) -> Call:
    """Return a call.

    :raises CallNotFound: if there is none of that number
    """
    rows = Call.rows.of(community).filter(pk=id)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise CallNotFound(call=id)
    return row


def own_call(*, actor: Actor, id: int, now: datetime, lock: bool = False) -> tuple[Call, Home]:
    """Return a call to one of somebody's homes, and that home.

    :raises CallNotFound: if there is none, or it is another home's
    """
    row = call(community=actor.community, id=id, lock=lock)
    for one in homes(actor=actor, now=now):
        if one.household == row.household_id:
            return row, one
    raise CallNotFound(call=id)


def seen_call(*, actor: Actor, id: int, lock: bool = False) -> Call:
    """Return a call in the area of who works here.

    :raises CallNotFound: if there is none, or it is elsewhere
    """
    row = call(community=actor.community, id=id, lock=lock)
    if not actor.sees(row.place):
        raise CallNotFound(call=id)
    return row


def own_calls(*, actor: Actor, wanted: NumberPage, now: datetime) -> tuple[list[Call], int | None]:
    """Return a page of the calls to somebody's homes, the newest first, and the cursor after it."""
    mine = [one.household for one in homes(actor=actor, now=now)]
    return by_number(Call.rows.of(actor.community).filter(household__in=mine), wanted=wanted)


def calls(*, actor: Actor, wanted: NumberPage) -> tuple[list[Call], int | None]:
    """Return a page of the calls in the area of who works here, the newest first, and the cursor
    after it.
    """
    rows = Call.rows.of(actor.community)
    if actor.places:
        rows = rows.filter(below_any(actor.places))
    return by_number(rows, wanted=wanted)


def call_of_ask(*, community: str, door: str, ask: str) -> Call | None:
    """Return the call that a door's question made, if it did."""
    return Call.rows.of(community).filter(door=door, ask=ask).first()


def call_from(*, community: str, place: str) -> Call | None:
    """Return the call that rings in the home in which a place lies."""
    rooms = [one for one in lineage(place) if one]
    rows = Call.rows.of(community).filter(room__in=rooms, state=CallState.RINGING)
    return rows.order_by("-pk").first()


def ringing(row: Call) -> Ringing:
    """Return a call as the rules see it."""
    return Ringing(
        rang_at=row.rang_at,
        at_home=row.at_home,
        passed_on=row.passed_on_at is not None,
        answered_at=row.answered_at,
    )


def calls_due(*, community: str, now: datetime, limit: int) -> list[Call]:
    """Return calls that something becomes of by itself now."""
    rows = Call.rows.of(community).filter(
        state__in=logic.OPEN_CALLS, rang_at__lte=now - logic.RINGS_AT_HOME
    )
    alone = Call.rows.of(community).filter(
        state=CallState.RINGING, at_home=False, passed_on_at=None
    )
    found = {row.pk: row for row in [*rows.order_by("rang_at")[:limit], *alone[:limit]]}
    return [row for row in found.values() if logic.next_of(call=ringing(row), now=now)]


def is_open(*, community: str, id: int) -> bool:
    """Tell whether a call still rings, or is being answered."""
    rows = Call.rows.of(community).filter(pk=id, state__in=logic.OPEN_CALLS)
    return rows.exists()


def picture_of(row: Call) -> str:
    """Return where the picture of the door comes from at which somebody rings; empty if from
    nowhere.
    """
    return picture_source(row.community, row.door)

"""Somebody rings at a door: the home hears it, then the guard; one answers, and opens or not."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from linli.contracts import doors
from linli.contracts.doors import OpenWanted, Way
from linli.contracts.visits import CallAnswered, CallOver, CallPassedOn, CallRang
from linli.domains.visits import logic, queries
from linli.domains.visits.logic import CallState
from linli.domains.visits.models import Call
from linli.domains.visits.operations import saying
from linli.foundation import ids
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.registry.people.models import Household

HOME, PROXY, GUARD = "home", "proxy", "guard"
_RINGS = "单元门有人呼叫。说“开门”就开门，说“不开”就不开。"
_OPENED, _REFUSED = "门开了。", "好的，不开。"
_SHUT = "门没有打开，请用手机再试一次。"
_NOBODY = "现在没有人呼叫。"


class CallTaken(Fault):
    """Another of one's own side, `who`, has answered it."""

    key = "visits.call_taken"


class TakenAtHome(CallTaken):
    """The home has answered it, or its helper; the guard is not told which of them."""

    key = "visits.call_taken_at_home"


class TakenByGuard(CallTaken):
    """The guard has answered it."""

    key = "visits.call_taken_by_guard"


class CallIsOver(Fault):
    """It is over: opened, refused, missed, or who rang went away."""

    key = "visits.call_over"


class NotPassedOn(Fault):
    """It rings at home: the guard answers when nobody there does."""

    key = "visits.not_passed_on"


class NotOpened(Fault):
    """The door was not told to open; `reason` is the doors' word for why."""

    key = "visits.not_opened"


@transaction.atomic
def ring(*, community: str, door: str, ask: str, room: str, below: str, now: datetime) -> Call:
    """Let a home hear that somebody rings at a door; a room that there is not rings at the guard's.
    The same question again is the same call; whoever rang there before has stopped.

    :param below: the place of the door; a short room number (`201`) is looked for below it
    """
    household = queries.home_rung(community=community, room=room, below=below)
    row = Call(door=door, ask=ask, place=below, household=household)
    row.community, row.room = community, household.room.path if household else ""
    return _ring(row, now)


@transaction.atomic
def ring_from_street(
    *,
    community: str,
    screen: str,
    ask: str,
    room: str,
    below: str,
    household: Household | None,
    now: datetime,
) -> Call:
    """Let a home hear that somebody rings at a visitors' screen. Where none hears it (`household`
    is None) it rings as long as anywhere before it goes on to the guard. Else as `ring`.
    """
    row = Call(door=screen, ask=ask, place=below, household=household, room=room, at_home=True)
    row.community = community
    return _ring(row, now)


def _ring(call: Call, now: datetime) -> Call:
    """Begin a call as it is given; return it, or that which the same question began before."""
    community, door, household = call.community, call.door, call.household
    before = queries.call_of_ask(community=community, door=door, ask=call.ask)
    if before is not None:
        return before
    _stop_others(community, door, now)
    told = (
        queries.telephones(community=community, household=household, now=now) if household else ()
    )
    speakers = saying.speakers(community, household.room.path) if household else []
    row, new = Call.rows.of(community).get_or_create(
        door=door,
        ask=call.ask,
        defaults={
            "place": call.place,
            "household": household,
            "room": call.room,
            "at_home": call.at_home or bool(told or speakers),
            "state": CallState.RINGING,
            "rang_at": now,
        },
    )
    if not new:
        return row
    outbox.record(CallRang(id=ids.new(), at=now, **saying.about(row, now)))
    saying.speak(row, speakers, _RINGS, now)
    return row


def _stop_others(community: str, door: str, now: datetime) -> None:
    rows = Call.rows.of(community).select_for_update()
    for row in rows.filter(door=door, state__in=logic.OPEN_CALLS):
        _end(row, CallState.LEFT, by=None, now=now)


def _end(row: Call, state: CallState, *, by: int | None, now: datetime) -> None:
    row.state, row.over_at = state, now
    row.save()
    outbox.record(
        CallOver(
            id=ids.new(),
            at=now,
            outcome=state.value,
            by=by,
            **saying.about(row, now),
        )
    )


@transaction.atomic
def hang_up(*, community: str, door: str, ask: str, now: datetime) -> Call | None:
    """Whoever rang went away; what is over stays as it is."""
    found = queries.call_of_ask(community=community, door=door, ask=ask)
    if found is None:
        return None
    row = queries.call(community=community, id=found.pk, lock=True)
    if row.state in logic.OPEN_CALLS:
        _end(row, CallState.LEFT, by=None, now=now)
    return row


@transaction.atomic
def answer(*, actor: Actor, id: int, now: datetime) -> Call:
    """Answer for a home; of two at once one does, and answering again is answering once.

    :raises queries.CallNotFound: if it is no call to a home of the asker's
    :raises CallTaken: if another has answered
    :raises CallIsOver: if it is over
    """
    row, home = queries.own_call(actor=actor, id=id, now=now, lock=True)
    _answer(row, actor, HOME if home.person else PROXY, now)
    return row


@transaction.atomic
def answer_as_guard(*, actor: Actor, id: int, now: datetime) -> Call:
    """Answer as the guard a call that nobody at home did.

    :raises queries.CallNotFound: if there is none in the asker's area
    :raises NotPassedOn: while it rings at home
    :raises CallTaken, CallIsOver: as `answer`
    """
    row = queries.seen_call(actor=actor, id=id, lock=True)
    refuse_early(row)
    _answer(row, actor, GUARD, now)
    return row


def refuse_early(row: Call) -> None:
    """Refuse what is the guard's to do while a call rings at home.

    :raises NotPassedOn: if it does
    """
    if row.state == CallState.RINGING and row.passed_on_at is None and row.at_home:
        raise NotPassedOn


def _answer(row: Call, actor: Actor, part: str, now: datetime) -> None:
    if row.state == CallState.ANSWERED and row.by_id == actor.account:
        return
    if row.state == CallState.ANSWERED:
        raise taken(row, by_guard=part == GUARD)
    if row.state != CallState.RINGING:
        raise CallIsOver(outcome=row.state)
    row.state, row.part, row.by_id, row.answered_at = CallState.ANSWERED, part, actor.account, now
    row.save()
    outbox.record(
        CallAnswered(
            id=ids.new(),
            at=now,
            part=part,
            by=actor.account,
            **saying.about(row, now),
        )
    )


def taken(row: Call, *, by_guard: bool) -> CallTaken:
    """Return the refusal of somebody who comes too late, which tells him who has the call; he is
    the guard, or of the home.
    """
    if by_guard is (row.part == GUARD):
        return CallTaken(who=row.by.name if row.by else "")
    return TakenAtHome() if by_guard else TakenByGuard()


def open_door(*, actor: Actor, id: int, now: datetime) -> Call:
    """Open, by one tap, the door at which somebody rings; who had not answered yet does so with it.

    :raises queries.CallNotFound, CallTaken, CallIsOver: as `answer`
    :raises NotOpened: if the door was not told to open; it is on record, and may be tried again
    """
    row, why = _open_at_home(actor, id, now)
    return _opened(row, why)


def open_as_guard(*, actor: Actor, id: int, now: datetime) -> Call:
    """Open as the guard.

    :raises queries.CallNotFound, NotPassedOn, CallTaken, CallIsOver, NotOpened: as `open_door`
    """
    row, why = _open_at_desk(actor, id, now)
    return _opened(row, why)


def _opened(row: Call, why: str) -> Call:
    """Refuse only now: what the door decided stays on record."""
    if why:
        raise NotOpened(reason=why)
    return row


@transaction.atomic
def _open_at_home(actor: Actor, id: int, now: datetime) -> tuple[Call, str]:
    row, home = queries.own_call(actor=actor, id=id, now=now, lock=True)
    if row.state == CallState.OPENED and row.by_id == actor.account:
        return row, ""
    _answer(row, actor, HOME if home.person else PROXY, now)
    person = home.person or _speaks_for(row, now)
    return row, _open(row, Way.INTERCOM, person=person, account=actor.account, now=now)


@transaction.atomic
def _open_at_desk(actor: Actor, id: int, now: datetime) -> tuple[Call, str]:
    row = queries.seen_call(actor=actor, id=id, lock=True)
    if row.state == CallState.OPENED and row.by_id == actor.account:
        return row, ""
    refuse_early(row)
    _answer(row, actor, GUARD, now)
    return row, _open(row, Way.STAFF, person=None, account=actor.account, now=now)


def _open(row: Call, way: Way, *, person: int | None, account: int | None, now: datetime) -> str:
    """Have the door opened, and the lift free for the home that was rung; return nothing, or the
    doors' word for why the door was not.
    """
    told = doors.open_for(
        OpenWanted(
            community=row.community, door=queries.door_opened(row), way=way,
            key=f"call:{row.pk}:{now.timestamp():.0f}", person=person, account=account,
            home=row.household.room.path if row.household else "",
            cause=f"call:{row.pk}", now=now,
        )
    )  # fmt: skip
    if not told.opened:
        return told.reason or "shut"
    row.way, row.passage, row.opened_at = way.value, told.passage, now
    _end(row, CallState.OPENED, by=account, now=now)
    return ""


@transaction.atomic
def refuse(*, actor: Actor, id: int, now: datetime) -> Call:
    """Do not open; it stops ringing everywhere. Refused again it is refused once.

    :raises queries.CallNotFound, CallTaken, CallIsOver: as `answer`
    """
    row, home = queries.own_call(actor=actor, id=id, now=now, lock=True)
    return _refuse(row, actor, HOME if home.person else PROXY, now)


@transaction.atomic
def refuse_as_guard(*, actor: Actor, id: int, now: datetime) -> Call:
    """Do not open, as the guard.

    :raises queries.CallNotFound, NotPassedOn, CallTaken, CallIsOver: as `open_as_guard`
    """
    row = queries.seen_call(actor=actor, id=id, lock=True)
    refuse_early(row)
    return _refuse(row, actor, GUARD, now)


def _refuse(row: Call, actor: Actor, part: str, now: datetime) -> Call:
    if row.state == CallState.REFUSED and row.by_id == actor.account:
        return row
    _answer(row, actor, part, now)
    _end(row, CallState.REFUSED, by=actor.account, now=now)
    return row


@transaction.atomic
def hear(*, community: str, device: str, place: str, text: str, now: datetime) -> str:
    """Do what somebody said to the loudspeaker of his home while it rang there; return what was
    heard: `open`, `refuse`, `nothing` (no such word), `nobody` (nobody rings), or `not_opened:` and
    why. What was said is not kept. The loudspeaker says what became of it.

    :param place: where the loudspeaker stands: in the home that is rung, or it is not heard
    """
    found = queries.call_from(community=community, place=place)
    if found is None:
        saying.tell(community, device, _NOBODY, f"voice:{device}:{now.timestamp():.0f}", now)
        return "nobody"
    row = queries.call(community=community, id=found.pk, lock=True)
    what = logic.heard(text)
    if row.state != CallState.RINGING or not what:
        return "nothing"
    row.part = HOME
    if what == logic.REFUSE:
        _end(row, CallState.REFUSED, by=None, now=now)
        saying.tell(community, device, _REFUSED, f"refused:{row.pk}", now)
        return what
    why = _open(row, Way.VOICE, person=_speaks_for(row, now), account=None, now=now)
    saying.tell(community, device, _SHUT if why else _OPENED, f"opened:{row.pk}", now)
    return f"not_opened:{why}" if why else what


def _speaks_for(row: Call, now: datetime) -> int | None:
    """Return in whose name a word at home opens: somebody who lives there."""
    today = timezone.localdate(now)
    return queries.somebody_at(community=row.community, household=row.household_id, today=today)


@transaction.atomic
def turn(*, community: str, id: int, now: datetime) -> str:
    """Do what becomes of a call by itself now: it goes on to the guard, is missed, or ends. Return
    which, or nothing.
    """
    row = queries.call(community=community, id=id, lock=True)
    if row.state not in logic.OPEN_CALLS:
        return ""
    what = logic.next_of(call=queries.ringing(row), now=now)
    if what == "pass_on":
        row.passed_on_at = now
        row.save(update_fields=["passed_on_at"])
        guards = queries.guards_on_duty(community=community, place=row.place, now=now)
        outbox.record(
            CallPassedOn(
                id=ids.new(),
                at=now,
                guards=guards,
                **saying.about(row, now),
            )
        )
    elif what:
        _end(row, CallState.MISSED if what == "miss" else CallState.LEFT, by=None, now=now)
    return what

"""Whoever answered talks with the door: when a line was begun and ended is on record, and what he
had the door say instead; what was said is kept nowhere.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from linli.contracts.visits import CallTalked
from linli.domains.visits import logic, queries
from linli.domains.visits.logic import CallState
from linli.domains.visits.models import Call
from linli.domains.visits.operations import calling, saying
from linli.foundation import ids
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault

_LONGEST_S = 600


class AnswerFirst(Fault):
    """Who rings is spoken to by whoever answered."""

    key = "visits.answer_first"


class NoSound(Fault):
    """There is neither a panel nor a microphone at this door."""

    key = "visits.no_sound"
    status = 404


class NoSuchPhrase(Fault):
    """Nobody wrote these words for doors."""

    key = "visits.no_such_phrase"
    status = 422


@transaction.atomic
def begin_at_home(*, actor: Actor, id: int, line: str, now: datetime) -> Call:
    """Begin to talk from a home; a line that was open takes its end.

    :param line: what the new line is called; nobody else knows it
    :raises queries.CallNotFound: if it is no call to a home of the asker's
    :raises AnswerFirst: while it rings
    :raises CallTaken: if another has answered
    :raises CallIsOver: if it is over
    :raises NoSound: if nobody can talk there
    """
    row, _ = queries.own_call(actor=actor, id=id, now=now, lock=True)
    return _begin(_his(row, actor, by_guard=False), line, now)


@transaction.atomic
def begin_at_desk(*, actor: Actor, id: int, line: str, now: datetime) -> Call:
    """Begin to talk as the guard.

    :raises queries.CallNotFound, AnswerFirst, CallTaken, CallIsOver, NoSound: as `begin_at_home`
    """
    row = queries.seen_call(actor=actor, id=id, lock=True)
    return _begin(_his(row, actor, by_guard=True), line, now)


def _his(row: Call, actor: Actor, *, by_guard: bool) -> Call:
    """Return a call that somebody has answered, if it was he."""
    if row.state == CallState.RINGING:
        raise AnswerFirst
    if row.state != CallState.ANSWERED:
        raise calling.CallIsOver(outcome=row.state)
    if row.by_id != actor.account:
        raise calling.taken(row, by_guard=by_guard)
    return row


def _begin(row: Call, line: str, now: datetime) -> Call:
    if not queries.can_talk(row):
        raise NoSound(door=row.door)
    if row.talk_line:
        _tell(row, _lasted(row, now), 0, now)
    row.talk_line, row.talk_at = line, now
    row.save(update_fields=["talk_line", "talk_at", "talked_s"])
    return row


def _lasted(row: Call, now: datetime) -> int:
    """Return for how long the line that is open was (s), and add it to those before."""
    begun = row.talk_at or now
    lasted_s = max(0, min(_LONGEST_S, round((now - begun).total_seconds())))
    row.talked_s += lasted_s
    return lasted_s


@transaction.atomic
def ended(*, community: str, id: int, line: str, spoke_s: float, now: datetime) -> None:
    """Write down that a line ended, and for how long the door heard who was on it. Told again, or
    of a call that is kept no longer, nothing; of a line whose place another took, how long alone.
    """
    row = Call.rows.of(community).select_for_update().filter(pk=id).first()
    if row is None:
        return
    heard_s = max(0, min(_LONGEST_S, round(spoke_s)))
    current = row.talk_line == line
    if not current and not heard_s:
        return
    row.spoke_s += heard_s
    lasted_s = _lasted(row, now) if current else 0
    if current:
        row.talk_line = ""
    row.save(update_fields=["talk_line", "talked_s", "spoke_s"])
    _tell(row, lasted_s, heard_s, now)


def _tell(row: Call, lasted_s: int, spoke_s: int, now: datetime) -> None:
    if row.by_id is None:
        return
    outbox.record(
        CallTalked(
            id=ids.new(), at=now, part=row.part, lasted_s=lasted_s, spoke_s=spoke_s,
            by=row.by_id, **saying.about(row, now),
        )
    )  # fmt: skip


@transaction.atomic
def say_from_home(*, actor: Actor, id: int, phrase: str, now: datetime) -> Call:
    """Have the door say and show one of the phrases, for who does not speak or hear.

    :raises queries.CallNotFound, AnswerFirst, CallTaken, CallIsOver: as `begin_at_home`
    :raises NoSuchPhrase: if it is none of them
    """
    row, _ = queries.own_call(actor=actor, id=id, now=now, lock=True)
    return _say(_his(row, actor, by_guard=False), phrase, now)


@transaction.atomic
def say_from_desk(*, actor: Actor, id: int, phrase: str, now: datetime) -> Call:
    """Have the door say and show one of the phrases, as the guard.

    :raises queries.CallNotFound, AnswerFirst, CallTaken, CallIsOver, NoSuchPhrase: as
        `say_from_home`
    """
    row = queries.seen_call(actor=actor, id=id, lock=True)
    return _say(_his(row, actor, by_guard=True), phrase, now)


def _say(row: Call, phrase: str, now: datetime) -> Call:
    """Have the panel show it, which asks how its call stands, and loudspeakers there say it."""
    if phrase not in logic.PHRASES:
        raise NoSuchPhrase(phrase=phrase[:16])
    row.phrase = phrase
    row.save(update_fields=["phrase"])
    words = logic.PHRASES[phrase]
    key = f"phrase:{row.pk}:{phrase}:{now.timestamp():.0f}"
    saying.speak(row, _speakers(row), f"{words.zh}{words.en}", now, key=key)
    return row


def _speakers(row: Call) -> Sequence[str]:
    models = saying.able()
    return queries.speakers_at(community=row.community, models=models, place=row.place)

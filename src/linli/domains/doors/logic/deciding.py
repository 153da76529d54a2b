"""May he pass: one question, its situation as values, and the rules in the order that matters.

The order says what outranks what: fire before everything, then what keeps strangers out, then what
is only a matter of order. Whoever is inside is let out: nobody is kept in because his time is over.
The table of `docs/explanation/doors.md` is the test of this file.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from enum import StrEnum

import msgspec

from linli.contracts.doors import WAYS, Way

TRIES: Sequence[tuple[timedelta, int]] = (
    (timedelta(minutes=5), 5),
    (timedelta(hours=1), 20),
    (timedelta(days=1), 60),
)
"""So many wrong codes at one door within so long, and none is taken there until there are fewer:
what somebody guesses in a day is bounded, however patient he is.
"""
_GUESSED = (Way.PIN, Way.CODE)


class Mode(StrEnum):
    """How a door is kept now."""

    NORMAL = "normal"
    FREE = "free"
    """It stands unlocked: by somebody's decision, or in its free hours."""
    SHUT = "shut"
    """Nobody but staff on duty comes in; who may pass goes out."""
    OFF = "off"
    """Out of use: nobody at all comes in; who may pass goes out."""


class Known(StrEnum):
    """What became of a credential; a word that was not given out is `unknown`."""

    OPEN = "open"
    WAITING = "waiting"
    """Made, and not handed over yet."""
    LOST = "lost"
    REPLACED = "replaced"
    RETURNED = "returned"
    ENDED = "ended"
    UNKNOWN = "unknown"
    FORGED = "forged"
    """Signed by nobody of ours, or changed."""
    STALE = "stale"
    """A QR code whose half minute is over."""


class Term(StrEnum):
    """Where now lies in the time for which something was given."""

    NOW = "now"
    NOT_YET = "not_yet"
    OVER = "over"


class Holder(StrEnum):
    """Who holds it."""

    HERE = "here"
    GONE = "gone"
    """Moved out, his lease over, or no longer employed; or a guest whose host may pass no more."""
    BARRED = "barred"


class Grant(StrEnum):
    """Whether he has a right here and now; of several rights, the best."""

    YES = "yes"
    NONE = "none"
    HOURS = "hours"
    HOLIDAY = "holiday"
    OFF_SHIFT = "off_shift"
    FLOOR = "floor"


class BackRule(StrEnum):
    """What is done with somebody who comes in where he is inside already."""

    OFF = "off"
    SOFT = "soft"
    HARD = "hard"


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """All that a decision rests on. As it stands: a resident's card at his own door, by day.

    `too_late`: the question was under way for so long that nobody stands there any more.
    `tries`, `tries_hour`, `tries_day`: wrong codes at this door lately, in the spans of `TRIES`.
    `left`: entries that remain to a guest, None is any
    number; `repeat`: he was let in at this same door just now. `inside`: he is in the area
    already. `partner_open`: another door of its air lock is open. `duress`: what was shown is the
    code by which its holder calls for help. `not_alive`: the device says of the face that it is a
    picture or a mask, or should have looked and says nothing. `lift`: a lift is to take somebody,
    told so from afar; `fire` is then one in its building.
    """

    way: Way = Way.CARD
    ways: Sequence[Way] = tuple(WAYS)
    direction: str = "in"
    mode: Mode = Mode.NORMAL
    escape: bool = False
    fire: bool = False
    too_late: bool = False
    tries: int = 0
    tries_hour: int = 0
    tries_day: int = 0
    credential: Known = Known.OPEN
    term: Term = Term.NOW
    holder: Holder = Holder.HERE
    staff: bool = False
    consent: bool = True
    grant: Grant = Grant.YES
    back_rule: BackRule = BackRule.OFF
    inside: bool = False
    partner_open: bool = False
    left: int | None = None
    repeat: bool = False
    duress: bool = False
    not_alive: bool = False
    lift: bool = False


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the door opens, and why or why not, in a word. `counts`: an entry of a guest is used
    up. `alarms`: the guards are told, and nothing shows at the door.
    """

    opens: bool
    reason: str
    counts: bool = False
    alarms: bool = False


Rule = Callable[[Situation], Verdict | None]


def decide(case: Situation) -> Verdict:
    """Decide whether somebody may pass. The first rule that has something to say decides. Whoever
    calls for help is heard whatever the door does: it may stand open, be shut, or be none of his.
    """
    found = next((said for rule in _RULES if (said := rule(case)) is not None), None)
    calls = case.duress and case.credential is Known.OPEN
    return msgspec.structs.replace(found or _welcome(case), alarms=calls)


def tried(case: Situation, ages: Sequence[timedelta]) -> Situation:
    """Return a situation in which wrong codes were tried, so long ago each."""
    few, hour, day = (sum(age < span for age in ages) for span, _ in TRIES)
    return msgspec.structs.replace(case, tries=few, tries_hour=hour, tries_day=day)


def guessed(case: Situation, verdict: Verdict) -> bool:
    """Tell whether somebody guesses codes: none is taken for a while, from now on or already."""
    if verdict.reason == "too_many_tries":
        return True
    wrong = case.way in _GUESSED and verdict.reason == Known.UNKNOWN.value
    return wrong and _locked(case, one_more=1)


def _locked(case: Situation, *, one_more: int = 0) -> bool:
    counts = (case.tries, case.tries_hour, case.tries_day)
    return any(n + one_more >= most for n, (_, most) in zip(counts, TRIES, strict=True))


def _no(reason: str) -> Verdict:
    return Verdict(opens=False, reason=reason)


def _yes(reason: str) -> Verdict:
    return Verdict(opens=True, reason=reason)


def _door(case: Situation) -> Verdict | None:
    """Fire frees the ways out whatever else is, and nobody is sent into a lift; then, how the door
    is kept. One that is out of use keeps nobody in.
    """
    if case.fire and case.escape:
        return _yes("fire")
    if case.fire and case.lift:
        return _no("no_lift_in_fire")
    if case.mode is Mode.OFF and case.direction != "out":
        return _no("door_off")
    if case.too_late:
        return _no("too_late")
    if case.mode is Mode.FREE:
        return _yes("free")
    return None


def _shown(case: Situation) -> Verdict | None:
    """What was shown is one of ours, and taken at this door."""
    if case.way in _GUESSED and _locked(case):
        return _no("too_many_tries")
    if case.way not in case.ways:
        return _no("way_not_here")
    if case.way is Way.FACE and case.not_alive:
        return _no("not_alive")
    if case.credential is not Known.OPEN:
        return _no(case.credential.value)
    return None


def _person(case: Situation) -> Verdict | None:
    if case.holder is Holder.BARRED:
        return _no("barred")
    if case.way is Way.FACE and not case.consent:
        return _no("no_consent")
    return None


def _shut(case: Situation) -> Verdict | None:
    if case.mode is Mode.SHUT and not case.staff and case.direction != "out":
        return _no("shut")
    return None


def _leaving(case: Situation) -> Verdict | None:
    """Whoever was let in is let out: neither the hour nor the end of his time keeps him."""
    if case.direction != "out" or case.partner_open:
        return None
    his = case.term is Term.NOW and case.holder is Holder.HERE and case.grant is Grant.YES
    return _yes("right" if his else "leaving")


def _time(case: Situation) -> Verdict | None:
    if case.term is not Term.NOW:
        return _no(case.term.value)
    if case.holder is Holder.GONE:
        return _no("gone")
    return None


def _right(case: Situation) -> Verdict | None:
    if case.grant is Grant.NONE:
        return _no("no_right")
    if case.grant is not Grant.YES:
        return _no(case.grant.value)
    return None


def _order(case: Situation) -> Verdict | None:
    """What keeps the order of passing: the air lock, once in, as often as was said."""
    if case.partner_open:
        return _no("interlock")
    if case.inside and case.back_rule is BackRule.HARD and not case.repeat:
        return _no("inside_already")
    if case.left is not None and case.left < 1 and not case.repeat:
        return _no("used_up")
    return None


def _welcome(case: Situation) -> Verdict:
    counts = case.left is not None and not case.repeat
    again = case.inside and case.back_rule is BackRule.SOFT
    return Verdict(opens=True, reason="inside_already" if again else "right", counts=counts)


_RULES: Sequence[Rule] = (_door, _shown, _person, _shut, _leaving, _time, _right, _order)

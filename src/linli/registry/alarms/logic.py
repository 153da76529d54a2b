"""Rules of the alarm desk: what may follow what, when trouble flaps, and when it is a storm."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from linli.kernel import units
from linli.kernel.fault import Fault
from linli.kernel.place import lineage, under

FLAPS = 5
FLAP_WINDOW = timedelta(minutes=10)
CALM = timedelta(minutes=10)
"""So many raisings within the window are flapping; it is over when none came for so long."""

STORM = 5
STORM_WINDOW = timedelta(seconds=60)
"""So many alarms of one scene under one place within the window are one storm."""

LONGEST_SHELF_MIN = 24 * 60
LONGEST_REASON = 500
EPISODES_KEPT = 100
"""Raisings of one alarm that are remembered: a sensor that flaps for a week fills no disk."""

VERDICTS = ("right", "wrong", "unsure")
STATES = ("raised", "acknowledged", "shelved", "cleared", "closed")


class AlreadyAcknowledged(Fault):
    key = "alarms.already_acknowledged"


class AlreadyShelved(Fault):
    key = "alarms.already_shelved"


class AlreadyClosed(Fault):
    key = "alarms.already_closed"


class OnTheShelf(Fault):
    key = "alarms.on_the_shelf"


class NothingToShelve(Fault):
    key = "alarms.nothing_to_shelve"


class NotShelved(Fault):
    key = "alarms.not_shelved"


class CloseNeedsReason(Fault):
    key = "alarms.close_needs_reason"
    status = 422


class BadShelf(Fault):
    key = "alarms.bad_shelf"
    status = 422


class BadReason(Fault):
    key = "alarms.bad_reason"
    status = 422


class BadVerdict(Fault):
    key = "alarms.bad_verdict"
    status = 422


_FORBIDDEN: dict[tuple[str, str], type[Fault]] = {
    ("acknowledge", "acknowledged"): AlreadyAcknowledged,
    ("acknowledge", "shelved"): OnTheShelf,
    ("acknowledge", "closed"): AlreadyClosed,
    ("shelve", "shelved"): AlreadyShelved,
    ("shelve", "cleared"): NothingToShelve,
    ("shelve", "closed"): AlreadyClosed,
    ("unshelve", "raised"): NotShelved,
    ("unshelve", "acknowledged"): NotShelved,
    ("unshelve", "cleared"): NotShelved,
    ("unshelve", "closed"): AlreadyClosed,
    ("close", "closed"): AlreadyClosed,
}


def check(*, verb: str, state: str, alarm: int) -> None:
    """Refuse what a person may not do with an alarm in this state.

    :raises Fault: named after what stands in the way
    """
    fault = _FORBIDDEN.get((verb, state))
    if fault is not None:
        raise fault(alarm=alarm)


def resting(*, there: bool, acknowledged: bool) -> str:
    """Return the state of an alarm that nobody has put aside.

    `there`: the trouble is there, or flaps. Gone and acknowledged, nobody need look at it again.
    """
    if there:
        return "acknowledged" if acknowledged else "raised"
    return "closed" if acknowledged else "cleared"


def after_raising(state: str) -> str:
    """Return the state when the trouble comes (again): what was seen and is there stays seen."""
    return "raised" if state == "cleared" else state


def after_clearing(*, state: str, acknowledged: bool, flapping: bool) -> str:
    """Return the state when the trouble goes. A flapping alarm is held; so is one on the shelf."""
    if flapping or state in {"shelved", "closed"}:
        return state
    return resting(there=False, acknowledged=acknowledged)


def check_close(*, active: bool, reason: str, alarm: int) -> None:
    """Refuse to close an alarm whose trouble is there, unless it is said why.

    :raises CloseNeedsReason: if nothing is said
    :raises BadReason: if too much is
    """
    if active and not reason.strip():
        raise CloseNeedsReason(alarm=alarm)
    if len(reason) > LONGEST_REASON:
        raise BadReason(longest=LONGEST_REASON)


def check_verdict(*, verdict: str | None, note: str) -> None:
    """Refuse a verdict that is none, or too long a note.

    :raises BadVerdict: if it is neither right, wrong, unsure nor taken back
    :raises BadReason: if too much is said
    """
    if verdict is not None and verdict not in VERDICTS:
        raise BadVerdict(verdict=verdict[:16], known=", ".join(VERDICTS))
    if len(note) > LONGEST_REASON:
        raise BadReason(longest=LONGEST_REASON)


def check_shelf(*, minutes: int, reason: str) -> None:
    """Refuse to put an alarm out of sight for more than a day, or without a reason.

    :raises BadShelf: if it is for no time or too long
    :raises BadReason: if no reason is given, or too long a one
    """
    if not 0 < minutes <= LONGEST_SHELF_MIN:
        raise BadShelf(minutes=minutes, longest=LONGEST_SHELF_MIN)
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise BadReason(longest=LONGEST_REASON)


def flaps(*, raisings: Sequence[datetime], at: datetime) -> bool:
    """Tell whether these raisings, the one at `at` among them, are too many to ring for each."""
    return sum(at - FLAP_WINDOW <= one <= at for one in raisings) >= FLAPS


def storm_place(*, place: str, others: Sequence[str]) -> str | None:
    """Return the smallest place where this alarm and the others make a storm; None if none does.

    `others` are the places of alarms of the same scene within the window.
    """
    for top in lineage(place):
        if 1 + sum(under(path=one, ancestor=top) for one in others) >= STORM:
            return top
    return None


def ancestors(place: str) -> list[str]:
    """Return the places under which an alarm is listed; the estate is the whole list."""
    return lineage(place)[:-1]


def sentence(
    *, place: str, what: str, value: str, limit: str, bracket: tuple[str, str, str]
) -> str:
    """Return what happened, where, as a person says it: 「车库 3 区 一氧化碳 41 mg/m³（限值 30）」.

    `value` and `limit` may be empty; `bracket` is what stands before, and after, the limit, and
    between the words.
    """
    opening, closing, gap = bracket
    text = gap.join(part for part in (place, what, value) if part)
    return f"{text}{opening}{limit}{closing}" if limit else text


def figure(value: float) -> str:
    """Return a number as people write it: no more digits than it has, at most three after the
    point.
    """
    return f"{value:.3f}".rstrip("0").rstrip(".")


def unit(text: str) -> str:
    """Return a unit as it is printed."""
    return units.printed(text)

"""The rules of calls for help: whose telephone rings next, and what may be done when. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

import msgspec

from linli.kernel.fault import Fault
from linli.kernel.geometry import Position, distance_m

NEAREST, FAMILY, DUTY, ALL = "nearest", "family", "duty", "all"
WHOM = (NEAREST, FAMILY, DUTY, ALL)

RINGING, ANSWERED, ARRIVED, CLOSED, CANCELLED = (
    "ringing", "answered", "arrived", "closed", "cancelled",
)  # fmt: skip
OPEN = (RINGING, ANSWERED, ARRIVED)
HOME, SHOP, WORK, ELSEWHERE = "home", "shop", "company", "elsewhere"
"""What a place is to who calls; `elsewhere` is the estate: where his telephone says he is."""

HELP_SCENE = "safety.sos.help_called"
"""The scene that hears the button of a device; it gives the alarm and the case."""

CANCEL_WITHIN = timedelta(seconds=20)
"""So long whoever pressed may take it back himself."""
ARRIVE_WITHIN = timedelta(minutes=5)
"""Who answered and is not there by then: the next are rung too."""
AGAIN = timedelta(seconds=60)
"""Once the whole tree has rung, its last rung rings so often, until somebody answers …"""
GIVE_UP = timedelta(minutes=30)
"""… or so much time has gone by. It stays open, on every board."""
MOST_MOVES, MOVES_WITHIN = 3, timedelta(seconds=30)
"""So often within that time somebody may say that he is elsewhere: a slip is put right at once, but
each time all who come are told, sirens sound and cameras take a picture.
"""
FRESH = timedelta(minutes=15)
"""Where somebody was longer ago says nothing of where he is."""
HOW_NEAR = 3


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One rung of a call tree: whose telephones ring, and for how long before the next do.

    `nearest`: the three nearest on duty with the skill or role `target`; `family`: who lives in the
    home of who called, or works in the shop in which it happens; `duty`: all on duty with it;
    `all`: all who have it, on duty or not.
    """

    whom: str
    target: str = ""
    wait_s: int = 30


TREE = (
    Rung(whom=NEAREST, target="guard"),
    Rung(whom=FAMILY),
    Rung(whom=DUTY, target="front_desk"),
    Rung(whom=DUTY, target="guard"),
    Rung(whom=ALL, target="manager"),
)
"""The call tree where none was laid down."""


class Helper(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who can be rung. `position` is where his telephone said he was at `position_at`;
    `post` is the middle of the place where he is posted.
    """

    account: int
    position: Position | None = None
    position_at: datetime | None = None
    post: Position | None = None


class NotNow(Fault):
    """What somebody wants to do with a call is not to be done as it stands: `state` says how."""

    key = "sos.not_now"


class TooLate(Fault):
    """Who pressed may take it back for a few seconds only."""

    key = "sos.too_late_to_cancel"


class MovedJustNow(Fault):
    """He said too often lately that he is elsewhere: in `seconds` he may say another place."""

    key = "sos.moved_just_now"
    status = 429


_FROM = {
    "answer": (RINGING,),
    "hand_on": (ANSWERED,),
    "arrive": (RINGING, ANSWERED),
    "close": OPEN,
    "move": OPEN,
    "look": OPEN,
    "cancel": OPEN,
}


def check(*, step: str, state: str, now: datetime, started_at: datetime) -> None:
    """See that a step may be taken.

    :raises NotNow: if the call is not in a state for it
    :raises TooLate: if it is to be cancelled after the time for that
    """
    if state not in _FROM[step]:
        raise NotNow(step=step, state=state)
    if step == "cancel" and now - started_at > CANCEL_WITHIN:
        raise TooLate(seconds=int(CANCEL_WITHIN.total_seconds()))


def check_move(*, moves: Sequence[datetime], now: datetime) -> None:
    """See that a call may be moved to another place; `moves` are when it was, the latest first.

    :raises MovedJustNow: if it was too often lately
    """
    lately = [at for at in moves[:MOST_MOVES] if now - at < MOVES_WITHIN]
    if len(lately) >= MOST_MOVES:
        raise MovedJustNow(seconds=ceil((lately[-1] + MOVES_WITHIN - now).total_seconds()))


def nearest(
    *, helpers: Sequence[Helper], at: Position | None, now: datetime, most: int = HOW_NEAR
) -> list[int]:
    """Return the accounts of the nearest, the nearest first. An old position says nothing: the post
    stands in; who is nowhere comes last. Where the place itself has no position, all are as near.
    """

    def away_m(one: Helper) -> float:
        fresh = one.position_at is not None and now - one.position_at <= FRESH
        where = (one.position if fresh else None) or one.post
        return distance_m(at, where) if at and where else float("inf")

    return [one.account for one in sorted(helpers, key=lambda o: (away_m(o), o.account))[:most]]


def after_last(*, started_at: datetime, now: datetime) -> datetime | None:
    """Return when the last rung rings again once all have; None when it has rung long enough."""
    return now + AGAIN if now - started_at < GIVE_UP else None


def rings_at(*, rungs: Sequence[Rung], rings: Sequence[bool]) -> list[int]:
    """Return after how many seconds each rung of a tree rings, if nobody answers: one that reaches
    nobody (`rings`) is passed over at once.
    """
    waits = [
        rung.wait_s if rung_rings else 0 for rung, rung_rings in zip(rungs, rings, strict=True)
    ]
    return [sum(waits[:step]) for step in range(len(rungs))]

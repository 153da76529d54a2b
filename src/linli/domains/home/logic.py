"""How long somebody has to leave his home once it is armed, and to disarm it when he is back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil

import msgspec

ENTRY, WAITING = "entry", "waiting"
"""The mode by which a scene says that somebody came in and has not disarmed yet."""


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """The scene that watches the front door in a mode, and the keys of its two delays."""

    scene: str
    leave: str
    disarm: str = "hold"


WATCHES: Mapping[str, Watch] = {
    "away": Watch(scene="safety.home.opened_while_away", leave="while.since"),
    "night": Watch(scene="safety.home.opened_at_night", leave="all.0.while.since"),
}


class Set(msgspec.Struct, frozen=True):
    """A value of a mode, and since when."""

    value: str
    at: datetime


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """Whole seconds that remain; 0 where nothing runs."""

    leave_s: int = 0
    disarm_s: int = 0


def left(*, mode: Set, entry: Set | None, delays: Mapping[str, float], now: datetime) -> Left:
    """Return what remains to leave and to disarm. An entry from before it was armed is none."""
    watch = WATCHES.get(mode.value)
    if watch is None:
        return Left()
    waits = entry is not None and entry.value == WAITING and entry.at >= mode.at
    return Left(
        leave_s=_remains(mode.at, delays.get(watch.leave), now),
        disarm_s=_remains(entry.at, delays.get(watch.disarm), now) if entry and waits else 0,
    )


def _remains(since: datetime, span_s: float | None, now: datetime) -> int:
    if span_s is None:
        return 0
    return max(0, ceil((since + timedelta(seconds=span_s) - now).total_seconds()))

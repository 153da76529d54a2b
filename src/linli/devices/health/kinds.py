"""The faults that are looked for, and how sure one must be of each."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    OFFLINE = "offline"
    GAPS = "gaps"
    FLAPPING = "flapping"
    CLOCK = "clock"
    STUCK = "stuck"
    OUT_OF_RANGE = "out_of_range"
    DRIFT = "drift"
    BATTERY = "battery"
    SIGNAL = "signal"


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """How a kind of fault is judged.

    It is found when it was seen in `found_after` looks on end, gone after `gone_after` looks
    without it; a look is an hour with readings, for drift a day. `weight` is the share of a
    device's score that it takes away.
    """

    found_after: int
    gone_after: int
    weight: float


CHECKS: Mapping[Kind, Check] = {
    Kind.OFFLINE: Check(found_after=1, gone_after=1, weight=0.9),
    Kind.GAPS: Check(found_after=4, gone_after=6, weight=0.25),
    Kind.FLAPPING: Check(found_after=2, gone_after=6, weight=0.3),
    Kind.CLOCK: Check(found_after=3, gone_after=3, weight=0.3),
    Kind.STUCK: Check(found_after=2, gone_after=2, weight=0.6),
    Kind.OUT_OF_RANGE: Check(found_after=2, gone_after=4, weight=0.6),
    Kind.DRIFT: Check(found_after=3, gone_after=2, weight=0.4),
    Kind.BATTERY: Check(found_after=2, gone_after=2, weight=0.3),
    Kind.SIGNAL: Check(found_after=6, gone_after=6, weight=0.25),
}
"""An offline device was silent for an hour at least before it counts at all, so one look is enough.
Signal waits six hours: a thunderstorm is shorter. What links do is let go slower than it is found,
for they come and go."""

OF_DEVICE = (Kind.OFFLINE, Kind.GAPS, Kind.FLAPPING, Kind.CLOCK)
OF_POINT = (Kind.STUCK, Kind.OUT_OF_RANGE, Kind.DRIFT, Kind.BATTERY, Kind.SIGNAL)

FIGURES: Mapping[Kind, tuple[str, ...]] = {
    Kind.OFFLINE: ("silent_h", "offline_after_h"),
    Kind.GAPS: ("received_pct", "usual_pct"),
    Kind.FLAPPING: ("hours_of_24",),
    Kind.CLOCK: ("wrong_pct", "behind_min"),
    Kind.STUCK: ("still_h", "longest_before_h", "value", "neighbours_moving_pct"),
    Kind.OUT_OF_RANGE: ("out_of_range_pct", "readings"),
    Kind.DRIFT: ("shift", "limit", "usual_distance", "neighbours"),
    Kind.BATTERY: ("level_pct", "fall_pct_a_day"),
    Kind.SIGNAL: ("value", "usual"),
}
"""What is told of each, in this order; four at most are remembered."""

MOST_FIGURES = 4

BEST = 100


def score(kinds: Iterable[Kind]) -> int:
    """Return the score of a device with these faults: each takes its share of what is left, so two
    small ones are worse than one, and none but the worst makes it nearly nothing.
    """
    left = 1.0
    for kind in set(kinds):
        left *= 1.0 - CHECKS[kind].weight
    return round(BEST * left)

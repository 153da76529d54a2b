"""Whether two scenes can be true at once, as far as their conditions alone tell."""

from collections.abc import Iterator

from linli.scenes.model import (
    All,
    AnyCondition,
    Case,
    Clock,
    Count,
    Held,
    Leaf,
    Mode,
    Scene,
    Threshold,
)

_DAY_MIN = 24 * 60
_EVERY_DAY = frozenset(range(7))


def exclusive(one: Scene, other: Scene) -> bool:
    """Tell whether two scenes of the same place never hold at once.

    Only what both surely need counts: parts of `any` and `not` are left out. False is no promise.
    """
    return apart(one.when, other.when)


def apart(one: AnyCondition, other: AnyCondition) -> bool:
    """Tell as `exclusive` of two conditions."""
    return any(_apart(first, second) for first in _needed(one) for second in _needed(other))


def _needed(condition: AnyCondition) -> Iterator[Leaf]:
    match condition:
        case All(parts=parts):
            for part in parts:
                yield from _needed(part)
        case Held(part=part):
            yield from _needed(part)
        case Threshold() | Clock() | Mode() | Case():
            yield condition
        case Count(during=Mode() as during):
            yield during
        case _:
            return


def _apart(one: Leaf, other: Leaf) -> bool:
    match one, other:
        case Mode(), Mode():
            return one.mode == other.mode and not set(one.values) & set(other.values)
        case Case(), Case():
            return one.kind == other.kind and one.open != other.open
        case Clock(), Clock():
            return not _minutes(one) & _minutes(other)
        case Threshold(), Threshold():
            return _disjoint(one, other)
        case _:
            return False


def _minutes(clock: Clock) -> set[int]:
    """Return the minutes of the week in which a clock holds; calendars count as every day."""
    days = clock.days if isinstance(clock.days, tuple) else tuple(sorted(_EVERY_DAY))
    length = (clock.end_min - clock.start_min) % _DAY_MIN or _DAY_MIN
    return {
        (day * _DAY_MIN + clock.start_min + minute) % (7 * _DAY_MIN)
        for day in days
        for minute in range(length)
    }


def _disjoint(one: Threshold, other: Threshold) -> bool:
    """Tell whether one value of one point cannot meet both limits."""
    same = one.point == other.point and one.where == other.where and one.of == other.of == "any"
    if not same or one.inverted or other.inverted or one.where not in (None, "device"):
        return False
    return one.high < other.low or other.high < one.low

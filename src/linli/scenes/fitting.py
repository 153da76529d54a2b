"""Limits that fit: found by trying them on what was recorded, never by guessing.

Two questions are answered. What is the tightest limit under which a device that runs as it should
stays quiet (`tightest`)? And which limit drops most of the firings that people called wrong, and
loses as few as can be of those they called right (`calmer`)?
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

import msgspec
import numpy as np
import numpy.typing as npt

from linli.contracts.directory import LimitEntry
from linli.contracts.readings import Batch, Quality
from linli.scenes.backtest import Firing
from linli.scenes.limits import keys_of
from linli.scenes.model import All, Any, AnyCondition, Held, Scene, Threshold
from linli.scenes.walk import leaves

NEAR_S = 1800.0
"""So far apart may a firing and what people judged lie and still be the same."""
MOST_CANDIDATES = 24
_FEW_VALUES = 40
_MARGIN = 0.25
_STEPS = (0.0, 0.5, 1.0, 2.0)
_DIGITS = 3
_UNSEEN = int(Quality.OUT_OF_RANGE)
_UP = {"above", "at_least", "outside.high", "hold"}
_DOWN = {"below", "at_most", "outside.low"}

Try = Callable[[Sequence[LimitEntry]], Sequence[Firing]]
"""What the scene would have found with these limits, in the stretch that is looked at."""


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """A limit or hold of a scene's beginning: its key and value. `up`: a greater one makes the
    scene calmer. `point` is what it is compared with, empty for a hold.
    """

    key: str
    value: float
    point: str
    up: bool


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A firing of the past that people judged. `target` is the device, or the place."""

    target: str
    at: float
    until: float
    right: bool


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """A number with another value, and what of the judged firings it keeps."""

    number: Number
    value: float
    right_kept: int
    right_lost: int
    wrong_kept: int
    wrong_dropped: int


def numbers(scene: Scene) -> list[Number]:
    """Return the limits and holds that say when a scene begins; what stands under `not` is not
    among them.
    """
    return list(_numbers(scene.when))


def _numbers(condition: AnyCondition) -> Iterable[Number]:
    match condition:
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from _numbers(part)
        case Held(part=part):
            yield from _numbers(part)
            yield from _of(condition, "")
        case Threshold(point=point):
            yield from _of(condition, point)
        case _:
            return


def _of(condition: Threshold | Held, point: str) -> Iterable[Number]:
    for name, value in keys_of(condition).items():
        if name in _UP | _DOWN:
            yield Number(key=condition.key + name, value=value, point=point, up=name in _UP)


def entries(
    *, scene: Scene, target: str, number: Number, value: float, standing: Mapping[str, float]
) -> list[LimitEntry]:
    """Return what must be overridden for a number to have another value: itself, and the limits of
    the same point at which the scene ends, moved as far.

    :param number: with the value that it has at the target now
    :param standing: limits that are other than the text's at the target now, by key
    """
    moved = value - number.value
    found = {number.key: value}
    for leaf in leaves(scene.clear) if number.point else ():
        if isinstance(leaf, Threshold) and leaf.point == number.point:
            found.update(
                (leaf.key + name, standing.get(leaf.key + name, limit) + moved)
                for name, limit in keys_of(leaf).items()
                if name != "hysteresis"
            )
    return [
        LimitEntry(scene=scene.id, target=target, key=key, value=float(f"{one:.9g}"))
        for key, one in found.items()
    ]


def tightest(*, number: Number, seen: npt.NDArray[np.float64], quiet: Callable[[float], bool]
             ) -> float | None:  # fmt: skip
    """Return the tightest limit at which a device stays quiet; None where none of those tried is.

    Of a sensor that says few different values a limit stands between two of them. Between values
    that lie close there is no such gap: it stands outside what was seen, by a quarter of its width.

    :param seen: what the device said while all was well
    :param quiet: whether nothing fires with a limit, over that time
    """
    return next((one for one in _tight(number, seen) if quiet(one)), None)


def _tight(number: Number, seen: npt.NDArray[np.float64]) -> list[float]:
    """Return limits to be tried, the tightest first."""
    if not len(seen):
        return []
    values = np.unique(seen)
    width = float(values[-1] - values[0]) or abs(float(values[0])) or 1.0
    edge, sign = (values[-1], 1.0) if number.up else (values[0], -1.0)
    outside = [float(edge + sign * width * (_MARGIN + step)) for step in _STEPS]
    if len(values) > _FEW_VALUES:
        return outside
    between = ((values[1:] + values[:-1]) / 2).tolist()
    return [*(between if number.up else reversed(between)), *outside]


def calmer(
    *,
    changes: Iterable[tuple[Number, float, Sequence[LimitEntry]]],
    judged: Sequence[Judged],
    most_lost: int,
    try_: Try,
) -> Tried | None:
    """Return the change that loses the fewest right firings and drops the most wrong ones, by the
    least change; None where no change drops any, or each loses more right ones than it may.

    :param changes: numbers, another value for each, and what is overridden for it
    """
    tried = [
        weigh(number=number, value=value, judged=judged, found=try_(changed))
        for number, value, changed in changes
    ]
    useful = [one for one in tried if one.wrong_dropped and one.right_lost <= most_lost]
    return min(useful, key=_preference, default=None)


def _preference(one: Tried) -> tuple[int, int, float]:
    moved = abs(one.value - one.number.value) / max(abs(one.number.value), 1e-9)
    return one.right_lost, one.wrong_kept, moved


def weigh(
    *, number: Number, value: float, judged: Sequence[Judged], found: Sequence[Firing]
) -> Tried:
    """Return what of the judged firings is found again."""
    kept = [matching(one, found) for one in judged]
    right = sum(one.right for one in judged)
    right_kept = sum(hit and one.right for hit, one in zip(kept, judged, strict=True))
    wrong_kept = sum(kept) - right_kept
    return Tried(
        number=number,
        value=value,
        right_kept=right_kept,
        right_lost=right - right_kept,
        wrong_kept=wrong_kept,
        wrong_dropped=len(judged) - right - wrong_kept,
    )


def matching(one: Judged, firings: Sequence[Firing]) -> bool:
    """Tell whether one of the firings is the one that people judged."""
    return any(
        (firing.device or firing.place) == one.target
        and firing.began <= one.until + NEAR_S
        and (firing.ended or firing.began) >= one.at - NEAR_S
        for firing in firings
    )


def candidates(
    *, number: Number, judged: Sequence[Judged], marks: Sequence[float]
) -> list[tuple[Number, float]]:
    """Return values that would make a scene calmer: between what its judged firings reached, and
    just beyond the farthest of the wrong ones.

    :param marks: how far each judged firing went: the extreme value, or how long it lasted
    """
    reached = sorted({one for one in marks if math.isfinite(one)})
    wrong = [
        mark
        for mark, one in zip(marks, judged, strict=True)
        if not one.right and math.isfinite(mark)
    ]
    if not wrong:
        return []
    edge = max(wrong) if number.up else min(wrong)
    beyond = edge + (1 if number.up else -1) * max(abs(edge) * 0.05, 1e-3)
    between = [(low + high) / 2 for low, high in pairwise(reached)]
    found = {_short(one, up=number.up) for one in [*between, beyond]}
    calmer_ones = [
        one for one in found if (one > number.value if number.up else one < number.value)
    ]
    ordered = sorted(calmer_ones, reverse=not number.up)
    step = max(1, -(-len(ordered) // MOST_CANDIDATES))
    return [(number, one) for one in [*ordered[::step], *ordered[-1:]]]


def _short(value: float, *, up: bool) -> float:
    """Return a value in few figures, rounded to the calmer side."""
    if not value:
        return 0.0
    unit = 10.0 ** (np.floor(np.log10(abs(value))) - _DIGITS + 1)
    rounded = (np.ceil if up else np.floor)(value / unit) * unit
    return float(f"{rounded:.{_DIGITS}g}")


def extreme(
    *, number: Number, points: Sequence[int], batches: Iterable[Batch], one: Judged
) -> float:
    """Return how far a judged firing went in the readings of these points; NaN where none came."""
    best = -np.inf if number.up else np.inf
    for batch in batches:
        rows = (batch.times >= one.at - 1.0) & (batch.times <= one.until + 1.0)
        rows &= np.isin(batch.points, points) & ((batch.quality & _UNSEEN) == 0)
        if rows.any():
            part = batch.values[rows]
            best = max(best, float(part.max())) if number.up else min(best, float(part.min()))
    return best if np.isfinite(best) else float("nan")

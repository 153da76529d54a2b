"""Questions to history. Readings out of range are kept and shown, but never averaged."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from linli.adapters.history.kept import Kept
from linli.adapters.history.manifest import Segment
from linli.adapters.history.rows import EMPTY, Rows
from linli.adapters.history.values import BadSpan
from linli.contracts.history import Bucket, Cell, How, PointSummary, Reading
from linli.devices.batch import Quality

MOST_STEPS = 10_000
MOST_ROWS = 1_000_000
SHORTEST_STEP_S = 0.001
_LATEST_S = 4e10

_LEFT_OUT = int(Quality.OUT_OF_RANGE | Quality.DUPLICATE)
_COUNTED = f"quality & {_LEFT_OUT} = 0 AND isfinite(value)"
_HOW = {
    How.MEAN: "avg(value)",
    How.MIN: "min(value)",
    How.MAX: "max(value)",
    How.SUM: "sum(value)",
    How.COUNT: "count(*)::DOUBLE",
}
_NEWEST = """
SELECT point, epoch_us(max(time)), arg_max(value, time), arg_max(quality, time),
    arg_max(struct_pack(e := extra), time).e
FROM kept WHERE point IN (SELECT number FROM wanted) GROUP BY point
"""
_RANGE = """
SELECT point, epoch_us(time), value, quality, extra FROM kept
WHERE point = ? AND time >= make_timestamp(?) AND time < make_timestamp(?)
ORDER BY time LIMIT ?
"""
_BUCKETS = f"""
SELECT (epoch_us(time) - ?) // ? AS step, min(value), avg(value), max(value), count(*) FROM kept
WHERE point = ? AND time >= make_timestamp(?) AND time < make_timestamp(?) AND {_COUNTED}
GROUP BY step ORDER BY step
"""  # noqa: S608 - only our own constants
_AGGREGATE = """
SELECT label, (epoch_us(time) - ?) // ? AS step, {how}, count(*)
FROM kept JOIN labels ON kept.point = labels.number
WHERE time >= make_timestamp(?) AND time < make_timestamp(?) AND {counted}
GROUP BY label, step ORDER BY label, step
"""
_SUMMARIES = f"""
SELECT point, count(*), count(*) FILTER (quality & {int(Quality.OUT_OF_RANGE)} != 0),
    count(*) FILTER (quality & {int(Quality.CLOCK_WRONG)} != 0),
    min(value) FILTER ({_COUNTED}), avg(value) FILTER ({_COUNTED}), max(value) FILTER ({_COUNTED}),
    arg_max(value, time) FILTER ({_COUNTED}), epoch_us(max(time))
FROM kept
WHERE time >= make_timestamp(?) AND time < make_timestamp(?) AND point > ?
    AND quality & {int(Quality.DUPLICATE)} = 0
GROUP BY point ORDER BY point LIMIT ?
"""  # noqa: S608 - only our own constants
_EVERY_POINT = (0, 2**32 - 1)


def last(*, kept: Kept, points: Sequence[int]) -> dict[int, Reading]:
    """Return the newest reading of each point that has any, walking back day by day."""
    found: dict[int, Reading] = {}
    wanted = set(points)
    _newest(kept, found, wanted, [], kept.rows)
    for parts in _days_back(kept.segments):
        newest = max(part.end_us for part in parts)
        ahead = {p for p in wanted if p not in found or _us(found[p].at) < newest}
        _newest(kept, found, ahead, parts, EMPTY)
    return found


def _newest(
    kept: Kept,
    found: dict[int, Reading],
    wanted: set[int],
    parts: Sequence[Segment],
    rows: Rows,
) -> None:
    """Put into `found` what is newer here."""
    if not wanted:
        return
    tables = {"wanted": {"number": np.array(sorted(wanted), np.uint32)}}
    for row in kept.ask(_NEWEST, parts=parts, rows=rows, tables=tables):
        reading = _reading(row)
        if reading.point not in found or reading.at > found[reading.point].at:
            found[reading.point] = reading


def _days_back(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    newest_first = sorted(segments, key=lambda part: part.day, reverse=True)
    for _, parts in groupby(newest_first, key=lambda part: part.day):
        yield list(parts)


def between(*, kept: Kept, point: int, start: float, end: float, limit: int) -> list[Reading]:
    """Return a point's readings from `start` until before `end`, oldest first, at most `limit`.

    :raises BadSpan: if the end is not after the start, or the limit is out of bounds
    """
    _check(start, end, limit, MOST_ROWS)
    parts = kept.between(start_us=_us(start), end_us=_us(end), points=[point])
    values = [point, _us(start), _us(end), limit]
    return [_reading(row) for row in kept.ask(_RANGE, values, parts=parts, rows=kept.rows)]


def buckets(*, kept: Kept, point: int, start: float, end: float, count: int) -> list[Bucket]:
    """Return a point's readings drawn together in `count` equal stretches, empty ones left out.

    :raises BadSpan: if the end is not after the start, or the count is out of bounds
    """
    _check(start, end, count, MOST_STEPS)
    start_us, end_us = _us(start), _us(end)
    step_us = max(1, math.ceil((end_us - start_us) / count))
    answer = kept.ask(
        _BUCKETS,
        [start_us, step_us, point, start_us, end_us],
        parts=kept.between(start_us=start_us, end_us=end_us, points=[point]),
        rows=kept.rows,
    )
    return [
        Bucket(at=(start_us + step * step_us) / 1e6, low=low, mean=mean, high=high, count=n)
        for step, low, mean, high, n in answer
    ]


def summaries(
    *, kept: Kept, start: float, end: float, after: int, limit: int
) -> list[PointSummary]:
    """Return what came of each point in a span, by number: at most `limit` of those after `after`.

    :raises BadSpan: if the end is not after the start, or the limit is out of bounds
    """
    _check(start, end, limit, MOST_STEPS)
    answer = kept.ask(
        _SUMMARIES,
        [_us(start), _us(end), after, limit],
        parts=kept.between(start_us=_us(start), end_us=_us(end), points=_EVERY_POINT),
        rows=kept.rows,
    )
    return [
        PointSummary(
            point=point, count=count, out_of_range=out, clock_wrong=wrong, low=low, mean=mean,
            high=high, last=last, last_at=at_us / 1e6,
        )
        for point, count, out, wrong, low, mean, high, last, at_us in answer
    ]  # fmt: skip


def aggregate(
    *,
    kept: Kept,
    points: Mapping[str, Sequence[int]],
    start: float,
    end: float,
    how: How,
    step_s: float,
) -> list[Cell]:
    """Return one number for each label and step: by place, by kind, as the caller labels points.

    :raises BadSpan: if the end is not after the start, or the steps are too many
    """
    if not SHORTEST_STEP_S <= step_s < math.inf:
        raise BadSpan(start=start, end=end, steps=step_s)
    _check(start, end, math.ceil((end - start) / step_s), MOST_STEPS)
    pairs = [(number, label) for label, name in enumerate(points) for number in points[name]]
    if not pairs:
        return []
    numbers, labels = (list(column) for column in zip(*pairs, strict=True))
    start_us, end_us, step_us = _us(start), _us(end), _us(step_s)
    columns = {"number": np.array(numbers, np.uint32), "label": np.array(labels, np.int64)}
    answer = kept.ask(
        _AGGREGATE.format(how=_HOW[how], counted=_COUNTED),
        [start_us, step_us, start_us, end_us],
        parts=kept.between(start_us=start_us, end_us=end_us, points=numbers),
        rows=kept.rows,
        tables={"labels": columns},
    )
    names = list(points)
    return [
        Cell(label=names[label], at=(start_us + step * step_us) / 1e6, value=value, count=n)
        for label, step, value, n in answer
    ]


def _check(start: float, end: float, steps: int, most: int) -> None:
    if not (0 <= start < end < _LATEST_S and 1 <= steps <= most):
        raise BadSpan(start=start, end=end, steps=steps)


def _us(at: float) -> int:
    return round(at * 1e6)


def _reading(row: tuple[Any, ...]) -> Reading:
    point, at_us, value, quality, extra = row
    return Reading(
        point=point,
        at=at_us / 1e6,
        value=value,
        quality=quality,
        extra=None if extra is None else extra.encode(),
    )

"""Readings on their way to a segment, as columns in memory."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from linli.devices.batch import Batch, Quality

_EARLIEST_S, _LATEST_S = 1.0, 4_102_444_800.0
"""From 1970 to 2100: nothing outside is a time of measurement."""


class Rows(NamedTuple):
    """Readings of one length in columns; `extras` maps a row to the JSON of its event."""

    points: npt.NDArray[np.uint32]
    times_us: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]
    quality: npt.NDArray[np.uint8]
    extras: dict[int, str]

    def __bool__(self) -> bool:
        return len(self.points) > 0


def sane(batch: Batch) -> Batch:
    """Return the batch with impossible times replaced by that of arrival, and flagged."""
    good = (batch.times >= _EARLIEST_S) & (batch.times < _LATEST_S)
    if good.all():
        return batch
    quality = np.where(good, batch.quality, batch.quality | Quality.CLOCK_WRONG)
    times = np.where(good, batch.times, batch.at)
    return batch._replace(times=times, quality=quality.astype(np.uint8))


def gather(batches: Sequence[Batch]) -> Rows:
    """Return the rows of these batches, in their order."""
    extras: dict[int, str] = {}
    start = 0
    for batch in batches:
        for row, extra in batch.extras.items():
            extras[start + row] = extra.decode("utf-8", "replace")
        start += len(batch.points)
    if not batches:
        return EMPTY
    return Rows(
        points=np.concatenate([batch.points for batch in batches]).astype(np.uint32, copy=False),
        times_us=np.rint(np.concatenate([b.times for b in batches]) * 1e6).astype(np.int64),
        values=np.concatenate([batch.values for batch in batches]).astype(np.float64, copy=False),
        quality=np.concatenate([batch.quality for batch in batches]).astype(np.uint8, copy=False),
        extras=extras,
    )


EMPTY = Rows(
    points=np.empty(0, np.uint32),
    times_us=np.empty(0, np.int64),
    values=np.empty(0, np.float64),
    quality=np.empty(0, np.uint8),
    extras={},
)


def take(rows: Rows, order: npt.NDArray[np.int64]) -> Rows:
    """Return these rows, in this order."""
    extras: dict[int, str] = {}
    if rows.extras:
        new_row = {int(old): new for new, old in enumerate(order)}
        extras = {new_row[old]: text for old, text in rows.extras.items() if old in new_row}
    return Rows(
        points=rows.points[order],
        times_us=rows.times_us[order],
        values=rows.values[order],
        quality=rows.quality[order],
        extras=extras,
    )

"""The last time and value of each point at the gate: what is late, and what came twice."""

import numpy as np
import numpy.typing as npt

from linli.devices.batch import Batch, Quality

_FORGOTTEN_S = 30 * 86400.0
_SAME_S = 0.0005
_Floats = npt.NDArray[np.float64]


class Seen:
    """Remembers each point's newest reading. Points that it does not know are never flagged."""

    def __init__(self, numbers: npt.NDArray[np.uint32]) -> None:
        self._numbers = np.unique(numbers)
        self._times: _Floats = np.full(len(self._numbers) + 1, -np.inf)
        self._values: _Floats = np.zeros(len(self._numbers) + 1)

    def known(self, numbers: npt.NDArray[np.uint32]) -> "Seen":
        """Return a memory of these points that keeps what this one knows of them."""
        new = Seen(numbers)
        rows, own = self._rows(new._numbers), np.arange(len(new._numbers))
        new._times[own], new._values[own] = self._times[rows], self._values[rows]
        return new

    def _rows(self, points: npt.NDArray[np.uint32]) -> npt.NDArray[np.intp]:
        """Return the row of each point; one past the end for those not known."""
        rows = np.searchsorted(self._numbers, points)
        if not len(self._numbers):
            return rows
        known = self._numbers[np.minimum(rows, len(self._numbers) - 1)] == points
        return np.where(known, rows, len(self._numbers))

    def learn(self, batch: Batch) -> None:
        """Remember the readings of a batch, whatever their order."""
        self._keep(self._rows(batch.points), batch.times, batch.values)

    def _keep(self, rows: npt.NDArray[np.intp], times: _Floats, values: _Floats) -> None:
        np.maximum.at(self._times, rows, times)
        newest = times >= self._times[rows]
        self._values[rows[newest]] = values[newest]
        self._times[-1] = -np.inf

    def flags(self, batch: Batch, untimed: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
        """Return LATE and DUPLICATE for each row, then remember the batch.

        Late is older than the newest of its point before it, in this batch or earlier; a
        duplicate has its predecessor's time and value. Rows without a time of their own
        (`untimed`) are neither.
        """
        rows = self._rows(batch.points)
        order = np.argsort(rows, kind="stable")
        group, times, values = rows[order], batch.times[order], batch.values[order]
        first = np.ones(len(group), bool)
        first[1:] = group[1:] != group[:-1]
        before = np.where(first, self._times[group], np.roll(times, 1))
        value_before = np.where(first, self._values[group], np.roll(values, 1))
        newest = _running_max(group, before, batch.at - _FORGOTTEN_S)
        flags = np.zeros(len(group), np.uint8)
        flags[times < newest - _SAME_S] = Quality.LATE
        flags[(times == before) & (values == value_before)] = Quality.DUPLICATE
        flags[(group == len(self._numbers)) | untimed[order]] = 0
        out = np.empty_like(flags)
        out[order] = flags
        self._keep(rows, batch.times, batch.values)
        return out


def _running_max(group: npt.NDArray[np.intp], times: _Floats, oldest: float) -> _Floats:
    """Return, row by row, the greatest time so far within its group; groups are consecutive.

    Times before `oldest` count as never. Each group is lifted above the one before it, so that
    one running maximum serves all.
    """
    if not len(group):
        return times
    above = np.maximum(times - oldest, 0.0)
    step = above.max() + 1.0
    rank = np.cumsum(np.concatenate(([False], group[1:] != group[:-1])))
    climbed = np.maximum.accumulate(above + rank * step) - rank * step
    return np.where(climbed > 0.0, climbed + oldest, -np.inf)

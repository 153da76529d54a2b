"""The newest time of each point at the gate: what is late, and what came twice."""

import numpy as np
import numpy.typing as npt

from linli.devices.batch import Batch, Quality

_FORGOTTEN_S = 30 * 86400.0
_SAME_S = 0.0005
_MILLISECOND_S = 0.001
_Floats = npt.NDArray[np.float64]


class Seen:
    """Remembers each point's newest reading. Points that it does not know are never flagged."""

    def __init__(self, numbers: npt.NDArray[np.uint32]) -> None:
        self._numbers = np.unique(numbers)
        self._times: _Floats = np.full(len(self._numbers) + 1, -np.inf)
        self._place = np.zeros(len(self._numbers) + 1, np.int32)

    def known(self, numbers: npt.NDArray[np.uint32]) -> "Seen":
        """Return a memory of these points that keeps what this one knows of them."""
        new = Seen(numbers)
        new._times[: len(new._numbers)] = self._times[self._rows(new._numbers)]
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
        self._keep(self._rows(batch.points), batch.times)

    def _keep(self, rows: npt.NDArray[np.intp], times: _Floats) -> None:
        np.maximum.at(self._times, rows, times)
        self._times[-1] = -np.inf

    def settle(self, batch: Batch, untimed: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
        """Return LATE and DUPLICATE for each row, give times to the `untimed`, remember the batch.

        A reading is known by its point and its millisecond. Late is older than the newest of its
        point before it, in this batch or earlier; a duplicate has the millisecond of the newest.
        Rows without a time of their own are neither: each gets the time of arrival, or the next
        free millisecond of its point.
        """
        rows = self._rows(batch.points)
        if self._settled_at_once(batch, rows, untimed):
            return np.zeros(len(rows), np.uint8)
        order = np.argsort(rows, kind="stable")
        group = rows[order]
        first = np.ones(len(group), bool)
        first[1:] = group[1:] != group[:-1]
        if untimed.any():
            self._stamp(batch, untimed, group, first, order)
        times = batch.times[order]
        before = np.where(first, self._times[group], np.roll(times, 1))
        newest = _running_max(group, before, batch.at - _FORGOTTEN_S)
        flags = np.zeros(len(group), np.uint8)
        flags[times < newest + _SAME_S] = Quality.DUPLICATE
        flags[times < newest - _SAME_S] = Quality.LATE
        flags[(group == len(self._numbers)) | untimed[order]] = 0
        out = np.empty_like(flags)
        out[order] = flags
        self._keep(rows, batch.times)
        return out

    def _settled_at_once(
        self, batch: Batch, rows: npt.NDArray[np.intp], untimed: npt.NDArray[np.bool_]
    ) -> bool:
        """Deal with the usual batch, each point once and newer than before; else change nothing."""
        order = np.arange(len(rows), dtype=np.int32)
        self._place[rows] = order
        if (self._place[rows] != order).any():
            return False
        floor = self._times[rows] + _MILLISECOND_S
        times = np.where(untimed, np.maximum(batch.at, floor), batch.times)
        if (times < floor - _SAME_S).any():
            return False
        batch.times[:] = times
        self._times[rows] = times
        self._times[-1] = -np.inf
        return True

    def _stamp(
        self,
        batch: Batch,
        untimed: npt.NDArray[np.bool_],
        group: npt.NDArray[np.intp],
        first: npt.NDArray[np.bool_],
        order: npt.NDArray[np.intp],
    ) -> None:
        """Write the times of rows without one into the batch."""
        place = np.arange(len(group))
        rank = place - np.maximum.accumulate(np.where(first, place, 0))
        times = np.maximum(batch.at, self._times[group] + _MILLISECOND_S) + rank * _MILLISECOND_S
        here = untimed[order]
        batch.times[order[here]] = times[here]


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

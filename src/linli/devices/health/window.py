"""One hour of readings of a community, as columns beside the fleet's points."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from linli.contracts.history import PointSummary

WINDOW_S = 3600.0

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


class Window(NamedTuple):
    """What came from `start` until before `end` (epoch seconds), a row for each point of the fleet.

    What did not come is 0 in counts and NaN elsewhere. `newest_at` is the newest reading of a point
    whenever it was, also where it was asked for because the device is on line and nothing of this
    hour came.
    """

    start: float
    end: float
    readings: Numbers
    out_of_range: Numbers
    clock_wrong: Numbers
    low: Floats
    mean: Floats
    high: Floats
    last: Floats
    newest_at: Floats


def columns(
    *, start: float, end: float, points: npt.NDArray[np.uint32], summaries: Sequence[PointSummary]
) -> Window:
    """Return the window of these points, which are in the order of their numbers; summaries of
    other points are left out.
    """
    numbers = np.array([one.point for one in summaries], np.uint32)
    rows = np.searchsorted(points, numbers)
    known = (rows < len(points)) & (points[np.minimum(rows, len(points) - 1)] == numbers)
    kept, where = np.flatnonzero(known).tolist(), rows[known]

    def numbers_of(name: str) -> Numbers:
        out = np.zeros(len(points), np.int64)
        out[where] = [getattr(summaries[row], name) for row in kept]
        return out

    def floats_of(name: str) -> Floats:
        out = np.full(len(points), np.nan)
        found = [getattr(summaries[row], name) for row in kept]
        out[where] = [np.nan if value is None else value for value in found]
        return out

    return Window(
        start=start,
        end=end,
        readings=numbers_of("count"),
        out_of_range=numbers_of("out_of_range"),
        clock_wrong=numbers_of("clock_wrong"),
        low=floats_of("low"),
        mean=floats_of("mean"),
        high=floats_of("high"),
        last=floats_of("last"),
        newest_at=floats_of("last_at"),
    )


def with_newest(
    *, window: Window, points: npt.NDArray[np.uint32], newest: Mapping[int, float]
) -> Window:
    """Return the window with the newest times of these points, whenever they were."""
    numbers = np.array(sorted(newest), np.uint32)
    rows = np.searchsorted(points, numbers)
    times = window.newest_at.copy()
    times[rows] = [newest[int(number)] for number in numbers]
    return window._replace(newest_at=times)

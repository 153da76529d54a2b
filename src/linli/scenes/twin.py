"""The last value of every point, as columns by slot."""

import math
from array import array

import numpy as np
import numpy.typing as npt

from linli.contracts.readings import Quality
from linli.scenes.wiring import Wiring

Floats = npt.NDArray[np.float64]


class Twin:
    """Last values that scenes may see.

    `value` (NaN: never heard), `time_ms` of measurement (-inf: never), `heard_at` seconds of
    arrival, `quality` of the last good reading; a later one out of range is in `odd`. The columns
    are arrays for quick single reads; `columns` are numpy views of the same memory.
    """

    def __init__(self, *, wiring: Wiring, now: float) -> None:
        size = wiring.size
        self._wiring = wiring
        self.value = array("d", [math.nan]) * size
        self.time_ms = array("d", [-math.inf]) * size
        self.heard_at = array("d", [now]) * size
        self.quality = bytearray(size)
        self.low = array("d", [math.inf]) * size
        """Below or at this a reading leaves its guard band; so it does at `high` and above."""
        self.high = array("d", [-math.inf]) * size
        self.idle_low = array("d", [-math.inf]) * size
        """The guard band while every scene that looks here is at rest."""
        self.idle_high = array("d", [math.inf]) * size
        self.odd: dict[int, tuple[float, float]] = {}
        """(time in ms, value) of the last reading out of range, until a good one follows."""

    def column(self, name: str) -> Floats:
        """Return a column as numpy sees it, sharing its memory."""
        held: array[float] = getattr(self, name)
        return np.frombuffer(held, np.float64) if len(held) else np.zeros(0)

    def qualities(self) -> npt.NDArray[np.uint8]:
        return np.frombuffer(self.quality, np.uint8) if self.quality else np.zeros(0, np.uint8)

    def slot_of(self, point: int) -> int:
        """Return the slot of a point number, -1 if the directory has no such point."""
        return self._wiring.slot_of(point)

    def last(self, slot: int) -> tuple[float, float, Quality] | None:
        """Return (time in epoch seconds, value, quality) for people; None if never heard."""
        odd = self.odd.get(slot)
        if odd is not None:
            return odd[0] / 1000, odd[1], Quality.OUT_OF_RANGE
        if math.isinf(self.time_ms[slot]):
            return None
        return self.time_ms[slot] / 1000, self.value[slot], Quality(self.quality[slot])

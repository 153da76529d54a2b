"""A moment of nature, as one device meets it: the hour, how busy it is, chance and noise."""

import math
from collections.abc import Callable, Mapping
from random import Random
from typing import NamedTuple

Value = float | bool | str

_EAST_OF_UTC_S = 8 * 3600
DAY_S = 86_400


class Moment(NamedTuple):
    """When, and for whom: `own` is a number in [0, 1) that is the device's for good; `values`
    are what its properties were, or already are.
    """

    now: float
    own: float
    random: Random
    values: Mapping[str, Value]

    @property
    def hour(self) -> float:
        """The hour of the day in Shanghai, from 0 until before 24."""
        return ((self.now + _EAST_OF_UTC_S) % DAY_S) / 3600

    def wave(self, peak_hour: float) -> float:
        """Return 1 at an hour of the day, -1 twelve hours away from it."""
        return math.cos((self.hour - peak_hour) / 24 * 2 * math.pi)

    def rush(self) -> float:
        """Return how much people are on the move, 0 to 1: most at 8 and at 18."""
        peaks = (math.exp(-((self.hour - peak) ** 2) / 3) for peak in (8, 18))
        return 0.1 * (6 < self.hour < 23) + 0.9 * max(peaks)  # noqa: PLR2004 - hours awake

    def noise(self, size: float) -> float:
        """Return a normal error of that size."""
        return self.random.gauss(0.0, size)

    def chance(self, share: float) -> bool:
        """Return True in that share of cases."""
        return self.random.random() < share

    def dice(self, every_s: float, which: int) -> float:
        """Return a number in [0, 1) that stays for so long; `which` tells several apart."""
        slot = int(self.now / every_s + self.own * 97)
        return math.sin(slot * 12.9898 + self.own * 78.233 + which * 37.719) * 43758.5453 % 1

    def slot(self, hours: float) -> int:
        """Return the number of the stretch of so many hours that it is in, the device's own way."""
        return int(self.now / 3600 / hours + self.own)


Row = Callable[[Moment], Value]
"""What a property shows at a moment."""

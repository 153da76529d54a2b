"""What the simulated controllers on one panel (a gateway and the doors wired to it) know together:
who is inside where, and which door stands open. It needs no line for that.
"""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec


class Crossing(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody crossed into an area, or out of it, last; `at` by our clock (epoch seconds)."""

    at: float
    inside: bool


class Panel:
    """The doors of one panel, by their numbers."""

    def __init__(self) -> None:
        self.doors: set[int] = set()
        self.untold = 0
        """Passages that a door of the panel decided by itself and nobody was told of yet."""
        self._crossings: dict[tuple[str, str], Crossing] = {}
        self._open_until: dict[int, float] = {}

    def learn(self, *, area: str, inside: Mapping[str, Any], at: float) -> None:
        """Take over who is inside as the platform knows it, unless it was not told all yet: then
        what is known here is newer.
        """
        if self.untold:
            return
        for key in [key for key, one in self._crossings.items() if key[0] == area and one.at <= at]:
            del self._crossings[key]
        for holder, since in inside.items():
            self.crossed(area=area, holder=holder, at=float(since), inside=True)

    def crossed(self, *, area: str, holder: str, at: float, inside: bool) -> None:
        """Remember that somebody crossed, unless he is known to have crossed later."""
        known = self._crossings.get((area, holder))
        if known is None or known.at <= at:
            self._crossings[area, holder] = Crossing(at=at, inside=inside)

    def is_inside(self, *, area: str, holder: str) -> bool:
        """Tell whether somebody is in an area."""
        known = self._crossings.get((area, holder))
        return known is not None and known.inside

    def sees(self, doors: Collection[int]) -> bool:
        """Tell whether all these doors are wired to it."""
        return self.doors.issuperset(doors)

    def opened(self, *, door: int, until: float) -> None:
        """Remember that a door stands open until then."""
        self._open_until[door] = until

    def any_open(self, doors: Collection[int], at: float) -> bool:
        """Tell whether one of these doors stands open; one that is wired elsewhere is not seen, and
        keeps nobody: he would be caught between the two.
        """
        return any(self._open_until.get(door, 0.0) > at for door in doors)

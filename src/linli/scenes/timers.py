"""What is due when. The order of what is due at once follows from what it is, not from when it
was set, so a restored engine goes on as the one that was cut off."""

from collections.abc import Callable
from enum import IntEnum
from heapq import heappop, heappush
from typing import NamedTuple

_ROOM = 4096


class Due(IntEnum):
    """What a timer is for; those due at one instant come in this order."""

    SILENT_DEVICE = 0
    CLOCK = 1
    JUDGE = 2
    """A hold, a silence, a window or a cool-down may have run out: judge the instance again."""
    STEP = 3


class Timer(NamedTuple):
    deadline: float
    due: Due
    scene: str
    anchor: str
    node: int


class Timers:
    """Timers by deadline. None is cancelled: whoever is called looks whether it still holds."""

    def __init__(self) -> None:
        self._limit = _ROOM
        self._heap: list[Timer] = []
        self._known: set[Timer] = set()
        self._asked: dict[tuple[str, str, int], float] = {}

    def ask(self, timer: Timer) -> None:
        """See that an instance is judged by a time; once more before that does no harm.

        One timer a condition is enough: whoever is judged too early asks again.
        """
        key = (timer.scene, timer.anchor, timer.node)
        known = self._asked.get(key)
        if known is None or known > timer.deadline:
            self._asked[key] = timer.deadline
            self.set(timer)

    def set(self, timer: Timer) -> None:
        """Set a timer; the same one set twice is one."""
        if timer not in self._known:
            self._known.add(timer)
            heappush(self._heap, timer)

    def pop(self, until: float) -> Timer | None:
        """Take out the next timer due at or before a time; None if there is none."""
        if not self._heap or self._heap[0].deadline > until:
            return None
        timer = heappop(self._heap)
        self._known.discard(timer)
        key = (timer.scene, timer.anchor, timer.node)
        if self._asked.get(key) == timer.deadline:
            del self._asked[key]
        return timer

    def next(self) -> float | None:
        """Return the earliest deadline."""
        return self._heap[0].deadline if self._heap else None

    def prune(self, needed: Callable[[Timer], bool]) -> None:
        """Drop timers that nobody needs, once their number has doubled since the last time."""
        if len(self._heap) <= self._limit:
            return
        self._heap = sorted(timer for timer in self._heap if needed(timer))
        self._known = set(self._heap)
        self._limit = max(_ROOM, 2 * len(self._heap))
        kept = {(timer.scene, timer.anchor, timer.node) for timer in self._heap}
        self._asked = {key: at for key, at in self._asked.items() if key in kept}

    def all(self) -> list[Timer]:
        """Return the timers in order of deadline."""
        return sorted(self._heap)

    def clear(self) -> None:
        self._heap.clear()
        self._known.clear()
        self._asked.clear()

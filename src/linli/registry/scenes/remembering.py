"""Answers that take long to find: found once, by one who asks, while all others wait for it."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from linli.kernel.fault import Fault

PATIENCE_S = 20.0
_Answer = TypeVar("_Answer")


class StillLooking(Fault):
    """Somebody asked the same, or something as long, of this community a moment ago."""

    key = "scenes.still_looking"
    status = 503


class Remembered(Generic[_Answer]):
    """Answers by key, the oldest let go. In each lane (a community) one is looked for at a time."""

    def __init__(self, *, kept: int) -> None:
        self._kept = kept
        self._known: dict[Hashable, _Answer] = {}
        self._door = Lock()
        self._lanes: dict[str, Lock] = {}

    def get(self, *, lane: str, key: Hashable, find: Callable[[], _Answer]) -> _Answer:
        """Return the answer for a key: as it is known, or else as it is found now.

        :raises StillLooking: if something else of this lane is looked for, and takes too long
        """
        known = self._known.get(key)
        if known is not None:
            return known
        with self._door:
            busy = self._lanes.setdefault(lane, Lock())
        if not busy.acquire(timeout=PATIENCE_S):
            raise StillLooking
        try:
            known = self._known.get(key)
            return known if known is not None else self._keep(key, find())
        finally:
            busy.release()

    def _keep(self, key: Hashable, answer: _Answer) -> _Answer:
        with self._door:
            self._known[key] = answer
            while len(self._known) > self._kept:
                del self._known[next(iter(self._known))]
        return answer

    def forget(self) -> None:
        """Forget what was found."""
        with self._door:
            self._known.clear()

"""What another server said, remembered for a while, so that it is not asked each time."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
KEPT_S = 600.0
ANEW_S = 30.0


class Kept(Generic[T]):
    """One answer, good for ten minutes. What was no answer is not kept. Used by many threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._alone = threading.Lock()
        self._value: T | None = None
        self._asked_at = self._good_until = float("-inf")

    def held(self) -> T | None:
        """Return what is remembered and not too old."""
        with self._alone:
            return self._value if self._clock() < self._good_until else None

    def get(self, *, ask: Callable[[], T | None]) -> T | None:
        """Return what is remembered, or else what is answered now."""
        held = self.held()
        return self._renewed(ask) if held is None else held

    def anew(self, *, ask: Callable[[], T | None]) -> T | None:
        """Return what is answered now, though something is remembered; None, and nobody is asked,
        within thirty seconds of the last time.
        """
        with self._alone:
            if self._clock() < self._asked_at + ANEW_S:
                return None
            self._asked_at = self._clock()
        return self._renewed(ask)

    def _renewed(self, ask: Callable[[], T | None]) -> T | None:
        with self._alone:
            self._asked_at = self._clock()
        found = ask()
        if found is not None:
            with self._alone:
                self._value, self._good_until = found, self._clock() + KEPT_S
        return found

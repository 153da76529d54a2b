"""Who knocks without end fills no trail."""

import threading
from datetime import datetime

_A_MINUTE = 30


class Crowd:
    """Many a minute get a line; the others are counted in the next. One a process, used by its
    threads; it remembers only who knocked in this minute, or is owed a count.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._noted: dict[int, int] = {}
        self._unnoted: dict[int, int] = {}

    def turn(self, *, who: int, now: datetime) -> int | None:
        """Return how many of his had no line before this one; None where this has none either."""
        minute = int(now.timestamp() // 60)
        with self._lock:
            if minute != self._minute:
                self._minute, self._noted = minute, {}
            if self._noted.get(who, 0) >= _A_MINUTE:
                self._unnoted[who] = self._unnoted.get(who, 0) + 1
                return None
            self._noted[who] = self._noted.get(who, 0) + 1
            return self._unnoted.pop(who, 0)

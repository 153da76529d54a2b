"""Sealed questions that came over HTTP lately. Sent again byte by byte, one gets the answer that it
had, or had not yet; nothing is opened, asked or sealed a second time for it.

Whoever overheard a question and sends it again is told what he overheard too: the very same sealed
answer, which the device itself takes once.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from hashlib import sha256

from linli.drivers.plain.asks import Question

KEPT_S = 60.0
"""So long a question is known by its bytes; later it is a replay (`said_before`)."""
_MOST, _MOST_OF_ONE = 256, 8
_LARGEST = 64 * 1024
Key = tuple[str, bytes]
"""The device, and a digest of the key that it has and of what it sent."""


class Sealed:
    """A question that was opened. `stored` is set when its number is on disk; `reply` is its sealed
    answer, once there is one. Of two who send it at once the second waits (`turn`).
    """

    __slots__ = ("at", "question", "reply", "stored", "turn")

    def __init__(self, *, question: Question, at: float) -> None:
        self.question = question
        self.at = at
        self.stored = asyncio.Event()
        self.turn = asyncio.Lock()
        self.reply: bytes | None = None


class Lately:
    """The questions of one community, the oldest first; bounded, for each device and in all."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[Key, Sealed] = {}
        self._of = Counter[str]()

    def find(self, key: Key) -> Sealed | None:
        """Return what was opened from these very bytes lately."""
        self._forget()
        return self._known.get(key)

    def keep(self, key: Key, question: Question) -> Sealed:
        """Keep a question that was just opened."""
        device = key[0]
        if self._of[device] >= _MOST_OF_ONE:
            self._drop(next(one for one in self._known if one[0] == device))
        if len(self._known) >= _MOST:
            self._drop(next(iter(self._known)))
        found = Sealed(question=question, at=self._clock())
        self._known[key] = found
        self._of[device] += 1
        return found

    def trim(self, key: Key) -> None:
        """Forget a question whose answer is too large to be kept."""
        found = self._known.get(key)
        if found is not None and len(found.reply or b"") > _LARGEST:
            self._drop(key)

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._known)

    def _forget(self) -> None:
        oldest = self._clock() - KEPT_S
        while self._known:
            key, found = next(iter(self._known.items()))
            if found.at > oldest:
                return
            self._drop(key)

    def _drop(self, key: Key) -> None:
        del self._known[key]
        self._of[key[0]] -= 1
        if not self._of[key[0]]:
            del self._of[key[0]]


def key_of(*, device: str, mark: str, payload: bytes) -> Key:
    """Return by what a question is known again; `mark` is that of the key by which it is sealed."""
    return device, sha256(mark.encode() + payload).digest()

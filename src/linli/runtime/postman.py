"""The post at work: what waits is sent, a few at a time, never two of one line at once."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from linli.foundation.sending import Letter, Reply
from linli.runtime.in_records import InRecords

log = logging.getLogger("linli.post")

_AT_ONCE = 16
_LOOK_EVERY_S = 1.0


class Post(Protocol):
    """Carries a message outside; returns what came back."""

    async def __call__(self, *, url: str, headers: dict[str, str], body: bytes) -> Reply: ...


class Box(Protocol):
    """Where letters wait: the operations of who writes them."""

    def letters(self, *, most: int, busy: list[int], now: datetime) -> list[Letter]:
        """Return what is to be sent now, one of each line at most, and none of those `busy`."""

    def sent(self, *, letter: Letter, reply: Reply, now: datetime) -> None:
        """Write down what came of a letter."""


class Postman:
    """Sends what waits in a box."""

    def __init__(
        self,
        *,
        box: Box,
        records: InRecords,
        post: Post,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._box = box
        self._records = records
        self._post = post
        self._clock = clock or (lambda: datetime.now(UTC))
        self._busy: dict[int, asyncio.Task[None]] = {}

    async def keep(self, look_every_s: float = _LOOK_EVERY_S) -> None:
        """Send until cancelled; who is slow keeps only his own messages waiting."""
        try:
            while True:
                if not await self.round():
                    await asyncio.sleep(look_every_s)
        finally:
            for task in self._busy.values():
                task.cancel()

    async def round(self) -> int:
        """Begin to send what is due; return how many messages that were."""
        room, busy, now = _AT_ONCE - len(self._busy), list(self._busy), self._clock()
        if room <= 0:
            return 0
        found = await self._records(lambda: self._box.letters(most=room, busy=busy, now=now))
        for letter in found:
            task = asyncio.create_task(self._carry(letter))
            self._busy[letter.line] = task
            task.add_done_callback(partial(self._done, letter.line))
        return len(found)

    async def finish(self) -> None:
        """Wait for what is on its way."""
        await asyncio.gather(*self._busy.values())

    async def _carry(self, letter: Letter) -> None:
        reply = await self._post(url=letter.url, headers=letter.headers, body=letter.body)
        now = self._clock()
        await self._records(lambda: self._box.sent(letter=letter, reply=reply, now=now))

    def _done(self, line: int, task: asyncio.Task[None]) -> None:
        self._busy.pop(line, None)
        if not task.cancelled() and task.exception() is not None:
            log.error("a message was not settled; it is sent again", exc_info=task.exception())

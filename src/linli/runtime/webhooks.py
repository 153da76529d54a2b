"""Webhooks at work: what waits is sent, a few at a time, never two of one subscription at once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

from linli.domains.openapi.letters import Letter, Reply
from linli.domains.openapi.operations import telling

log = logging.getLogger("linli.webhooks")

_AT_ONCE = 16
_LOOK_EVERY_S = 1.0

Records = Callable[[Callable[[], Any]], Awaitable[Any]]


class Post(Protocol):
    """Carries a message outside; returns the status (0 where none came back) and why not."""

    async def __call__(
        self, *, url: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, str]: ...


class Postman:
    """Sends what waits."""

    def __init__(
        self, *, records: Records, post: Post, clock: Callable[[], datetime] | None = None
    ) -> None:
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
        found = await self._records(lambda: telling.letters(most=room, busy=busy, now=now))
        for letter in found:
            task = asyncio.create_task(self._carry(letter))
            self._busy[letter.subscription] = task
            task.add_done_callback(partial(self._done, letter.subscription))
        return len(found)

    async def finish(self) -> None:
        """Wait for what is on its way."""
        await asyncio.gather(*self._busy.values())

    async def _carry(self, letter: Letter) -> None:
        status, reason = await self._post(url=letter.url, headers=letter.headers, body=letter.body)
        reply = Reply(status=status, reason=reason)
        now = self._clock()
        await self._records(lambda: telling.sent(letter=letter, reply=reply, now=now))

    def _done(self, subscription: int, task: asyncio.Task[None]) -> None:
        self._busy.pop(subscription, None)
        if not task.cancelled() and task.exception() is not None:
            log.error("a message was not settled; it is sent again", exc_info=task.exception())

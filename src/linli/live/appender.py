"""Appends to one subject of the bus, in order, pipelined; an append is tried until it is stored.

Up to `window` appends are under way. When one is refused or nobody confirms it, no new one goes
out, and those that failed are sent again one by one, each under its own id, so that it is stored
once; then it goes on. What waits meanwhile waits in the queue, and the callers see `waiting`.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from linli.adapters.bus import Bus, NotStored

_log = logging.getLogger(__name__)
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 1.0


class Entry:
    """One append: its id against storing twice, its body, and whom to tell its sequence."""

    __slots__ = ("body", "headers", "id", "number", "stored", "urgent")

    def __init__(
        self, *, id: str, body: bytes, stored: Callable[[int], None], urgent: bool = False
    ) -> None:
        self.id = id
        self.body = body
        self.stored = stored
        self.urgent = urgent
        self.number = 0
        self.headers: dict[str, str] = {}


class Appender:
    """The way into one subject."""

    def __init__(self, *, bus: Bus, subject: str, window: int = 8, patience_s: float = 5.0) -> None:
        self._bus = bus
        self._subject = subject
        self._window = window
        self._patience_s = patience_s
        self._urgent: deque[Entry] = deque()
        self._usual: deque[Entry] = deque()
        self._failed: list[Entry] = []
        self._flying = 0
        self._number = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._landed = asyncio.Event()
        self.trouble = ""
        """Why nothing is stored now: full, timeout, away, refused; empty when all is well."""
        self.resent = 0

    @property
    def waiting(self) -> int:
        """Return how many appends are not confirmed."""
        return self._flying + len(self._urgent) + len(self._usual) + len(self._failed)

    @property
    def room(self) -> bool:
        """Tell whether an append would go out at once."""
        return self._flying < self._window and not self.trouble

    def put(self, entry: Entry) -> None:
        """Append; urgent ones overtake those that have not gone out."""
        (self._urgent if entry.urgent else self._usual).append(entry)
        self._pump()

    def _pump(self) -> None:
        while self.room and (self._urgent or self._usual):
            entry = (self._urgent or self._usual).popleft()
            self._number += 1
            entry.number = self._number
            self._flying += 1
            self._start(self._fly(entry))

    def _start(self, work: object) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _fly(self, entry: Entry) -> None:
        try:
            sequence = await self._send(entry)
        except NotStored as refusal:
            self._failed.append(entry)
            if not self.trouble:
                self.trouble = str(refusal.values["why"])
                _log.warning("appends to %s wait: %s", self._subject, refusal.values)
                self._start(self._mend())
        else:
            entry.stored(sequence)
        finally:
            self._flying -= 1
            self._landed.set()
            self._pump()

    async def _send(self, entry: Entry) -> int:
        return await self._bus.append(
            subject=self._subject,
            body=entry.body,
            id=entry.id,
            headers=entry.headers,
            timeout_s=self._patience_s,
        )

    async def _mend(self) -> None:
        """Wait until all have landed, then send the failed again in their first order."""
        while self._flying:
            self._landed.clear()
            await self._landed.wait()
        self._failed.sort(key=lambda entry: entry.number)
        while self._failed:
            sequence = await self._until_stored(self._failed[0])
            self._failed.pop(0).stored(sequence)
        _log.warning("appends to %s go on", self._subject)
        self.trouble = ""
        self._pump()

    async def _until_stored(self, entry: Entry) -> int:
        pause_s = _FIRST_PAUSE_S
        while True:
            await self._until_alive()
            try:
                self.resent += 1
                return await self._send(entry)
            except NotStored as refusal:
                self.trouble = str(refusal.values["why"])
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _until_alive(self) -> None:
        """Wait for a server that answers: to send into silence would only fill buffers."""
        while not (self._bus.connected and await self._bus.alive()):
            await asyncio.sleep(_FIRST_PAUSE_S)

    async def drained(self, *, within_s: float) -> bool:
        """Wait until everything is stored; tell whether it came to that."""
        try:
            async with asyncio.timeout(within_s):
                while self.waiting:
                    self._landed.clear()
                    await self._landed.wait()
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """Give up what is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

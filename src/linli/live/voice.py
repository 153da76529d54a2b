"""The voice of a community: effects on their way into EFFECTS, each told once.

Everything that is said has a ticket, open until all of it is on disk; then its commands go out. A
snapshot waits for the tickets that were open when its state was taken. After a restart, what
EFFECTS holds since the snapshot is not said again, until a later snapshot is past it.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from functools import partial

from linli.adapters.bus import Bus
from linli.contracts import effects as effects_of
from linli.contracts import subjects
from linli.contracts.effects import AnyEffect, CommandIssued
from linli.live.appender import Appender, Entry

_WINDOW = 16
_MOST_OPEN = 64
_SOON_S = 0.02
_LARGEST_BYTES = 1024 * 1024


class _Ticket:
    """Something that was said: how many parts are not on disk, and the commands in it."""

    __slots__ = ("issued", "parts")

    def __init__(self, parts: int, issued: list[CommandIssued]) -> None:
        self.parts = parts
        self.issued = issued


class Voice:
    """The way of one community into EFFECTS. `issue` is given commands that are on disk."""

    def __init__(
        self, *, bus: Bus, community: str, issue: Callable[[list[CommandIssued]], None]
    ) -> None:
        self._appender = Appender(bus=bus, subject=subjects.effects(community), window=_WINDOW)
        self._issue = issue
        self._life = f"{community}.{secrets.token_hex(6)}"
        self._open: dict[int, _Ticket] = {}
        self._changed = asyncio.Event()
        self._steps: list[AnyEffect] = []
        self._steps_timer: asyncio.TimerHandle | None = None
        self._told_before: set[str] = set()
        self._told_until = 0.0
        self.last_ticket = 0
        self.stored = 0
        """The last sequence of EFFECTS that is known to be on disk."""

    # -- saying

    def say(self, told: Sequence[AnyEffect]) -> None:
        """Append effects but those that were told before a restart; then let commands go out."""
        before = self._told_before
        fresh = [effect for effect in told if effect.id not in before] if before else list(told)
        issued = [effect for effect in told if isinstance(effect, CommandIssued)]
        if not fresh:
            if issued:
                self._issue(issued)
            return
        bodies = _bodies(fresh)
        self.last_ticket += 1
        number = self.last_ticket
        self._open[number] = _Ticket(len(bodies), issued)
        stored = partial(self._stored, number)
        for part, body in enumerate(bodies):
            self._appender.put(Entry(id=f"{self._life}.{number}.{part}", body=body, stored=stored))

    def _stored(self, number: int, sequence: int) -> None:
        self.stored = max(self.stored, sequence)
        ticket = self._open[number]
        ticket.parts -= 1
        if ticket.parts:
            return
        del self._open[number]
        self._changed.set()
        if ticket.issued:
            self._issue(ticket.issued)

    def say_soon(self, told: list[AnyEffect]) -> None:
        """Append effects that nobody waits for, together with others of the next moments."""
        if self._steps_timer is None:
            loop = asyncio.get_running_loop()
            self._steps_timer = loop.call_later(_SOON_S, self.flush)
        self._steps.extend(told)

    def flush(self) -> None:
        """Append now what was to be appended soon."""
        if self._steps_timer is not None:
            self._steps_timer.cancel()
            self._steps_timer = None
        steps, self._steps = self._steps, []
        if steps:
            self.say(steps)

    # -- what was told before a restart

    def learn(self, told: list[AnyEffect], *, sequence: int) -> None:
        """Take what EFFECTS holds at a sequence as told."""
        self._told_before.update(effect.id for effect in told)
        latest = max((effect.at for effect in told), default=0.0)
        self._told_until = max(self._told_until, min(latest, time.time()))
        self.stored = sequence

    def is_past(self, deadline: float | None) -> bool:
        """Tell whether scenes whose next deadline it is have done all that was told before."""
        return not self._told_before or deadline is None or deadline > self._told_until

    def forget(self) -> None:
        """A snapshot is past all that was told before the restart."""
        self._told_before.clear()

    # -- waiting

    @property
    def waiting(self) -> int:
        """Return how many appends are not confirmed."""
        return self._appender.waiting

    def unstored_commands(self) -> list[CommandIssued]:
        """Return the commands that were said and have not gone out."""
        return [effect for ticket in self._open.values() for effect in ticket.issued]

    async def room(self) -> None:
        """Wait until not too much is said and not on disk."""
        while len(self._open) >= _MOST_OPEN:
            await self._next()

    async def settled(self, *, ticket: int, within_s: float) -> bool:
        """Wait until all up to a ticket is on disk; tell whether it came to that."""
        try:
            async with asyncio.timeout(within_s):
                while self._open and next(iter(self._open)) <= ticket:
                    await self._next()
        except TimeoutError:
            return False
        return True

    async def _next(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    async def close(self, *, within_s: float = 2.0) -> bool:
        """Say what is left, wait for it, stop; tell whether all of it is on disk."""
        self.flush()
        settled = await self.settled(ticket=self.last_ticket, within_s=within_s)
        self.flush()
        settled = settled and await self.settled(ticket=self.last_ticket, within_s=within_s)
        await self._appender.close()
        return settled


def _bodies(told: list[AnyEffect]) -> list[bytes]:
    """Return effects as messages; one too large for the bus is cut in parts."""
    body = effects_of.encode(told)
    if len(body) <= _LARGEST_BYTES or len(told) == 1:
        return [body]
    half = len(told) // 2
    return _bodies(told[:half]) + _bodies(told[half:])

"""What devices ask is put to the record half, and what it tells goes back to the device."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import msgspec

from linli.adapters.bus import Bus, NotStored, Unheard
from linli.contracts import asking, subjects
from linli.contracts.asking import Asked, Told
from linli.drivers.plain import asks

_log = logging.getLogger(__name__)
ANSWER_S = 5.0
_MOST, _MOST_OF_ONE = 256, 8

AskDesk = Callable[[Asked], Awaitable[Told]]
Tell = Callable[[str, bytes], int]
"""Send an answer to a device; return over how many lines it went."""

Happened = Callable[[Sequence[str], str], None]
"""Let scenes hear an event of devices."""


def _unheard(devices: Sequence[str], event: str) -> None:
    """Let nobody hear of it."""
    del devices, event


async def ask_desk(bus: Bus, asked: Asked) -> Told:
    """Put a question to whoever answers, and return the answer; it is `BUSY` where none came."""
    subject = subjects.ask("desk", asked.community)
    try:
        body = await bus.ask(subject=subject, body=asking.ask(asked), timeout_s=ANSWER_S)
        return asking.told(body)
    except (Unheard, NotStored):
        return asking.BUSY
    except msgspec.DecodeError:
        _log.exception("%s: no answer was made of %s", asked.community, asked.kind)
        return asking.TROUBLE


class Asker:
    """The questions of one community. Some of each device are under way at once, never more."""

    def __init__(
        self, *, community: str, ask: AskDesk, tell: Tell, happened: Happened = _unheard
    ) -> None:
        self._community = community
        self._ask = ask
        self._tell = tell
        self._happened = happened
        self._under_way: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._of = Counter[str]()

    def take(self, device: str, question: asks.Question) -> None:
        """Ask, and tell the device when it is answered. The same question asked again while it is
        under way waits for the same answer.
        """
        key = device, question.id
        if key in self._under_way:
            return
        if len(self._under_way) >= _MOST or self._of[device] >= _MOST_OF_ONE:
            self._say(device, question.id, asking.BUSY)
            return
        self._of[device] += 1
        task = asyncio.get_running_loop().create_task(self._one(device, question))
        self._under_way[key] = task
        task.add_done_callback(partial(self._done, key))

    async def answer(self, device: str, question: asks.Question) -> Told:
        """Ask for one who waits here for the answer; what it says has happened, scenes hear."""
        told = await self._ask(
            Asked(
                community=self._community,
                device=device,
                kind=question.kind,
                id=question.id,
                body=question.body,
                at=time.time(),
            )
        )
        if told.event:
            self._happened(told.of, told.event)
        return told

    async def _one(self, device: str, question: asks.Question) -> None:
        self._say(device, question.id, await self.answer(device, question))

    def _say(self, device: str, id: str, told: Told) -> None:
        self._tell(device, asks.answer(id=id, ok=told.ok, reason=told.reason, body=told.body))

    def _done(self, key: tuple[str, str], task: asyncio.Task[None]) -> None:
        del self._under_way[key]
        self._of[key[0]] -= 1
        if not self._of[key[0]]:
            del self._of[key[0]]
        if not task.cancelled() and task.exception() is not None:
            _log.error("%s: a question failed", self._community, exc_info=task.exception())

    def close(self) -> None:
        """Leave what is under way unanswered: the devices ask again."""
        for task in list(self._under_way.values()):
            task.cancel()

"""Passages that a controller told, on their way to the records: in order, none let go while those
are away.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

import msgspec

from linli.contracts import asking
from linli.contracts.asking import Told
from linli.drivers.line import Station
from linli.drivers.minding import broke
from linli.drivers.plain.asks import Question

_MOST = 5000
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0
_MOST_BREAKS = 3
"""A passage over which we break so often is given up: those behind it are not to wait for ever."""


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """An event of a door by its id: what it asks, None where nobody passed nor tried to, and its
    own time, None where that says nothing of how far the controller was heard. `since` is the
    monotonic time at which its question was made.
    """

    device: str
    id: str
    question: Question | None
    at: float | None = None
    since: float = msgspec.field(default_factory=lambda: monotonic())  # noqa: PLW0108 - bound late


class Passages:
    """What waits to be told. Bounded: past it, what comes is counted as refused.

    :param taken: called with each event in turn, once it is on record or given up
    :param held: called each time that one has to wait, since the records are away
    """

    def __init__(
        self,
        station: Station,
        *,
        taken: Callable[[Heard], Awaitable[None]],
        held: Callable[[], Awaitable[None]],
    ) -> None:
        self._station = station
        self._taken = taken
        self._held = held
        self.away = False
        """Whether the records were away when one was told last."""
        self._waiting: asyncio.Queue[Heard] = asyncio.Queue(maxsize=_MOST)

    def put(self, heard: Heard) -> bool:
        """Tell an event after those before it; False where too many wait."""
        try:
            self._waiting.put_nowait(heard)
        except asyncio.QueueFull:
            self._station.refused(heard.device, "busy")
            return False
        return True

    async def run(self) -> None:
        """Tell one after the other, until cancelled: the line ends, and what waits with it."""
        while True:
            heard = await self._waiting.get()
            await self.tell(heard)
            await self._taken(heard)

    async def tell(self, heard: Heard) -> None:
        """Tell one, ahead of all that wait; return when it is on record, or given up."""
        if heard.question is None:
            return
        told = await self._told(heard, heard.question)
        if not told.ok:
            self._station.refused(heard.device, told.reason or "refused")

    async def _told(self, heard: Heard, question: Question) -> Told:
        """Ask until it is answered; `TROUBLE` where that broke again and again."""
        pause_s, breaks = _FIRST_PAUSE_S, 0
        while True:
            told = asking.BUSY
            try:
                told = await self._station.ask(heard.device, _by_now(question, heard.since))
            except Exception as error:  # one passage must not end those behind it
                broke(error, station=self._station, device=heard.device)
                breaks += 1
            if breaks == _MOST_BREAKS:
                return asking.TROUBLE
            self.away = told == asking.BUSY
            if not self.away:
                return told
            await self._held()
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


def _by_now(question: Question, since: float) -> Question:
    """Return a question with the controller's clock gone on since it was made: who is asked takes
    it for the time that the controller has now.
    """
    clock = question.body["clock"] + monotonic() - since
    return msgspec.structs.replace(question, body=question.body | {"clock": clock})

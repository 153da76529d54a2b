"""Passages that a controller's stream told, on their way to the records: in order, none let go
while those are away. The stream cannot be asked to say it again.
"""

import asyncio

from linli.contracts import asking
from linli.contracts.asking import Told
from linli.drivers.line import Station
from linli.drivers.minding import broke
from linli.drivers.plain.asks import Question

_MOST = 5000
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0
_MOST_BREAKS = 3
"""A passage over which we break so often is given up: those behind it are not to wait for ever."""


class Passages:
    """What waits to be told. Bounded: past it, what comes is counted as refused."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._waiting: asyncio.Queue[tuple[str, Question]] = asyncio.Queue(maxsize=_MOST)

    def put(self, device: str, question: Question) -> None:
        """Tell a passage, after those before it."""
        try:
            self._waiting.put_nowait((device, question))
        except asyncio.QueueFull:
            self._station.refused(device, "busy")

    async def run(self) -> None:
        """Tell one after the other, until cancelled: the line ends, and what waits with it."""
        while True:
            device, question = await self._waiting.get()
            told = await self._told(device, question)
            if not told.ok:
                self._station.refused(device, told.reason or "refused")

    async def _told(self, device: str, question: Question) -> Told:
        """Ask until it is answered; `TROUBLE` where that broke again and again."""
        pause_s, breaks = _FIRST_PAUSE_S, 0
        while True:
            told = asking.BUSY
            try:
                told = await self._station.ask(device, question)
            except Exception as error:  # one passage must not end those behind it
                broke(error, station=self._station, device=device)
                breaks += 1
            if breaks == _MOST_BREAKS:
                return asking.TROUBLE
            if told != asking.BUSY:
                return told
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

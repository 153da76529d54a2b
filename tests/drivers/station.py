"""A live half for one line: it remembers what it was told."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from linli.contracts.asking import Told
from linli.drivers.line import Taken
from linli.drivers.plain.asks import Question
from linli.drivers.reading import Reading

_PATIENCE_S = 5.0


class FakeStation:
    """Remembers everything; `closed` holds readings back, as a full log does."""

    def __init__(self, *, now: float = 1_780_000_000.0) -> None:
        self.clock = now
        self.readings: list[tuple[str, Reading]] = []
        self.present: dict[str, bool] = {}
        self.reasons: dict[str, str] = {}
        self.answers: list[tuple[str, str, bool, str]] = []
        self.refusals: list[tuple[str, str, bytes]] = []
        self.strangers: dict[str, dict[str, str]] = {}
        self.frames: defaultdict[str, list[tuple[str, bytes]]] = defaultdict(list)
        self.pictures: list[tuple[str, bytes, float | None, str]] = []
        self.asked: list[tuple[str, Question]] = []
        self.answering = asyncio.Event()
        self.answering.set()
        """While it is not set, whoever asks waits for an answer."""
        self.marks: list[str] = []
        """How far the line was heard, each time that it said so."""
        self.tells: list[Told] = []
        """What the next who ask are told, before all others."""
        self.held = 0
        """How often readings had to wait."""
        self.open = asyncio.Event()
        self.open.set()
        self._changed = asyncio.Event()

    def now(self) -> float:
        return self.clock

    async def bring(self, device: str, readings: Sequence[Reading]) -> Taken:
        if not self.open.is_set():
            self.held += 1
            self._changed.set()
        await self.open.wait()
        self.readings += [(device, reading) for reading in readings]
        self._changed.set()
        return Taken(taken=len(readings))

    def came(self, device: str) -> None:
        self.present[device] = True
        self._changed.set()

    def went(self, device: str, reason: str) -> None:
        self.present[device] = False
        self.reasons[device] = reason
        self._changed.set()

    def answered(self, device: str, order: str, *, ok: bool, reason: str = "") -> None:
        self.answers.append((device, order, ok, reason))
        self._changed.set()

    async def ask(self, device: str, question: Question) -> Told:
        self.asked.append((device, question))
        self._changed.set()
        await self.answering.wait()
        return self.tells.pop(0) if self.tells else Told(ok=True, reason="hourly")

    async def settled(self) -> None:
        await self.open.wait()

    def refused(self, device: str, reason: str, sample: bytes = b"") -> None:
        self.refusals.append((device, reason, sample))
        self._changed.set()

    def stranger(self, address: str, *, about: Mapping[str, str], sample: bytes = b"") -> None:
        self.strangers[address] = dict(about)
        self._changed.set()

    def picture(
        self, device: str, content: bytes, *, at: float | None = None, event: str = ""
    ) -> None:
        self.pictures.append((device, content, at, event))
        self._changed.set()

    def frame(self, device: str, way: str, data: bytes) -> None:
        self.frames[device].append((way, data))
        self._changed.set()

    def mark(self) -> str:
        return self.marks[-1] if self.marks else ""

    async def keep_mark(self, mark: str) -> None:
        self.marks.append(mark)
        self._changed.set()

    def last(self, device: str, name: str) -> float | bool | str | None:
        """Return the last value of a name of a device."""
        for code, reading in reversed(self.readings):
            if code == device and reading.name == name:
                return reading.value
        return None

    async def until(self, there: Callable[[], bool], *, within_s: float = _PATIENCE_S) -> None:
        """Wait until something is so.

        :raises TimeoutError: if it never is
        """
        async with asyncio.timeout(within_s):
            while not there():
                self._changed.clear()
                await self._changed.wait()

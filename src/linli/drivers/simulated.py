"""What stands behind a serial server, played over loopback: for tests and for the demo."""

import asyncio
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from typing import cast

from linli.drivers.frames import BadFrame, Frames, Measure

Answer = Callable[[bytes], bytes | None]
"""What is answered to a frame; None where nobody answers.

:raises BadFrame: if it is none
"""

_KEPT = 1000
_GARBAGE = b"\x00\xff\x68\x10\x03"


class Mood(StrEnum):
    """How it behaves. With garbage around it an answer can still be read."""

    WELL = "well"
    SILENT = "silent"
    HALF = "half"
    GARBAGE = "garbage"
    WRONG = "wrong"
    HANGS_UP = "hangs_up"


class Simulated:
    """One serial server. It listens, or dials; `answer` plays all the devices behind it."""

    def __init__(self, *, measure: Measure, longest: int, answer: Answer) -> None:
        self.mood = Mood.WELL
        self.asked: deque[bytes] = deque(maxlen=_KEPT)
        """The last frames that came."""
        self.connections = 0
        """How many there ever were."""
        self.port = 0
        self._measure, self._longest, self._answer = measure, longest, answer
        self._server: asyncio.Server | None = None
        self._lines: set[_Line] = set()
        self._alone = asyncio.Event()

    async def listen(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; `port` is then known."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self.line, host, port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def dial(self, host: str, port: int, *, hello: bytes = b"") -> None:
        """Dial, and say who one is.

        :raises OSError: if nobody listens
        """
        loop = asyncio.get_running_loop()
        _, line = await loop.create_connection(self._line, host, port)
        line.say(hello)

    async def alone(self) -> None:
        """Wait until no connection is left."""
        while self._lines:
            self._alone.clear()
            await self._alone.wait()

    def forget(self, line: "_Line") -> None:
        """A connection is gone."""
        self._lines.discard(line)
        if not self._lines:
            self._alone.set()

    def hang_up(self) -> None:
        """Break every connection."""
        for line in tuple(self._lines):
            line.hang_up()

    def close(self) -> None:
        """Hang up, and listen no more."""
        if self._server is not None:
            self._server.close()
        self.hang_up()

    def line(self) -> asyncio.Protocol:
        """Return what answers on one connection more, as on a serial port."""
        return self._line()

    def _line(self) -> "_Line":
        return _Line(self, Frames(measure=self._measure, longest=self._longest), self._lines)

    def answer(self, frame: bytes) -> bytes | None:
        """Return what is sent for a frame, in the mood that it is in.

        :raises BadFrame: if it is none
        """
        said = self._answer(frame)
        self.asked.append(frame)
        if said is None or self.mood == Mood.SILENT:
            return None
        if self.mood == Mood.HALF:
            return said[: len(said) // 2]
        if self.mood == Mood.GARBAGE:
            return _GARBAGE + said + _GARBAGE
        if self.mood == Mood.WRONG:
            middle = len(said) - 2
            return said[:middle] + bytes((said[middle] ^ 1,)) + said[middle + 1 :]
        return said


class _Line(asyncio.Protocol):
    def __init__(self, owner: Simulated, frames: Frames, lines: set["_Line"]) -> None:
        self._owner, self._frames, self._lines = owner, frames, lines
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._lines.add(self)
        self._owner.connections += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self._owner.forget(self)

    def say(self, data: bytes) -> None:
        if self._transport is not None and data:
            self._transport.write(data)

    def hang_up(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._frames.feed(data)
        while (frame := self._frames.next()) is not None:
            if self._owner.mood == Mood.HANGS_UP:
                self.hang_up()
                return
            try:
                self.say(self._owner.answer(frame) or b"")
            except BadFrame:
                self._frames.reject(frame)

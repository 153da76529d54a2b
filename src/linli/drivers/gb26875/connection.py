"""One connection of a device: frames cut from what comes, and what goes out."""

import asyncio
from collections.abc import Awaitable, Callable

from linli.drivers.frames import BadFrame, Frames
from linli.drivers.gb26875 import codec, tables
from linli.drivers.gb26875.codec import Frame

_CHUNK = 8192
TAIL_WITHIN_S = 5.0
"""How long half a frame is waited for."""

_WRITE_WITHIN_S = 10.0
_MOST_BAD = 20

Bad = Callable[["Connection", bytes], Awaitable[None]]
Good = Callable[["Connection", Frame, bytes], Awaitable[None]]


class Connection:
    """Reads until the peer hangs up or talks only nonsense; `heard_at` is for who watches."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        now: Callable[[], float],
        good: Good,
        bad: Bad,
    ) -> None:
        self.heard_at = now()
        self._reader, self._writer, self._now = reader, writer, now
        self._good, self._bad = good, bad
        self._frames = Frames(measure=codec.measure, longest=codec.LONGEST)
        self._bad_in_a_row = 0

    async def run(self) -> None:
        """Read until it is over. What the peer does is no error."""
        try:
            while self._bad_in_a_row < _MOST_BAD and (data := await self._read()):
                self._frames.feed(data)
                await self._work_off()
        except (ConnectionError, TimeoutError):
            return
        finally:
            self.close()

    async def _read(self) -> bytes:
        """Return what came. Of a frame that stays half, what is behind its start counts."""
        while True:
            half = self._frames.forget()
            self._frames.feed(half)
            if not half:
                return await self._reader.read(_CHUNK)
            try:
                async with asyncio.timeout(TAIL_WITHIN_S):
                    return await self._reader.read(_CHUNK)
            except TimeoutError:
                self._frames.forget()
                self._frames.feed(half[1:])
                await self._work_off()

    async def _work_off(self) -> None:
        while self._bad_in_a_row < _MOST_BAD and (raw := self._frames.next()) is not None:
            try:
                frame = codec.decode(raw)
            except BadFrame:
                self._bad_in_a_row += 1
                self._frames.reject(raw)
                await self._bad(self, raw)
            else:
                self._bad_in_a_row = 0
                self.heard_at = self._now()
                await self._good(self, frame, raw)

    async def send(self, raw: bytes) -> None:
        """Send a frame.

        :raises ConnectionError, TimeoutError: if the peer is gone, or does not take it
        """
        if self._writer.is_closing():
            raise ConnectionResetError("hung up")
        self._writer.write(raw)
        async with asyncio.timeout(_WRITE_WITHIN_S):
            await self._writer.drain()

    def close(self) -> None:
        """Hang up; `run` ends."""
        self._writer.close()


def reply(to: Frame, *, command: int, sent: codec.Clock, data: bytes = b"") -> Frame:
    """Return what confirms, answers or denies a frame: its serial, its addresses turned round."""
    return Frame(
        serial=to.serial,
        version=to.version,
        sent=sent,
        source=to.target,
        target=to.source,
        command=command,
        data=data,
    )


def wants_reply(frame: Frame) -> bool:
    """Tell whether a frame is one that is to be answered, and no answer itself."""
    return frame.command not in (tables.CONFIRM, tables.ANSWER, tables.DENY)

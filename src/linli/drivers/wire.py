"""One connection to a serial server or port: one question at a time, all else thrown away."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, cast

from linli.drivers.frames import BadFrame, Frames, Measure

Read = Callable[[bytes], Any]
"""What a frame says as the answer to a question; None where it answers another one.

:raises BadFrame: if it is no right frame
"""

Seen = Callable[[bytes, str], None]
"""Told of each frame that came while a question was open, and what is wrong with it, if anything"""

_MOST_BYTES = 65_536
"""What may come for one question: who says more is hung up."""
_MOST_SEEN = 32
"""Frames that are told of one question: in noise, every byte may begin a false one."""
_DEAD_AFTER_MS = 30_000
_KEEPALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}


class Wire(asyncio.Protocol):
    """A connection. `ready` is called when it may be used, `lost` when it is no more."""

    def __init__(
        self,
        *,
        measure: Measure,
        longest: int,
        ready: Callable[["Wire"], None],
        lost: Callable[["Wire"], None],
    ) -> None:
        self._frames = Frames(measure=measure, longest=longest)
        self._ready, self._lost = ready, lost
        self._transport: asyncio.Transport | None = None
        self._question: tuple[Read, Seen] | None = None
        self._answer: asyncio.Future[Any] | None = None
        self.up = False
        self.heard = 0
        """Bytes that ever came."""
        self._heard_before = 0
        self._seen = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        _watch(transport)
        self.up = True
        self._ready(self)

    def data_received(self, data: bytes) -> None:
        self.heard += len(data)
        if self.heard - self._heard_before > _MOST_BYTES:
            self.close()
        elif self._question is not None:
            self._frames.feed(data)
            self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        self.up = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("hung up"))
        self._lost(self)

    def close(self) -> None:
        """Hang up."""
        self.up = False
        if self._transport is not None:
            self._transport.abort()

    def say(self, data: bytes) -> None:
        """Write what nobody answers.

        :raises ConnectionError: if the peer hung up
        """
        if self._transport is None or not self.up:
            raise ConnectionResetError("hung up")
        self._transport.write(data)

    async def ask(self, data: bytes, *, read: Read, seen: Seen, within_s: float) -> Any:
        """Write a question and return what `read` makes of the frame that answers it.

        :raises TimeoutError: if none came in time
        :raises ConnectionError: if the peer hung up
        """
        self._frames.forget()
        self._heard_before, self._seen = self.heard, 0
        self._question = (read, seen)
        self._answer = asyncio.get_running_loop().create_future()
        try:
            self.say(data)
            async with asyncio.timeout(within_s):
                return await self._answer
        finally:
            self._question = self._answer = None

    async def settle(self, quiet_s: float) -> None:
        """Wait until nothing came for so long, so that a late answer is not taken for another."""
        heard = -1
        while heard != self.heard and self.up:
            heard = self.heard
            await asyncio.sleep(quiet_s)

    def _look(self) -> None:
        while self._question is not None and (frame := self._frames.next()) is not None:
            read, seen = self._question
            try:
                found = read(frame)
            except BadFrame as bad:
                self._frames.reject(frame)
                self._show(seen, frame, bad.why)
                continue
            self._show(seen, frame, "")
            if found is not None and self._answer is not None and not self._answer.done():
                self._answer.set_result(found)
                self._question = None

    def _show(self, seen: Seen, frame: bytes, why: str) -> None:
        self._seen += 1
        if self._seen <= _MOST_SEEN:
            seen(frame, why)


def _watch(transport: asyncio.BaseTransport) -> None:
    """Let the system notice a peer that is gone without a word. A serial port has none."""
    line: socket.socket | None = transport.get_extra_info("socket")
    if line is None:
        return
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        if hasattr(socket, name):
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _DEAD_AFTER_MS)

"""Where SIP comes in: one port, UDP and TCP. What comes is bounded, requests wait in line."""

import asyncio
import socket
from collections.abc import Callable

from aiosipua import SipRequest

from linli.drivers.frames import BadFrame
from linli.drivers.gb28181 import sip

_MOST_LINES = 2000
_MOST_WAITING = 2000
_MOST_UNSENT = 1024 * 1024
_CHUNK = 64 * 1024
_ROOM_BYTES = 1024 * 1024
_TRIES = 8


class Path:
    """The way to a peer: an address by UDP, or the TCP line that it opened."""

    def __init__(
        self, *, source: tuple[str, int], transport: str, put: Callable[[bytes], bool]
    ) -> None:
        self.source = source
        self.transport = transport
        self._put = put

    @property
    def key(self) -> str:
        return f"{self.transport}/{self.source[0]}:{self.source[1]}"

    def send(self, raw: bytes) -> bool:
        """Send; False where the way is closed, or its peer does not read."""
        return self._put(raw)


Took = tuple[Path, SipRequest, bytes]
Sort = Callable[[Path, bytes], SipRequest | None]
"""Looks at a message at once: gives back a request for its turn, None for what is done with."""


class Doors(asyncio.DatagramProtocol):
    """Both sockets. `took` holds what came; by UDP what it has no room for is sent again anyway."""

    def __init__(self, *, idle_s: float, sort: Sort, closed: Callable[[Path, str], None]) -> None:
        self.port = 0
        self.took: asyncio.Queue[Took] = asyncio.Queue(_MOST_WAITING)
        self.dropped = 0
        self._idle_s = idle_s
        self._sort = sort
        self._closed = closed
        self._udp: asyncio.DatagramTransport | None = None
        self._lines: set[asyncio.Task[None]] = set()

    async def serve(self, host: str, port: int) -> None:
        """Listen until cancelled.

        :raises OSError: if it cannot
        """
        server = await self._open(host, port)
        try:
            async with server:
                await server.serve_forever()
        finally:
            self.port = 0
            if self._udp is not None:
                self._udp.close()
            for line in self._lines:
                line.cancel()

    async def _open(self, host: str, port: int) -> asyncio.Server:
        """Open both at one port; where any will do, try others until one is free for both."""
        for left in reversed(range(_TRIES if port == 0 else 1)):
            server = await asyncio.start_server(self._line, host, port)
            there = server.sockets[0].getsockname()[1]
            try:
                loop = asyncio.get_running_loop()
                self._udp, _ = await loop.create_datagram_endpoint(
                    lambda: self, local_addr=(host, there)
                )
            except OSError:
                server.close()
                if not left:
                    raise
                continue
            self._roomy(self._udp)
            self.port = there
            return server
        raise OSError("no port is free for both UDP and TCP")

    @staticmethod
    def _roomy(udp: asyncio.DatagramTransport) -> None:
        """Let the system keep more datagrams: a recorder tells its catalogue in one breath."""
        udp.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _ROOM_BYTES)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        source = (addr[0], addr[1])
        path = Path(source=source, transport="UDP", put=lambda raw: self._to(raw, source))
        request = self._sort(path, data)
        if request is None:
            return
        try:
            self.took.put_nowait((path, request, data))
        except asyncio.QueueFull:
            self.dropped += 1

    def _to(self, raw: bytes, source: tuple[str, int]) -> bool:
        if self._udp is None or self._udp.is_closing():
            return False
        self._udp.sendto(raw, source)
        return True

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._lines) >= _MOST_LINES:
            writer.close()
            return
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        path = _tcp_path(writer)
        why = "hung_up"
        try:
            why = await self._read(reader, path)
        finally:
            self._lines.discard(task)
            writer.close()
            self._closed(path, why)

    async def _read(self, reader: asyncio.StreamReader, path: Path) -> str:
        """Read until the peer hangs up, is silent, or says what is no SIP; return which."""
        stream = sip.Stream()
        try:
            while True:
                async with asyncio.timeout(self._idle_s):
                    data = await reader.read(_CHUNK)
                if not data:
                    return "hung_up"
                for raw in stream.feed(data):
                    request = self._sort(path, raw)
                    if request is not None:
                        await self.took.put((path, request, raw))
        except TimeoutError:
            return "silent"
        except ConnectionError:
            return "hung_up"
        except BadFrame as bad:
            return bad.why


def _tcp_path(writer: asyncio.StreamWriter) -> Path:
    peer = writer.get_extra_info("peername")

    def put(raw: bytes) -> bool:
        if writer.is_closing() or writer.transport.get_write_buffer_size() > _MOST_UNSENT:
            return False
        writer.write(raw)
        return True

    return Path(source=(peer[0], peer[1]), transport="TCP", put=put)

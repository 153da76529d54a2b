"""A collector of logs elsewhere: messages of syslog by TLS, each after its length (modelled on
RFC 5425). The collector says nothing back; what it has is known by what TCP has heard of it.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from linli.kernel.addresses import is_this_machine

UNHEARD_S = 10.0
"""A line that hears nothing of what it sent for so long is broken: what was written to one that
lived longer has arrived.
"""
_CONNECT_S = 10.0


class Collector:
    """Where messages go: `tls://host:port`, or `tcp://127.0.0.1:port` on this machine alone.

    :raises ValueError: if the address is none of these
    """

    def __init__(self, *, url: str, authority: Path | None = None) -> None:
        found = urlsplit(url)
        if found.scheme not in {"tls", "tcp"} or not found.hostname or not found.port:
            raise ValueError(f"{url} is no address of a collector: tls://host:port")
        if found.scheme == "tcp" and not is_this_machine(found.hostname):
            raise ValueError(f"{url} would tell in the clear who did what: tls://host:port")
        self._host, self._port = found.hostname, found.port
        self._tls = found.scheme == "tls"
        self._authority = authority

    async def open(self) -> "Telling":
        """Return a line to it.

        :raises OSError: if it is away, or is not who it should be
        """
        context = ssl.create_default_context(cafile=self._authority) if self._tls else None
        async with asyncio.timeout(_CONNECT_S):
            reader, writer = await asyncio.open_connection(self._host, self._port, ssl=context)
        line: socket.socket = writer.get_extra_info("socket")
        unheard_ms = int(UNHEARD_S * 1000)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, unheard_ms)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return Telling(reader, writer)


class Telling:
    """A line to a collector."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._over = asyncio.create_task(_until_over(reader))

    async def tell(self, messages: Sequence[bytes]) -> None:
        """Write messages.

        :raises OSError: if the line is broken
        """
        if self._over.done():
            raise ConnectionResetError("the collector has ended the line")
        self._writer.writelines([b"%d %s" % (len(one), one) for one in messages])
        await self._writer.drain()

    def close(self) -> None:
        """End the line."""
        self._over.cancel()
        self._writer.close()


async def _until_over(reader: asyncio.StreamReader) -> None:
    """Read what is not to come until the line ends."""
    with contextlib.suppress(OSError):
        while await reader.read(1024):
            continue

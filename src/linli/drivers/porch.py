"""Ports where serial servers dial in. Those of many lines may share one, told apart by their hello.

A hello is looked for in the first bytes that somebody says; of two that fit the longer counts. One
of letters and digits fits only as a whole word: `DTU-1` is not in `DTU-12`.
"""

import asyncio
import re
from collections.abc import Callable
from typing import NamedTuple, cast
from weakref import WeakKeyDictionary

_LONGEST_HELLO = 256
_HELLO_WITHIN_S = 10.0
_MOST_WAITING = 256


class Host(NamedTuple):
    """A line that waits for its serial server. `enter` gives what takes the connection over; of
    somebody who said nothing right `stranger` is told what he said.
    """

    hello: bytes
    enter: Callable[[], asyncio.Protocol]
    stranger: Callable[[bytes], None]


class Porch:
    """One port. Without a hello its one line takes whoever comes."""

    def __init__(self) -> None:
        self.port = 0
        self._hosts: dict[bytes, Host] = {}
        self._opening = asyncio.Lock()
        self._server: asyncio.Server | None = None
        self._waiting: set[_Visitor] = set()

    async def let_in(self, host: Host, *, address: str, port: int) -> None:
        """Wait for a line's serial server from now on.

        :raises OSError: if the port is taken, by somebody else or by a line that has no other hello
        """
        async with self._opening:
            if self._hosts and (b"" in {host.hello, *self._hosts} or host.hello in self._hosts):
                raise OSError(f"port {port} is another line's, and their hello does not differ")
            if self._server is None:
                loop = asyncio.get_running_loop()
                self._server = await loop.create_server(self._visited, address, port)
                self.port = self._server.sockets[0].getsockname()[1]
            self._hosts[host.hello] = host

    def leave(self, host: Host) -> bool:
        """A line waits no more; return whether the port is closed now, being the last one's."""
        if self._hosts.get(host.hello) is host:
            del self._hosts[host.hello]
        if not self._hosts and self._server is not None:
            self._server.close()
            for visitor in list(self._waiting):
                visitor.send_away()
        return not self._hosts

    def host_of(self, said: bytes) -> Host | None:
        """Return whose serial server somebody is by what he said so far."""
        fitting = [hello for hello in self._hosts if _stands_in(hello, said)]
        return self._hosts[max(fitting, key=len)] if fitting else None

    def tell_of(self, said: bytes) -> None:
        """Somebody said nothing right."""
        for host in list(self._hosts.values())[:1]:
            host.stranger(said)

    def _visited(self) -> asyncio.BaseProtocol:
        return _Visitor(self, self._waiting)


class _Visitor(asyncio.Protocol):
    """Somebody who dialled in and has not said his hello yet."""

    def __init__(self, porch: Porch, waiting: "set[_Visitor]") -> None:
        self._porch, self._waiting = porch, waiting
        self._said = b""
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._waiting.add(self)
        self._timer = asyncio.get_running_loop().call_later(_HELLO_WITHIN_S, self.send_away)
        if len(self._waiting) > _MOST_WAITING:
            self.send_away()
        else:
            self._try()

    def data_received(self, data: bytes) -> None:
        self._said += data[: _LONGEST_HELLO - len(self._said)]
        self._try()
        if len(self._said) >= _LONGEST_HELLO:
            self.send_away()

    def connection_lost(self, exc: Exception | None) -> None:
        self._done()
        if self._said:
            self._porch.tell_of(self._said)

    def send_away(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()

    def _try(self) -> None:
        host = self._porch.host_of(self._said)
        if host is None or self._transport is None:
            return
        self._done()
        transport, self._transport, self._said = self._transport, None, b""
        protocol = host.enter()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)

    def _done(self) -> None:
        self._waiting.discard(self)
        if self._timer is not None:
            self._timer.cancel()


_PORCHES: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, int], Porch]] = (
    WeakKeyDictionary()
)


async def let_in(host: Host, *, address: str, port: int) -> Porch:
    """Wait for a line's serial server at a port, which other lines of this loop may share.

    :raises OSError: if it is taken
    """
    known = _PORCHES.setdefault(asyncio.get_running_loop(), {})
    porch = known.setdefault((address, port), Porch()) if port else Porch()
    try:
        await porch.let_in(host, address=address, port=port)
    except OSError:
        if porch.leave(host):
            known.pop((address, port), None)
        raise
    return porch


def leave(porch: Porch, host: Host) -> None:
    """Wait no more."""
    if porch.leave(host):
        known = _PORCHES.get(asyncio.get_running_loop(), {})
        for key in [key for key, one in known.items() if one is porch]:
            del known[key]


def _stands_in(hello: bytes, said: bytes) -> bool:
    if not re.fullmatch(rb"[\w.:-]+", hello):
        return hello in said
    return re.search(rb"(?<!\w)" + re.escape(hello) + rb"(?!\w)", said) is not None

"""How a connection comes about: we dial, again and again with back-off, or somebody dials us."""

import asyncio
from collections.abc import Callable

from linli.drivers import porch, serial_port
from linli.drivers.frames import Measure
from linli.drivers.line import Station
from linli.drivers.polling import Way, host_and_port
from linli.drivers.porch import Host, Porch
from linli.drivers.rests import STEADY_S, Rests
from linli.drivers.wire import Wire

_DIAL_WITHIN_S = 10.0


class Reach:
    """Gives the connection of one line, one at a time; of two that came the newest holds."""

    def __init__(
        self,
        *,
        way: Way,
        line: str,
        station: Station,
        measure: Measure,
        longest: int,
        lost: Callable[[], None],
    ) -> None:
        self.port = 0
        """Where it listens; 0 before, and where it dials."""
        self._way, self._line, self._station, self._told_lost = way, line, station, lost
        self._measure, self._longest = measure, longest
        self._host = Host(way.greeting(), self._new_wire, self._strange)
        self._porch: Porch | None = None
        self._came: Wire | None = None
        self._arrived = asyncio.Event()
        self._rests = Rests(at_once=True)
        self._given_at = 0.0
        self._reachable = True

    async def open(self) -> None:
        """Listen, if that is the way.

        :raises OSError: if that cannot be
        """
        if self._way.listen:
            address, port = host_and_port(self._way.listen)
            self._porch = await porch.let_in(self._host, address=address, port=port)
            self.port = self._porch.port

    async def next(self) -> Wire:
        """Return a connection that is up, as soon as there is one."""
        while self._came is None or not self._came.up:
            if self._porch is None:
                await self._dial()
            else:
                self._arrived.clear()
                await self._arrived.wait()
        self._given_at = asyncio.get_running_loop().time()
        return self._came

    def close(self) -> None:
        """Hang up, and listen no more."""
        if self._porch is not None:
            porch.leave(self._porch, self._host)
        if self._came is not None:
            self._came.close()

    async def _dial(self) -> None:
        """Dial once, after a rest that grows while connections fail or do not last."""
        loop = asyncio.get_running_loop()
        if self._given_at and loop.time() - self._given_at > STEADY_S:
            self._given_at = 0.0
            self._rests.anew()
        await asyncio.sleep(self._rests.next_s())
        try:
            async with asyncio.timeout(_DIAL_WITHIN_S):
                await self._connect()
        except OSError:
            if self._reachable:
                self._station.went(self._line, "unreachable")
            self._reachable = False
        else:
            self._reachable = True

    async def _connect(self) -> None:
        if self._way.serial:
            await serial_port.connect(self._new_wire, serial_port.port(self._way.serial))
        else:
            host, port = host_and_port(self._way.connect)
            await asyncio.get_running_loop().create_connection(self._new_wire, host, port)

    def _new_wire(self) -> Wire:
        return Wire(
            measure=self._measure, longest=self._longest, ready=self._ready, lost=self._lost
        )

    def _ready(self, wire: Wire) -> None:
        before, self._came = self._came, wire
        if before is not None:
            before.close()
        self._arrived.set()

    def _lost(self, wire: Wire) -> None:
        if self._came is wire:
            self._came = None
        self._told_lost()

    def _strange(self, said: bytes) -> None:
        text = said.decode("ascii", "replace").strip()
        address = text if text.isprintable() and text.isascii() else said.hex().upper()
        self._station.stranger(address, about={"name": address}, sample=said)

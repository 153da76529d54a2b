"""The library at work on one connection: telegrams out, each confirmed, and telegrams in.

xknx 4.0.0 keeps the tunnel or the multicast group. What comes goes to us as it is, past its
queues, which have no bound; connecting again is left to the line, which says so to the station.
"""

import asyncio
import logging
from collections.abc import Callable

import msgspec
from xknx import XKNX
from xknx.cemi.cemi_frame import CEMIFrame
from xknx.core.connection_state import XknxConnectionState
from xknx.exceptions import XKNXException
from xknx.io import util
from xknx.telegram import IndividualAddress

from linli.drivers.frames import BadFrame
from linli.drivers.knx import cemi
from linli.drivers.knx.cemi import Cemi
from linli.drivers.knx.points import KnxLineOptions
from linli.drivers.knx.transport import (
    Broken,
    Guarded,
    GuardedRouting,
    GuardedTcpTunnel,
    GuardedUdpTunnel,
)

logging.getLogger("xknx").setLevel(logging.CRITICAL)
"""It writes a line for every frame that it cannot read; the station is told what matters."""
_CONFIRMED_WITHIN_S = 3.0
_HANGS_UP_WITHIN_S = 2.0
Heard = Callable[[Cemi, bytes], None]


class NotConfirmed(Exception):
    """The gateway did not take a telegram, or the bus did not carry it."""


class Bus:
    """One connection, from `open` to `close`. It is not used again after.

    `heard` is told each message with the frame that it came in.
    """

    def __init__(self, *, options: KnxLineOptions, heard: Heard, broken: Broken) -> None:
        self._options = options
        self._heard, self._broken = heard, broken
        self._sending = asyncio.Lock()
        self._confirmed: asyncio.Future[bool] | None = None
        self._waits_for = (0, 0)
        self.lost = asyncio.Event()
        """Set when the connection is gone."""
        self._xknx = XKNX()
        self._xknx.connection_manager.register_connection_state_changed_cb(self._changed)
        self._way: Guarded | None = None

    async def open(self) -> None:
        """Connect.

        :raises OSError: if that cannot be
        """
        try:
            self._way = await self._made()
            self._way.guard.broken = self._broken
            await self._way.connect()
        except XKNXException as error:
            raise OSError(str(error)) from error

    async def _made(self) -> Guarded:
        """Return the connection that the options mean, not open yet."""
        options = self._options
        name, _, port = options.connect.rpartition(":")
        host = await util.validate_ip(name)
        local = options.local or await util.get_default_local_ip(host)
        if local is None:
            raise OSError(f"no way to {host}")
        if options.transport == "routing":
            address = IndividualAddress(options.individual) if options.individual else None
            return GuardedRouting(self._xknx, address, self._take, local, host, int(port))
        if options.transport == "tcp":
            return GuardedTcpTunnel(self._xknx, self._take, host, int(port), auto_reconnect=False)
        return GuardedUdpTunnel(
            self._xknx,
            self._take,
            host,
            int(port),
            local,
            route_back=options.route_back,
            auto_reconnect=False,
        )

    async def close(self) -> None:
        """Hang up, without waiting long for who does not answer."""
        if self._way is None:
            return
        try:
            async with asyncio.timeout(_HANGS_UP_WITHIN_S):
                await self._way.disconnect()
        except (TimeoutError, XKNXException, OSError):
            self.lost.set()

    async def send(self, said: Cemi) -> bytes:
        """Send a telegram, and return its frame when the bus carried it.

        :raises NotConfirmed: if it did not
        """
        if self._way is None:
            raise NotConfirmed
        async with self._sending:
            said = msgspec.structs.replace(said, src=self._xknx.current_address.raw)
            self._confirmed = asyncio.get_running_loop().create_future()
            self._waits_for = (said.dst, said.apci or 0)
            try:
                await self._way.send_cemi(CEMIFrame.from_knx(cemi.write(said)))
                async with asyncio.timeout(_CONFIRMED_WITHIN_S):
                    carried = await self._confirmed
            except (TimeoutError, XKNXException, OSError) as error:
                raise NotConfirmed from error
            finally:
                self._confirmed = None
            frame = self._way.guard.went
            await asyncio.sleep(self._options.gap_s)
        if not carried:
            raise NotConfirmed
        return frame

    def _take(self, raw: bytes) -> None:
        """Take a message. Ours by routing is confirmed by the library, in no frame."""
        try:
            said = cemi.read(raw)
        except BadFrame:
            self._broken("bad_frame", raw)
            return
        mine = said.code == cemi.CONFIRMATION and (said.dst, said.apci) == self._waits_for
        if mine and self._confirmed is not None and not self._confirmed.done():
            self._confirmed.set_result(not said.failed)
        guard = self._way.guard if self._way is not None else None
        frame = b"" if guard is None else guard.came if guard.came.endswith(raw) else guard.went
        self._heard(said, frame)

    def _changed(self, state: XknxConnectionState) -> None:
        if state is XknxConnectionState.DISCONNECTED:
            self.lost.set()

"""The library at work on one connection: telegrams out, each confirmed, and telegrams in.

xknx 4.0.0 keeps the tunnel or the multicast group. What comes goes to us as it is, past its
queues, which have no bound; connecting again is left to the line, which says so to the station.
"""

import asyncio
from collections.abc import Callable

import msgspec
from xknx import XKNX
from xknx.cemi.cemi_frame import CEMIFrame
from xknx.cemi.cemi_handler import CEMIHandler
from xknx.core.connection_state import XknxConnectionState
from xknx.exceptions import XKNXException
from xknx.io import ConnectionConfig, ConnectionType
from xknx.io.interface import Interface
from xknx.io.routing import Routing
from xknx.io.transport.ip_transport import KNXIPTransport
from xknx.io.tunnel import TCPTunnel, UDPTunnel
from xknx.knxip import HPAI, KNXIPFrame, KNXIPServiceType

from linli.drivers.frames import BadFrame
from linli.drivers.knx import cemi, codec
from linli.drivers.knx.cemi import Cemi
from linli.drivers.knx.points import KnxLineOptions

_CONFIRMED_WITHIN_S = 3.0
_HANGS_UP_WITHIN_S = 2.0
_TYPES = {
    "udp": ConnectionType.TUNNELING,
    "tcp": ConnectionType.TUNNELING_TCP,
    "routing": ConnectionType.ROUTING,
}
_CARRYING = [KNXIPServiceType.TUNNELLING_REQUEST, KNXIPServiceType.ROUTING_INDICATION]
Heard = Callable[[Cemi, bytes], None]
Broken = Callable[[bytes], None]


class NotConfirmed(Exception):
    """The gateway did not take a telegram, or the bus did not carry it."""


class _Handler(CEMIHandler):
    """Hands what comes to us; nothing of it stays in the library."""

    __slots__ = ("_take",)

    def __init__(self, xknx: XKNX, take: Callable[[bytes], None]) -> None:
        super().__init__(xknx)
        self._take = take

    def handle_raw_cemi(self, raw_cemi: bytes) -> None:
        """Hand over a message."""
        self._take(raw_cemi)


class Bus:
    """One connection, from `open` to `close`. It is not used again after."""

    def __init__(self, *, options: KnxLineOptions, heard: Heard, broken: Broken) -> None:
        self._heard, self._broken = heard, broken
        self._gap_s = options.gap_s
        self._sending = asyncio.Lock()
        self._confirmed: asyncio.Future[bool] | None = None
        self._waits_for = (0, 0)
        self._frame = b""
        self.lost = asyncio.Event()
        """Set when the connection is gone."""
        self._xknx = XKNX(connection_config=_config(options))
        self._xknx.cemi_handler = _Handler(self._xknx, self._take)
        self._xknx.connection_manager.register_connection_state_changed_cb(self._changed)

    async def open(self) -> None:
        """Connect.

        :raises OSError: if that cannot be
        """
        try:
            await self._xknx.knxip_interface.start()
        except XKNXException as error:
            raise OSError(str(error)) from error
        self._transport().callbacks.insert(0, KNXIPTransport.Callback(self._framed, _CARRYING))

    def _interface(self) -> Interface:
        """Return what the library has connected; it shows it to nobody."""
        found = self._xknx.knxip_interface._interface  # noqa: SLF001
        if found is None:
            raise OSError("the connection is gone")
        return found

    def _transport(self) -> KNXIPTransport:
        return self._interface().transport

    def _framed(self, frame: KNXIPFrame, source: HPAI, transport: KNXIPTransport) -> None:
        """Keep the frame whose message comes next, for the engineer."""
        self._frame = frame.to_knx()

    def _envelope(self, said: Cemi) -> bytes:
        """Return a message of ours as the frame that the library is about to send."""
        interface = self._interface()
        if isinstance(interface, Routing):
            told = msgspec.structs.replace(said, code=cemi.INDICATION)
            return codec.encode(codec.Frame(service=codec.ROUTING_INDICATION, cemi=told))
        assert isinstance(interface, UDPTunnel | TCPTunnel)
        return codec.encode(
            codec.Frame(
                service=codec.TUNNELLING_REQUEST,
                channel=interface.communication_channel,
                seq=interface.sequence_number,
                cemi=said,
            )
        )

    async def close(self) -> None:
        """Hang up, without waiting long for who does not answer."""
        try:
            async with asyncio.timeout(_HANGS_UP_WITHIN_S):
                await self._xknx.knxip_interface.stop()
        except (TimeoutError, XKNXException, OSError):
            self.lost.set()

    async def send(self, said: Cemi) -> bytes:
        """Send a telegram, and return its frame when the bus carried it.

        :raises NotConfirmed: if it did not
        """
        async with self._sending:
            said = msgspec.structs.replace(said, src=self._xknx.current_address.raw)
            self._confirmed = asyncio.get_running_loop().create_future()
            self._waits_for = (said.dst, said.apci or 0)
            try:
                frame = self._envelope(said)
                await self._xknx.knxip_interface.send_cemi(CEMIFrame.from_knx(cemi.write(said)))
                async with asyncio.timeout(_CONFIRMED_WITHIN_S):
                    carried = await self._confirmed
            except (TimeoutError, XKNXException, OSError) as error:
                raise NotConfirmed from error
            finally:
                self._confirmed = None
            await asyncio.sleep(self._gap_s)
        if not carried:
            raise NotConfirmed
        return frame

    def _take(self, raw: bytes) -> None:
        try:
            said = cemi.read(raw)
        except BadFrame:
            self._broken(raw)
            return
        mine = said.code == cemi.CONFIRMATION and (said.dst, said.apci) == self._waits_for
        if mine and self._confirmed is not None and not self._confirmed.done():
            self._confirmed.set_result(not said.failed)
        self._heard(said, self._frame or raw)

    def _changed(self, state: XknxConnectionState) -> None:
        if state is XknxConnectionState.DISCONNECTED:
            self.lost.set()


def _config(options: KnxLineOptions) -> ConnectionConfig:
    host, _, port = options.connect.rpartition(":")
    config = ConnectionConfig(
        connection_type=_TYPES[options.transport],
        local_ip=options.local or None,
        individual_address=options.individual or None,
        route_back=options.route_back,
        auto_reconnect=False,
    )
    if options.transport == "routing":
        config.multicast_group, config.multicast_port = host, int(port)
    else:
        config.gateway_ip, config.gateway_port = host, int(port)
    return config

"""The library's connections, with a guard at their sockets.

xknx 4.0.0 lets what it cannot read escape into the event loop, and takes a tunnel's datagrams
from anybody: here each frame is cut and checked before it, and seen by the station.
"""

from typing import Protocol

from xknx.io.routing import Routing
from xknx.io.transport.tcp_transport import TCPTransport
from xknx.io.transport.udp_transport import UDPTransport
from xknx.io.tunnel import TCPTunnel, UDPTunnel
from xknx.knxip import KNXIPFrame, KNXIPServiceType

from linli.drivers.frames import Frames
from linli.drivers.knx import codec

_LONGEST = 600
_CARRYING = (KNXIPServiceType.TUNNELLING_REQUEST, KNXIPServiceType.ROUTING_INDICATION)


class Broken(Protocol):
    """Hears of bytes that were not taken; `reason` is a word."""

    def __call__(self, reason: str, data: bytes) -> None: ...


class Guard:
    """Remembers the last frame of each way that carries a message, and tells of broken ones."""

    def __init__(self) -> None:
        self.came = b""
        self.went = b""
        self.broken: Broken = _unheard

    def note(self, frame: KNXIPFrame) -> None:
        """Remember a frame that goes out, if it carries a message."""
        if frame.header.service_type_ident in _CARRYING:
            self.went = frame.to_knx()


def _unheard(reason: str, data: bytes) -> None:
    """Nobody listens yet."""


class _Udp(UDPTransport):
    """A UDP socket. A tunnel's gateway alone is heard; in a multicast group, everybody."""

    guard: Guard

    def data_received_callback(self, raw: bytes, source: tuple[str, int]) -> None:
        """Take a datagram."""
        if not self.multicast and source[0] != self.remote_addr[0]:
            self.guard.broken("unknown_sender", raw)
            return
        self.guard.came = raw
        try:
            super().data_received_callback(raw, source)
        except Exception:  # the library raises anything for bytes that it cannot read
            self.guard.broken("bad_frame", raw)

    def send(self, knxipframe: KNXIPFrame, addr: tuple[str, int] | None = None) -> None:
        """Send a frame."""
        self.guard.note(knxipframe)
        super().send(knxipframe, addr)


class _Tcp(TCPTransport):
    """A TCP connection. What comes is cut by us: the library keeps what is cut off without end."""

    guard: Guard
    frames: Frames

    def data_received_callback(self, raw: bytes) -> None:
        """Take what came, frame by frame."""
        skipped = self.frames.skipped
        self.frames.feed(raw)
        while (frame := self.frames.next()) is not None:
            self.guard.came = frame
            try:
                super().data_received_callback(frame)
            except Exception:  # the library raises anything for bytes that it cannot read
                self.guard.broken("bad_frame", frame)
        if self.frames.skipped > skipped:
            self.guard.broken("bad_frame", raw)

    def send(self, knxipframe: KNXIPFrame, addr: tuple[str, int] | None = None) -> None:
        """Send a frame."""
        self.guard.note(knxipframe)
        super().send(knxipframe, addr)


class GuardedUdpTunnel(UDPTunnel):
    """A tunnel by UDP."""

    guard: Guard

    def _init_transport(self) -> None:
        self.transport = _Udp(
            (self.local_ip, self.local_port), (self.gateway_ip, self.gateway_port)
        )
        self.guard = self.transport.guard = Guard()


class GuardedTcpTunnel(TCPTunnel):
    """A tunnel by TCP."""

    guard: Guard

    def _init_transport(self) -> None:
        self.transport = _Tcp((self.gateway_ip, self.gateway_port), self._tunnel_lost)
        self.transport.frames = Frames(measure=codec.measure, longest=_LONGEST)
        self.guard = self.transport.guard = Guard()


class GuardedRouting(Routing):
    """A multicast group."""

    guard: Guard

    def _init_transport(self) -> None:
        where = (self.multicast_group, self.multicast_port)
        self.transport = _Udp((self.local_ip, 0), where, multicast=True)
        self.guard = self.transport.guard = Guard()


Guarded = GuardedUdpTunnel | GuardedTcpTunnel | GuardedRouting

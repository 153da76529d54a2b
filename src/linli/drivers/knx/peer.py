"""A KNX/IP gateway with some objects behind it, for tests and demonstrations. It can misbehave.

It speaks with this package's own codec, so that the library on the other side is a second opinion.
"""

import asyncio
from collections.abc import Callable, Mapping

from linli.drivers.frames import BadFrame, Frames
from linli.drivers.knx import cemi, codec
from linli.drivers.knx.cemi import Cemi
from linli.drivers.knx.codec import Endpoint, Frame
from linli.drivers.knx.dpt import Payload, encode

_LENT = cemi.individual("1.1.250")
_DEVICE = cemi.individual("1.1.5")
_NO_MORE_CONNECTIONS, _NO_SUCH_CONNECTION = 0x24, 0x21
_REPEATS_AFTER_S = 1.0
_CHANNEL = 1
_LONGEST = 600


class Peer:
    """A gateway for one tunnel, by UDP or TCP, and objects: `{"1/2/40": ("1.001", 0)}` by group.

    `silent` answers nothing, `full` has no tunnel left, `refuses` carries nothing onto the bus.
    `written` are the groups and payloads that came, in order.
    """

    def __init__(self, *, objects: Mapping[str, tuple[str, float]]) -> None:
        self.port = 0
        self.silent = False
        self.full = False
        self.refuses = False
        self.unreadable: set[str] = set()
        self.written: list[tuple[str, Payload]] = []
        self.unacknowledged = 0
        self._types = {cemi.group(name): number for name, (number, _) in objects.items()}
        self._values = {
            cemi.group(name): encode(value, number) for name, (number, value) in objects.items()
        }
        self._follows: dict[int, int] = {}
        self._heard_by: Callable[[str, Payload], None] | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self._server: asyncio.Server | None = None
        self._streams: dict[tuple[str, int], asyncio.Transport] = {}
        self._client: tuple[str, int] | None = None
        self._sent, self._expected = 0, 0
        self._waiting: dict[int, asyncio.TimerHandle] = {}

    async def start(self, *, host: str = "127.0.0.1", port: int = 0, tcp: bool = False) -> int:
        """Listen; return the port.

        :raises OSError: if that cannot be
        """
        loop = asyncio.get_running_loop()
        if tcp:
            self._server = await loop.create_server(lambda: _Stream(self), host, port)
            self.port = self._server.sockets[0].getsockname()[1]
            return self.port
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Ear(self.received), local_addr=(host, port)
        )
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]
        return self.port

    def close(self) -> None:
        """Be gone, as when power is cut."""
        self._forget()
        if self._transport is not None:
            self._transport.close()
        if self._server is not None:
            self._server.close()
        for stream in tuple(self._streams.values()):
            stream.abort()

    @property
    def connected(self) -> bool:
        """Whether a tunnel is open."""
        return self._client is not None

    def set(self, group: str, value: float) -> None:
        """Let an object have a value, and say so on the bus."""
        number = cemi.group(group)
        self._values[number] = encode(value, self._types[number])
        self._speak(number, cemi.WRITE)

    def payload(self, group: str) -> Payload:
        """Return what an object has now."""
        return self._values[cemi.group(group)]

    def follows(self, shown: str, commanded: str) -> None:
        """Let an object show what another was told, as an actuator's status does."""
        self._follows[cemi.group(commanded)] = cemi.group(shown)

    def hears(self, heard: Callable[[str, Payload], None]) -> None:
        """Call somebody for each write, as a simulated actuator."""
        self._heard_by = heard

    def throw(self, data: bytes) -> None:
        """Send bytes to the client, whatever they are."""
        if self._client is not None:
            self._put(data, self._client)

    def throw_message(self, data: bytes) -> None:
        """Send bytes through the tunnel, as a message that they may not be."""
        head = bytes((4, _CHANNEL, self._sent, 0))
        self._sent = (self._sent + 1) % 256
        length = (6 + len(head) + len(data)).to_bytes(2)
        self.throw(b"\x06\x10\x04\x20" + length + head + data)

    def hang_up(self) -> None:
        """End the tunnel, and say so."""
        self._send(Frame(service=codec.DISCONNECT_REQUEST, channel=_CHANNEL, endpoint=Endpoint()))
        self._forget()

    def _forget(self) -> None:
        self._client = None
        for timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()

    def received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Act upon a frame."""
        if self.silent:
            return
        try:
            frame = codec.decode(data)
        except BadFrame:
            return
        act = {
            codec.CONNECT_REQUEST: self._connect,
            codec.STATE_REQUEST: self._state,
            codec.DISCONNECT_REQUEST: self._disconnect,
            codec.TUNNELLING_REQUEST: self._tunnelled,
            codec.TUNNELLING_ACK: self._acknowledged,
        }.get(frame.service)
        if act is not None:
            act(frame, addr)

    def _connect(self, frame: Frame, addr: tuple[str, int]) -> None:
        if self.full:
            status = _NO_MORE_CONNECTIONS
            self._answer(Frame(service=codec.CONNECT_RESPONSE, channel=0, status=status), addr)
            return
        self._forget()
        self._client, self._sent, self._expected = addr, 0, 0
        tcp = addr in self._streams
        self._answer(
            Frame(
                service=codec.CONNECT_RESPONSE,
                channel=_CHANNEL,
                status=0,
                data_endpoint=Endpoint(tcp=True) if tcp else Endpoint("127.0.0.1", self.port),
                address=_LENT,
                body=b"\x04",
            ),
            addr,
        )

    def _state(self, frame: Frame, addr: tuple[str, int]) -> None:
        status = 0 if addr == self._client else _NO_SUCH_CONNECTION
        self._answer(
            Frame(service=codec.STATE_RESPONSE, channel=frame.channel, status=status), addr
        )

    def _disconnect(self, frame: Frame, addr: tuple[str, int]) -> None:
        self._answer(
            Frame(service=codec.DISCONNECT_RESPONSE, channel=frame.channel, status=0), addr
        )
        if addr == self._client:
            self._forget()

    def _acknowledged(self, frame: Frame, addr: tuple[str, int]) -> None:
        timer = self._waiting.pop(frame.seq or 0, None)
        if timer is not None:
            timer.cancel()

    def _tunnelled(self, frame: Frame, addr: tuple[str, int]) -> None:
        """Take a telegram: acknowledge it, carry it onto the bus, confirm it (3/8/4 2.6).

        By TCP there are no acknowledgements.
        """
        if addr != self._client or frame.cemi is None or frame.channel != _CHANNEL:
            return
        if addr not in self._streams:
            ack = Frame(service=codec.TUNNELLING_ACK, channel=_CHANNEL, seq=frame.seq, status=0)
            self._answer(ack, addr)
        if frame.seq != self._expected:
            return
        self._expected = (self._expected + 1) % 256
        self._carry(frame.cemi)

    def _carry(self, said: Cemi) -> None:
        source = said.src or _LENT
        self._message(_confirmation(said, source, failed=self.refuses))
        if self.refuses or said.apci not in (cemi.READ, cemi.WRITE):
            return
        if said.apci == cemi.WRITE:
            self._written(said)
        elif said.dst in self._values and cemi.group_text(said.dst) not in self.unreadable:
            self._speak(said.dst, cemi.RESPONSE)

    def _written(self, said: Cemi) -> None:
        group, payload = cemi.group_text(said.dst), Payload(said.data, said.small)
        self.written.append((group, payload))
        self._values[said.dst] = payload
        if said.dst in self._follows:
            shown = self._follows[said.dst]
            self._values[shown] = payload
            self._speak(shown, cemi.WRITE)
        if self._heard_by is not None:
            self._heard_by(group, payload)

    def _speak(self, group: int, apci: int) -> None:
        payload = self._values[group]
        self._message(
            Cemi(
                code=cemi.INDICATION,
                src=_DEVICE,
                dst=group,
                apci=apci,
                data=payload.data,
                small=payload.small,
            )
        )

    def _message(self, said: Cemi) -> None:
        """Send a message through the tunnel, and count it where nobody acknowledges it."""
        if self._client is None:
            return
        seq, self._sent = self._sent, (self._sent + 1) % 256
        self._send(Frame(service=codec.TUNNELLING_REQUEST, channel=_CHANNEL, seq=seq, cemi=said))
        if self._client in self._streams:
            return
        loop = asyncio.get_running_loop()
        self._waiting[seq] = loop.call_later(_REPEATS_AFTER_S, self._not_acknowledged, seq)

    def _not_acknowledged(self, seq: int) -> None:
        self._waiting.pop(seq, None)
        self.unacknowledged += 1

    def _send(self, frame: Frame) -> None:
        if self._client is not None:
            self._answer(frame, self._client)

    def _answer(self, frame: Frame, addr: tuple[str, int]) -> None:
        if not self.silent:
            self._put(codec.encode(frame), addr)

    def _put(self, data: bytes, addr: tuple[str, int]) -> None:
        if addr in self._streams:
            self._streams[addr].write(data)
        elif self._transport is not None:
            self._transport.sendto(data, addr)

    def opened(self, addr: tuple[str, int], stream: asyncio.Transport) -> None:
        """Somebody dialled."""
        self._streams[addr] = stream

    def closed(self, addr: tuple[str, int]) -> None:
        """Somebody hung up."""
        self._streams.pop(addr, None)
        if addr == self._client:
            self._forget()


def _confirmation(said: Cemi, source: int, *, failed: bool) -> Cemi:
    return Cemi(
        code=cemi.CONFIRMATION,
        src=source,
        dst=said.dst,
        apci=said.apci,
        data=said.data,
        small=said.small,
        priority=said.priority,
        failed=failed,
    )


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, received: Callable[[bytes, tuple[str, int]], None]) -> None:
        self._received = received

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._received(data, addr)


class _Stream(asyncio.Protocol):
    """A client by TCP: frames glued and cut."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._addr = ("", 0)
        self._frames = Frames(measure=codec.measure, longest=_LONGEST)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._addr = transport.get_extra_info("peername")[:2]
        self._peer.opened(self._addr, transport)

    def data_received(self, data: bytes) -> None:
        self._frames.feed(data)
        while (frame := self._frames.next()) is not None:
            self._peer.received(frame, self._addr)

    def connection_lost(self, exc: Exception | None) -> None:
        self._peer.closed(self._addr)

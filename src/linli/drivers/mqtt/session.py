"""One MQTT connection: bytes in, packets out. Its hot path is `_scan`.

Bytes are read into one small buffer that all connections share, so a turn of the loop is short;
after a full buffer the others have their turn. Writes are gathered and sent once a turn.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol, cast

from linli.drivers.door import Caller, Door, Plan
from linli.drivers.mqtt import codec
from linli.drivers.mqtt.packets import MAX_PACKET_BYTES, V5, BadPacket, Connect, Kind, Reason
from linli.drivers.mqtt.topics import Interest, interest, is_filter

READ_BYTES = 32 * 1024
_FIRST_PACKET_BYTES = 16 * 1024
_MOST_FILTERS = 256
_MOST_INFLIGHT = 1000
_SAMPLE_BYTES = 80
_buffer = memoryview(bytearray(READ_BYTES))


class Shared(Protocol):
    """What bounds a session."""

    @property
    def write_bytes(self) -> int:
        """Unsent bytes from which a device counts as too slow."""


class House(Protocol):
    """What sessions share, and whom they tell of themselves; `acceptor.Acceptor` is one."""

    door: Door
    now: Callable[[], float]

    @property
    def limits(self) -> Shared:
        """The bounds of sessions."""

    def opened(self, session: "Session") -> None:
        """A line is there."""

    def closed(self, session: "Session") -> None:
        """A line is gone."""

    def greet(self, session: "Session", said: Connect) -> None:
        """Admit a session or turn it away."""

    def forget_routes(self) -> None:
        """Interests changed: find anew who hears what."""

    def flush_soon(self, session: "Session") -> None:
        """Send what a session gathered at the end of this turn."""


class Session(asyncio.BufferedProtocol):
    """A connection of a device or gateway. `acceptor` holds what sessions share."""

    def __init__(self, acceptor: House) -> None:
        self._acceptor = acceptor
        self._door = acceptor.door
        self._most_unsent = acceptor.limits.write_bytes
        self.transport: asyncio.Transport | None = None
        self._rest = bytearray()
        self._needed = 0
        self._plans: dict[bytes, Plan] = {}
        self._out = bytearray()
        self._next_id = 0
        self._paused = False
        self.caller: Caller | None = None
        self.said: Connect | None = None
        self.version = V5
        self.client_id = ""
        self.interests: dict[str, Interest] = {}
        self.inflight: dict[int, tuple[bytes, bytes]] = {}
        self.heard_at = acceptor.now()
        self.blocked_at: float | None = None
        self.tickets: deque[Any] = deque()
        self.goodbye = ""
        self.closing = False

    # -- the line

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.set_write_buffer_limits(high=self._acceptor.limits.write_bytes)
        self._acceptor.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self._rest = bytearray()
        self._acceptor.closed(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        return _buffer

    def buffer_updated(self, nbytes: int) -> None:
        if self.closing:
            return
        self.heard_at = self._acceptor.now()
        try:
            self._feed(bytes(_buffer[:nbytes]))
        except BadPacket as bad:
            self.refuse(bad)
        if nbytes == READ_BYTES or (self.caller is not None and self._door.full(self.caller)):
            self._rest_a_while()

    def pause_writing(self) -> None:
        """It does not take our answers: then we take no more questions from it."""
        self.blocked_at = self._acceptor.now()
        if self.transport is not None and not self.closing:
            self.transport.pause_reading()

    def resume_writing(self) -> None:
        self.blocked_at = None
        if not self._paused:
            self._read_on()

    def _rest_a_while(self) -> None:
        """Let the others have their turn; while the log is full, wait for room."""
        if self.transport is None or self._paused or self.closing:
            return
        self._paused = True
        self.transport.pause_reading()
        if self.caller is not None and self._door.full(self.caller):
            self._door.wait(self.caller, self._read_on)
        else:
            asyncio.get_running_loop().call_soon(self._read_on)

    def _read_on(self) -> None:
        self._paused = False
        if self.transport is None or self.closing or self.blocked_at is not None:
            return
        self.heard_at = self._acceptor.now()
        self.transport.resume_reading()

    @property
    def waiting(self) -> bool:
        """Tell whether we do not read from it now: then its silence is our doing."""
        return self._paused or self.blocked_at is not None

    # -- bytes to packets

    def _feed(self, data: bytes) -> None:
        if self._rest:
            self._rest += data
            if len(self._rest) < self._needed:
                return
            data = bytes(self._rest)
        used = self._scan(data) if self.caller is not None else self._greet(data)
        self._rest = bytearray(data[used:])
        self._needed = 0
        if self._rest and not self.closing:
            largest = MAX_PACKET_BYTES if self.caller else _FIRST_PACKET_BYTES
            found = codec.frame(self._rest, 0, largest)
            self._needed = found[1] if found else len(self._rest) + 1

    def _greet(self, data: bytes) -> int:
        """Deal with the CONNECT; nothing else may come first (3.1)."""
        if data[0] != Kind.CONNECT << 4:
            raise BadPacket(Reason.PROTOCOL_ERROR, "the first packet is not CONNECT")
        found = codec.frame(data, 0, _FIRST_PACKET_BYTES)
        if found is None or found[1] > len(data):
            return 0
        said = codec.connect(data[found[0] : found[1]])
        self.version = said.version
        self._acceptor.greet(self, said)
        if self.caller is None or found[1] == len(data):
            return found[1] if self.caller else len(data)
        return found[1] + self._scan(data[found[1] :])

    def _scan(self, data: bytes) -> int:
        """Deal with every whole packet; return where the first that is not whole begins."""
        acks = bytearray()
        mark = self._door.begin(self.caller)
        at, size = 0, len(data)
        try:
            while at + 2 <= size and not self.closing:
                first, end = data[at], data[at + 1]
                start = at + 2
                if end < 0x80:  # noqa: PLR2004 - a length of one byte
                    end += start
                else:
                    found = codec.frame(data, at, MAX_PACKET_BYTES)
                    if found is None:
                        break
                    start, end = found
                if end > size:
                    break
                if first & 0xFD != 0x30 or not self._usual(data, start, end, first, acks):  # noqa: PLR2004
                    self._packet(first, data[start:end], acks)
                at = end
        finally:
            self._door.end(self.caller, mark, bytes(acks), self)
        return at

    def _usual(self, data: bytes, start: int, end: int, first: int, acks: bytearray) -> bool:
        """Take a PUBLISH of QoS 0 or 1 on a topic heard before; False for any other."""
        name = start + 2 + (data[start] << 8 | data[start + 1]) if end - start > 2 else end  # noqa: PLR2004
        plan = self._plans.get(data[start + 2 : name])
        body = name + 2 if first == 0x32 else name  # noqa: PLR2004 - QoS 1 has an identifier
        if plan is None or body >= end:
            return False
        number = data[name:body]
        if self.version == V5:
            if data[body]:
                return False
            body += 1
        if number == b"\0\0":
            return False
        code = plan.take(data[body:end])
        if number:
            acks += b"\x40\x02" + number if not code else self._nack(number, code)
        return True

    def _nack(self, number: bytes, code: int) -> bytes:
        return codec.write_puback(id=number, reason=code, version=self.version)

    def _packet(self, first: int, body: bytes, acks: bytearray) -> None:
        kind = first >> 4
        if kind == Kind.PUBLISH:
            self._publish(first, body, acks)
            return
        if kind not in (Kind.SUBSCRIBE, Kind.UNSUBSCRIBE) and first & 0x0F:
            raise BadPacket(Reason.MALFORMED, "flags of the fixed header")
        handle = _HANDLERS.get(kind)
        if handle is None:
            raise BadPacket(Reason.PROTOCOL_ERROR, f"packet type {kind}")
        handle(self, first, body)

    # -- packets

    def _publish(self, first: int, body: bytes, acks: bytearray) -> None:
        """A PUBLISH off the usual path: first of its topic, resent, with properties, refused."""
        assert self.caller is not None
        found = codec.publish(first, body, self.version)
        plan = self._plans.get(found.topic) or self._door.plan(self.caller, found.topic)
        if plan is None:
            code = int(Reason.NOT_AUTHORIZED)
        else:
            self._plans[found.topic] = plan
            code = plan.take(found.payload)
        if found.qos:
            acks += self._nack(found.id.to_bytes(2, "big"), code)

    def _puback(self, first: int, body: bytes) -> None:
        self.inflight.pop(codec.puback(body, self.version)[0], None)

    def _subscribe(self, first: int, body: bytes) -> None:
        found = codec.subscribe(first, body, self.version)
        codes = [self._grant(wish.filter, wish.qos) for wish in found.wishes]
        self._acceptor.forget_routes()
        self.send(codec.write_suback(id=found.id, codes=codes, version=self.version))
        self._door.listens(self.caller)

    def _grant(self, wanted: str, qos: int) -> int:
        assert self.caller is not None
        caller = self.caller
        if wanted.startswith("$share/"):
            return Reason.NO_SHARED
        if not is_filter(wanted):
            return Reason.BAD_FILTER
        granted = interest(
            filter=wanted, community=caller.community, devices=caller.devices,
            many=caller.many, qos=min(qos, 1),
        )  # fmt: skip
        if granted is None:
            self._door.refused(
                caller, caller.device, "not_own_topic", wanted.encode()[:_SAMPLE_BYTES]
            )
            return Reason.NOT_AUTHORIZED
        if len(self.interests) >= _MOST_FILTERS and wanted not in self.interests:
            return Reason.QUOTA
        self.interests[wanted] = granted
        return granted.qos

    def _unsubscribe(self, first: int, body: bytes) -> None:
        found = codec.unsubscribe(first, body, self.version)
        gone = [self.interests.pop(name, None) for name in found.filters]
        codes = [0 if one else int(Reason.NO_SUBSCRIPTION) for one in gone]
        self._acceptor.forget_routes()
        self.send(codec.write_unsuback(id=found.id, codes=codes, version=self.version))

    def _ping(self, first: int, body: bytes) -> None:
        if body:
            raise BadPacket(Reason.MALFORMED, "length of PINGREQ")
        self.send(codec.PINGRESP)

    def _disconnect(self, first: int, body: bytes) -> None:
        reason, expiry_s = codec.disconnect(body, self.version)
        if expiry_s is not None and self.said is not None:
            self.said = self.said.kept_for(expiry_s)
        self.close("will" if reason == Reason.WITH_WILL else "")

    def _second_connect(self, first: int, body: bytes) -> None:
        raise BadPacket(Reason.PROTOCOL_ERROR, "a second CONNECT")

    # -- to the device

    def send(self, data: bytes) -> None:
        """Write bytes at the end of this turn of the loop."""
        if self.transport is None or not data:
            return
        if not self._out:
            self._acceptor.flush_soon(self)
        self._out += data

    def flush(self) -> None:
        """Write what was gathered."""
        if self.transport is not None and self._out:
            self.transport.write(bytes(self._out))
        self._out = bytearray()

    def deliver(self, topic: bytes, payload: bytes, qos: int) -> bool:
        """Send a message; False where the device takes too slowly, or nothing of that length."""
        if self.closing or self.transport is None or self.blocked_at is not None:
            return False
        if len(self._out) > self._most_unsent:
            return False
        if self.said is not None and not self.said.takes(topic, payload):
            return False
        number = self._number(topic, payload) if qos else 0
        if number is None:
            return False
        self.send(
            codec.write_publish(
                topic=topic, payload=payload, qos=qos, id=number, version=self.version
            )
        )
        return True

    def _number(self, topic: bytes, payload: bytes) -> int | None:
        """Return a free packet identifier; None when too many messages wait for their PUBACK."""
        most = min(_MOST_INFLIGHT, self.said.receive_maximum if self.said else _MOST_INFLIGHT)
        if len(self.inflight) >= most:
            return None
        while True:
            self._next_id = self._next_id % 0xFFFF + 1
            if self._next_id not in self.inflight:
                self.inflight[self._next_id] = (topic, payload)
                return self._next_id

    def redeliver(self) -> None:
        """Send again, marked so, what an earlier line of this session did not confirm (4.4)."""
        for number, (topic, payload) in self.inflight.items():
            again = codec.write_publish(
                topic=topic, payload=payload, qos=1, id=number, version=self.version
            )
            self.send(bytes((again[0] | 0x08,)) + again[1:])

    # -- the end

    def refuse(self, bad: BadPacket) -> None:
        """Close because of a packet, and say why in the client's version."""
        name = self.caller.device if self.caller else ""
        reason = "too_large" if bad.code is Reason.TOO_LARGE else "bad_packet"
        self._door.refused(self.caller, name, reason, str(bad.values["why"]).encode())
        if self.caller is None:
            self.send(codec.write_connack(version=self.version, reason=bad.code))
        else:
            self.send(codec.write_disconnect(reason=bad.code, version=self.version))
        self.close("bad_packet")

    def end(self, reason: Reason, why: str) -> None:
        """Close from our side with a reason."""
        self.send(codec.write_disconnect(reason=reason, version=self.version))
        self.close(why)

    def close(self, why: str) -> None:
        """Close the line after what is gathered; `why` is empty for a goodbye of the device."""
        if self.closing:
            return
        self.closing, self.goodbye = True, why or "goodbye"
        self.flush()
        if self.transport is not None:
            self.transport.close()

    def abort(self) -> None:
        """Close at once, whatever is unsent."""
        self.closing = True
        if self.transport is not None:
            self.transport.abort()

    def forget_plans(self) -> None:
        """The register has changed: ask anew what each topic means."""
        self._plans = {}


_HANDLERS: dict[int, Callable[[Session, int, bytes], None]] = {
    Kind.CONNECT: Session._second_connect,  # noqa: SLF001 - its own table
    Kind.PUBACK: Session._puback,  # noqa: SLF001
    Kind.SUBSCRIBE: Session._subscribe,  # noqa: SLF001
    Kind.UNSUBSCRIBE: Session._unsubscribe,  # noqa: SLF001
    Kind.PINGREQ: Session._ping,  # noqa: SLF001
    Kind.DISCONNECT: Session._disconnect,  # noqa: SLF001
}

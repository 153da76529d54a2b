"""The line of a simulated device: MQTT 3.1.1 with QoS 1, as lean as a device's own.

Clauses are of MQTT 3.1.1 (OASIS, 29 October 2014). It keeps what could not be sent, up to a bound,
and comes back after a growing pause when the line is lost.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from linli.drivers.mqtt import codec
from linli.drivers.mqtt.packets import MAX_PACKET_BYTES, V311, BadPacket, Kind

log = logging.getLogger("linli.simulator")

KEEP_ALIVE_S = 60
_KEPT = 200
"""Messages that a device can hold while it has no line; the oldest go first, as in real ones."""
_IN_FLIGHT = 16
_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_PATIENCE_S = 10.0
_READ_BYTES = 16 * 1024

Hear = Callable[[str, bytes], Awaitable[None]]


class Refused(ConnectionError):
    """The platform does not let the device in (CONNACK code other than 0)."""


class Line:
    """One MQTT connection, kept up until cancelled."""

    def __init__(
        self,
        *,
        address: tuple[str, int],
        device: str,
        username: str,
        secret: str,
        will: tuple[str, bytes],
        listen: Sequence[str],
        hear: Hear,
    ) -> None:
        self._address = address
        self._device = device
        self._login = (username, secret)
        self._will = will
        self._listen = listen
        self._hear = hear
        self._kept: deque[tuple[str, bytes]] = deque(maxlen=_KEPT)
        self._sent: dict[int, tuple[str, bytes]] = {}
        self._number = 0
        self._writer: asyncio.StreamWriter | None = None
        self.connections = 0
        self.lost = 0

    @property
    def up(self) -> bool:
        """Whether it is connected."""
        return self._writer is not None

    def say(self, topic: str, payload: bytes) -> None:
        """Send at QoS 1, now or when the line is up again."""
        if len(self._kept) == _KEPT:
            self.lost += 1
        self._kept.append((topic, payload))
        self._pump()

    async def run(self) -> None:
        """Connect, and again whenever the line is lost, until cancelled."""
        pause_s = _SHORTEST_PAUSE_S
        while True:
            before = self.connections
            try:
                await self._live()
            except (OSError, TimeoutError, BadPacket, asyncio.IncompleteReadError) as error:
                log.info("%s: %s", self._device, error or type(error).__name__)
            if self.connections > before:
                pause_s = _SHORTEST_PAUSE_S
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - a jitter
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _live(self) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            reader, writer = await asyncio.open_connection(*self._address, limit=_READ_BYTES)
        pinging = None
        try:
            writer.write(self._connect())
            async with asyncio.timeout(_PATIENCE_S):
                await self._connack(reader)
            writer.write(_subscribe(self._listen))
            self._kept.extendleft(reversed(self._sent.values()))
            self._sent.clear()
            self._writer = writer
            self.connections += 1
            self._pump()
            pinging = asyncio.create_task(_ping(writer))
            await self._read(reader, writer)
        finally:
            self._writer = None
            if pinging is not None:
                pinging.cancel()
            writer.close()

    def _connect(self) -> bytes:
        """CONNECT (3.1): clean session, will at QoS 1, user name and password."""
        topic, payload = self._will
        fields: list[str | bytes] = [self._device, topic, payload, *self._login]
        body = b"\x00\x04MQTT\x04" + bytes((0b11001110,)) + KEEP_ALIVE_S.to_bytes(2, "big")
        for field in fields:
            raw = field.encode() if isinstance(field, str) else field
            body += len(raw).to_bytes(2, "big") + raw
        return codec.packet(Kind.CONNECT << 4, body)

    async def _connack(self, reader: asyncio.StreamReader) -> None:
        """CONNACK (3.2)."""
        said = await reader.readexactly(4)
        if said[0] >> 4 != Kind.CONNACK or said[3] != 0:
            raise Refused(f"not let in ({said[3]})")

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = bytearray()
        while chunk := await reader.read(_READ_BYTES):
            data += chunk
            while found := codec.frame(data, 0, MAX_PACKET_BYTES) if len(data) > 1 else None:
                start, end = found
                if end > len(data):
                    break
                await self._take(data[0], bytes(data[start:end]), writer)
                del data[:end]
        raise ConnectionError("closed by the platform")

    async def _take(self, first: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        if first >> 4 == Kind.PUBACK:
            self._sent.pop(codec.puback(body, V311)[0], None)
            self._pump()
        elif first >> 4 == Kind.PUBLISH:
            message = codec.publish(first, body, V311)
            if message.qos:
                acknowledged = message.id.to_bytes(2, "big")
                writer.write(codec.write_puback(id=acknowledged, reason=0, version=V311))
            await self._hear(message.topic.decode(), message.payload)

    def _pump(self) -> None:
        """Send what is kept, as far as the platform has acknowledged what went before."""
        while self._writer is not None and self._kept and len(self._sent) < _IN_FLIGHT:
            topic, payload = self._kept.popleft()
            self._number = self._number % 65_535 + 1
            self._sent[self._number] = (topic, payload)
            self._writer.write(
                codec.write_publish(
                    topic=topic.encode(), payload=payload, qos=1, id=self._number, version=V311
                )
            )


def _subscribe(wanted: Sequence[str]) -> bytes:
    """SUBSCRIBE (3.8) to these filters at QoS 1."""
    raws = [one.encode() for one in wanted]
    filters = b"".join(len(raw).to_bytes(2, "big") + raw + b"\x01" for raw in raws)
    return codec.packet(Kind.SUBSCRIBE << 4 | 2, b"\x00\x01" + filters)


async def _ping(writer: asyncio.StreamWriter) -> None:
    while True:
        await asyncio.sleep(KEEP_ALIVE_S * 0.75)
        writer.write(bytes((Kind.PINGREQ << 4, 0)))

"""A broker for tests and the demo, that plays what is behind it: a gateway, a network server.

It speaks real MQTT 3.1.1 on a loopback port to the one client that joins it. `drop` cuts the
connection, `turns_away` refuses it; what is retained is told to whoever subscribes.
"""

import asyncio

from linli.drivers.mqtt import codec
from linli.drivers.mqtt.packets import V311, Kind, Reason

_LONGEST = 256 * 1024


class BrokerPeer:
    """Listens on `port` once `open` returned; whoever plays something overrides `heard`."""

    def __init__(self) -> None:
        self.port = 0
        self.joined = asyncio.Event()
        self.filters: set[str] = set()
        self.confirmed: set[int] = set()
        self.turns_away = False
        self._retained: dict[str, bytes] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._server: asyncio.Server | None = None
        self._last = 0
        self._changed = asyncio.Event()

    async def open(self) -> None:
        """Begin to listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Hang up and listen no more."""
        self.drop()
        if self._server is not None:
            self._server.close()

    def drop(self) -> None:
        """Cut the connection."""
        self.joined.clear()
        self.filters.clear()
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None

    def heard(self, topic: str, payload: bytes) -> None:
        """Take what the client said."""

    def keep(self, topic: str, payload: bytes) -> None:
        """Keep a message for whoever subscribes later."""
        self._retained[topic] = payload

    def hears(self, topic: str) -> bool:
        """Tell whether the client subscribed to a topic."""
        return any(_fits(one.split("/"), topic.split("/")) for one in self.filters)

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> int:
        """Send a message; return its packet identifier."""
        self._last = self._last % 65_535 + 1
        frame = codec.write_publish(
            topic=topic.encode(), payload=payload, qos=qos, id=self._last, version=V311
        )
        if self._writer is not None:
            self._writer.write(bytes([frame[0] | retain]) + frame[1:])
        return self._last

    async def until_confirmed(self, number: int) -> None:
        """Wait until the client confirmed a packet."""
        while number not in self.confirmed:
            self._changed.clear()
            await self._changed.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        kept = bytearray()
        try:
            while data := await reader.read(_LONGEST):
                kept += data
                while (found := codec.frame(kept, 0, _LONGEST)) and found[1] <= len(kept):
                    first, body = kept[0], bytes(kept[found[0] : found[1]])
                    del kept[: found[1]]
                    self._hear(first, body, writer)
        except ConnectionError:
            self.joined.clear()

    def _hear(self, first: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        kind = first >> 4
        if kind == Kind.CONNECT:
            reason = Reason.BAD_CREDENTIALS if self.turns_away else Reason.SUCCESS
            writer.write(codec.write_connack(version=V311, reason=reason))
        elif kind == Kind.SUBSCRIBE:
            self._subscribed(first, body, writer)
        elif kind == Kind.UNSUBSCRIBE:
            writer.write(bytes([Kind.UNSUBACK << 4, 2]) + body[:2])
            self.filters -= set(_unsubscribed(body))
        elif kind == Kind.PUBACK:
            self.confirmed.add(codec.puback(body, V311)[0])
            self._changed.set()
        elif kind == Kind.PINGREQ:
            writer.write(codec.PINGRESP)
        elif kind == Kind.PUBLISH:
            self._published(first, body, writer)

    def _subscribed(self, first: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        wanted = codec.subscribe(first, body, V311)
        new = {wish.filter for wish in wanted.wishes}
        writer.write(codec.write_suback(id=wanted.id, codes=[1] * len(wanted.wishes), version=V311))
        self.filters |= new
        for topic, payload in list(self._retained.items()):
            if any(_fits(one.split("/"), topic.split("/")) for one in new):
                self.publish(topic, payload, retain=True)
        self.joined.set()

    def _published(self, first: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        said = codec.publish(first, body, V311)
        if said.qos:
            number = said.id.to_bytes(2, "big")
            writer.write(codec.write_puback(id=number, reason=0, version=V311))
        self.heard(bytes(said.topic).decode(), bytes(said.payload))
        self._changed.set()


def _fits(pattern: list[str], topic: list[str]) -> bool:
    return len(pattern) == len(topic) and all(
        p in {"+", t} for p, t in zip(pattern, topic, strict=True)
    )


def _unsubscribed(body: bytes) -> list[str]:
    found, at = [], 2
    while at < len(body):
        size = int.from_bytes(body[at : at + 2], "big")
        found.append(body[at + 2 : at + 2 + size].decode())
        at += 2 + size
    return found

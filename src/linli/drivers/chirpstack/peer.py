"""A ChirpStack with its broker, for tests and the demo: it says events and plays the device.

It speaks real MQTT 3.1.1 on a loopback port to the one client that joins it. `hold` withholds, and
`drop` cuts the connection; `acknowledges` is what the device says of a confirmed downlink.
"""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import msgspec

from linli.drivers.mqtt import codec
from linli.drivers.mqtt.packets import V311, Kind, Reason

APPLICATION = "17c82e96-be03-4f38-aef3-f83d48582d97"
_LONGEST = 64 * 1024


def event(eui: str, *, number: int = 0, at: float = 1_780_000_000.0, **more: Any) -> dict[str, Any]:
    """Return what every event has, and more; fields that are 0, false or empty fall out."""
    said = {
        "deduplicationId": str(uuid5(NAMESPACE_OID, f"{eui}/{number}")),
        "time": datetime.fromtimestamp(at, UTC).isoformat(),
        "deviceInfo": {
            "applicationId": APPLICATION,
            "applicationName": "estate",
            "deviceProfileName": "sensor",
            "deviceName": f"sensor {eui[-4:]}",
            "devEui": eui,
        },
        **more,
    }
    return {name: value for name, value in said.items() if value not in (0, False, "", None)}


def up(
    eui: str, data: bytes, *, counter: int, port: int = 85, address: str = "00189440", **more: Any
) -> dict[str, Any]:
    """Return an `up` event."""
    hops = [{"gatewayId": "0016c001f153a14c", "rssi": -91, "snr": 7.5},
            {"gatewayId": "0016c001f153a14d", "rssi": -110, "snr": -3}]  # fmt: skip
    said: dict[str, Any] = {"devAddr": address, "fCnt": counter, "fPort": port, "rxInfo": hops}
    number = more.pop("number", counter)
    return event(eui, number=number, data=b64encode(data).decode(), **(said | more))


def pushed(kind: str, said: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str], bytes]:
    """Return query, headers and body of an event as the HTTP integration posts it."""
    headers = {"content-type": "application/json"}
    return {"event": kind}, headers, msgspec.json.encode(said)


class ChirpStackPeer:
    """Listens on `port` once `open` returned."""

    def __init__(self) -> None:
        self.port = 0
        self.joined = asyncio.Event()
        self.commands: list[dict[str, Any]] = []
        self.confirmed: set[int] = set()
        self.filters: list[str] = []
        self.acknowledges: bool | None = True
        """What the device answers; None: nothing."""
        self.turns_away = False
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
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None

    def say(self, kind: str, said: Mapping[str, Any], *, qos: int = 1) -> int:
        """Publish an event; return its packet identifier."""
        eui = said["deviceInfo"]["devEui"]
        topic = f"application/{APPLICATION}/device/{eui}/event/{kind}"
        return self.publish(topic, msgspec.json.encode(said), qos=qos)

    def publish(self, topic: str, payload: bytes, *, qos: int = 1) -> int:
        """Publish anything; return its packet identifier."""
        self._last = self._last % 65_535 + 1
        if self._writer is not None:
            self._writer.write(
                codec.write_publish(
                    topic=topic.encode(), payload=payload, qos=qos, id=self._last, version=V311
                )
            )
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
            wanted = codec.subscribe(first, body, V311)
            self.filters = [wish.filter for wish in wanted.wishes]
            writer.write(codec.write_suback(id=wanted.id, codes=[1], version=V311))
            self.joined.set()
        elif kind == Kind.PUBACK:
            self.confirmed.add(codec.puback(body, V311)[0])
            self._changed.set()
        elif kind == Kind.PINGREQ:
            writer.write(codec.PINGRESP)
        elif kind == Kind.PUBLISH:
            self._command(first, body, writer)

    def _command(self, first: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        """Take a downlink, send it over the air, and play the device that confirms it."""
        heard = codec.publish(first, body, V311)
        if heard.qos:
            number = heard.id.to_bytes(2, "big")
            writer.write(codec.write_puback(id=number, reason=0, version=V311))
        said = msgspec.json.decode(heard.payload)
        said["bytes"] = b64decode(said["data"])
        self.commands.append(said)
        count = len(self.commands)
        item = {"queueItemId": said["id"], "fCntDown": count}
        self.say("txack", event(said["devEui"], number=-2 * count, **item))
        if said["confirmed"] and self.acknowledges is not None:
            answer = {**item, "acknowledged": self.acknowledges}
            self.say("ack", event(said["devEui"], number=-2 * count - 1, **answer))

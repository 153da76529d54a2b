"""A ChirpStack behind its broker, for tests and the demo: it says events and plays the device.

`acknowledges` is what the device says of a confirmed downlink.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import msgspec

from linli.drivers.broker_peer import BrokerPeer

APPLICATION = "17c82e96-be03-4f38-aef3-f83d48582d97"


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


class ChirpStackPeer(BrokerPeer):
    """Listens on `port` once `open` returned."""

    def __init__(self) -> None:
        super().__init__()
        self.commands: list[dict[str, Any]] = []
        self.acknowledges: bool | None = True
        """What the device answers; None: nothing."""

    def say(self, kind: str, said: Mapping[str, Any], *, qos: int = 1) -> int:
        """Publish an event; return its packet identifier."""
        eui = said["deviceInfo"]["devEui"]
        topic = f"application/{APPLICATION}/device/{eui}/event/{kind}"
        return self.publish(topic, msgspec.json.encode(said), qos=qos)

    def heard(self, topic: str, payload: bytes) -> None:
        """Take a downlink, send it over the air, and play the device that confirms it."""
        said = msgspec.json.decode(payload)
        said["bytes"] = b64decode(said["data"])
        self.commands.append(said)
        count = len(self.commands)
        item = {"queueItemId": said["id"], "fCntDown": count}
        self.say("txack", event(said["devEui"], number=-2 * count, **item))
        if said["confirmed"] and self.acknowledges is not None:
            answer = {**item, "acknowledged": self.acknowledges}
            self.say("ack", event(said["devEui"], number=-2 * count - 1, **answer))

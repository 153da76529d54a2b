"""`./linli decode chirpstack`: an event of ChirpStack, as JSON."""

from collections.abc import Mapping
from typing import Any

from linli.drivers.chirpstack.codec import decode as read
from linli.drivers.frames import BadFrame
from linli.drivers.line import Decoder
from linli.drivers.reading import BadPayload

_MILLIS = 1000


def decode(text: str, _options: Mapping[str, str]) -> dict[str, Any]:
    """Return dev_eui, time_ms, f_cnt, f_port, payload_hex and what else the event says.

    :raises BadFrame: if it is no event
    """
    try:
        event = read(text.strip().encode())
    except BadPayload as bad:
        raise BadFrame(bad.why) from bad
    at = event.at
    said = {
        "dev_eui": event.eui,
        "name": event.device_info.device_name,
        "time_ms": None if at is None else round(at * _MILLIS),
        "payload_hex": event.payload.hex(),
        "dev_addr": event.dev_addr,
        "object": event.object,
        "battery_pct": event.battery_level,
        "queue_item": event.queue_item_id,
        "code": event.code,
        "description": event.description,
    }
    told = {name: value for name, value in said.items() if value not in (None, "")}
    if event.data:
        told |= {"f_port": event.f_port, "f_cnt": event.f_cnt}
    if event.queue_item_id:
        told["acknowledged"] = event.acknowledged
    return told


DECODERS: dict[str, Decoder] = {"chirpstack": decode}

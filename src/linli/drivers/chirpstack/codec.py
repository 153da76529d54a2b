"""ChirpStack's events from JSON, and its downlink command to JSON.

The JSON is that of Protocol Buffers: fields that are 0, false or empty are missing (the first frame
of a device has no fCnt). Names are those of ChirpStack v4's `integration.proto`.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import msgspec

from linli.drivers.plain.codec import time
from linli.drivers.reading import BadPayload

UP, JOIN, STATUS, ACK, TXACK, LOG = "up", "join", "status", "ack", "txack", "log"
EVENTS = frozenset({UP, JOIN, STATUS, ACK, TXACK, LOG, "location", "integration"})
_EUI_DIGITS = 16
_KEPT_WHOLE = 1024
_OF_THE_AIR = frozenset({"rxInfo", "txInfo", "regionConfigId", "adr", "dr"})


class Info(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which device it is, and what ChirpStack calls it."""

    application_id: str = ""
    device_profile_name: str = ""
    device_name: str = ""
    dev_eui: str = ""
    tags: dict[str, str] = {}


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """How one gateway heard it: dBm, dB (an SNR of 0 is missing)."""

    rssi: float | None = None
    snr: float = 0.0


class Event(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Any event; what its kind has not stands at what JSON leaves out."""

    deduplication_id: str = ""
    time: str | None = None
    device_info: Info = Info()
    dev_addr: str = ""
    f_cnt: int = 0
    f_port: int = 0
    data: str = ""
    object: dict[str, Any] | None = None
    rx_info: tuple[Hop, ...] = ()
    queue_item_id: str = ""
    acknowledged: bool = False
    battery_level: float | None = None
    external_power_source: bool = False
    battery_level_unavailable: bool = False
    level: str = "INFO"
    code: str = ""
    description: str = ""
    context: dict[str, str] = {}

    @property
    def eui(self) -> str:
        """The device's EUI in small hex digits."""
        return normal(self.device_info.dev_eui)

    @property
    def at(self) -> float | None:
        """When ChirpStack heard it, epoch seconds."""
        return time(self.time)

    @property
    def payload(self) -> bytes:
        """What the device sent."""
        return b64decode(self.data)


_decoder = msgspec.json.Decoder(Event, strict=False)


def decode(body: bytes) -> Event:
    """Read an event.

    :raises BadPayload: if it is none, or names no device
    """
    try:
        event = _decoder.decode(body)
        b64decode(event.data, validate=True)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadPayload("not_chirpstack") from error
    except (binascii.Error, ValueError) as error:
        raise BadPayload("not_base64") from error
    time(event.time)
    if len(event.eui) != _EUI_DIGITS:
        raise BadPayload("no_dev_eui")
    return event


def brief(body: bytes) -> bytes:
    """Return an event short enough to be kept whole: without what says how it was sent."""
    if len(body) <= _KEPT_WHOLE:
        return body
    found = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    return msgspec.json.encode({n: value for n, value in found.items() if n not in _OF_THE_AIR})


def normal(eui: str) -> str:
    """Return an EUI as small hex digits, however an operator wrote it."""
    return "".join(c for c in eui.lower() if c in "0123456789abcdef")


def downlink(*, id: str, eui: str, port: int, confirmed: bool, data: bytes) -> bytes:
    """Return the command that puts bytes into a device's queue. `id` is a UUID of ours."""
    return msgspec.json.encode(
        {
            "id": id,
            "devEui": eui,
            "confirmed": confirmed,
            "fPort": port,
            "data": b64encode(data).decode(),
        }
    )


def about(event: Event) -> Mapping[str, str]:
    """Return what a device that nobody registered says of itself, for who may let it in."""
    info = event.device_info
    said = {
        "name": info.device_name,
        "serial": event.eui,
        "model": info.tags.get("model", ""),
        "vendor": info.device_profile_name,
    }
    return {name: word[:200] for name, word in said.items() if word}

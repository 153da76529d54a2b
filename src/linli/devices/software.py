"""Versions that devices tell. Properties are numbers, so a version comes in the words of an event.

| event               | its words                                   | who says it                  |
|---------------------|---------------------------------------------|------------------------------|
| `firmware_reported` | `version` (or `firmware_version`), `status` | our own MQTT, HTTP; gateways |
| `config_reported`   | `version` (or `config_version`)             | the same                     |
| `booted`            | `firmware`                                  | OCPP, YKC: at each start     |
| `firmware_told`     | `status`                                    | OCPP: how far an update is   |
"""

from collections.abc import Mapping

import msgspec

FIRMWARE_REPORTED = "firmware_reported"
CONFIG_REPORTED = "config_reported"
_LONGEST = 64


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What one event tells of a device's software; empty where it tells nothing of that."""

    firmware: str = ""
    configuration: str = ""
    status: str = ""


WORDS: Mapping[str, Mapping[str, str]] = {
    FIRMWARE_REPORTED: {
        "version": "firmware",
        "firmware_version": "firmware",
        "status": "status",
    },
    CONFIG_REPORTED: {
        "version": "configuration",
        "config_version": "configuration",
    },
    "booted": {"firmware": "firmware"},
    "firmware_told": {"status": "status"},
}
"""By event: what each of its words is."""


def read(event: str, extras: bytes) -> Told | None:
    """Return what an event tells of software; None where nothing, or nothing that can be read."""
    try:
        said = msgspec.json.decode(extras, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    found = {what: text for word, what in WORDS[event].items() if (text := _text(said.get(word)))}
    return Told(**found) if found else None


def _text(value: object) -> str:
    """Return a version or status as it may be kept: short, and nothing that breaks a line."""
    if not isinstance(value, str):
        return ""
    return value.strip()[:_LONGEST] if value.isprintable() else ""

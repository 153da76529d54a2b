"""Beacons as they call themselves over the air, and since when one has been near. Pure.

An iBeacon is Apple's manufacturer data of 25 bytes: type 0x02, length 0x15, UUID, major, minor,
power. Modelled on what is public of it. Eddystone-UID: google/eddystone, eddystone-uid/README.md,
"Frame Specification". Both lie in the structures of an advertisement: length, type, data.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

BREAK = timedelta(seconds=60)
"""Unheard for so long, who comes again has been away: readers tell what they hear in batches."""

_MANUFACTURER, _SERVICE = 0xFF, 0x16
_APPLE, _EDDYSTONE = b"\x4c\x00", b"\xaa\xfe"
_IBEACON, _NAME_BYTES = b"\x02\x15", 20
_UID, _UID_BYTES = 0x00, 18
_UUID = (8, 4, 4, 4, 12)
_SAID = re.compile(
    r"ibeacon:([0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}):(\d{1,5}):(\d{1,5})"
    r"|eddystone:([0-9a-f]{20}):([0-9a-f]{12})"
)
_MOST = 0xFFFF


def read(said: str) -> str | None:
    """Return a beacon's name as we write it: `ibeacon:<uuid>:<major>:<minor>` or
    `eddystone:<namespace>:<instance>`, in small letters; None if it is neither.
    """
    found = _SAID.fullmatch(said.strip().lower())
    if found is None:
        return None
    uuid, major, minor, namespace, instance = found.groups()
    if namespace:
        return f"eddystone:{namespace}:{instance}"
    if int(major) > _MOST or int(minor) > _MOST:
        return None
    return _ibeacon(bytes.fromhex(uuid.replace("-", "")), int(major), int(minor))


def in_air(data: bytes) -> str | None:
    """Return the beacon that an advertisement names; None if it names none, or is cut short."""
    for kind, body in _structures(data):
        if kind == _MANUFACTURER and body[:4] == _APPLE + _IBEACON:
            part = body[4:]
            if len(part) >= _NAME_BYTES:
                major, minor = (int.from_bytes(part[n : n + 2], "big") for n in (16, 18))
                return _ibeacon(part[:16], major, minor)
        if kind == _SERVICE and body[:2] == _EDDYSTONE:
            frame = body[2:]
            if len(frame) >= _UID_BYTES and frame[0] == _UID:
                return f"eddystone:{frame[2:12].hex()}:{frame[12:18].hex()}"
    return None


def since(*, began: datetime, last_at: datetime, at: datetime) -> datetime:
    """Return since when something that is heard again has been near without a break."""
    return at if at - last_at > BREAK else began


def _structures(data: bytes) -> Iterator[tuple[int, bytes]]:
    start = 0
    while start + 1 < len(data) and data[start]:
        end = start + 1 + data[start]
        if end > len(data):
            return
        yield data[start + 1], data[start + 2 : end]
        start = end


def _ibeacon(uuid: bytes, major: int, minor: int) -> str:
    text, parts, start = uuid.hex(), [], 0
    for length in _UUID:
        parts.append(text[start : start + length])
        start += length
    return f"ibeacon:{'-'.join(parts)}:{major}:{minor}"

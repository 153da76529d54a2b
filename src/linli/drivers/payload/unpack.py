"""Readings from payloads, as a table describes them. Pure, and proof against hostile bytes."""

import binascii
import math
import struct
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from linli.drivers.payload.cayenne import LONGER, TYPES
from linli.drivers.payload.forms import (
    ANY,
    Endian,
    Field,
    Key,
    Message,
    Record,
    Scalar,
    Test,
    Type,
    Worth,
)
from linli.drivers.reading import BadPayload, Reading

_DIGITS = 9
_BITS = 8
_HEAD = 2
_STAMP = 4


class Unpacked(NamedTuple):
    """What was read, and the bytes behind it that the table does not know."""

    readings: list[Reading]
    rest: bytes = b""


def unpack(
    messages: Sequence[Message], data: bytes, *, port: int | None = None, at: float | None = None
) -> Unpacked:
    """Return what a payload of bytes says.

    :param at: when it was said, epoch seconds
    :raises BadPayload: `payload_unknown` where no message fits, `payload_short` where it ends too
        early, `payload_value` where a value is none that is known
    """
    for message in messages:
        if _fits(message, data, port):
            readings = list(_fields(message.fields, data, at))
            if message.form == "fixed":
                return Unpacked(readings)
            return _row(message, data, at, readings)
    raise BadPayload("payload_unknown")


def read_json(
    keys: Sequence[Key],
    messages: Sequence[Message],
    found: Mapping[str, object],
    *,
    at: float | None = None,
) -> list[Reading]:
    """Return what an object of JSON says under the keys; keys that it has not are passed over.

    :raises BadPayload: if a value is none that is known
    """
    out: list[Reading] = []
    for key in keys:
        raw = _follow(found, key.key)
        if raw is not None:
            out += _of_key(key, messages, raw, at)
    return out


def read_value(
    keys: Sequence[Key],
    messages: Sequence[Message],
    key: str,
    raw: object,
    *,
    at: float | None = None,
) -> list[Reading] | None:
    """Return what one value under one key says; None where the table does not know the key.

    :raises BadPayload: if the value is none that is known
    """
    known = [one for one in keys if one.key == key]
    if not known:
        return None
    return [reading for one in known for reading in _of_key(one, messages, raw, at)]


def _of_key(key: Key, messages: Sequence[Message], raw: object, at: float | None) -> list[Reading]:
    if key.unpack:
        return unpack(messages, _bytes(raw, key.unpack), at=at).readings
    return list(_reading(key, _plain(raw), at))


def _fits(message: Message, data: bytes, port: int | None) -> bool:
    if message.port is not None and message.port != port:
        return False
    if message.length and not message.length[0] <= len(data) <= message.length[1]:
        return False
    return message.when is None or _true(message.when, data)


def _true(test: Test, data: bytes) -> bool:
    at = test.at if test.at >= 0 else len(data) + test.at
    if not 0 <= at < len(data):
        return False
    low, count = test.bits or (0, _BITS)
    return (data[at] >> low) & ((1 << count) - 1) in test.equals


def _row(message: Message, data: bytes, when: float | None, readings: list[Reading]) -> Unpacked:
    """Read records until the end, or until one that cannot be passed over."""
    at, read = message.starts, 0
    while at < len(data):
        head = _head(message, data, at)
        if head is None or head[1] + head[2] > len(data):
            if not read:
                raise BadPayload("payload_unknown" if head is None else "payload_short")
            return Unpacked(readings, data[at:])
        record, begins, length = head
        if record is not None:
            readings += _record(message, record, data[begins : begins + length], when)
        at, read = begins + length, read + 1
    return Unpacked(readings)


def _head(message: Message, data: bytes, at: int) -> tuple[Record | None, int, int] | None:
    """Return a record's description, where its value begins and how long it is."""
    if at + _HEAD > len(data):
        return None
    first, second = data[at], data[at + 1]
    if message.form == "tlv":
        return _known(message.records, first, None), at + _HEAD, second
    record = _known(message.records, second, first)
    if message.form == "cayenne":
        length = TYPES[second][0] if second in TYPES else LONGER.get(second, 0)
        return (record, at + _HEAD, length) if length else None
    return None if record is None else (record, at + _HEAD, record.length)


def _known(records: Sequence[Record], kind: int, channel: int | None) -> Record | None:
    fitting = (r for r in records if r.type == kind and r.channel in (None, channel))
    return next(fitting, None)


def _record(message: Message, record: Record, data: bytes, when: float | None) -> Iterator[Reading]:
    if record.stamp is not None:
        begins = record.stamp.at
        when = number(data[begins : begins + _STAMP], "u32", record.stamp.endian)
    if message.form != "cayenne" or record.fields or record.type not in TYPES:
        yield from _fields(record.fields, data, when)
        return
    _, signed, step = TYPES[record.type]
    raw = int.from_bytes(data, "big", signed=signed)
    yield Reading(record.name, round(raw * step, _DIGITS), when)


def _fields(fields: Sequence[Field], data: bytes, when: float | None) -> Iterator[Reading]:
    for field in fields:
        if field.when is not None and not _true(field.when, data):
            continue
        raw = _raw(field, data)
        if raw is not None:
            yield from _reading(field, raw, when)


def _raw(field: Field, data: bytes) -> float | None:
    width = int(field.type.lstrip("uifbcd")) // _BITS
    at = field.at if field.at >= 0 else len(data) + field.at
    if at < 0 or at + width > len(data):
        if field.optional:
            return None
        raise BadPayload("payload_short")
    raw = number(data[at : at + width], field.type, field.endian or "big")
    if field.bits is None:
        return raw
    return int(raw) >> field.bits[0] & ((1 << field.bits[1]) - 1)


def number(data: bytes, kind: Type, endian: Endian) -> float:
    """Return the number that bytes are.

    :raises BadPayload: if they are no BCD digits, or no number
    """
    if kind.startswith("bcd"):
        digits = (data if endian == "big" else data[::-1]).hex()
        if not digits.isdecimal():
            raise BadPayload("payload_value")
        return int(digits)
    if kind.startswith("f"):
        letter = "f" if kind == "f32" else "d"
        return float(struct.unpack((">" if endian == "big" else "<") + letter, data)[0])
    return int.from_bytes(data, endian, signed=kind.startswith("i"))


def _reading(worth: Worth, raw: Scalar, when: float | None) -> Iterator[Reading]:
    if raw in worth.missing:
        return
    value = _worth(worth, raw)
    if not worth.event:
        yield Reading(worth.name, value, when)
    elif value:
        yield Reading(worth.name, 1.0, when)


def _worth(worth: Worth, raw: Scalar) -> Scalar:
    if worth.values:
        found = worth.values.get(_word(raw), worth.values.get(ANY))
        if found is None:
            raise BadPayload("payload_value")
        return found
    if isinstance(raw, str):
        try:
            raw = float(raw)
        except ValueError:
            raise BadPayload("payload_value") from None
    if not math.isfinite(raw):
        raise BadPayload("payload_value")
    if worth.flag:
        return bool(raw)
    value = round(raw * worth.scale + worth.offset, worth.digits)
    low, high = worth.clamp or (value, value)
    return min(max(value, low), high)


def _word(raw: Scalar) -> str:
    """Return a raw value as tables write it: `1`, `0.5`, `true`, `open`."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return str(raw)


def _follow(found: object, path: str) -> object:
    """Return what stands at a path; a key with dots of its own is found as well."""
    if not isinstance(found, Mapping):
        return None
    if path in found:
        return found[path]
    first, dot, more = path.partition(".")
    return _follow(found.get(first), more) if dot else None


def _plain(raw: object) -> Scalar:
    if isinstance(raw, bool | str):
        return raw
    if isinstance(raw, int | float):
        try:
            return float(raw)
        except OverflowError:
            raise BadPayload("payload_value") from None
    raise BadPayload("payload_value")


def _bytes(raw: object, how: str) -> bytes:
    """Return bytes written as text.

    :raises BadPayload: if they are not written so
    """
    if not isinstance(raw, str):
        raise BadPayload("payload_value")
    try:
        return bytes.fromhex(raw) if how == "hex" else b64decode(raw, validate=True)
    except (ValueError, binascii.Error):
        raise BadPayload(f"not_{how}") from None

"""Tags and application values. Modelled on ASHRAE 135 clause 20.2, as bacpypes3 0.0.110 does it."""

import struct
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from linli.drivers.bacnet.names import OBJECT_NUMBERS, OBJECT_TYPES
from linli.drivers.frames import BadFrame

Way = Literal["application", "context", "open", "close"]
Plain = int | float | bool | str | bytes | None

_NULL, _BOOLEAN, _UNSIGNED, _SIGNED, _REAL, _DOUBLE, _OCTETS, _TEXT, _BITS = range(9)
_ENUMERATED, _DATE, _TIME, _OBJECT = range(9, 13)
_KINDS = [
    "null",
    "boolean",
    "unsigned",
    "signed",
    "real",
    "double",
    "octets",
    "text",
    "bits",
    "enumerated",
    "date",
    "time",
    "object",
]
_KIND_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}
_OPEN, _CLOSE = 6, 7
_EXTENDED_LENGTH = 5
_EXTENDED_NUMBER = 15
_LONGEST = 65_535
_MOST_INSTANCES = 1 << 22
_ANY = 255


class Tag(NamedTuple):
    """One tag. An application boolean has its value, which stands in the tag, as `data`."""

    number: int
    way: Way
    data: bytes = b""


class ObjectId(NamedTuple):
    """An object of a device: `analog-input,1`."""

    type: int
    instance: int

    def __str__(self) -> str:
        return f"{OBJECT_TYPES.get(self.type, self.type)},{self.instance}"


class Value(msgspec.Struct, frozen=True):
    """An application value. `kind` is its type's name: null, boolean, unsigned, real, …

    Bits are text of 0 and 1; dates and times are text; an object is text as `device,7`.
    """

    kind: str
    value: Plain


def object_id(text: str) -> ObjectId:
    """Return the object that a text as `analog-input,1` or `129,4` names.

    :raises ValueError: if it names none
    """
    kind, comma, instance = text.partition(",")
    number = OBJECT_NUMBERS[kind] if kind in OBJECT_NUMBERS else int(kind)
    if not comma or not 0 <= number < 1024 or not 0 <= int(instance) < _MOST_INSTANCES:  # noqa: PLR2004
        raise ValueError(f"no object: {text!r}")
    return ObjectId(number, int(instance))


def read(data: bytes) -> list[Tag]:
    """Return the tags of a body, which must fill it.

    :raises BadFrame: if they do not, or what is opened is not closed
    """
    tags: list[Tag] = []
    opened: list[int] = []
    at = 0
    while at < len(data):
        tag, at = _tag(data, at)
        if tag.way == "open":
            opened.append(tag.number)
        elif tag.way == "close" and (not opened or opened.pop() != tag.number):
            raise BadFrame(f"closing tag {tag.number} closes nothing")
        tags.append(tag)
    if opened:
        raise BadFrame(f"opening tag {opened[-1]} is not closed")
    return tags


def _tag(data: bytes, at: int) -> tuple[Tag, int]:
    """Return the tag at an offset and the offset behind it (20.2.1)."""
    first = _octet(data, at)
    number, context, length = first >> 4, bool(first & 8), first & 7
    at += 1
    if number == _EXTENDED_NUMBER:
        number, at = _octet(data, at), at + 1
    if context and length in (_OPEN, _CLOSE):
        return Tag(number, "open" if length == _OPEN else "close"), at
    if length > _EXTENDED_LENGTH:
        raise BadFrame(f"tag {first:02X} opens or closes but is no context tag")
    if not context and number == _BOOLEAN:
        if length > 1:
            raise BadFrame(f"boolean {length} is neither 0 nor 1")
        return Tag(number, "application", bytes((length,))), at
    if length == _EXTENDED_LENGTH:
        length, at = _length(data, at)
    if len(data) - at < length:
        raise BadFrame(f"tag {number} wants {length} bytes, {len(data) - at} are left")
    way: Way = "context" if context else "application"
    return Tag(number, way, data[at : at + length]), at + length


def _length(data: bytes, at: int) -> tuple[int, int]:
    """Return a length that did not fit in the tag (20.2.1.3.1)."""
    first = _octet(data, at)
    if first < 254:  # noqa: PLR2004
        return first, at + 1
    size = 2 if first == 254 else 4  # noqa: PLR2004
    if len(data) - at <= size:
        raise BadFrame("the length of a tag is cut off")
    return int.from_bytes(data[at + 1 : at + 1 + size]), at + 1 + size


def _octet(data: bytes, at: int) -> int:
    if at >= len(data):
        raise BadFrame("a tag is cut off")
    return data[at]


def write(tags: Sequence[Tag]) -> bytes:
    """Return tags as bytes, each in its shortest form."""
    return b"".join(_written(tag) for tag in tags)


def _written(tag: Tag) -> bytes:
    extended = tag.number >= _EXTENDED_NUMBER
    head = (_EXTENDED_NUMBER if extended else tag.number) << 4 | (tag.way != "application") << 3
    more = bytes((tag.number,)) if extended else b""
    if tag.way in ("open", "close"):
        return bytes((head | (_OPEN if tag.way == "open" else _CLOSE),)) + more
    if tag.way == "application" and tag.number == _BOOLEAN:
        return bytes((head | tag.data[0],))
    size = len(tag.data)
    if size < _EXTENDED_LENGTH:
        return bytes((head | size,)) + more + tag.data
    if size > _LONGEST:
        raise ValueError(f"{size} bytes are too many for a tag")
    long = bytes((size,)) if size < 254 else b"\xfe" + size.to_bytes(2)  # noqa: PLR2004
    return bytes((head | _EXTENDED_LENGTH,)) + more + long + tag.data


def unsigned(data: bytes) -> int:
    """Return an unsigned or enumerated number (20.2.4).

    :raises BadFrame: if it has no bytes, or more than eight
    """
    if not 1 <= len(data) <= 8:  # noqa: PLR2004
        raise BadFrame(f"a number of {len(data)} bytes")
    return int.from_bytes(data)


def as_unsigned(number: int) -> bytes:
    """Return a number in as few bytes as hold it."""
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8))


def as_object(data: bytes) -> ObjectId:
    """Return an object identifier: ten bits of type, 22 of instance (20.2.14)."""
    if len(data) != 4:  # noqa: PLR2004
        raise BadFrame(f"an object identifier of {len(data)} bytes, not 4")
    number = int.from_bytes(data)
    return ObjectId(number >> 22, number & (_MOST_INSTANCES - 1))


def of_object(name: ObjectId) -> bytes:
    """Return an object identifier as bytes."""
    return (name.type << 22 | name.instance).to_bytes(4)


def value(tag: Tag) -> Value:
    """Return the value of an application tag.

    :raises BadFrame: if its length does not fit its type, or there is no such type
    """
    if tag.way != "application" or tag.number >= len(_KINDS):
        raise BadFrame(f"{tag.way} tag {tag.number} is no value")
    return Value(_KINDS[tag.number], _plain(tag.number, tag.data))


def _plain(number: int, data: bytes) -> Plain:
    if number in (_UNSIGNED, _ENUMERATED):
        return unsigned(data)
    if number in _SIZES:
        _sized(number, data)
        return _FIXED[number](data)
    if number == _SIGNED:
        unsigned(data)
        return int.from_bytes(data, signed=True)
    if number == _BITS:
        return _bits(data)
    return _text(data) if number == _TEXT else data


def _sized(number: int, data: bytes) -> None:
    if len(data) != _SIZES[number]:
        raise BadFrame(f"{_KINDS[number]} of {len(data)} bytes, not {_SIZES[number]}")


def _bits(data: bytes) -> str:
    """Return a bit string; its first byte counts the bits left over at its end (20.2.10)."""
    unused = data[0] if data else 8
    if unused > 7 or (unused and len(data) == 1):  # noqa: PLR2004
        raise BadFrame("a bit string that says no right count of unused bits")
    digits = "".join(f"{octet:08b}" for octet in data[1:])
    return digits[: len(digits) - unused]


def _text(data: bytes) -> str:
    """Return characters; the first byte is their set (20.2.9). 1 has a code page: 936 is GBK."""
    if not data:
        raise BadFrame("text without its character set")
    charset, rest = data[0], data[1:]
    if charset == 1:
        page, rest = int.from_bytes(rest[:2]), rest[2:]
        name = "gb18030" if page in (936, 54936) else f"cp{page}"
    else:
        name = {0: "utf-8", 3: "utf-32-be", 4: "utf-16-be", 5: "latin-1"}.get(charset, "")
    try:
        return rest.decode(name)
    except (UnicodeDecodeError, LookupError):
        raise BadFrame(f"text that is not of its character set {charset}") from None


def _date(data: bytes) -> str:
    """Return a date as `2026-11-21`, with * for what may be any (20.2.12)."""
    year = "*" if data[0] == _ANY else f"{1900 + data[0]:04d}"
    return "-".join((year, *("*" if part == _ANY else f"{part:02d}" for part in data[1:3])))


def _time(data: bytes) -> str:
    hour, minute, second, hundredth = ("*" if p == _ANY else f"{p:02d}" for p in data)
    return f"{hour}:{minute}:{second}.{hundredth}"


_SIZES = {_NULL: 0, _BOOLEAN: 1, _REAL: 4, _DOUBLE: 8, _DATE: 4, _TIME: 4, _OBJECT: 4}
_FIXED: dict[int, Callable[[bytes], Plain]] = {
    _NULL: lambda data: None,
    _BOOLEAN: lambda data: data == b"\x01",
    _REAL: lambda data: float(struct.unpack(">f", data)[0]),
    _DOUBLE: lambda data: float(struct.unpack(">d", data)[0]),
    _DATE: _date,
    _TIME: _time,
    _OBJECT: lambda data: str(as_object(data)),
}


def tagged(said: Value) -> Tag:
    """Return the tag of a value.

    :raises ValueError: if the value is not of its kind, or a date or time, which we never send
    """
    number = _KIND_NUMBERS[said.kind]
    return Tag(number, "application", _encoded(number, said.value))


def _encoded(number: int, said: Plain) -> bytes:
    types, make = _WRITERS.get(number, ((), bytes))
    if not isinstance(said, types) or (isinstance(said, bool) and number != _BOOLEAN):
        raise ValueError(f"{said!r} is no {_KINDS[number]}")
    try:
        return make(said)
    except (OverflowError, struct.error):
        raise ValueError(f"{said!r} does not fit in {_KINDS[number]}") from None


def _of_bits(digits: str) -> bytes:
    unused = -len(digits) % 8
    size = (len(digits) + 7) // 8
    return bytes((unused,)) + int(digits + "0" * unused or "0", 2).to_bytes(size)


def _of_signed(number: int) -> bytes:
    bits = (number if number >= 0 else ~number).bit_length()
    return number.to_bytes(bits // 8 + 1, signed=True)


_WRITERS: dict[int, tuple[tuple[type, ...], Callable[[Any], bytes]]] = {
    _NULL: ((type(None),), lambda said: b""),
    _BOOLEAN: ((bool,), lambda said: bytes((said,))),
    _UNSIGNED: ((int,), as_unsigned),
    _ENUMERATED: ((int,), as_unsigned),
    _SIGNED: ((int,), _of_signed),
    _REAL: ((int, float), lambda said: struct.pack(">f", said)),
    _DOUBLE: ((int, float), lambda said: struct.pack(">d", said)),
    _OCTETS: ((bytes,), lambda said: said),
    _TEXT: ((str,), lambda said: b"\x00" + said.encode()),
    _BITS: ((str,), _of_bits),
    _OBJECT: ((str,), lambda said: of_object(object_id(said))),
}

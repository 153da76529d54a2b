"""What stands in a frame: information objects, read and written. Pure.

Modelled on GB/T 26875.3-2011, clause 8. An object of types 1–4, 21 and 24 is followed by the time
when it came to be; devices that leave the time away are read too.
"""

from collections.abc import Callable, Sequence

import msgspec

from linli.drivers.frames import BadFrame
from linli.drivers.gb26875 import codec, tables
from linli.drivers.gb26875.codec import CLOCK_LENGTH, Clock

TEXT_LENGTH = 31
SYSTEM_STATE, PART_STATE, ANALOGUE, OPERATION, VERSION, SYSTEM_TEXT, PART_TEXT, SYSTEM_CLOCK = (
    range(1, 9)
)
DEVICE_STATE, DEVICE_OPERATION, DEVICE_VERSION, DEVICE_TEXT, DEVICE_CLOCK = 21, 24, 25, 26, 28
READ_SYSTEM, READ_PART, READ_VALUE, READ_OPERATIONS = 61, 62, 63, 64
READ_VERSION, READ_TEXT, READ_PART_TEXT, READ_SYSTEM_CLOCK = 65, 66, 67, 68
READ_DEVICE, READ_DEVICE_OPERATIONS, READ_DEVICE_VERSION = 81, 84, 85
READ_DEVICE_TEXT, READ_DEVICE_CLOCK, INITIALISE, SET_CLOCK, INSPECT = 86, 88, 89, 90, 91


class Part(msgspec.Struct, frozen=True):
    """Where a part stands below its transmission device."""

    sys_type: int
    sys_addr: int
    part_type: int
    part_addr: int

    def address(self) -> str:
        """Return its address as the register has it: `1.3.40.393433`."""
        return f"{self.sys_type}.{self.sys_addr}.{self.part_type}.{self.part_addr}"


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """One object; what its type does not have is None.

    `state` is the bits of types 1, 2 and 21, `operation` those of 4 and 24; `clock` is the value
    of 8, 28, 90 and the beginning of 64, 84; `raw` is what a type has that is not known.
    """

    sys_type: int | None = None
    sys_addr: int | None = None
    part_type: int | None = None
    part_addr: int | None = None
    state: int | None = None
    text: str | None = None
    analogue: int | None = None
    value: int | None = None
    operation: int | None = None
    operator: int | None = None
    version: tuple[int, int] | None = None
    records: int | None = None
    minutes: int | None = None
    clock: Clock | None = None
    raw: bytes | None = None
    occurred: Clock | None = None

    def part(self) -> Part | None:
        """Return which part it is about, where it is about one."""
        if self.part_addr is None:
            return None
        return Part(self.sys_type or 0, self.sys_addr or 0, self.part_type or 0, self.part_addr)


_EMPTY = Thing()


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The application data of a frame. `short` says what is missing where not all could be read;
    what was whole before it stands in `things` still.
    """

    type: int
    count: int
    things: tuple[Thing, ...]
    rest: bytes = b""
    short: str = ""


class _Layout(msgspec.Struct, frozen=True, kw_only=True):
    """`fields` in their order; `timed` objects are followed by the time when it happened."""

    fields: tuple[str, ...]
    timed: bool = False

    def length(self) -> int:
        return sum(_LENGTHS[field] for field in self.fields)


_LENGTHS = {
    "sys_type": 1, "sys_addr": 1, "part_type": 1, "part_addr": 4, "state": 2, "flags": 1,
    "text": TEXT_LENGTH, "analogue": 1, "value": 2, "operation": 1, "operator": 1, "version": 2,
    "records": 1, "minutes": 1, "clock": CLOCK_LENGTH, "nothing": 1,
}  # fmt: skip

_SYSTEM = ("sys_type", "sys_addr")
_PART = (*_SYSTEM, "part_type", "part_addr")
_ASKED_PART = (*_SYSTEM, "part_addr")
_NOTHING = _Layout(fields=("nothing",))

_LAYOUTS = {
    SYSTEM_STATE: _Layout(fields=(*_SYSTEM, "state"), timed=True),
    PART_STATE: _Layout(fields=(*_PART, "state", "text"), timed=True),
    ANALOGUE: _Layout(fields=(*_PART, "analogue", "value"), timed=True),
    OPERATION: _Layout(fields=(*_SYSTEM, "operation", "operator"), timed=True),
    VERSION: _Layout(fields=(*_SYSTEM, "version")),
    PART_TEXT: _Layout(fields=(*_PART, "text")),
    SYSTEM_CLOCK: _Layout(fields=(*_SYSTEM, "clock")),
    DEVICE_STATE: _Layout(fields=("flags",), timed=True),
    DEVICE_OPERATION: _Layout(fields=("operation", "operator"), timed=True),
    DEVICE_VERSION: _Layout(fields=("version",)),
    DEVICE_CLOCK: _Layout(fields=("clock",)),
    READ_SYSTEM: _Layout(fields=_SYSTEM),
    READ_PART: _Layout(fields=_ASKED_PART),
    READ_VALUE: _Layout(fields=_ASKED_PART),
    READ_OPERATIONS: _Layout(fields=(*_SYSTEM, "records", "clock")),
    READ_VERSION: _Layout(fields=_SYSTEM),
    READ_TEXT: _Layout(fields=_SYSTEM),
    READ_PART_TEXT: _Layout(fields=_ASKED_PART),
    READ_SYSTEM_CLOCK: _Layout(fields=_SYSTEM),
    READ_DEVICE: _NOTHING,
    READ_DEVICE_OPERATIONS: _Layout(fields=("records", "clock")),
    READ_DEVICE_VERSION: _NOTHING,
    READ_DEVICE_TEXT: _NOTHING,
    READ_DEVICE_CLOCK: _NOTHING,
    INITIALISE: _NOTHING,
    SET_CLOCK: _Layout(fields=("clock",)),
    INSPECT: _Layout(fields=("minutes",)),
}

_TEXT_HEADS = {SYSTEM_TEXT: _SYSTEM, DEVICE_TEXT: ()}
"""Types whose text is as long as the byte before it says."""


def read(data: bytes) -> Told:
    """Return what application data say.

    :raises BadFrame: if type and count are missing
    """
    if len(data) < 2:  # noqa: PLR2004 - type, count
        raise BadFrame("no type and count")
    type_, count, rest = data[0], data[1], data[2:]
    if type_ in _TEXT_HEADS:
        return _read_texts(type_, count, rest)
    layout = _LAYOUTS.get(type_)
    if layout is None:
        return Told(type=type_, count=count, things=(Thing(raw=rest),))
    return _read_laid(type_, count, rest, layout)


def _read_laid(type_: int, count: int, rest: bytes, layout: _Layout) -> Told:
    bare = layout.length()
    timed = layout.timed and len(rest) != bare * count
    length = bare + CLOCK_LENGTH * timed
    things = []
    for index in range(min(count, len(rest) // length)):
        one = rest[index * length : (index + 1) * length]
        fields = _fields(one, layout.fields)
        if timed:
            fields["occurred"] = codec.clock(one[bare:])
        things.append(_thing(fields))
    short = f"object {len(things) + 1} of {count} is cut short" if len(things) < count else ""
    left = b"" if short else rest[count * length :]
    return Told(type=type_, count=count, things=tuple(things), rest=left, short=short)


def _read_texts(type_: int, count: int, rest: bytes) -> Told:
    names = _TEXT_HEADS[type_]
    things: list[Thing] = []
    while len(things) < count:
        head = len(names) + 1
        if len(rest) < head or len(rest) < head + rest[head - 1]:
            short = f"object {len(things) + 1} of {count} is cut short"
            return Told(type=type_, count=count, things=tuple(things), short=short)
        fields = _fields(rest, names)
        fields["text"] = text(rest[head : head + rest[head - 1]])
        things.append(_thing(fields))
        rest = rest[head + rest[head - 1] :]
    return Told(type=type_, count=count, things=tuple(things), rest=rest)


def _fields(data: bytes, names: Sequence[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    at = 0
    for name in names:
        one = data[at : at + _LENGTHS[name]]
        at += _LENGTHS[name]
        if name != "nothing":
            found["state" if name == "flags" else name] = _READ.get(name, _number)(one)
    return found


def _thing(fields: dict[str, object]) -> Thing:
    return msgspec.structs.replace(_EMPTY, **fields)


def _number(data: bytes) -> object:
    return int.from_bytes(data, "little")


def _signed(data: bytes) -> object:
    return int.from_bytes(data, "little", signed=True)


def _pair(data: bytes) -> object:
    return data[0], data[1]


def text(data: bytes) -> str:
    """Return GB18030 text, up to the zeros that fill it; what is no text shows as `�`."""
    shown = data.partition(b"\0")[0].decode("gb18030", errors="replace")
    return "".join(c for c in shown if c.isprintable()).strip()


def text_bytes(words: str, longest: int = TEXT_LENGTH) -> bytes:
    """Return GB18030 text filled with zeros, cut between characters where it is too long."""
    kept = bytearray()
    for character in words:
        one = character.encode("gb18030", errors="replace")
        if len(kept) + len(one) > longest:
            break
        kept += one
    return bytes(kept).ljust(longest, b"\0")


_READ: dict[str, Callable[[bytes], object]] = {
    "value": _signed,
    "text": text,
    "version": _pair,
    "clock": codec.clock,
}


def write(type_: int, things: Sequence[Thing]) -> bytes:
    """Return the application data of objects of one type.

    :raises BadFrame: if there are too many, or one does not have what its type needs
    """
    if not 0 < len(things) <= tables.MOST.get(type_, 127):
        raise BadFrame(f"{len(things)} objects of type {type_}")
    body = b"".join(_write_one(type_, thing) for thing in things)
    return bytes((type_, len(things))) + body


def _write_one(type_: int, thing: Thing) -> bytes:
    if type_ in _TEXT_HEADS:
        words = text_bytes(thing.text or "", 255).rstrip(b"\0")
        return _laid(thing, _TEXT_HEADS[type_]) + bytes((len(words),)) + words
    layout = _LAYOUTS.get(type_)
    if layout is None:
        return thing.raw or b""
    timed = codec.clock_bytes(thing.occurred) if layout.timed else b""
    return _laid(thing, layout.fields) + timed


def _laid(thing: Thing, names: Sequence[str]) -> bytes:
    return b"".join(_field(thing, name) for name in names)


def _field(thing: Thing, name: str) -> bytes:
    if name == "nothing":
        return b"\0"
    if name == "text":
        return text_bytes(thing.text or "")
    if name == "clock":
        return codec.clock_bytes(thing.clock)
    if name == "version":
        return bytes(thing.version or (0, 0))
    number = getattr(thing, "state" if name == "flags" else name)
    if number is None:
        raise BadFrame(f"{name} is missing")
    try:
        return int(number).to_bytes(_LENGTHS[name], "little", signed=name == "value")
    except OverflowError as error:
        raise BadFrame(f"{name} {number} does not fit") from error

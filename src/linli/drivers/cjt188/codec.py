"""Frames of CJ/T 188: FE… 68 type, address, control, length, data, sum, 16.

Modelled on CJ/T 188-2004 and -2018 as public implementations have them: no offset of 33H, the sum
is of all bytes from 68 to the end of the data, numbers are BCD with the low byte first.
"""

from enum import StrEnum

import msgspec

from linli.drivers.frames import MORE, SKIP, BadFrame

START = 0x68
END = 0x16
WAKE = 0xFE
ANY = 0xAA
"""Stands for any byte of an address, and for any type of meter."""

READ, READ_ADDRESS, WRITE, WRITE_ADDRESS, WRITE_BASE = 0x01, 0x03, 0x04, 0x15, 0x16
ANSWER = 0x80
ABNORMAL = 0x40

NUMBERS_AT = 11
"""Bytes before the data."""
AROUND = 13
"""Bytes of a frame beside its data."""
LONGEST = AROUND + 255

COUNTER, VALVE, CLOCK, ADDRESS = 0x901F, 0xA017, 0x907F, 0x810A
HISTORY = 0xD120
"""Of the last month; D12B is of the twelfth before this."""

OPEN, CLOSE = 0x55, 0x99
_SHORTEST_IDENTIFIED = 3
_IDENTIFIERS = frozenset({0x81, 0x90, 0x91, 0xA0, 0xA1, 0xD1, 0xD2, 0xD3, 0xD4})
"""High bytes of the data identifiers that there are."""


class Family(StrEnum):
    WATER = "water"
    HEAT = "heat"
    GAS = "gas"
    OTHER = "other"


_FAMILIES = {0x1: Family.WATER, 0x2: Family.HEAT, 0x3: Family.GAS, 0x4: Family.OTHER}


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One frame. `address` is the seven bytes as they stand on the wire, A0 first."""

    kind: int
    address: bytes
    control: int
    data: bytes

    @property
    def answers(self) -> bool:
        return bool(self.control & ANSWER)

    @property
    def abnormal(self) -> bool:
        return self.answers and bool(self.control & ABNORMAL)


class Identified(msgspec.Struct, frozen=True, kw_only=True):
    """The data of a frame taken apart. `low_first` is how the identifier stood on the wire."""

    di: int
    ser: int
    body: bytes
    low_first: bool


def family(kind: int) -> Family:
    """Return the family of a type of meter: 10-19 water, 20-29 heat, 30-39 gas."""
    return _FAMILIES.get(kind >> 4, Family.OTHER)


def is_kind(kind: int) -> bool:
    return 0x10 <= kind <= 0x49 or kind == ANY  # noqa: PLR2004


def measure(kept: bytearray, at: int) -> int:
    """Tell how long the frame is that begins at an offset: for `frames.Frames`."""
    if kept[at] != START:
        return SKIP
    if len(kept) < at + 2:
        return MORE
    if not is_kind(kept[at + 1]):
        return SKIP
    if len(kept) < at + NUMBERS_AT:
        return MORE
    length = AROUND + kept[at + NUMBERS_AT - 1]
    if len(kept) >= at + length and kept[at + length - 1] != END:
        return SKIP
    return length


def decode(frame: bytes) -> Frame:
    """Read one whole frame; bytes that wake the meter may stand before it.

    :raises BadFrame: if a mark, the length or the sum is wrong
    """
    bare = frame.lstrip(bytes((WAKE,)))
    _check_shape(bare)
    found, computed = bare[-2], sum(bare[:-2]) & 0xFF
    if found != computed:
        raise BadFrame(f"checksum {found:02X} != {computed:02X}")
    if not is_kind(bare[1]):
        raise BadFrame(f"there is no meter of type {bare[1]:02X}")
    return Frame(kind=bare[1], address=bare[2:9], control=bare[9], data=bare[NUMBERS_AT:-2])


def _check_shape(bare: bytes) -> None:
    if not bare or bare[0] != START:
        raise BadFrame("it does not begin with 68")
    if len(bare) < AROUND:
        raise BadFrame(f"cut short: {len(bare)} bytes, the shortest frame has {AROUND}")
    length = AROUND + bare[NUMBERS_AT - 1]
    if len(bare) < length:
        raise BadFrame(f"cut short: {len(bare)} bytes of {length}")
    if len(bare) > length:
        raise BadFrame(f"{len(bare) - length} bytes after the end")
    if bare[-1] != END:
        raise BadFrame(f"it ends with {bare[-1]:02X}, not 16")


def encode(frame: Frame, *, wake: int = 0) -> bytes:
    """Write a frame, with so many bytes before it that wake the meter."""
    head = bytes((START, frame.kind)) + frame.address
    bare = head + bytes((frame.control, len(frame.data))) + frame.data
    return bytes((WAKE,)) * wake + bare + bytes((sum(bare) & 0xFF, END))


def identify(data: bytes) -> Identified | None:
    """Take data apart: identifier, serial, body; None where there is no identifier.

    Most meters send the low byte of the identifier first (1F 90), some do not (90 1F).
    """
    if len(data) < _SHORTEST_IDENTIFIED:
        return None
    low_first = data[1] in _IDENTIFIERS or data[0] not in _IDENTIFIERS
    di = int.from_bytes(data[:2], "little" if low_first else "big")
    return Identified(di=di, ser=data[2], body=data[3:], low_first=low_first)


def identified(*, di: int, ser: int, body: bytes = b"", low_first: bool = True) -> bytes:
    """Write data."""
    return di.to_bytes(2, "little" if low_first else "big") + bytes((ser,)) + body


def read(*, kind: int, address: bytes, di: int, ser: int, low_first: bool = True) -> Frame:
    """Return a request for data."""
    data = identified(di=di, ser=ser, low_first=low_first)
    return Frame(kind=kind, address=address, control=READ, data=data)


def valve(*, kind: int, address: bytes, close: bool, ser: int, low_first: bool = True) -> Frame:
    """Return a request to open or to close the valve of a meter: 55 opens, 99 closes (level M)."""
    body = bytes((CLOSE if close else OPEN,))
    data = identified(di=VALVE, ser=ser, body=body, low_first=low_first)
    return Frame(kind=kind, address=address, control=WRITE, data=data)


def to_address(text: str) -> bytes:
    """Return the seven bytes of a number as the meter's label has it, vendor's digits first.

    Fourteen digits are vendor and number; ten are the number alone, of any vendor.

    :raises ValueError: if it is neither
    """
    digits = text.strip()
    if len(digits) == 10:  # noqa: PLR2004
        digits = f"{ANY:02X}" * 2 + digits
    if len(digits) != 14:  # noqa: PLR2004
        raise ValueError(f"a meter's address has 14 digits, or 10 without its vendor: {text!r}")
    return bytes.fromhex(digits)[::-1]


def from_address(wire: bytes) -> str:
    """Return the fourteen digits of seven bytes, vendor's first."""
    return wire[::-1].hex().upper()


def meant(*, asked: bytes, came: bytes) -> bool:
    """Tell whether an address that came is the one that was asked; AA stands for any byte."""
    return all(a in (ANY, b) for a, b in zip(asked, came, strict=True))

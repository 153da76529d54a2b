"""Registers to values and back: types, word orders, scales, bits."""

import math
import struct
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Self

import msgspec

from linli.drivers.modbus.pdu import Table

Value = float | bool | str

_DIGITS = 9
"""Places behind the point that are kept of a scaled value."""


class BadValue(Exception):
    """Registers that hold no value; `reason` is a word that an operator is shown."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Order(StrEnum):
    """In which order the bytes of a value of several registers come. ABCD is the standard's."""

    ABCD = "ABCD"
    CDAB = "CDAB"
    BADC = "BADC"
    DCBA = "DCBA"


class Type(StrEnum):
    U16 = "u16"
    I16 = "i16"
    U32 = "u32"
    I32 = "i32"
    U64 = "u64"
    I64 = "i64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    BITS = "bits"
    BCD = "bcd"


_FORMATS: Mapping[Type, str] = {
    Type.U16: ">H",
    Type.I16: ">h",
    Type.U32: ">I",
    Type.I32: ">i",
    Type.U64: ">Q",
    Type.I64: ">q",
    Type.FLOAT32: ">f",
    Type.FLOAT64: ">d",
    Type.BITS: ">H",
}
_MOST_BCD = 4


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a value stands in a device and how. `address` counts from 0, as on the wire.

    Of a register of type `bits`, `width` bits from `bit` (0 is the lowest) are the value; a single
    one is a boolean. `registers` is how many a `bcd` has. A number is `raw * scale + offset`.
    `values` gives raw numbers names, or other values; `none` is the raw number that means that
    there is no value. `every` is how often it is read, where not as the map says.
    """

    address: int
    table: Table = Table.HOLDING
    type: Type = Type.U16
    order: Order | None = None
    scale: float = 1.0
    offset: float = 0.0
    bit: int = 0
    width: int = 1
    registers: int = 1
    invert: bool = False
    values: Mapping[str, float | bool | str] = {}
    none: int | None = None
    every: str = ""

    def __post_init__(self) -> None:
        if self.bit < 0 or self.width < 1 or self.bit + self.width > 16:  # noqa: PLR2004
            raise ValueError("bit and width lie within 16 bits")
        if not 1 <= self.registers <= _MOST_BCD or self.scale == 0:
            raise ValueError(f"registers is 1 to {_MOST_BCD}, scale is not 0")
        if not 0 <= self.address <= (1 << 16) - self.count:
            raise ValueError("addresses are 0 to 65535")

    def shifted(self, by: int) -> Self:
        """Return the place so many addresses further on.

        :raises ValueError: if there is no such address
        """
        return msgspec.structs.replace(self, address=self.address + by) if by else self

    @property
    def count(self) -> int:
        """Registers or bits that it takes."""
        if self.table.is_bits:
            return 1
        if self.type == Type.BCD:
            return self.registers
        return struct.calcsize(_FORMATS[self.type]) // 2

    @property
    def is_flag(self) -> bool:
        return self.table.is_bits or (self.type == Type.BITS and self.width == 1)

    @property
    def mask(self) -> int:
        return ((1 << self.width) - 1) << self.bit


def decode(place: Place, words: Sequence[int], order: Order) -> Value | None:
    """Return the value; None where the device says that it has none.

    :raises BadValue: if the registers hold none
    """
    raw = to_raw(place, words, order)
    if place.none is not None and raw == place.none:
        return None
    if place.values:
        return _named(place, raw)
    if place.is_flag:
        return bool(raw) ^ place.invert
    return round(raw * place.scale + place.offset, _DIGITS)


def _named(place: Place, raw: float) -> Value:
    found = place.values.get(str(raw))
    if found is None:
        raise BadValue("unknown_value")
    return found


def to_raw(place: Place, words: Sequence[int], order: Order) -> float:
    """Return the number in the registers, not scaled.

    :raises BadValue: if they hold none
    """
    if place.table.is_bits:
        return words[0]
    data = ordered(b"".join(word.to_bytes(2, "big") for word in words), place.order or order)
    if place.type == Type.BCD:
        return _from_bcd(data)
    raw: float = struct.unpack(_FORMATS[place.type], data)[0]
    if not math.isfinite(raw):
        raise BadValue("not_a_number")
    return (int(raw) & place.mask) >> place.bit if place.type == Type.BITS else raw


def encode(place: Place, value: Value, order: Order) -> list[int]:
    """Return the registers that hold a value; of `bits`, the bits in their place.

    :raises BadValue: if they cannot
    """
    raw = _raw_of(place, value)
    if place.table.is_bits:
        return [int(bool(raw))]
    if place.type == Type.BITS:
        raw = int(raw) << place.bit
        if raw & ~place.mask:
            raise BadValue("bad_argument")
    data = ordered(_packed(place, raw), place.order or order)
    return [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]


def _raw_of(place: Place, value: Value) -> float:
    for raw, named in place.values.items():
        if named == value:
            return int(raw)
    if isinstance(value, str):
        raise BadValue("bad_argument")
    if place.is_flag:
        return bool(value) ^ place.invert
    return (value - place.offset) / place.scale


def _packed(place: Place, raw: float) -> bytes:
    if place.type == Type.BCD:
        digits = f"{round(raw):0{4 * place.registers}d}"
        if raw < 0 or len(digits) > 4 * place.registers:
            raise BadValue("bad_argument")
        return bytes.fromhex(digits)
    whole = place.type not in (Type.FLOAT32, Type.FLOAT64)
    try:
        return struct.pack(_FORMATS[place.type], round(raw) if whole else raw)
    except (struct.error, OverflowError, ValueError):
        raise BadValue("bad_argument") from None


def _from_bcd(data: bytes) -> int:
    digits = data.hex()
    if not digits.isdigit():
        raise BadValue("not_bcd")
    return int(digits)


def ordered(data: bytes, order: Order) -> bytes:
    """Return the bytes of a value as ABCD, or ABCD as another order: it is its own inverse."""
    if order in (Order.BADC, Order.DCBA):
        data = b"".join(data[i : i + 2][::-1] for i in range(0, len(data), 2))
    if order in (Order.CDAB, Order.DCBA):
        data = b"".join(data[i : i + 2] for i in range(len(data) - 2, -1, -2))
    return data

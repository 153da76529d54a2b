"""The words that a table describes payloads in. Data only: nothing in a table is ever executed.

A payload of bytes is the first of a table's `messages` that fits it (by port, length, a byte that
says the kind). A message has fields at offsets, or a row of records, each with its own fields. A
payload of JSON is read by `keys`.
"""

from typing import Literal

import msgspec

Scalar = bool | float | str
Type = Literal[
    "u8", "i8", "u16", "i16", "u24", "i24", "u32", "i32", "u64", "f32", "f64",
    "bcd8", "bcd16", "bcd24", "bcd32",
]  # fmt: skip
Endian = Literal["big", "little"]
Form = Literal["fixed", "channel", "tlv", "cayenne"]
ANY = "*"
"""In `values`: what every raw value means that is not listed."""


class Worth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a raw value means: reading `name` = raw * scale + offset, rounded, kept within `clamp`.

    `values` gives words or booleans for raw values instead, `flag` makes a boolean of it. A raw
    value in `missing` says nothing. `event`: a reading only where it is true or not 0, then 1.
    """

    name: str
    scale: float = 1.0
    offset: float = 0.0
    digits: int = 9
    clamp: tuple[float, float] | None = None
    values: dict[str, Scalar] = {}
    flag: bool = False
    event: bool = False
    missing: tuple[float | str, ...] = ()


class Test(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """True where the byte at `at`, or `bits` of it (lowest, how many), is one of `equals`."""

    __test__ = False

    at: int
    equals: tuple[int, ...]
    bits: tuple[int, int] | None = None


class Field(Worth, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number at an offset; negative ones count from the end. `bits`: (lowest, how many).

    `optional`: older devices end before it. `when`: it means this only where the test is true.
    """

    at: int = 0
    type: Type = "u8"
    bits: tuple[int, int] | None = None
    endian: Endian | None = None
    when: Test | None = None
    optional: bool = False

    def __post_init__(self) -> None:
        if self.bits is not None and self.type[0] != "u":
            raise ValueError(f"{self.name}: bits of {self.type}")


class Stamp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When it was measured: epoch seconds, four bytes at an offset."""

    at: int
    endian: Endian = "big"


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of record in a row. `length` of its value must be said where the wire does not.

    Offsets of fields count from the value. Of `cayenne` the type says what is there: give `name`.
    A record without fields is passed over. One with a `stamp` was kept and is told later.
    """

    type: int
    channel: int | None = None
    length: int = 0
    name: str = ""
    stamp: Stamp | None = None
    fields: tuple[Field, ...] = ()


class Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One shape of payload. `port` is LoRaWAN's FPort; `length` the least and the most bytes.

    Forms: `fixed`; `channel` (channel, type, value); `tlv` (type, length, value); `cayenne`
    (Cayenne LPP). Rows begin at `starts`, behind the `fields` that stand at fixed offsets.
    """

    port: int | None = None
    length: tuple[int, int] | None = None
    when: Test | None = None
    form: Form = "fixed"
    fields: tuple[Field, ...] = ()
    starts: int = 0
    records: tuple[Record, ...] = ()

    def __post_init__(self) -> None:
        lengthless = [r for r in self.records if self.form == "channel" and not r.length]
        if lengthless:
            raise ValueError(f"record {lengthless[0].type:#x} has no length")


class Key(Worth, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value in JSON at a path of keys, dots between them.

    `unpack`: it holds a payload of bytes, written so, that is read by the `messages`.
    """

    key: str
    name: str = ""
    unpack: Literal["", "hex", "base64"] = ""

    def __post_init__(self) -> None:
        if bool(self.name) == bool(self.unpack):
            raise ValueError(f"{self.key}: give a name, or say how to unpack it")


class Slot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an argument stands in a request: raw = (value - offset) / scale, or one of `values`."""

    argument: str
    at: int
    type: Type = "u8"
    endian: Endian | None = None
    scale: float = 1.0
    offset: float = 0.0
    values: dict[str, int] = {}


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The bytes that ask a device for a service: `hex`, with arguments written into it.

    `confirmed`: the device acknowledges it on the air; else its sending counts as the answer.
    """

    hex: str
    port: int = 1
    confirmed: bool = True
    slots: tuple[Slot, ...] = ()


class Sample(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A payload and what it says; or, of a `service`, the arguments and the bytes of a request."""

    hex: str = ""
    json: str = ""
    port: int | None = None
    readings: dict[str, Scalar] = {}
    refused: str = ""
    rest: str = ""
    service: str = ""
    args: dict[str, Scalar] = {}

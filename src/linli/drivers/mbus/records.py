"""What an answer of a meter says, as pymeterbus reads it: who it is, and its records."""

import math
import struct
from decimal import Decimal
from enum import Enum
from typing import Any

import meterbus
import msgspec
from meterbus.exceptions import MBusError

from linli.drivers.frames import BadFrame
from linli.drivers.mbus.codec import VARIABLE, Frame, encode

_HEADER = 12
_DIGITS = 12
_UNITS = {
    "m^3": "m3",
    "m^3/h": "m3/h",
    "m^3/min": "m3/min",
    "m^3/s": "m3/s",
    "C": "℃",
    "seconds": "s",
    "minutes": "min",
    "hours": "h",
    "days": "d",
    "none": "",
}
_FUNCTIONS = {0: "now", 1: "maximum", 2: "minimum", 3: "error"}
_MANUFACTURER_DATA, _MORE = (4, 6)
_FILL = 5
_EXTENSIONS = {0xFB, 0xFD}
_UNREADABLE = (MBusError, LookupError, ValueError, TypeError, ArithmeticError, struct.error)

MEDIA = {
    0x02: "electricity",
    0x03: "gas",
    0x04: "heat",
    0x05: "steam",
    0x06: "hot water",
    0x07: "water",
    0x0A: "cooling",
    0x0B: "cooling",
    0x0C: "heat",
    0x0D: "heat and cooling",
    0x15: "hot water",
    0x16: "cold water",
}
"""EN 13757-3, table 3, as far as a community has it."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One value. `type` is what is measured, in the library's words (`energy_wh`, `volume`);
    `qualified` tells that more codes narrow it: one phase, negative energy only.
    """

    type: str
    value: float | str | None
    unit: str = ""
    function: str = "now"
    storage: int = 0
    tariff: int = 0
    device: int = 0
    qualified: bool = False


class Telegram(msgspec.Struct, frozen=True, kw_only=True):
    """An answer. `secondary` is identity, manufacturer, version and medium, as meters are selected;
    `unread` are records in words why not; `more` tells that another one follows.
    """

    identity: str
    secondary: str
    manufacturer: str
    version: int
    medium: int
    access: int
    status: int
    records: tuple[Record, ...]
    unread: tuple[str, ...] = ()
    more: bool = False


def read(frame: Frame) -> Telegram:
    """Return what an answer with variable data says.

    :raises BadFrame: if it is no such answer
    """
    if frame.ci not in VARIABLE:
        raise BadFrame(f"CI {frame.ci or 0:02X}: only variable data (72, 76) are read")
    if len(frame.data) < _HEADER:
        raise BadFrame(f"header ends after {len(frame.data)} of {_HEADER} bytes")
    try:
        told = meterbus.TelegramLong.parse(encode(frame))
        return _telegram(told)
    except _UNREADABLE as error:
        raise BadFrame(f"records: {error!r}"[:120]) from error


def _telegram(told: Any) -> Telegram:
    header = told.body.bodyHeader
    found: list[Record] = []
    unread: list[str] = []
    for at, record in enumerate(told.records):
        if record.dib.function_type.value in {_MORE, _FILL}:
            continue
        try:
            found.append(_record(record))
        except _UNREADABLE:
            codes = bytes((*record.dib.parts, *record.vib.parts)).hex(" ").upper()
            unread.append(f"record {at} ({codes}) has a code that is not known")
    return Telegram(
        identity=bytes(header.id_nr).hex().upper(),
        secondary=told.secondary_address,
        manufacturer=told.manufacturer,
        version=header.version_field.parts[0],
        medium=header.measure_medium_field.parts[0],
        access=header.acc_nr_field.parts[0],
        status=header.status_field.parts[0],
        records=tuple(found),
        unread=tuple(unread),
        more=told.more_records_follow,
    )


def _record(record: Any) -> Record:
    if record.dib.function_type.value == _MANUFACTURER_DATA:
        return Record(type="manufacturer_data", value=record.dataField.decodeRAW)
    _, unit, kind, _ = record._parse_vifx()  # noqa: SLF001 - the library shows it as text only
    if not isinstance(kind, Enum):
        raise TypeError("a code without a meaning")
    storage, tariff, device = record.dib.parse_dife()
    name = str(getattr(unit, "value", unit))
    parts = record.vib.parts
    return Record(
        type=kind.name.lower(),
        value=_plain(record.parsed_value),
        unit=_UNITS.get(name, name),
        function=_FUNCTIONS[record.dib.function_type.value],
        storage=storage,
        tariff=tariff or 0,
        device=device or 0,
        qualified=len(parts) > (2 if parts[0] in _EXTENSIONS else 1),
    )


def _plain(value: Any) -> float | str | None:
    """Return a value as JSON has it; the library's decimals carry the noise of binary fractions."""
    if value is None or isinstance(value, str):
        return value
    if not isinstance(value, int | float | Decimal) or not math.isfinite(value):
        return None
    return float(f"{value:.{_DIGITS}g}")

"""What stands in the data of a frame: layouts by identifier and family, amounts, clock, status."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from linli.drivers.cjt188.codec import CLOCK, COUNTER, HISTORY, Family
from linli.drivers.cjt188.units import UNITS
from linli.drivers.frames import BadFrame

_MONTHS = 12
_NONE = (0xFF, 0xEE, 0xAA)
"""Bytes that a meter fills in where it has no value."""


class Part(NamedTuple):
    """One field: `size` bytes of BCD, with a byte of unit behind it where it is an amount."""

    name: str
    size: int
    decimals: int = 0
    shape: Literal["amount", "number", "clock", "status"] = "number"

    @property
    def length(self) -> int:
        return self.size + (self.shape == "amount")


class Amount(NamedTuple):
    """A value and its unit; `base` is the value in the unit that properties have, `base_unit`."""

    value: float | None
    unit: str
    base: float | None
    base_unit: str = ""


class Status(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a product keeps what in its two status bytes, the first byte low.

    `valve` is a mask; `open` and `closed` what stands under it, anything else is abnormal.
    `faults` names more bits. The default is that of the standard: D1 D0 the valve (00 open,
    01 closed, 11 abnormal), D2 the battery.
    """

    valve: int = 0x0003
    open: int = 0x0000
    closed: int = 0x0001
    battery_low: int = 0x0004
    faults: Mapping[str, int] = {}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What the two status bytes say."""

    valve: Literal["open", "closed", "abnormal"]
    battery_low: bool
    faults: tuple[str, ...]
    raw: int


Value = Amount | float | str | Told | None
"""An amount, a plain number, a time as text, or the status; None where the meter has none."""

_TIME = Part("time", 7, 0, "clock")
_STATUS = Part("status", 2, 0, "status")


def _amount(name: str, decimals: int = 2, size: int = 4) -> Part:
    return Part(name, size, decimals, "amount")


_COUNTED = (_amount("current"), _amount("settle"), _TIME, _STATUS)
_HEAT_2004 = (
    _amount("settle"), _amount("current"), _amount("power"), _amount("flow", 4),
    _amount("volume"), Part("supply_c", 3, 2), Part("return_c", 3, 2), Part("hours", 3),
    _TIME, _STATUS,
)  # fmt: skip
_HEAT_2018 = (
    _amount("settle"), _amount("current"), _amount("power", 2, 3), _amount("flow", 3, 3),
    _amount("volume"), Part("supply_c", 2, 2), Part("return_c", 2, 2), Part("hours", 4),
    _TIME, _STATUS,
)  # fmt: skip
_MONTH = (_amount("settle"),)
_FREEZE = (
    _TIME, _amount("current"), _amount("flow", 4), Part("temperature_c", 3, 2),
    Part("pressure_mpa", 3, 2),
)  # fmt: skip
_HEAT_MONTH = (_amount("settle"), _amount("settle_cooling"), _amount("volume"))
_DAY = (Part("day", 1),)
_SETTLING_DAY, _READING_DAY = 0x8103, 0x8104


def layouts(di: int, family: Family) -> Sequence[Sequence[Part]]:
    """Return the layouts that an answer with this identifier may have; none where it is unknown."""
    heat = family == Family.HEAT
    if di == COUNTER:
        return (_HEAT_2004, _HEAT_2018) if heat else (_COUNTED,)
    if di == CLOCK:
        return ((_TIME,),)
    if di in (_SETTLING_DAY, _READING_DAY):
        return (_DAY,)
    if HISTORY <= di < HISTORY + _MONTHS:
        return (_MONTH,)
    return _of_2018(di >> 8, heat=heat)


def _of_2018(page: int, *, heat: bool) -> Sequence[Sequence[Part]]:
    if page == 0xD2:  # noqa: PLR2004
        return (_HEAT_MONTH,) if heat else (_MONTH,)
    if page in (0xD3, 0xD4) and not heat:
        return (_FREEZE,)
    return ()


def month(di: int) -> int | None:
    """Return of which month before this one an identifier is, 1 to 12 (D2xx: to 256)."""
    if HISTORY <= di < HISTORY + _MONTHS:
        return di - HISTORY + 1
    return (di & 0xFF) + 1 if di >> 8 == 0xD2 else None  # noqa: PLR2004


def length(parts: Sequence[Part]) -> int:
    return sum(part.length for part in parts)


def fields(
    *,
    di: int,
    family: Family,
    body: bytes,
    status: Status,
    decimals: Mapping[str, int] | None = None,
) -> dict[str, Value]:
    """Return the fields of an answer by name; an unknown identifier gives none.

    `decimals` says by name where a product puts its decimal point otherwise.

    :raises BadFrame: if the body fits no layout, or digits are none
    """
    known = layouts(di, family)
    if not known:
        return {}
    parts = next((one for one in known if length(one) == len(body)), None)
    if parts is None:
        wanted = " or ".join(str(length(one)) for one in known)
        raise BadFrame(f"{len(body)} bytes of {di:04X}, not {wanted}")
    out, at = {}, 0
    for part in parts:
        own = part
        if decimals and part.name in decimals:
            own = part._replace(decimals=decimals[part.name])
        out[part.name] = _value(own, body[at : at + part.length], status)
        at += part.length
    return out


def _value(part: Part, raw: bytes, status: Status) -> Value:
    if part.shape == "amount":
        return amount(raw, part.decimals)
    if part.shape == "clock":
        return clock(raw)
    if part.shape == "status":
        return told(raw, status)
    return number(raw, part.decimals)


def number(raw: bytes, decimals: int) -> float | None:
    """Return a number of BCD, low byte first; None where the meter filled it with FF, EE or AA.

    :raises BadFrame: if a digit is none
    """
    if raw[0] in _NONE and raw.count(raw[0]) == len(raw):
        return None
    digits = raw[::-1].hex()
    if not digits.isdigit():
        raise BadFrame(f"not BCD: {raw.hex(' ').upper()}")
    return int(digits) / 10**decimals if decimals else int(digits)


def amount(raw: bytes, decimals: int) -> Amount:
    """Return an amount and its unit, which is the last byte.

    :raises BadFrame: if a digit is none, or the unit is unknown
    """
    unit = UNITS.get(raw[-1])
    value = number(raw[:-1], decimals)
    if unit is None:
        if value is None:
            return Amount(None, "", None)
        raise BadFrame(f"there is no unit {raw[-1]:02X}")
    if value is None:
        return Amount(None, unit.name, None, unit.base)
    value = round(value * unit.times, decimals)
    return Amount(value, unit.name, round(value * unit.worth, 9), unit.base)


def clock(raw: bytes) -> str | None:
    """Return `YYYY-MM-DD hh:mm:ss` of seven bytes of BCD, seconds first; None where it is none."""
    d = raw[::-1].hex()
    try:
        return str(
            datetime(  # noqa: DTZ001
                int(d[:4]), int(d[4:6]), int(d[6:8]), int(d[8:10]), int(d[10:12]), int(d[12:])
            )
        )
    except ValueError:
        return None


def told(raw: bytes, map: Status) -> Told:
    """Read the two status bytes."""
    word = int.from_bytes(raw, "little")
    at = word & map.valve
    valve = {map.open: "open", map.closed: "closed"}.get(at, "abnormal")
    return Told(
        valve=valve,  # type: ignore[arg-type]
        battery_low=bool(word & map.battery_low),
        faults=tuple(name for name, mask in map.faults.items() if word & mask),
        raw=word,
    )

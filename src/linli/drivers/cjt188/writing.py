"""The data of answers, written: what a simulated meter says."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from linli.drivers.cjt188.body import Part
from linli.drivers.cjt188.units import CODES, UNITS

Written = tuple[float, str] | float | str | None
"""An amount with its unit, a number, or a time; None where the meter has none."""


def write(parts: Sequence[Part], values: Mapping[str, Written]) -> bytes:
    """Return a body of a layout; what has no value is filled with FF.

    :raises ValueError: if a value does not fit
    """
    return b"".join(_part(part, values.get(part.name)) for part in parts)


def _part(part: Part, value: Written) -> bytes:
    if value is None:
        return b"\xff" * part.length
    if isinstance(value, str):
        return _clock(value)
    if isinstance(value, tuple):
        code = CODES[value[1], 1]
        return bcd(round(value[0] / UNITS[code].times * 10**part.decimals), part.size) + bytes(
            (code,)
        )
    if part.shape == "status":
        return int(value).to_bytes(2, "little")
    return bcd(round(value * 10**part.decimals), part.size)


def _clock(text: str) -> bytes:
    at = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007
    return bytes.fromhex(at.strftime("%Y%m%d%H%M%S"))[::-1]


def bcd(value: int, size: int) -> bytes:
    """Write digits, low byte first.

    :raises ValueError: if they do not fit
    """
    digits = f"{value:0{2 * size}d}"
    if value < 0 or len(digits) > 2 * size:
        raise ValueError(f"{value} has not {2 * size} digits")
    return bytes.fromhex(digits)[::-1]

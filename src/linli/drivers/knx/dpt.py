"""Data point types: payloads to values and back. Modelled on KNX 3/7/2, as xknx 4.0.0 does it.

One row a main number; a subnumber matters where it scales. Values are numbers, and text for 16.
"""

import math
import struct
from collections.abc import Callable
from typing import NamedTuple

from linli.drivers.frames import BadFrame

_TEXT_SIZE = 14
_INVALID_FLOAT = b"\x7f\xff"


class Payload(NamedTuple):
    """What a group telegram carries. `small`: six bits in the service itself."""

    data: bytes
    small: bool = False


class _Kind(NamedTuple):
    size: int
    read: Callable[[bytes], float | str]
    write: Callable[[float], bytes]
    small: bool = False


def _unsigned(size: int) -> _Kind:
    return _Kind(size, int.from_bytes, lambda value: round(value).to_bytes(size))


def _signed(size: int) -> _Kind:
    return _Kind(
        size,
        lambda data: int.from_bytes(data, signed=True),
        lambda value: round(value).to_bytes(size, signed=True),
    )


def _bit(data: bytes) -> int:
    if data[0] > 1:
        raise BadFrame(f"{data[0]} is neither 0 nor 1")
    return data[0]


def _of_bit(value: float) -> bytes:
    if value not in (0, 1):
        raise OverflowError
    return bytes((int(value),))


def _float16(data: bytes) -> float:
    """Return 0.01·m·2^e: sign, four bits of e, eleven of m in two's complement (3.10)."""
    raw = int.from_bytes(data)
    mantissa = (raw & 0x7FF) - (0x800 if raw & 0x8000 else 0)
    return (mantissa << (raw >> 11 & 15)) / 100


def _of_float16(value: float) -> bytes:
    scaled, exponent = value * 100, 0
    if round(scaled) == 0:
        return b"\x00\x00"
    while not -2048 <= scaled <= 2047:  # noqa: PLR2004
        scaled, exponent = scaled / 2, exponent + 1
    mantissa = round(scaled)
    sign = 0x8000 if scaled < 0 else 0
    out = (sign | exponent << 11 | mantissa & 0x7FF).to_bytes(2)
    if exponent > 15 or out == _INVALID_FLOAT:  # noqa: PLR2004
        raise OverflowError
    return out


def _float32(data: bytes) -> float:
    return float(f"{struct.unpack('>f', data)[0]:.7g}")


def _text(encoding: str) -> Callable[[bytes], str]:
    def read(data: bytes) -> str:
        said, _, rest = data.partition(b"\x00")
        if rest.strip(b"\x00"):
            raise BadFrame("text goes on after its end")
        try:
            return said.decode(encoding)
        except UnicodeDecodeError:
            raise BadFrame(f"text is not {encoding}") from None

    return read


def _scaled(kind: _Kind, factor: float, digits: int) -> _Kind:
    return _Kind(
        kind.size,
        lambda data: round(float(kind.read(data)) * factor, digits),
        lambda value: kind.write(value / factor),
    )


def _untold(value: float) -> bytes:
    raise OverflowError(value)


_BYTE, _WORD, _SHORT = _unsigned(1), _unsigned(2), _signed(2)
_KINDS: dict[str, _Kind] = {
    "1": _Kind(1, _bit, _of_bit, small=True),
    "5": _BYTE,
    "5.001": _scaled(_BYTE, 100 / 255, 2),
    "5.003": _scaled(_BYTE, 360 / 255, 2),
    "6": _signed(1),
    "7": _WORD,
    "7.003": _scaled(_WORD, 0.01, 2),
    "7.004": _scaled(_WORD, 0.1, 1),
    "8": _SHORT,
    "8.003": _scaled(_SHORT, 0.01, 2),
    "8.004": _scaled(_SHORT, 0.1, 1),
    "8.010": _scaled(_SHORT, 0.01, 2),
    "9": _Kind(2, _float16, _of_float16),
    "12": _unsigned(4),
    "13": _signed(4),
    "14": _Kind(4, _float32, lambda value: struct.pack(">f", value)),
    "16": _Kind(_TEXT_SIZE, _text("ascii"), _untold),
    "16.001": _Kind(_TEXT_SIZE, _text("latin-1"), _untold),
}
UNITS = {
    "5.001": "%",
    "5.003": "°",
    "7.003": "s",
    "7.004": "s",
    "7.005": "s",
    "7.006": "min",
    "7.007": "h",
    "7.011": "mm",
    "7.012": "mA",
    "7.013": "lx",
    "8.003": "s",
    "8.004": "s",
    "8.005": "s",
    "8.010": "%",
    "9.001": "℃",
    "9.002": "K",
    "9.004": "lx",
    "9.005": "m/s",
    "9.006": "Pa",
    "9.007": "%",
    "9.008": "ppm",
    "9.009": "m3/h",
    "9.020": "mV",
    "9.021": "mA",
    "9.024": "kW",
    "9.025": "L/h",
    "13.002": "m3/h",
    "13.010": "Wh",
    "13.013": "kWh",
    "14.019": "A",
    "14.027": "V",
    "14.033": "Hz",
    "14.056": "W",
    "14.058": "Pa",
    "14.068": "℃",
    "14.076": "m3",
}


def _kind(number: str) -> _Kind:
    main, dot, sub = number.partition(".")
    right = main.isdecimal() and (not dot or (sub.isdecimal() and len(sub) == 3))  # noqa: PLR2004
    found = _KINDS.get(number) or _KINDS.get(main)
    if not right or found is None:
        raise BadFrame(f"no data point type {number}")
    return found


def known(number: str) -> bool:
    """Tell whether a data point type, as `9.001` or `1`, is one of ours."""
    try:
        _kind(number)
    except BadFrame:
        return False
    return True


def decode(payload: Payload, number: str) -> float | str:
    """Return the value of a payload as a data point type: 0 and 1 for a switch.

    :raises BadFrame: if it has not the size of the type, or is no value of it
    """
    kind = _kind(number)
    if payload.small != kind.small or len(payload.data) != kind.size:
        found = "6 bits" if payload.small else f"{len(payload.data)} bytes"
        wanted = "6 bits" if kind.small else f"{kind.size} bytes"
        raise BadFrame(f"data point type {number} is {wanted}, not {found}")
    value = kind.read(payload.data)
    if isinstance(value, float) and not math.isfinite(value):
        raise BadFrame("the value is no number")
    return value


def is_invalid(payload: Payload, number: str) -> bool:
    """Tell whether a sensor says that it has no value: 7FFF of type 9 (3.10)."""
    return number.partition(".")[0] == "9" and payload.data == _INVALID_FLOAT


def encode(value: float | str, number: str) -> Payload:
    """Return a value as a data point type.

    :raises ValueError: if it is none of that type
    """
    try:
        kind = _kind(number)
        if isinstance(value, str):
            return Payload(_of_text(value, number))
        return Payload(kind.write(value), kind.small)
    except (OverflowError, struct.error, BadFrame, UnicodeEncodeError):
        raise ValueError(f"{value!r} is none of data point type {number}") from None


def _of_text(value: str, number: str) -> bytes:
    data = value.encode("latin-1" if number == "16.001" else "ascii")
    if number.partition(".")[0] != "16" or len(data) > _TEXT_SIZE:
        raise OverflowError
    return data.ljust(_TEXT_SIZE, b"\x00")

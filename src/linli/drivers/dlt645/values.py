"""What the data behind an identifier says. Numbers are exact."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from linli.drivers.dlt645.identifiers import Form, Identifier, identified, members
from linli.drivers.frames import BadFrame

_SIGN = 0x80
_PEAK_SIZE = 3
_NOTHING = 0xFF

Plain = Decimal | int | str | None


class Value(msgspec.Struct, frozen=True, gc=False):
    """One value. It is None where the meter fills with FF: it has no such thing.

    `peak_at` is the minute of a largest demand, as YYYY-MM-DDThh:mm of the meter's clock.
    """

    identifier: Identifier
    value: Plain
    peak_at: str | None = None


def read(code: str, data: bytes) -> Sequence[Value] | None:
    """Return the values of an identifier or of a block; None where no table knows it.

    :raises BadFrame: if the data do not fit the identifier
    """
    identifier = identified(code)
    if identifier is not None:
        if len(data) != identifier.size:
            raise BadFrame(f"{code} has {identifier.size} bytes, there are {len(data)}")
        return (_value(identifier, data),)
    block = members(code)
    return _block(code, block, data) if block else None


def _block(code: str, block: Sequence[str], data: bytes) -> Sequence[Value]:
    """Return the values of a block. A meter leaves out tariffs and phases that it does not have."""
    found, at = [], 0
    for member in block:
        if at == len(data):
            break
        identifier = identified(member)
        assert identifier is not None
        if at + identifier.size > len(data):
            raise BadFrame(f"{code} ends in the middle of a value")
        found.append(_value(identifier, data[at : at + identifier.size]))
        at += identifier.size
    if at < len(data) or not found:
        raise BadFrame(f"{code} has {len(data)} bytes, of which {at} are known")
    return found


def _value(identifier: Identifier, data: bytes) -> Value:
    if identifier.form is Form.NUMBER:
        return Value(identifier, _number(identifier, data))
    if identifier.form is Form.PEAK:
        return _peak(identifier, data)
    return Value(identifier, _plain(identifier.form, data))


def _number(identifier: Identifier, data: bytes) -> Decimal | None:
    """Return a BCD number, low byte first; its highest bit may be the sign (2007 annex A)."""
    negative = identifier.signed and data[-1] & _SIGN
    digits = data[::-1].hex()
    if negative:
        digits = f"{data[-1] & 0x7F:02x}{digits[2:]}"
    if not digits.isdigit():
        if data.count(_NOTHING) == len(data):
            return None
        raise BadFrame(f"{identifier.code}: {data[::-1].hex().upper()} is not BCD")
    number = Decimal(digits).scaleb(-identifier.decimals)
    return -number if negative and number else number


def _peak(identifier: Identifier, data: bytes) -> Value:
    number = _number(identifier, data[:_PEAK_SIZE])
    digits = _bcd(data[_PEAK_SIZE:])
    year, month, day, hour, minute = (digits[at : at + 2] for at in range(0, 10, 2))
    at = f"20{year}-{month}-{day}T{hour}:{minute}" if int(digits) else None
    return Value(identifier, number, at)


def _plain(form: Form, data: bytes) -> Plain:
    if form is Form.BITS:
        return int.from_bytes(data, "little")
    if form is Form.TEXT:
        return data[::-1].decode("ascii", "replace").strip("\0 ")
    digits = _bcd(data)
    if form is Form.DATE:
        return f"20{digits[:2]}-{digits[2:4]}-{digits[4:6]}"
    if form is Form.TIME:
        return f"{digits[:2]}:{digits[2:4]}:{digits[4:]}"
    return digits


def _bcd(data: bytes) -> str:
    digits = data[::-1].hex()
    if not digits.isdigit():
        raise BadFrame(f"{digits.upper()} is not BCD")
    return digits


def written(identifier: Identifier, number: Decimal) -> bytes:
    """Return the bytes of a number, as a meter says it.

    :raises BadFrame: if it does not fit
    """
    scaled = abs(number).scaleb(identifier.decimals)
    width = 2 * min(identifier.size, _PEAK_SIZE if identifier.form is Form.PEAK else 8)
    digits = f"{int(scaled):0{width}d}"
    if scaled != int(scaled) or len(digits) > width or (number < 0 and not identifier.signed):
        raise BadFrame(f"{number} does not fit {identifier.code}")
    raw = bytearray(bytes.fromhex(digits)[::-1])
    if identifier.signed and raw[-1] & _SIGN:
        raise BadFrame(f"{number} does not fit {identifier.code}")
    if number < 0:
        raw[-1] |= _SIGN
    return bytes(raw)

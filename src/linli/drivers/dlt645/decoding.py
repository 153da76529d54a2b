"""One frame for the engineer: what `./linli decode dlt645` prints."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from linli.drivers.dlt645 import codec, messages, values
from linli.drivers.dlt645.codec import Frame
from linli.drivers.dlt645.identifiers import class_of
from linli.drivers.dlt645.messages import Function, Variant
from linli.drivers.dlt645.values import Value
from linli.drivers.frames import BadFrame, from_hex
from linli.drivers.line import Decoder

Told = dict[str, Any]

_RELAY_SIZE = 16
_SECRET_AT, _SECRET_SIZE = 4, 8
_PASSWORDS = "04000C"
"""Identifiers under which -2007 keeps its passwords."""


def dlt645(text: str, options: Mapping[str, str]) -> Told:
    """Tell a frame. Of a password nothing is told.

    :raises BadFrame: if it is no whole, right frame
    """
    del options
    frame = codec.decode(from_hex(text))
    variant = messages.variant_of(frame)
    return {**_head(frame, variant), **_body(frame, variant)}


def _head(frame: Frame, variant: Variant) -> Told:
    names = messages.FUNCTIONS_2007 if variant is Variant.V2007 else messages.FUNCTIONS_1997
    told: Told = {
        "variant": str(variant),
        "addr": frame.address,
        "ctl": frame.control,
        "from": "meter" if frame.from_meter else "station",
        "function": names.get(frame.function, f"{frame.function:02X}H"),
    }
    return {**told, "more": True} if frame.more else told


def _body(frame: Frame, variant: Variant) -> Told:
    if frame.from_meter and frame.abnormal:
        return {"error_bits": list(messages.refusals(frame, variant)), **_raw(frame.data)}
    tell = _TELLING.get((variant, frame.function))
    if tell is None:
        return _raw(frame.data)
    return tell(frame, variant)


def _reading(frame: Frame, variant: Variant) -> Told:
    code = messages.identifier_of(frame, variant)
    rest = frame.data[messages.width_of(variant) :]
    if not frame.from_meter:
        return {"di": code, **_raw(rest)}
    return {"di": code, **_values(code, rest, partial=frame.more)}


def _next(frame: Frame, variant: Variant) -> Told:
    """Tell a following frame: its number stands last in -2007. Its data may begin in a value."""
    code = messages.identifier_of(frame, variant)
    rest = frame.data[messages.width_of(variant) :]
    if variant is Variant.V1997 or not rest:
        return {"di": code, **_raw(rest)}
    return {"di": code, "sequence": rest[-1], **_raw(rest[:-1])}


def _address(frame: Frame, variant: Variant) -> Told:
    del variant
    if not frame.from_meter:
        return _raw(frame.data)
    return {"meter": frame.data[::-1].hex().upper()}


def _time(frame: Frame, variant: Variant) -> Told:
    del variant
    return {"time": _moment(frame.data), **_raw(frame.data)}


def _writing(frame: Frame, variant: Variant) -> Told:
    """Tell a write: identifier, PA P0-P2 C0-C3 of -2007 (P0-P3 of -1997), data."""
    if frame.from_meter:
        return _raw(frame.data)
    code, width = messages.identifier_of(frame, variant), messages.width_of(variant)
    if code.startswith(_PASSWORDS):
        return {"di": code}
    secret = _SECRET_SIZE if variant is Variant.V2007 else _SECRET_AT
    return {"di": code, **_values(code, frame.data[width + secret :], partial=True)}


def _secret(frame: Frame, variant: Variant) -> Told:
    """Tell nothing of what begins with a password, or is one."""
    del variant
    return _raw(frame.data) if frame.from_meter else {}


def _relay(frame: Frame, variant: Variant) -> Told:
    del variant
    data = frame.data
    if frame.from_meter:
        return _raw(data)
    if len(data) != _RELAY_SIZE:
        return {"authority": data[:1].hex().upper(), "encrypted": True}
    word = messages.RELAY_COMMANDS.get(data[8], "command")
    return {
        "authority": data[:1].hex().upper(),
        "operator": data[7:3:-1].hex().upper(),
        "cmd": f"{word} {data[8]:02X}H",
        "until": _moment(data[10:]),
    }


_TELLING: Mapping[tuple[Variant, int], Callable[[Frame, Variant], Told]] = {
    (Variant.V2007, Function.READ): _reading,
    (Variant.V2007, Function.READ_NEXT): _next,
    (Variant.V2007, Function.READ_ADDRESS): _address,
    (Variant.V2007, Function.TIME): _time,
    (Variant.V2007, Function.WRITE): _writing,
    (Variant.V2007, Function.PASSWORD): _secret,
    (Variant.V2007, Function.CLEAR_DEMAND): _secret,
    (Variant.V2007, Function.CLEAR_METER): _secret,
    (Variant.V2007, Function.CLEAR_EVENTS): _secret,
    (Variant.V2007, Function.RELAY): _relay,
    (Variant.V1997, Function.READ_1997): _reading,
    (Variant.V1997, Function.READ_NEXT_1997): _next,
    (Variant.V1997, 0x04): _writing,
    (Variant.V1997, 0x0F): _secret,
    (Variant.V1997, 0x10): _secret,
}


def _values(code: str, data: bytes, *, partial: bool) -> Told:
    """Tell values; what is cut by a following frame, or unknown, is told raw."""
    try:
        found = values.read(code, data)
    except BadFrame:
        if not partial:
            raise
        found = None
    if found is None:
        kind = class_of(code)
        return {**({"name": kind.zh, "name_en": kind.en} if kind else {}), **_raw(data)}
    told = [_value(one) for one in found]
    return told[0] if len(told) == 1 else {"items": told}


def _value(one: Value) -> Told:
    identifier = one.identifier
    told: Told = {"di": identifier.code, "value": _plain(one.value), "unit": identifier.unit}
    if one.peak_at is not None:
        told["peak_at"] = one.peak_at
    return {**told, "name": identifier.name.zh, "name_en": identifier.name.en}


def _plain(value: values.Plain) -> float | int | str | None:
    if isinstance(value, Decimal):
        return int(value) if value.as_tuple().exponent == 0 else float(value)
    return value


def _moment(data: bytes) -> str | None:
    """Return ss mm hh DD MM YY as ISO 8601; None where that is no moment."""
    try:
        at = datetime.strptime(data[::-1].hex(), "%y%m%d%H%M%S").replace(tzinfo=messages.CHINA)
    except ValueError:
        return None
    return at.isoformat()


def _raw(data: bytes) -> Told:
    return {"data": data.hex().upper()} if data else {}


DECODERS: dict[str, Decoder] = {"dlt645": dlt645}

"""`./linli decode cjt188 HEX`."""

from collections.abc import Mapping
from typing import Any

from linli.drivers.cjt188 import body, codec
from linli.drivers.cjt188.body import Amount, Status, Told, Value
from linli.drivers.cjt188.codec import Frame, Identified
from linli.drivers.frames import from_hex
from linli.drivers.line import Decoder

_OPERATIONS = {codec.OPEN: "open", codec.CLOSE: "close"}
_STATUS = Status()
_STATUS_BYTES = 2
_SERIAL_AND_STATUS = 3


def decode(text: str, options: Mapping[str, str]) -> dict[str, Any]:
    """Return what a frame says, the status bits as the standard has them.

    :raises BadFrame: if it is none
    """
    del options
    frame = codec.decode(from_hex(text))
    out = _head(frame)
    if frame.abnormal:
        return out | _abnormal(frame)
    found = codec.identify(frame.data)
    if found is None:
        return out | ({"data": frame.data.hex().upper()} if frame.data else {})
    out |= {
        "di": f"{found.di:04X}",
        "di_order": "low_first" if found.low_first else "high_first",
        "ser": found.ser,
    }
    return out | (_answer(frame, found) if frame.answers else _request(found))


def _head(frame: Frame) -> dict[str, Any]:
    number = codec.from_address(frame.address)
    return {
        "meter_type": frame.kind,
        "family": codec.family(frame.kind).value,
        "addr_wire": frame.address.hex().upper(),
        "addr": number,
        "number": number[4:],
        "vendor": number[:4],
        "ctl": frame.control,
    }


def _abnormal(frame: Frame) -> dict[str, Any]:
    """An abnormal answer: a serial and the two status bytes; some meters say less."""
    out: dict[str, Any] = {"abnormal": True, "data": frame.data.hex().upper()}
    if len(frame.data) != _SERIAL_AND_STATUS:
        return out
    return out | {"ser": frame.data[0]} | _told(body.told(frame.data[1:], _STATUS))


def _request(found: Identified) -> dict[str, Any]:
    if found.di == codec.VALVE and len(found.body) == 1 and found.body[0] in _OPERATIONS:
        return {"op": _OPERATIONS[found.body[0]]}
    return _rest(found)


def _answer(frame: Frame, found: Identified) -> dict[str, Any]:
    if found.di == codec.VALVE and len(found.body) == _STATUS_BYTES:
        return _told(body.told(found.body, _STATUS))
    if not found.body:
        return {}
    kind = codec.family(frame.kind)
    named = body.fields(di=found.di, family=kind, body=found.body, status=_STATUS)
    if not named:
        return _rest(found)
    months = body.month(found.di)
    out: dict[str, Any] = {} if months is None else {"months_ago": months}
    for name, value in named.items():
        out |= _shown(name, value)
    return out


def _rest(found: Identified) -> dict[str, Any]:
    return {"data": found.body.hex().upper()} if found.body else {}


def _shown(name: str, value: Value) -> dict[str, Any]:
    if isinstance(value, Amount):
        return {name: value.value, f"{name}_unit": value.unit}
    if isinstance(value, Told):
        return _told(value)
    return {name: value}


def _told(told: Told) -> dict[str, Any]:
    return {
        "valve": told.valve,
        "battery": "low" if told.battery_low else "normal",
        "status": f"{told.raw:04X}",
    }


DECODERS: dict[str, Decoder] = {"cjt188": decode}

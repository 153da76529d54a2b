"""What a message says, for the engineer.

A request and its response are told apart by their shape, as the bytes do not say which they are.
Each reader is given the data behind the function code, and returns None where the data has not its
shape. Where both shapes fit (17 to 24 coils), it is held a request.
"""

from collections.abc import Callable, Mapping
from typing import Any

from linli.drivers.frames import BadFrame
from linli.drivers.modbus.pdu import (
    EXCEPTIONS,
    MOST_COILS,
    MOST_COILS_WRITTEN,
    MOST_REGISTERS,
    MOST_WRITTEN,
    OFF,
    ON,
    READ_COILS,
    READ_DISCRETE,
    READ_HOLDING,
    READ_INPUT,
    REFUSED,
    WRITE_COIL,
    WRITE_COILS,
    WRITE_REGISTER,
    WRITE_REGISTERS,
    bits,
    registers,
)

_READ_STATUS, _DIAGNOSE, _SERVER_ID, _MASK_WRITE, _READ_WRITE, _IDENTIFY = 7, 8, 17, 22, 23, 43

Fields = dict[str, Any]
Reader = Callable[[int, bytes], Fields | None]


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "big")


def _read_request(code: int, data: bytes) -> Fields | None:
    most = MOST_COILS if code <= READ_DISCRETE else MOST_REGISTERS
    if len(data) != 4 or not 1 <= _word(data, 2) <= most:  # noqa: PLR2004
        return None
    return _spanned(data, "request")


def _spanned(data: bytes, kind: str) -> Fields | None:
    address, count = _word(data, 0), _word(data, 2)
    if address + count > 1 << 16:
        return None
    return {"kind": kind, "addr": address, "count": count}


def _counted(data: bytes) -> bytes | None:
    """Return the bytes behind a count of bytes, if they are as many."""
    return data[1:] if data and 0 < data[0] == len(data) - 1 else None


def _read_response(code: int, data: bytes) -> Fields | None:
    body = _counted(data)
    if body is None:
        return None
    if code <= READ_DISCRETE:
        return {"kind": "response", "bytes": len(body), "values": bits(body)}
    if len(body) % 2:
        return None
    return {"kind": "response", "bytes": len(body), "registers": registers(body)}


def _coil_written(code: int, data: bytes) -> Fields | None:
    if len(data) != 4 or data[2:] not in (ON, OFF):  # noqa: PLR2004
        return None
    return {"kind": "request_or_echo", "addr": _word(data, 0), "value": data[2:] == ON}


def _register_written(code: int, data: bytes) -> Fields | None:
    if len(data) != 4:  # noqa: PLR2004
        return None
    return {"kind": "request_or_echo", "addr": _word(data, 0), "value": _word(data, 2)}


def _many_request(code: int, data: bytes) -> Fields | None:
    body = _counted(data[4:])
    span = _spanned(data, "request")
    if body is None or span is None:
        return None
    coils = code == WRITE_COILS
    count = span["count"]
    if not 1 <= count <= (MOST_COILS_WRITTEN if coils else MOST_WRITTEN):
        return None
    if len(body) != ((count + 7) // 8 if coils else 2 * count):
        return None
    told = {"values": bits(body)[:count]} if coils else {"registers": registers(body)}
    return span | {"bytes": len(body)} | told


def _many_response(code: int, data: bytes) -> Fields | None:
    most = MOST_COILS_WRITTEN if code == WRITE_COILS else MOST_WRITTEN
    if len(data) != 4 or not 1 <= _word(data, 2) <= most:  # noqa: PLR2004
        return None
    return _spanned(data, "response")


def _mask_written(code: int, data: bytes) -> Fields | None:
    if len(data) != 6:  # noqa: PLR2004
        return None
    masks = {"and_mask": _word(data, 2), "or_mask": _word(data, 4)}
    return {"kind": "request_or_echo", "addr": _word(data, 0)} | masks


def _read_write_request(code: int, data: bytes) -> Fields | None:
    body = _counted(data[8:])
    span = _read_request(READ_HOLDING, data[:4])
    if body is None or span is None or len(body) != 2 * _word(data, 6):
        return None
    written = {"write_addr": _word(data, 4), "write_count": _word(data, 6)}
    return span | written | {"bytes": len(body), "registers": registers(body)}


def _bare(code: int, data: bytes) -> Fields | None:
    return {"kind": "request"} if not data else None


def _status(code: int, data: bytes) -> Fields | None:
    return {"kind": "response", "value": data[0]} if len(data) == 1 else None


def _diagnosed(code: int, data: bytes) -> Fields | None:
    if len(data) < 4 or len(data) % 2:  # noqa: PLR2004
        return None
    return {"kind": "request_or_echo", "sub": _word(data, 0), "registers": registers(data[2:])}


def _server_told(code: int, data: bytes) -> Fields | None:
    body = _counted(data)
    return None if body is None else {"kind": "response", "data": body.hex().upper()}


def _identify_request(code: int, data: bytes) -> Fields | None:
    if len(data) != 3 or data[0] != 0x0E or not 1 <= data[1] <= 4:  # noqa: PLR2004
        return None
    return {"kind": "request", "mei": data[0], "level": data[1], "object": data[2]}


def _identified(code: int, data: bytes) -> Fields | None:
    if len(data) < 6 or data[0] != 0x0E:  # noqa: PLR2004
        return None
    objects, rest = {}, data[6:]
    for _ in range(data[5]):
        if len(rest) < 2 or len(rest) < 2 + rest[1]:  # noqa: PLR2004
            return None
        objects[str(rest[0])] = rest[2 : 2 + rest[1]].decode("utf-8", "backslashreplace")
        rest = rest[2 + rest[1] :]
    return None if rest else {"kind": "response", "mei": data[0], "objects": objects}


_SHAPES: Mapping[int, tuple[Reader, ...]] = {
    **dict.fromkeys(
        (READ_COILS, READ_DISCRETE, READ_HOLDING, READ_INPUT), (_read_request, _read_response)
    ),
    WRITE_COIL: (_coil_written,),
    WRITE_REGISTER: (_register_written,),
    _READ_STATUS: (_bare, _status),
    _DIAGNOSE: (_diagnosed,),
    WRITE_COILS: (_many_request, _many_response),
    WRITE_REGISTERS: (_many_request, _many_response),
    _SERVER_ID: (_bare, _server_told),
    _MASK_WRITE: (_mask_written,),
    _READ_WRITE: (_read_write_request, _read_response),
    _IDENTIFY: (_identify_request, _identified),
}


def tell(message: bytes) -> Fields:
    """Return what a message says, request or response, with `fc` as it stands on the wire.

    :raises BadFrame: if the function code is unknown, or the data has no shape of it
    """
    if not message:
        raise BadFrame("no function code")
    code, data = message[0], message[1:]
    if code & REFUSED:
        return _refusal(code, data)
    if code not in _SHAPES:
        raise BadFrame(f"there is no function {code}")
    for reader in _SHAPES[code]:
        found = reader(code, data)
        if found is not None:
            return {"fc": code} | found
    raise BadFrame(f"{len(data)} bytes of data are neither a request nor a response of {code}")


def _refusal(code: int, data: bytes) -> Fields:
    if code ^ REFUSED not in _SHAPES:
        raise BadFrame(f"there is no function {code ^ REFUSED}")
    if len(data) != 1 or data[0] not in EXCEPTIONS:
        raise BadFrame(f"{data.hex(' ').upper()} is no exception")
    told = {"exception": data[0], "reason": EXCEPTIONS[data[0]]}
    return {"fc": code, "kind": "response"} | told

"""The bytes that ask a device for a service, as a table describes them."""

import struct
from collections.abc import Mapping

from linli.drivers.payload.forms import Request, Scalar, Slot
from linli.kernel.fault import Fault

_BITS = 8


class BadRequest(Fault):
    """An argument does not fit into the request; `why` names it."""

    key = "drivers.bad_request"
    status = 422

    def __init__(self, why: str) -> None:
        super().__init__(why=why)
        self.why = why


def pack(request: Request, args: Mapping[str, Scalar]) -> bytes:
    """Return the bytes of a request.

    :raises BadRequest: if an argument is missing or does not fit
    """
    out = bytearray.fromhex(request.hex)
    for slot in request.slots:
        if slot.argument not in args:
            raise BadRequest(f"{slot.argument}: missing")
        raw = _bytes(slot, _raw(slot, args[slot.argument]))
        if slot.at + len(raw) > len(out):
            raise BadRequest(f"{slot.argument}: beyond the request")
        out[slot.at : slot.at + len(raw)] = raw
    return bytes(out)


def _raw(slot: Slot, value: Scalar) -> float:
    if slot.values:
        word = str(value).lower() if isinstance(value, bool) else str(value)
        if word not in slot.values:
            raise BadRequest(f"{slot.argument}: {word[:40]}")
        return slot.values[word]
    if isinstance(value, str):
        raise BadRequest(f"{slot.argument}: no number")
    return (value - slot.offset) / slot.scale


def _bytes(slot: Slot, raw: float) -> bytes:
    endian = slot.endian or "big"
    if slot.type.startswith("f"):
        mark = (">" if endian == "big" else "<") + ("f" if slot.type == "f32" else "d")
        return struct.pack(mark, raw)
    width = int(slot.type.lstrip("uibcd")) // _BITS
    try:
        if not slot.type.startswith("bcd"):
            return round(raw).to_bytes(width, endian, signed=slot.type.startswith("i"))
        digits = bytes.fromhex(f"{round(raw):0{width * 2}d}")
    except (OverflowError, ValueError):
        raise BadRequest(f"{slot.argument}: out of range") from None
    if len(digits) != width:
        raise BadRequest(f"{slot.argument}: out of range")
    return digits if endian == "big" else digits[::-1]

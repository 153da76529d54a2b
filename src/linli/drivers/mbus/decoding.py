"""`./linli decode mbus HEX`."""

from collections.abc import Mapping
from typing import Any

import msgspec

from linli.drivers.frames import from_hex
from linli.drivers.line import Decoder
from linli.drivers.mbus import codec
from linli.drivers.mbus.records import MEDIA, read

_NAMES = {
    codec.NORMALISE: "SND_NKE",
    codec.SELECT: "SND_UD",
    codec.SEND: "SND_UD",
    codec.REQUEST: "REQ_UD2",
    codec.REQUEST_AGAIN: "REQ_UD2",
}


def mbus(text: str, options: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of one frame.

    :raises BadFrame: if it is no whole, right frame
    """
    frame = codec.decode(from_hex(text))
    if frame.c is None:
        return {"kind": "ack"}
    told: dict[str, Any] = {"kind": _kind(frame.c), "c": frame.c, "address": frame.a}
    if frame.ci is None:
        return told
    told["ci"] = frame.ci
    if frame.c & codec.RESPONSE_MASK != codec.RESPONSE:
        return told | {"data": frame.data.hex().upper()}
    telegram = read(frame)
    items = [msgspec.to_builtins(record) for record in telegram.records]
    return told | {
        "id": telegram.identity,
        "manufacturer": telegram.manufacturer,
        "version": telegram.version,
        "medium": MEDIA.get(telegram.medium, f"0x{telegram.medium:02X}"),
        "secondary": telegram.secondary,
        "access": telegram.access,
        "status": telegram.status,
        "more": telegram.more,
        **({"unread": list(telegram.unread)} if telegram.unread else {}),
        **(items[0] if len(items) == 1 else {"items": items}),
    }


def _kind(c: int) -> str:
    return "RSP_UD" if c & codec.RESPONSE_MASK == codec.RESPONSE else _NAMES.get(c, f"0x{c:02X}")


DECODERS: dict[str, Decoder] = {"mbus": mbus}

"""What an engineer is shown of messages: no whole card, no vehicle, no password."""

from functools import cache
from typing import Any

import msgspec

from linli.drivers.ykc import codec
from linli.drivers.ykc.layout import Body, layout

_SHOWN = 4
_LAST_FOUR = frozenset({"card", "card_face"})
_LEFT_OUT = frozenset({"password_md5", "username", "password"})
_VIN = "*" * 17
_HIDDEN = _LAST_FOUR | _LEFT_OUT | {"vin", "cards"}


def frame(whole: bytes, body: Body | None) -> bytes:
    """Return a frame as it may be kept."""
    if body is None or not _hides(type(body)):
        return whole
    found = codec.decode(whole)
    return codec.enframe(found.type, covered(body, found.raw), seq=found.seq)


def covered(body: Body | None, raw: bytes) -> bytes:
    """Return the bytes of a body with the last four signs of a card only; the rest as it came."""
    if body is None or not _hides(type(body)):
        return raw
    found, at = bytearray(raw), 0
    for name, field in layout(type(body)):
        value, end = field.take(raw, at)
        if (shown := _shown(name, value)) != value:
            found[at:end] = field.put(shown)
        at = end
    return bytes(found)


@cache
def _hides(kind: type[Body]) -> bool:
    return not _HIDDEN.isdisjoint(kind.__struct_fields__)


def _shown(name: str, value: Any) -> Any:
    if name in _LAST_FOUR:
        return value[-_SHOWN:].zfill(len(value))
    if name == "vin":
        return value and _VIN
    if name == "cards":
        return tuple(_row(row) for row in value)
    return "" if name in _LEFT_OUT else value


def _row(row: Body) -> Body:
    hidden = {name: _shown(name, getattr(row, name)) for name in row.__struct_fields__}
    return msgspec.structs.replace(row, **hidden)

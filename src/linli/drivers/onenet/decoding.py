"""`./linli decode onenet`: a push of OneNET, as JSON. Its signature is not looked at."""

from collections.abc import Mapping
from typing import Any

from linli.drivers.frames import BadFrame
from linli.drivers.line import Decoder
from linli.drivers.onenet.codec import Item, envelope, items, texts
from linli.drivers.reading import BadPayload

_MILLIS = 1000


def decode(text: str, _options: Mapping[str, str]) -> dict[str, Any]:
    """Return imei, device_id, time_ms, stream and value, or online; several as `items`.

    :raises BadFrame: if it is no push
    """
    try:
        found = items(texts(envelope(text.strip().encode()))[0])
    except BadPayload as bad:
        raise BadFrame(bad.why) from bad
    if not found:
        raise BadFrame("no message")
    told = [_told(item) for item in found]
    return told[0] if len(told) == 1 else {"items": told}


def _told(item: Item) -> dict[str, Any]:
    said: dict[str, Any] = {
        "imei": item.imei,
        "device_id": item.device_id,
        "time_ms": None if item.at is None else round(item.at * _MILLIS),
        "stream": item.stream,
        "value": item.value,
        "online": item.online,
    }
    if item.answer is not None:
        said["task"], said["ok"], said["reason"] = item.answer
    return {name: value for name, value in said.items() if value is not None and value != ""}


DECODERS: dict[str, Decoder] = {"onenet": decode}

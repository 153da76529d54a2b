"""`./linli decode coap`: a body as devices post it, as JSON or as the hex of CBOR."""

import time
from collections.abc import Mapping
from typing import Any

from linli.drivers.coap.codec import CBOR, as_json
from linli.drivers.frames import BadFrame, from_hex
from linli.drivers.line import Decoder
from linli.drivers.plain import codec as plain
from linli.drivers.reading import BadPayload, Reading
from linli.drivers.senml import cbor
from linli.drivers.senml import codec as senml


def decode(text: str, options: Mapping[str, str]) -> dict[str, Any]:
    """Return `items`: [name, unit, time, value] of each reading; time null where none was said.

    Bytes that are no CBOR are told as `payload_hex`: only a device's table knows them.

    :raises BadFrame: if it is neither JSON nor hex, or JSON that holds no readings
    """
    told = text.strip()
    now = float(options["now"]) if "now" in options else time.time()
    if told[:1] in ("[", "{"):
        try:
            return _items(_from_json(told.encode(), now=now))
        except BadPayload as bad:
            raise BadFrame(bad.why) from bad
    data = from_hex(told)
    for read in (_from_pack, _from_cbor):
        try:
            return _items(read(data, now=now))
        except BadPayload:
            continue
    return {"payload_hex": data.hex()}


def _from_json(body: bytes, *, now: float) -> list[Reading]:
    return senml.readings(body, now=now) if senml.looks_like(body) else plain.readings(body)


def _from_pack(data: bytes, *, now: float) -> list[Reading]:
    return cbor.readings(data, now=now)


def _from_cbor(data: bytes, *, now: float) -> list[Reading]:
    return _from_json(as_json(data, kind=CBOR), now=now)


def _items(found: list[Reading]) -> dict[str, Any]:
    return {"items": [[one.name, one.unit, one.at, one.value] for one in found]}


DECODERS: dict[str, Decoder] = {"coap": decode}

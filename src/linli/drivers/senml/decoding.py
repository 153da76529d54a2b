"""`./linli decode senml`: a pack as JSON, or as the hex of CBOR, resolved record by record."""

import time
from collections.abc import Mapping
from typing import Any

from linli.drivers.frames import BadFrame, from_hex
from linli.drivers.line import Decoder
from linli.drivers.reading import BadPayload
from linli.drivers.senml import cbor, codec
from linli.drivers.senml.pack import Resolved, resolve


def decode(text: str, options: Mapping[str, str]) -> dict[str, Any]:
    """Return `items`: [name, unit, time, value] of each record; data stays base64url.

    `sums`, by name, where records have any. Relative times count from option `now`, or from the
    clock.

    :raises BadFrame: if it is no pack that may be read
    """
    told = text.strip()
    now = float(options["now"]) if "now" in options else time.time()
    try:
        is_json = told[:1] in ("[", "{")
        found = codec.records(told.encode()) if is_json else cbor.records(from_hex(told))
        items = resolve(found, now=now)
    except BadPayload as bad:
        raise BadFrame(bad.why) from bad
    if not items:
        raise BadFrame("no record")
    sums = {one.name: one.sum for one in items if one.sum is not None}
    told_items = {"items": [_item(one) for one in items]}
    return {**told_items, "sums": sums} if sums else told_items


def _item(one: Resolved) -> list[Any]:
    return [one.name, one.unit, one.at, one.data if one.data is not None else one.value]


DECODERS: dict[str, Decoder] = {"senml": decode}

"""SenML in JSON (RFC 8428 section 5): packs from bytes to readings. Clauses are of that RFC."""

from collections.abc import Iterable

import msgspec

from linli.drivers.reading import BadPayload, Reading
from linli.drivers.senml.pack import MOST, Record, Resolved, resolve

_records = msgspec.json.Decoder(list[Record])
_keys = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])


def looks_like(payload: bytes) -> bool:
    """Tell whether a JSON list is SenML rather than a list of plain objects."""
    head = payload.lstrip()[:4096]
    return head[:1] == b"[" and any(
        label in head for label in (b'"n"', b'"bn"', b'"v"', b'"vb"', b'"vs"')
    )


def readings(payload: bytes, *, now: float) -> list[Reading]:
    """Return the readings of a pack, in its order. `now` is what relative times count from.

    :raises BadPayload: if it is no SenML, of a later version, or has a label that must be
        understood (4.4) and is not
    """
    return as_readings(resolve(records(payload), now=now))


def records(payload: bytes) -> list[Record]:
    """Return the records of a pack as they stand.

    :raises BadPayload: if it is no SenML, or has a label that must be understood (4.4) and is not
    """
    try:
        found = _records.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadPayload("not_senml") from error
    if len(found) > MOST:
        raise BadPayload("too_large")
    if b'_"' in payload or b"\\u005" in payload:
        _refuse_must_understand(payload)
    return found


def as_readings(found: Iterable[Resolved]) -> list[Reading]:
    """Return resolved records as readings.

    :raises BadPayload: if one holds data, or a sum alone: no property of a device does
    """
    out = []
    for one in found:
        if one.value is None:
            raise BadPayload("senml_value")
        out.append(Reading(one.name, one.value, one.at, one.unit))
    return out


def _refuse_must_understand(payload: bytes) -> None:
    try:
        found = _keys.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadPayload("not_senml") from error
    if any(key.endswith("_") for keys in found for key in keys):
        raise BadPayload("senml_label")

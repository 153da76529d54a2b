"""SenML in CBOR (RFC 8428 section 6): the same packs, with the integers of table 6 for labels.

What comes is hostile: duplicate keys, cycles, dates and whatever else CBOR can say that SenML
does not are refused; decimal fractions (tag 4) are numbers.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any

import cbor2
import msgspec

from linli.drivers.plain.codec import as_float
from linli.drivers.reading import BadPayload, Reading
from linli.drivers.senml.codec import as_readings
from linli.drivers.senml.pack import MOST, Record, resolve

LABELS = {
    -1: "bver", -2: "bn", -3: "bt", -4: "bu", -5: "bv", -6: "bs",
    0: "n", 1: "u", 2: "v", 3: "vs", 4: "vb", 5: "s", 6: "t", 7: "ut", 8: "vd",
}  # fmt: skip
"""Table 6 (section 6)."""
_NUMBERS = {name: number for number, name in LABELS.items()}
_DEEPEST = 8
_SHARING = (25, 28, 29, 256)
"""Tags by which CBOR says one thing many times over: a few bytes would become gigabytes."""


def readings(payload: bytes, *, now: float) -> list[Reading]:
    """Return the readings of a pack, in its order. `now` is what relative times count from.

    :raises BadPayload: as `senml.codec.readings` does
    """
    return as_readings(resolve(records(payload), now=now))


def records(payload: bytes) -> list[Record]:
    """Return the records of a pack as they stand.

    :raises BadPayload: if it is no SenML, or has a label that must be understood (4.4) and is not
    """
    found = loads(payload)
    if not isinstance(found, list):
        raise BadPayload("not_senml")
    if len(found) > MOST:
        raise BadPayload("too_large")
    return [_record(entry) for entry in found]


def loads(payload: bytes) -> Any:
    """Return what CBOR says, one item and nothing behind it.

    :raises BadPayload: if it is none, or says what JSON could not
    """
    stream = BytesIO(payload)
    try:
        found = cbor2.CBORDecoder(
            stream,
            max_depth=_DEEPEST,
            allow_duplicate_keys=False,
            read_size=1,
            semantic_decoders=dict.fromkeys(_SHARING, _refuse),
        ).decode()
    except (cbor2.CBORError, ValueError, ArithmeticError, RecursionError, MemoryError) as error:
        raise BadPayload("not_cbor") from error
    if stream.tell() != len(payload):
        raise BadPayload("not_cbor")
    return _plain(found)


def dumps(records: Sequence[Mapping[str, Any]]) -> bytes:
    """Return a pack that is given in the labels of JSON."""
    return cbor2.dumps(
        [
            {
                _NUMBERS.get(name, name): _from_base64(value) if name == "vd" else value
                for name, value in record.items()
            }
            for record in records
        ]
    )


def _refuse(_item: object, _immutable: bool = False) -> Any:
    raise ValueError("shared values")


def _record(entry: object) -> Record:
    if not isinstance(entry, dict):
        raise BadPayload("not_senml")
    named = {_label(key): value for key, value in entry.items()}
    if len(named) != len(entry):
        raise BadPayload("not_senml")
    data = named.get("vd")
    if isinstance(data, bytes):
        named["vd"] = urlsafe_b64encode(data).rstrip(b"=").decode()
    try:
        return msgspec.convert(named, Record)
    except msgspec.ValidationError as error:
        raise BadPayload("not_senml") from error


def _label(key: object) -> str:
    """Return a label of JSON; unknown numbers stay, for they need not be understood."""
    if isinstance(key, int) and not isinstance(key, bool):
        return LABELS.get(key, str(key))
    if not isinstance(key, str):
        raise BadPayload("not_senml")
    if key.endswith("_"):
        raise BadPayload("senml_label")
    return key


def _plain(found: object) -> Any:
    """Return what JSON can say as well, and bytes.

    :raises BadPayload: for anything else
    """
    if found is None or isinstance(found, bool | str | bytes):
        return found
    if isinstance(found, int | float | Decimal):
        return _number(found)
    if isinstance(found, list):
        return [_plain(one) for one in found]
    if isinstance(found, dict):
        return {key: _plain(value) for key, value in found.items()}
    raise BadPayload("not_cbor")


def _number(found: int | float | Decimal) -> int | float:
    if isinstance(found, int) and abs(found) < 2**53:
        return found
    try:
        return as_float(float(found))
    except (OverflowError, ValueError) as error:
        raise BadPayload("not_a_value") from error


def _from_base64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))

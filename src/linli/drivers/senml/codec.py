"""SenML packs from bytes, resolved as RFC 8428 section 4.6 says. Clauses are of that RFC."""

import re

import msgspec

from linli.drivers.plain.codec import as_float
from linli.drivers.reading import BadPayload, Reading

_VERSION = 10
_RELATIVE_BELOW = 2**28
"""Times below it are relative to now (4.5.3)."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-:./_]*", re.ASCII)
_MOST = 20_000


class _Record(msgspec.Struct, frozen=True):
    """The labels of table 4 (section 4.3)."""

    bn: str = ""
    bt: float = 0.0
    bu: str = ""
    bv: float | None = None
    bs: float | None = None
    bver: int | None = None
    n: str = ""
    u: str = ""
    v: float | None = None
    vs: str | None = None
    vb: bool | None = None
    vd: str | None = None
    s: float | None = None
    t: float = 0.0
    ut: float | None = None


_records = msgspec.json.Decoder(list[_Record])
_keys = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])


class _Base:
    """Base values: they hold from their record on (4.1)."""

    def __init__(self) -> None:
        self.name, self.time, self.unit = "", 0.0, ""
        self.value: float | None = None

    def learn(self, record: _Record) -> None:
        self.name = record.bn or self.name
        self.time = record.bt or self.time
        self.unit = record.bu or self.unit
        self.value = record.bv if record.bv is not None else self.value


def looks_like(payload: bytes) -> bool:
    """Tell whether a JSON list is SenML rather than a list of plain objects."""
    head = payload[:4096]
    return payload.lstrip()[:1] == b"[" and any(
        label in head for label in (b'"n"', b'"bn"', b'"v"', b'"vb"', b'"vs"')
    )


def readings(payload: bytes, *, now: float) -> list[Reading]:
    """Return the readings of a pack, in its order. `now` is what relative times count from.

    :raises BadPayload: if it is no SenML, of a later version, or has a label that must be
        understood (4.4) and is not
    """
    try:
        records = _records.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadPayload("not_senml") from error
    if len(records) > _MOST:
        raise BadPayload("too_large")
    if b'_"' in payload:
        _refuse_must_understand(payload)
    base, out = _Base(), []
    for record in records:
        if record.bver is not None and record.bver > _VERSION:
            raise BadPayload("senml_version")
        base.learn(record)
        reading = _resolve(record, base, now)
        if reading is not None:
            out.append(reading)
    return out


def _refuse_must_understand(payload: bytes) -> None:
    if any(key.endswith("_") for keys in _keys.decode(payload) for key in keys):
        raise BadPayload("senml_label")


def _resolve(record: _Record, base: _Base, now: float) -> Reading | None:
    """Return the reading of a record; None where it holds base values alone (4.2)."""
    value = _value(record, base)
    if value is None:
        if record.n or record.vd is not None or record.s is not None:
            raise BadPayload("senml_value")
        return None
    name = base.name + record.n
    if not _NAME.fullmatch(name):
        raise BadPayload("senml_name")
    at = base.time + record.t
    return Reading(name, value, at + now if at < _RELATIVE_BELOW else at, record.u or base.unit)


def _value(record: _Record, base: _Base) -> float | bool | str | None:
    if record.vb is not None:
        return record.vb
    if record.vs is not None:
        return record.vs
    if record.v is None and (base.value is None or not record.n):
        return None
    return as_float((record.v or 0.0) + (base.value or 0.0))

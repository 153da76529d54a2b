"""SenML packs (RFC 8428) resolved, whatever they were written in. Clauses are of that RFC."""

import re
from collections.abc import Iterable

import msgspec

from linli.drivers.plain.codec import as_float
from linli.drivers.reading import BadPayload

VERSION = 10
MOST = 20_000
RELATIVE_BELOW = 2**28
"""Times below it are relative to now (4.5.3)."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-:./_]*", re.ASCII)


class Record(msgspec.Struct, frozen=True):
    """The labels of table 4 (section 4.3). `vd` is base64url."""

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


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """A record by itself (4.6): its whole name, its unit, its time in epoch seconds.

    `value` is None where it has data or a sum alone. `data` is base64url, as it came.
    """

    name: str
    unit: str
    at: float
    value: float | bool | str | None
    data: str | None
    sum: float | None


class _Base:
    """Base values: they hold from their record on (4.1)."""

    def __init__(self) -> None:
        self.name, self.time, self.unit = "", 0.0, ""
        self.value: float | None = None
        self.sum: float | None = None

    def learn(self, record: Record) -> None:
        self.name = record.bn or self.name
        self.time = record.bt or self.time
        self.unit = record.bu or self.unit
        self.value = record.bv if record.bv is not None else self.value
        self.sum = record.bs if record.bs is not None else self.sum


def resolve(records: Iterable[Record], *, now: float) -> list[Resolved]:
    """Return the records of a pack by themselves, in its order, without those of base values alone.

    :raises BadPayload: if it is of a later version, or has a record without a name or a value
    """
    base, out = _Base(), []
    for record in records:
        if record.bver is not None and record.bver > VERSION:
            raise BadPayload("senml_version")
        base.learn(record)
        found = _resolve(record, base, now)
        if found is not None:
            out.append(found)
    return out


def _resolve(record: Record, base: _Base, now: float) -> Resolved | None:
    """Return what a record says; None where it holds base values alone (4.2)."""
    value, total = _value(record, base), _sum(record, base)
    if value is None and record.vd is None and total is None:
        if record.n:
            raise BadPayload("senml_value")
        return None
    name = base.name + record.n
    if not NAME.fullmatch(name):
        raise BadPayload("senml_name")
    at = base.time + record.t
    return Resolved(
        name=name,
        unit=record.u or base.unit,
        at=as_float(at + now if at < RELATIVE_BELOW else at),
        value=value,
        data=record.vd,
        sum=total,
    )


def _value(record: Record, base: _Base) -> float | bool | str | None:
    if record.vb is not None:
        return record.vb
    if record.vs is not None:
        return record.vs
    if record.vd is not None:
        return None
    if record.v is None and (base.value is None or not record.n):
        return None
    return as_float((record.v or 0.0) + (base.value or 0.0))


def _sum(record: Record, base: _Base) -> float | None:
    if record.s is None:
        return None
    return as_float(record.s + (base.sum or 0.0))

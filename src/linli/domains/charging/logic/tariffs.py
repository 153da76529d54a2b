"""Tariffs as the catalogue writes them: by the hour, electricity and service apart."""

import tomllib
from collections.abc import Sequence
from datetime import datetime, time, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from linli.kernel.fault import Fault
from linli.kernel.period import seconds
from linli.kernel.words import Words

CHINA = timezone(timedelta(hours=8))
"""One time in the whole country, and no summer time."""

_DAY_MIN = 24 * 60
_PER_YUAN = 10_000


class BadTariff(Fault):
    key = "charging.bad_tariff"
    status = 422


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the day and its prices, in ten-thousandths of a yuan for a kWh. Minutes of the day;
    `to_min` is not included and may be 1440.
    """

    kind: str
    from_min: int
    to_min: int
    electricity_e4: int
    service_e4: int


class Grade(msgspec.Struct, frozen=True, kw_only=True):
    """Service by the hour, for sockets: up to a power, ten-thousandths of a yuan for an hour."""

    up_to_w: int
    hour_e4: int


class Idle(msgspec.Struct, frozen=True, kw_only=True):
    """What it costs to stay plugged in after the end: by whole minutes past `grace_s`, not between
    `free_from_min` and `free_to_min`, `most_fen` at most.
    """

    grace_s: float
    minute_fen: int
    most_fen: int
    free_from_min: int = 0
    free_to_min: int = 0


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """Energy bought beforehand for some days; what is left of it is paid back for the asking."""

    id: str
    name: Words
    price_fen: int
    days: int
    energy_wh: int


class Tariff(msgspec.Struct, frozen=True, kw_only=True):
    """A whole tariff. `hold_fen` is set aside at the start, `least_fen` is the least that will do;
    `stretches` cover the day from 0 to 1440 in order.
    """

    id: str
    name: Words
    kind: str
    stretches: tuple[Stretch, ...]
    hold_fen: int
    least_fen: int
    grades: tuple[Grade, ...] = ()
    idle: Idle | None = None
    packages: tuple[Package, ...] = ()
    source: str = ""

    def at(self, moment: datetime) -> Stretch:
        """Return the stretch of the day in which a moment lies."""
        minute = minute_of(moment)
        return next(one for one in self.stretches if one.from_min <= minute < one.to_min)

    def package(self, id: str) -> Package | None:
        """Return a package that is sold here."""
        return next((one for one in self.packages if one.id == id), None)


class _WrittenStretch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: str
    electricity: str
    service: str
    hours: list[str]


class _WrittenGrade(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    up_to_w: int
    yuan_per_hour: str


class _WrittenIdle(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    grace: str
    yuan_per_minute: str
    most_yuan: str
    free: str = ""


class _WrittenPackage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    name: Words
    yuan: str
    days: int
    kwh: str


class _Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tariff as it stands in its file. Prices are yuan, written as text so that none is a float;
    hours are `08:00-12:00`.
    """

    id: str
    name: Words
    kind: str
    hold_yuan: str
    least_yuan: str
    period: list[_WrittenStretch]
    grade: list[_WrittenGrade] = []
    idle: _WrittenIdle | None = None
    package: list[_WrittenPackage] = []
    source: str = ""
    row: list[dict[str, Any]] = []
    """Rows of the table test: what was charged, and what it costs. They are documentation too."""


def load(text: str) -> Tariff:
    """Return the tariff of a file.

    :raises BadTariff: if it is not written right; the day has a hole, or an hour two prices
    """
    try:
        written = msgspec.convert(tomllib.loads(text), _Written)
        return _tariff(written)
    except (ValueError, msgspec.ValidationError, InvalidOperation) as error:
        raise BadTariff(reason=str(error)[:200]) from error


def rows(text: str) -> list[dict[str, Any]]:
    """Return the rows of the table that a tariff's file holds."""
    return msgspec.convert(tomllib.loads(text), _Written).row


def minute_of(moment: datetime) -> int:
    """Return the minute of the day, in China's time."""
    local = moment.astimezone(CHINA)
    return local.hour * 60 + local.minute


def next_boundary(tariff: Tariff, moment: datetime) -> datetime:
    """Return the first moment after this one at which a price may change."""
    local = moment.astimezone(CHINA)
    midnight = datetime.combine(local.date(), time(), CHINA)
    return midnight + timedelta(minutes=tariff.at(moment).to_min)


def _tariff(written: _Written) -> Tariff:
    stretches = sorted(
        (one for each in written.period for one in _stretches(each)), key=lambda one: one.from_min
    )
    _cover_the_day(stretches)
    if written.kind not in {"ev", "ebike"}:
        raise BadTariff(reason=f"kind: {written.kind}")
    return Tariff(
        id=written.id,
        name=written.name,
        kind=written.kind,
        source=written.source,
        hold_fen=_fen(written.hold_yuan),
        least_fen=_fen(written.least_yuan),
        stretches=tuple(stretches),
        grades=tuple(
            Grade(up_to_w=one.up_to_w, hour_e4=_e4(one.yuan_per_hour))
            for one in sorted(written.grade, key=lambda one: one.up_to_w)
        ),
        idle=_idle(written.idle),
        packages=tuple(_package(one) for one in written.package),
    )


def _stretches(written: _WrittenStretch) -> list[Stretch]:
    prices = {
        "electricity_e4": _e4(written.electricity),
        "service_e4": _e4(written.service),
    }
    return [
        Stretch(kind=written.kind, from_min=start, to_min=end, **prices)
        for start, end in (_hours(one) for one in written.hours)
    ]


def _cover_the_day(stretches: Sequence[Stretch]) -> None:
    reached = 0
    for one in stretches:
        if one.from_min != reached or one.to_min <= one.from_min:
            raise BadTariff(reason=f"{reached // 60:02}:{reached % 60:02}")
        reached = one.to_min
    if reached != _DAY_MIN:
        raise BadTariff(reason=f"{reached // 60:02}:{reached % 60:02}")


def _idle(written: _WrittenIdle | None) -> Idle | None:
    if written is None:
        return None
    start, end = _hours(written.free) if written.free else (0, 0)
    return Idle(
        grace_s=seconds(written.grace),
        minute_fen=_fen(written.yuan_per_minute),
        most_fen=_fen(written.most_yuan),
        free_from_min=start,
        free_to_min=end,
    )


def _package(written: _WrittenPackage) -> Package:
    return Package(
        id=written.id,
        name=written.name,
        price_fen=_fen(written.yuan),
        days=written.days,
        energy_wh=int(Decimal(written.kwh) * 1000),
    )


def _hours(text: str) -> tuple[int, int]:
    start, _, end = text.partition("-")
    return _minute(start), _minute(end)


def _minute(text: str) -> int:
    hour, _, minute = text.partition(":")
    found = int(hour) * 60 + int(minute)
    if not 0 <= found <= _DAY_MIN:
        raise ValueError(text)
    return found


def _e4(yuan: str) -> int:
    return _exact(yuan, _PER_YUAN)


def _fen(yuan: str) -> int:
    return _exact(yuan, 100)


def _exact(yuan: str, parts: int) -> int:
    found = Decimal(yuan) * parts
    if found < 0 or found != found.to_integral_value():
        raise ValueError(yuan)
    return int(found)

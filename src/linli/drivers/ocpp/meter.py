"""Meter values of both versions to readings, by the table of the catalogue."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from linli.drivers.ocpp import moments
from linli.drivers.ocpp.options import Map, Measured
from linli.drivers.ocpp.transactions import Open
from linli.drivers.reading import Reading

_REGISTER = "Energy.Active.Import.Register"
_LINE_TO_LINE = {"L1-L2", "L2-L3", "L3-L1"}
_NEUTRAL = "N"

_SCALES: Mapping[str, tuple[str, float]] = {
    "Wh": ("Wh", 1.0),
    "kWh": ("Wh", 1000.0),
    "W": ("W", 1.0),
    "kW": ("W", 1000.0),
    "VA": ("VA", 1.0),
    "kVA": ("VA", 1000.0),
    "A": ("A", 1.0),
    "V": ("V", 1.0),
    "Percent": ("Percent", 1.0),
    "Hertz": ("Hertz", 1.0),
}
"""By unit: what it is made of, and how much of it."""
_TEMPERATURES: Mapping[str, Callable[[float], float]] = {
    "Celsius": lambda value: value,
    "Celcius": lambda value: value,
    "K": lambda value: value - 273.15,
    "Fahrenheit": lambda value: (value - 32) / 1.8,
}
_USUAL = {
    "Energy": "Wh",
    "Power": "W",
    "Current": "A",
    "Voltage": "V",
    "SoC": "Percent",
    "Temperature": "Celsius",
    "Frequency": "Hertz",
}
"""By the first word of a measurand: its unit where none is said."""
_JOINED: Mapping[str, Callable[[Sequence[float]], float]] = {
    "sum": math.fsum,
    "mean": lambda values: math.fsum(values) / len(values),
    "max": max,
}


class BadSample(Exception):
    """A sampled value that cannot be read; its text is a reason for the operator."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    measurand: str
    phase: str
    location: str
    unit: str
    value: float


class Values(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured at one instant; `unread` are the reasons against the rest."""

    at: float
    samples: tuple[Sample, ...]
    unread: tuple[str, ...] = ()


def values(told: Sequence[Mapping[str, Any]]) -> list[Values]:
    """Return the meter values of a payload that its schema let pass.

    A value that is no number, or signed data, is left out and named in `unread`: the rest of the
    message counts.

    :raises Violation: if an instant is none
    """
    return [_values(each) for each in told]


def _values(told: Mapping[str, Any]) -> Values:
    samples: list[Sample] = []
    unread: list[str] = []
    for each in told["sampledValue"]:
        try:
            samples.append(_sample(each))
        except BadSample as error:
            unread.append(str(error))
    at = moments.read(told["timestamp"])
    return Values(at=at, samples=tuple(samples), unread=tuple(unread))


def _sample(told: Mapping[str, Any]) -> Sample:
    """Read a SampledValue of 1.6 (§7.43: a text) or of 2.0.1 (§2.42: a number, power of ten)."""
    if told.get("format") == "SignedData":
        raise BadSample("signed_meter_value")
    measure = told.get("unitOfMeasure", {})
    measurand = told.get("measurand", _REGISTER)
    unit = told.get("unit") or measure.get("unit") or _USUAL.get(measurand.partition(".")[0], "")
    try:
        value = float(told["value"]) * 10.0 ** int(measure.get("multiplier", 0))
    except (ValueError, OverflowError) as error:
        raise BadSample("bad_meter_value") from error
    if not math.isfinite(value):
        raise BadSample("bad_meter_value")
    return Sample(
        measurand=measurand,
        phase=told.get("phase", ""),
        location=told.get("location", "Outlet"),
        unit=unit,
        value=value,
    )


def readings(told: Iterable[Values], table: Map) -> list[Reading]:
    """Return what the table knows of meter values, in the units that it names."""
    return [
        Reading(name, value, each.at)
        for each in told
        for name, measured in table.properties.items()
        if (value := _measured(each.samples, measured)) is not None
    ]


def taken(told: Iterable[Values], table: Map, transaction: Open) -> list[Reading]:
    """Return how much a transaction took so far, kWh, where its start is known."""
    begun_wh = transaction.meter_start_wh
    if begun_wh is None or transaction.started_at is None:
        return []
    shown = ((each.at, register_wh([each], first=True)) for each in told)
    return [
        Reading(table.session_energy, (wh - begun_wh) / 1000, at)
        for at, wh in shown
        if wh is not None and at >= transaction.started_at
    ]


def energy(register_wh: float) -> Sample:
    """Return the reading of an energy register as a sample."""
    return Sample(measurand=_REGISTER, phase="", location="Outlet", unit="Wh", value=register_wh)


def register_wh(told: Iterable[Values], *, first: bool) -> float | None:
    """Return the first, or the last, reading of the energy register, Wh."""
    wanted = Measured(measurand=_REGISTER, unit="Wh")
    found = [value for each in told if (value := _measured(each.samples, wanted)) is not None]
    return (found[0] if first else found[-1]) if found else None


def registers(told: Iterable[Values]) -> tuple[tuple[float, float], ...]:
    """Return the readings of the energy register with their times, Wh."""
    shown = ((each.at, register_wh([each], first=True)) for each in told)
    return tuple((at, wh) for at, wh in shown if wh is not None)


def _measured(samples: Sequence[Sample], wanted: Measured) -> float | None:
    """Return a measurand: as a whole where it is told so, else of its phases.

    Phases of the same line and neutral (`L1-N`) count as `L1`; values between two lines, and of
    the neutral, are no part of a whole.
    """
    for location in wanted.locations:
        fitting = {
            sample.phase.removesuffix("-N"): value
            for sample in samples
            if sample.measurand == wanted.measurand
            and sample.location == location
            and sample.phase not in _LINE_TO_LINE
            and sample.phase != _NEUTRAL
            and (value := _in(sample, wanted.unit)) is not None
        }
        if fitting:
            whole = fitting.pop("", None)
            return whole if whole is not None else _JOINED[wanted.phases](list(fitting.values()))
    return None


def _in(sample: Sample, unit: str) -> float | None:
    """Return a value in a unit; None where it is of another kind."""
    if unit == "Celsius":
        read = _TEMPERATURES.get(sample.unit)
        return read(sample.value) if read else None
    base, scale = _SCALES.get(sample.unit, ("", 1.0))
    wanted, size = _SCALES[unit]
    return sample.value * scale / size if base == wanted else None

"""Codes of units, and what a unit is worth in the unit that properties have."""

import msgspec


class Unit(msgspec.Struct, frozen=True):
    """`times`: what the digits are multiplied by. `base` and `worth`: the unit of properties (m3,
    kWh, W, m3/h), and how many of it one unit is.
    """

    name: str
    times: int
    base: str
    worth: float


def _tens(first: int, name: str, base: str, worth: float) -> dict[int, Unit]:
    """Return a unit, ten of it and a hundred of it: their codes follow each other."""
    return {first + power: Unit(name, 10**power, base, worth) for power in range(3)}


_PER_HOUR = 1 / 3600

UNITS: dict[int, Unit] = {
    0x01: Unit("J", 1, "kWh", 1e-3 * _PER_HOUR),
    **_tens(0x02, "Wh", "kWh", 1e-3),
    **_tens(0x05, "kWh", "kWh", 1.0),
    **_tens(0x08, "MWh", "kWh", 1e3),
    **_tens(0x0B, "kJ", "kWh", _PER_HOUR),
    **_tens(0x0E, "MJ", "kWh", 1e3 * _PER_HOUR),
    **_tens(0x11, "GJ", "kWh", 1e6 * _PER_HOUR),
    **_tens(0x14, "W", "W", 1.0),
    **_tens(0x17, "kW", "W", 1e3),
    **_tens(0x1A, "MW", "W", 1e6),
    **_tens(0x29, "L", "m3", 1e-3),
    **_tens(0x2C, "m3", "m3", 1.0),
    **_tens(0x32, "L/h", "m3/h", 1e-3),
    **_tens(0x35, "m3/h", "m3/h", 1.0),
    0x40: Unit("J/h", 1, "W", _PER_HOUR),
    **_tens(0x43, "kJ/h", "W", 1e3 * _PER_HOUR),
    **_tens(0x46, "MJ/h", "W", 1e6 * _PER_HOUR),
    **_tens(0x49, "GJ/h", "W", 1e9 * _PER_HOUR),
}
"""Source: CJ/T 188, as a public implementation lists it (level H)."""

CODES: dict[tuple[str, int], int] = {(one.name, one.times): code for code, one in UNITS.items()}

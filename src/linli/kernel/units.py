"""Units as they are printed: thing models write `m3`, people read `m³`."""

_PRINTED = {
    "mg/m3": "mg/m³",
    "ug/m3": "µg/m³",
    "µg/m3": "µg/m³",
    "m3": "m³",
    "m3/h": "m³/h",
    "m2": "m²",
    "degC": "°C",
    "C": "°C",
    "pct": "%",
}


def printed(unit: str) -> str:
    """Return a unit as it is printed; one that nobody listed is as it was written."""
    return _PRINTED.get(unit, unit)

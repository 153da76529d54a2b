"""Values that a platform decoded itself: by a table of the catalogue, or under our own names."""

from collections.abc import Mapping

from linli.drivers.line import Wired
from linli.drivers.payload.table import Table, asked
from linli.drivers.plain.codec import as_float
from linli.drivers.reading import BadPayload, Reading


def from_values(values: Mapping[str, object], *, member: Wired, at: float | None) -> list[Reading]:
    """Return values as readings; without a table each is a reading of its own name.

    :raises BadPayload: if a value is none that can be read
    """
    if isinstance(member.map, Table):
        readings = member.map.read_json(values, at=at)
    else:
        readings = [Reading(name, scalar(value), at) for name, value in values.items()]
    return asked(readings, model=member.model)


def from_bytes(data: bytes, *, member: Wired, at: float | None) -> list[Reading]:
    """Return bytes as readings, by the member's table.

    :raises BadPayload: if they cannot be read, or there is no table
    """
    if not isinstance(member.map, Table):
        raise BadPayload("no_map")
    return asked(member.map.read(data, at=at).readings, model=member.model)


def find(members: Mapping[str, Wired], *addresses: str) -> Wired | None:
    """Return the member that has one of these addresses, the first that does."""
    return next((members[one] for one in addresses if one and one in members), None)


def scalar(value: object) -> float | bool | str:
    """Return a plain value.

    :raises BadPayload: if it is an object, a list or nothing
    """
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return as_float(value)
    raise BadPayload("not_a_value")

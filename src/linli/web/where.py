"""Where things are, for the interfaces that show them to others: WGS 84, longitude first."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

from linli.kernel.fault import Fault
from linli.kernel.geometry import Box, Position
from linli.registry.alarms.models import Alarm
from linli.registry.devices import queries as devices
from linli.registry.devices.models import Device
from linli.registry.places import queries as places

_SIDES = 4


class BadBox(Fault):
    key = "web.bad_bbox"
    status = 422


def read_box(text: str) -> Box | None:
    """Return the box that a request names; None where it names none.

    :raises BadBox: if it is not four numbers, or is turned inside out
    """
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise BadBox(bbox=text[:80]) from None
    sides = (west, south, east, north)
    if len(sides) != _SIDES or not all(isfinite(one) for one in sides):
        raise BadBox(bbox=text[:80])
    if west > east or south > north:
        raise BadBox(bbox=text[:80])
    return sides


def point(position: Position | None) -> dict[str, Any] | None:
    """Return a position as a GeoJSON geometry."""
    return {"type": "Point", "coordinates": list(position)} if position else None


def device_positions(*, community: str, rows: Sequence[Device]) -> dict[str, Position]:
    """Return where each device is by its code: its own position, or the middle of its place."""
    paths = {row.place.path for row in rows}
    middles = places.middles(community=community, paths=paths)
    found = {}
    for row in rows:
        own = row.longitude_deg, row.latitude_deg
        at = own if own[0] is not None and own[1] is not None else middles.get(row.place.path)
        if at:
            found[row.code] = at
    return found  # type: ignore[return-value]  # neither side is None where both are not


def alarm_positions(*, community: str, rows: Sequence[Alarm]) -> dict[int, Position]:
    """Return where each alarm is by its number: at its device, or in the middle of its place."""
    known = devices.by_code(community=community, codes={row.device for row in rows if row.device})
    where = device_positions(community=community, rows=list(known.values()))
    middles = places.middles(community=community, paths={row.place for row in rows})
    at = {row.pk: where.get(row.device) or middles.get(row.place) for row in rows}
    return {number: found for number, found in at.items() if found}

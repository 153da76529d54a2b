"""Shapes on the ground: GeoJSON geometries (RFC 7946) in WGS 84, [longitude, latitude] in degrees.

Maps made in China are drawn in GCJ-02, some hundred metres off. Nothing here is in GCJ-02: whoever
draws on such a map converts at the edge.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

Position = tuple[float, float]
Box = tuple[float, float, float, float]
"""West, south, east, north."""
_CORNERS_OF_A_LINE = 2
_EARTH_M = 6_371_000.0


def middle(geometry: Mapping[str, object] | None) -> Position | None:
    """Return the mean of a geometry's corners; None where it has none."""
    found = list(corners(geometry.get("coordinates"))) if geometry else []
    if not found:
        return None
    lon = sum(corner[0] for corner in found) / len(found)
    lat = sum(corner[1] for corner in found) / len(found)
    return lon, lat


def box(geometry: Mapping[str, object] | None) -> Box | None:
    """Return the box around a geometry; None where it has no corners."""
    found = list(corners(geometry.get("coordinates"))) if geometry else []
    if not found:
        return None
    lons, lats = [corner[0] for corner in found], [corner[1] for corner in found]
    return min(lons), min(lats), max(lons), max(lats)


def meet(one: Box, other: Box) -> bool:
    """Tell whether two boxes have a point in common."""
    return (
        one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
    )  # fmt: skip


def holds(geometry: Mapping[str, object] | None, position: Position) -> bool:
    """Tell whether a polygon, or one of several, holds a position (even-odd rule)."""
    if not geometry:
        return False
    parts = geometry.get("coordinates")
    if geometry.get("type") == "Polygon":
        parts = [parts]
    elif geometry.get("type") != "MultiPolygon":
        return False
    return any(_inside(rings, position) for rings in parts if isinstance(rings, list))  # type: ignore[attr-defined]


def _inside(rings: Sequence[object], position: Position) -> bool:
    """An odd number of edges to the east of it: inside. Holes count as edges too."""
    inside = False
    for ring in rings:
        points = list(corners(ring))
        for (x0, y0), (x1, y1) in pairwise(points):
            if (y0 > position[1]) != (y1 > position[1]):
                crossing = x0 + (position[1] - y0) * (x1 - x0) / (y1 - y0)
                inside ^= position[0] < crossing
    return inside


def corners(node: object) -> Iterator[Position]:
    """Yield every position in the coordinates of a geometry, however deep they lie."""
    if not isinstance(node, list | tuple) or not node:
        return
    if isinstance(node[0], int | float):
        if len(node) >= _CORNERS_OF_A_LINE:
            yield float(node[0]), float(node[1])
        return
    for part in node:
        yield from corners(part)


def distance_m(one: Position, other: Position) -> float:
    """Return metres between two positions over the ground (haversine)."""
    longitude, latitude = radians(other[0] - one[0]), radians(other[1] - one[1])
    across = cos(radians(one[1])) * cos(radians(other[1])) * sin(longitude / 2) ** 2
    return 2 * _EARTH_M * asin(sqrt(sin(latitude / 2) ** 2 + across))

"""What may stand where in the tree of places, and what a shape on the map may be."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import isfinite
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from linli.kernel import checks
from linli.kernel.fault import Fault

PARENTS: dict[str, frozenset[str]] = {
    "street": frozenset({""}),
    "neighbourhood": frozenset({"street", ""}),
    "estate": frozenset({"neighbourhood", ""}),
    "cell": frozenset({"estate"}),
    "zone": frozenset({"estate", "zone", "building", "floor", "garage"}),
    "building": frozenset({"estate", "zone"}),
    "unit": frozenset({"building"}),
    "floor": frozenset({"building", "unit", "garage"}),
    "room": frozenset({"building", "unit", "floor"}),
    "garage": frozenset({"estate", "zone", "building"}),
    "gate": frozenset({"estate", "zone", "building", "unit", "floor", "garage"}),
    "lift": frozenset({"building", "unit", "garage"}),
    "public_room": frozenset({"estate", "zone", "building", "unit", "floor", "garage"}),
    "office": frozenset({"estate", "zone", "building", "unit", "floor"}),
}
"""The kinds of place, and what each may stand in; the empty word is the top."""

ABOVE = "@"
"""What lies above the estate has a path that begins so, as `@wulin/heping`."""

LONGEST_PATH = 200
MOST_POSITIONS = 10_000
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_COMMUNITY = re.compile(r"[a-z0-9-]{2,32}")
_DEPTH = {"Point": 0, "LineString": 1, "Polygon": 2, "MultiPolygon": 3}
_RING_MIN = 4
_LINE_MIN = 2


class BadCode(Fault):
    key = "places.bad_code"
    status = 422


class UnknownKind(Fault):
    key = "places.unknown_kind"
    status = 422


class WrongParent(Fault):
    key = "places.wrong_parent"
    status = 422


class PathTooLong(Fault):
    key = "places.path_too_long"
    status = 422


class BadGeometry(Fault):
    key = "places.bad_geometry"
    status = 422


class BadPhone(Fault):
    """What was given as the telephone of the duty room is no number."""

    key = "places.bad_phone"
    status = 422


class NoDutyRoom(Fault):
    """The duty room is the estate's: no other place has its telephone."""

    key = "places.no_duty_room"
    status = 422


class NewPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A place to be entered. `parent` and `cell` are paths; an empty parent is the top.

    An estate's code is the community's. Heights in metres above the ground, area in square metres.
    `phone` is the number of its duty room.
    """

    kind: str
    code: str
    parent: str
    name_zh: str
    name_en: str = ""
    level: int | None = None
    geometry: dict[str, Any] | None = None
    height_m: float | None = None
    base_m: float | None = None
    area_m2: float | None = None
    cell: str | None = None
    phone: str = ""

    @property
    def path(self) -> str:
        """The path that it will have."""
        return path_of(kind=self.kind, code=self.code, parent=self.parent)


class PlaceChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes different about a place; what is left out stays."""

    name_zh: str | UnsetType = UNSET
    name_en: str | UnsetType = UNSET
    level: int | UnsetType | None = UNSET
    geometry: dict[str, Any] | UnsetType | None = UNSET
    height_m: float | UnsetType | None = UNSET
    base_m: float | UnsetType | None = UNSET
    area_m2: float | UnsetType | None = UNSET
    cell: str | UnsetType | None = UNSET
    phone: str | UnsetType = UNSET


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One place on the way from the building down, as far as a search needs to know it."""

    kind: str
    code: str
    name: str


def check_code(*, code: str, kind: str) -> None:
    """Refuse a code that could not stand in a path; the estate's is the community's.

    :raises BadCode: if it has other signs than a-z, 0-9 and the hyphen, or is too long
    """
    pattern = _COMMUNITY if kind == "estate" else _CODE
    if not pattern.fullmatch(code):
        raise BadCode(code=code)


def check_parent(*, kind: str, parent: str) -> None:
    """Refuse a place where it cannot be; `parent` is a kind, empty at the top.

    :raises UnknownKind: if there is no such kind
    :raises WrongParent: if such a place does not stand in such another
    """
    if kind not in PARENTS:
        raise UnknownKind(kind=kind)
    if parent not in PARENTS[kind]:
        raise WrongParent(kind=kind, parent=parent)


def check_phone(*, phone: str, kind: str) -> str:
    """Return the number of a duty room as E.164; nothing stays nothing.

    :raises BadPhone: if it is no telephone number
    :raises NoDutyRoom: if such a place has none
    """
    if not phone.strip():
        return ""
    if kind != "estate":
        raise NoDutyRoom(kind=kind)
    found = checks.check("contact", phone)
    if not found.valid:
        raise BadPhone(phone=phone[:32])
    return found.value


def path_of(*, kind: str, code: str, parent: str) -> str:
    """Return the path of a place with this code in a parent of that path (empty at the top).

    :raises PathTooLong: if it would not fit
    """
    if kind == "estate":
        return code
    path = f"{parent}/{code}" if parent else f"{ABOVE}{code}"
    if len(path) > LONGEST_PATH:
        raise PathTooLong(path=path[:60], longest=LONGEST_PATH)
    return path


def moved(*, path: str, before: str, after: str) -> str:
    """Return the path of something in `before` once that is `after`."""
    return after + path[len(before) :]


def normalised(text: str) -> str:
    """Return text as a search compares it: full width and case made one, no spaces or dashes."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s\-_·.,，。/#]+", "", plain)


def words_of(*, path: str, names: Sequence[str], trail: Sequence[Step]) -> str:
    """Return what a search for a place looks at.

    `trail` is the way from the building down to itself, so that `3-1-501`, `b03u1501` and
    `3号楼501` all find the room; floors are left out of it, as in speech.
    """
    spoken = [step for step in trail if step.kind != "floor"]
    digits = [re.sub(r"\D", "", step.code).lstrip("0") for step in spoken]
    ends = [spoken[0], spoken[-1]] if len(spoken) > 1 else []
    forms = [
        *names,
        path,
        "".join(step.code for step in spoken),
        "".join(digits),
        "".join(step.name for step in spoken),
        "".join(step.name for step in ends),
    ]
    return "\n".join(dict.fromkeys(word for form in forms if (word := normalised(form))))


def check_geometry(geometry: object) -> dict[str, Any]:
    """Return the shape, wound as RFC 7946 asks (outer rings anticlockwise).

    :raises BadGeometry: if it is not a Point, LineString, Polygon or MultiPolygon of positions in
        degrees (WGS 84), rings closed
    """
    if not isinstance(geometry, Mapping) or geometry.get("type") not in _DEPTH:
        raise BadGeometry(reason="type")
    if not geometry.keys() <= {"type", "coordinates", "bbox"}:
        raise BadGeometry(reason="members")
    kind = str(geometry["type"])
    coordinates = _nested(geometry.get("coordinates"), _DEPTH[kind])
    if sum(1 for _ in _positions(coordinates, _DEPTH[kind])) > MOST_POSITIONS:
        raise BadGeometry(reason="too_many")
    if kind == "LineString" and len(coordinates) < _LINE_MIN:
        raise BadGeometry(reason="too_few")
    if kind == "Polygon":
        coordinates = _polygon(coordinates)
    if kind == "MultiPolygon":
        coordinates = [_polygon(part) for part in coordinates]
    return {"type": kind, "coordinates": coordinates}


def _nested(value: object, depth: int) -> list[Any]:
    if not isinstance(value, list | tuple) or not value:
        raise BadGeometry(reason="coordinates")
    if depth:
        return [_nested(part, depth - 1) for part in value]
    return _position(value)


def _position(value: list[Any] | tuple[Any, ...]) -> list[float]:
    if len(value) not in {2, 3}:
        raise BadGeometry(reason="coordinates")
    for part in value:
        if isinstance(part, bool) or not isinstance(part, int | float) or not isfinite(part):
            raise BadGeometry(reason="coordinates")
    if abs(value[0]) > 180 or abs(value[1]) > 90:  # noqa: PLR2004 - degrees of longitude, latitude
        raise BadGeometry(reason="degrees")
    return [float(part) for part in value]


def _positions(coordinates: list[Any], depth: int) -> Iterator[list[float]]:
    if depth == 0:
        yield coordinates
        return
    for part in coordinates:
        yield from _positions(part, depth - 1)


def _polygon(rings: list[list[list[float]]]) -> list[list[list[float]]]:
    for ring in rings:
        if len(ring) < _RING_MIN or ring[0] != ring[-1]:
            raise BadGeometry(reason="ring")
        if not _turn(ring):
            raise BadGeometry(reason="flat")
    outer, *holes = rings
    return [
        outer if _turn(outer) > 0 else outer[::-1],
        *(hole if _turn(hole) < 0 else hole[::-1] for hole in holes),
    ]


def _turn(ring: list[list[float]]) -> float:
    """Return twice the signed area in square degrees: above zero where it runs anticlockwise."""
    x0, y0 = ring[0][0], ring[0][1]
    return sum((a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0) for a, b in pairwise(ring))

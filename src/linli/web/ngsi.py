"""Devices and alarms as NGSI-LD entities: pure.

Modelled on ETSI GS CIM 009 (read second-hand) and the Device and Alert models of
smart-data-models.org. Names that are not in the core context are in ours (`CONTEXT`). Positions are
WGS 84, longitude first.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from math import asin, cos, isfinite, radians, sin, sqrt
from typing import Any

import msgspec

from linli.kernel.fault import Fault
from linli.kernel.geometry import Position

CORE = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld"
TERMS = "https://linli.example/terms#"
TYPES = ("Device", "Alert")
SEVERITIES = {"critical": "critical", "major": "high", "minor": "medium", "info": "informational"}
_OWN = (
    "Device", "Alert", "category", "name", "controlledBy", "deviceState", "dateLastValueReported",
    "place", "subCategory", "severity", "dateIssued", "validTo", "alertSource", "active", "state",
    "occurrences", "address",
)  # fmt: skip
_EARTH_M = 6_371_000
_TERM = re.compile(
    r"""\s*(?P<attr>[A-Za-z_][\w.]*)\s*
    (?:(?P<op>==|!=|>=|<=|>|<)\s*(?P<value>"[^"]*"|[^;|"]+?))?\s*$""",
    re.VERBOSE,
)
_NEAR = re.compile(r"near;(?P<side>max|min)Distance==(?P<metres>\d{1,9}(?:\.\d{1,6})?)$")
_MOST_TERMS = 20


class BadQuery(Fault):
    """A question cannot be read, or asks for what is not offered; `part` says which."""

    key = "web.ngsi_bad_query"
    status = 400


class NoEntity(Fault):
    key = "web.ngsi_no_entity"
    status = 404


def context() -> dict[str, Any]:
    """Return our own context: each term of ours by its name in full."""
    return {"@context": {name: TERMS + name for name in _OWN}}


def urn(kind: str, community: str, name: str) -> str:
    """Return the id of an entity."""
    return f"urn:ngsi-ld:{kind}:{community}:{name}"


def read_urn(id: str, community: str) -> tuple[str, str]:
    """Return the type and our own name of an entity of a community.

    :raises NoEntity: if it is none of its
    """
    for kind in TYPES:
        head = urn(kind, community, "")
        if id.startswith(head) and len(id) > len(head):
            return kind, id.removeprefix(head)
    raise NoEntity(entity=id[:100])


def prop(value: object, *, unit: str = "", at: datetime | None = None) -> dict[str, Any]:
    """Return a property; `at` is when its value was so."""
    said: dict[str, Any] = {"type": "Property", "value": value}
    if unit:
        said["unitCode"] = unit
    if at:
        said["observedAt"] = instant(at)
    return said


def relation(object: str) -> dict[str, Any]:
    """Return a relationship to another entity."""
    return {"type": "Relationship", "object": object}


def location(at: Position) -> dict[str, Any]:
    """Return where something is."""
    return {"type": "GeoProperty", "value": {"type": "Point", "coordinates": list(at)}}


def instant(at: datetime) -> str:
    """Return a time as NGSI-LD writes it: UTC, to the millisecond."""
    text = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


Entity = dict[str, Any]
_RESERVED = frozenset({"id", "type", "@context"})


def chosen(entity: Entity, attrs: Sequence[str], *, simple: bool) -> Entity:
    """Return an entity with these attributes only (none: all); `simple`, with bare values."""
    kept = {
        name: value
        for name, value in entity.items()
        if name in _RESERVED or not attrs or name in attrs
    }
    if not simple:
        return kept
    return {
        name: value if name in _RESERVED else value.get("value", value.get("object"))
        for name, value in kept.items()
    }


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """Within so many metres of a position, or (`beyond`) no nearer."""

    at: Position
    metres: float
    beyond: bool

    def holds(self, position: Position | None) -> bool:
        """Tell whether a position is so near; what is nowhere is near nothing."""
        if position is None:
            return False
        away = distance_m(self.at, position)
        return away >= self.metres if self.beyond else away <= self.metres


def near(*, georel: str, geometry: str, coordinates: str, geoproperty: str) -> Near | None:
    """Return what a geo-query asks; None where it asks nothing. `near` a point is what is offered.

    :raises BadQuery: if it asks anything else
    """
    if not (georel or geometry or coordinates):
        return None
    found = _NEAR.match(georel)
    if not found or geometry != "Point" or geoproperty != "location":
        raise BadQuery(part=f"georel={georel[:60]}; geometry={geometry[:20]}")
    try:
        at = msgspec.json.decode(coordinates, type=tuple[float, float])
    except (msgspec.DecodeError, ValueError) as error:
        raise BadQuery(part=f"coordinates={coordinates[:60]}") from error
    if not all(isfinite(side) for side in at):
        raise BadQuery(part=f"coordinates={coordinates[:60]}")
    return Near(at=at, metres=float(found["metres"]), beyond=found["side"] == "min")


def distance_m(one: Position, other: Position) -> float:
    """Return how far two positions are apart, in metres along the ground."""
    lon0, lat0, lon1, lat1 = (radians(side) for side in (*one, *other))
    half = sin((lat1 - lat0) / 2) ** 2 + cos(lat0) * cos(lat1) * sin((lon1 - lon0) / 2) ** 2
    return 2 * _EARTH_M * asin(min(1.0, sqrt(half)))


Test = Callable[[Mapping[str, Any]], bool]


def query(text: str) -> Test:
    """Return the test that a `q` is: terms with `;` (and) and `|` (or) between, of `attr`, or
    `attr==value` and its kind. Brackets, ranges and lists are not offered.

    :raises BadQuery: if it cannot be read
    """
    if not text:
        return lambda _entity: True
    if text.count(";") + text.count("|") >= _MOST_TERMS:
        raise BadQuery(part="q")
    ways = [[_term(term) for term in way.split(";")] for way in text.split("|")]
    return lambda entity: any(all(term(entity) for term in way) for way in ways)


def _term(text: str) -> Test:
    found = _TERM.match(text)
    if not found:
        raise BadQuery(part=f"q={text[:60]}")
    attr, op = found["attr"], found["op"]
    if op is None:
        return lambda entity: attr in entity
    wanted = _value(found["value"])
    return lambda entity: attr in entity and _fits(_of(entity[attr]), op, wanted)


def _of(attribute: object) -> object:
    return attribute.get("value", attribute.get("object")) if isinstance(attribute, dict) else None


def _value(text: str) -> str | float | bool:
    if text.startswith('"'):
        return text.strip('"')
    if text in {"true", "false"}:
        return text == "true"
    try:
        return float(text)
    except ValueError:
        return text


def _fits(value: object, op: str, wanted: str | float | bool) -> bool:
    """Compare what is of one kind; what is not is never equal, and neither more nor less."""
    alike = isinstance(value, bool) == isinstance(wanted, bool) and (
        isinstance(value, str) == isinstance(wanted, str)
    )
    if op in {"==", "!="}:
        return (alike and value == wanted) == (op == "==")
    if not alike or isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    return _ORDERED[op](value, wanted)


_ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    ">": lambda value, wanted: value > wanted,
    ">=": lambda value, wanted: value >= wanted,
    "<": lambda value, wanted: value < wanted,
    "<=": lambda value, wanted: value <= wanted,
}

"""Devices and open alarms as NGSI-LD entities, to be read (`web/ngsi.py` has the rules)."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from linli.contracts.things import Property
from linli.foundation.identity.guard import Visit, may, stranger
from linli.foundation.identity.queries import Actor
from linli.kernel.geometry import Position
from linli.registry.alarms import queries as alarms
from linli.registry.alarms import shown as alarms_shown
from linli.registry.alarms.models import Alarm
from linli.registry.devices import asks
from linli.registry.devices import queries as devices
from linli.registry.devices.catalogue import models
from linli.registry.devices.models import Device
from linli.web import ngsi
from linli.web.where import alarm_positions, device_positions

router = Router(tags=["ngsi-ld"])

_AT_ONCE = 500
_MOST_LOOKED_AT = 5000
_DIGITS = 18
_NEEDS = {"Device": "devices.read", "Alert": "alarms.read"}
_UNITS = {
    "degC": "CEL", "C": "CEL", "°C": "CEL", "%": "P1", "pct": "P1", "mg/m3": "GP", "ug/m3": "GQ",
    "V": "VLT", "A": "AMP", "W": "WTT", "kWh": "KWH", "lx": "LUX", "m3": "MTQ", "m": "MTR",
    "Pa": "PAL", "MPa": "MPA", "dB": "2N",
}  # fmt: skip
"""Units as UN/CEFACT codes them; of others there is no code, and none is told."""


class NgsiEntity(Schema):
    """An entity: what it has beside these two are properties, relationships and a position."""

    model_config = ConfigDict(extra="allow")
    id: str
    type: str


class EntitiesIn(Schema):
    """What is asked. `type` is Device, Alert or both; `q` terms of attributes, `;` for and, `|` for
    or; `georel` is `near;maxDistance==metres` (or `minDistance`) of a Point in WGS 84.
    """

    type: str
    id: str = Field("", max_length=4000)
    q: str = Field("", max_length=1000)
    attrs: str = Field("", max_length=1000)
    georel: str = Field("", max_length=100)
    geometry: str = ""
    coordinates: str = Field("", max_length=100)
    geoproperty: str = "location"
    options: str = ""
    limit: int = Field(20, ge=1, le=1000)
    offset: int = Field(0, ge=0, le=_MOST_LOOKED_AT)


class EntityIn(Schema):
    attrs: str = Field("", max_length=1000)
    options: str = ""


_LD: dict[str, Any] = {
    "responses": {
        200: {"content": {"application/ld+json": {}}},
    }
}


@router.get("/ngsi-ld/context.jsonld", auth=stranger, openapi_extra={
    "responses": {200: {"description": "OK", "content": {"application/ld+json": {}}}}
})  # fmt: skip
def context(request: HttpRequest) -> HttpResponse:
    """Return our context: what our terms are called in full."""
    return HttpResponse(json.dumps(ngsi.context()), content_type="application/ld+json")


@router.get(
    "/{community}/ngsi-ld/v1/entities",
    response=list[NgsiEntity],
    auth=may("devices.read", "alarms.read"),
    openapi_extra=_LD,
)
def entities(request: Visit, community: str, asked: Query[EntitiesIn]) -> HttpResponse:
    """Return entities that fit: devices, and the alarms that are open. What is asked for by `id` is
    found wherever it stands; `q` and `georel` sift the first 5,000 of a type, devices in the order
    of their codes, alarms the newest first, and reach none beyond: the header `NGSILD-Warning` says
    so where there are more.
    """
    kinds = asked.type.split(",")
    if unknown := sorted(set(kinds) - set(ngsi.TYPES)):
        raise ngsi.BadQuery(part=f"type={unknown[0][:40]}")
    fits = _test(asked)
    cut: list[str] = []
    every = (one for kind in dict.fromkeys(kinds) for one in _all(request.auth, kind, asked, cut))
    found = (one for one in every if fits(one))
    page = list(islice(found, asked.offset, asked.offset + asked.limit + 1))
    more = len(page) > asked.limit
    shown = [_chosen(entity, asked) for entity in page[: asked.limit]]
    answer = _answer(request, shown)
    if more:
        following = request.GET.copy()
        following["offset"] = str(asked.offset + asked.limit)
        address = f"{request.path}?{following.urlencode()}"
        answer["Link"] += f', <{address}>; rel="next"; type="application/ld+json"'
    if cut:
        looked = f"only the first {_MOST_LOOKED_AT} of {', '.join(cut)} were looked at"
        answer["NGSILD-Warning"] = f'199 - "{looked}"'
    return answer


@router.get(
    "/{community}/ngsi-ld/v1/entities/{entity}",
    response=NgsiEntity,
    auth=may("devices.read", "alarms.read"),
    openapi_extra=_LD,
)
def entity(request: Visit, community: str, entity: str, asked: Query[EntityIn]) -> HttpResponse:
    """Return one entity."""
    kind, name = ngsi.read_urn(entity, community)
    actor = request.auth.acting(_NEEDS[kind])
    if kind == "Device":
        row = devices.device(community=community, code=name, seen=actor.places)
        [found] = _devices(community, [row])
    elif _is_number(name):
        alarm = alarms.alarm(community=community, id=int(name), seen=actor.places)
        [found] = _alarms(community, [alarm])
    else:
        raise ngsi.NoEntity(entity=entity[:100])
    return _answer(request, _chosen(found, asked))


def _test(asked: EntitiesIn) -> Callable[[ngsi.Entity], bool]:
    fits = ngsi.query(asked.q)
    near = ngsi.near(
        georel=asked.georel,
        geometry=asked.geometry,
        coordinates=asked.coordinates,
        geoproperty=asked.geoproperty,
    )

    def test(entity: ngsi.Entity) -> bool:
        return (near is None or near.holds(_position(entity))) and fits(entity)

    return test


def _position(entity: ngsi.Entity) -> Position | None:
    at = entity.get("location")
    if at is None:
        return None
    lon, lat = at["value"]["coordinates"]
    return lon, lat


def _chosen(entity: ngsi.Entity, asked: EntitiesIn | EntityIn) -> ngsi.Entity:
    attrs = [one for one in asked.attrs.split(",") if one]
    return ngsi.chosen(entity, attrs, simple="keyValues" in asked.options.split(","))


def _answer(request: HttpRequest, said: Any) -> HttpResponse:
    """Return an answer with its context: within for who asks for JSON-LD, beside it otherwise."""
    ours = request.build_absolute_uri("/api/v1/ngsi-ld/context.jsonld")
    is_ld = "application/ld+json" in request.headers.get("Accept", "")
    if is_ld:
        both = {"@context": [ours, ngsi.CORE]}
        said = [one | both for one in said] if isinstance(said, list) else said | both
    kind = "application/ld+json" if is_ld else "application/json"
    answer = HttpResponse(json.dumps(said, ensure_ascii=False), content_type=kind)
    answer["Link"] = (
        f'<{ours}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    )
    answer["Vary"] = "Accept"
    return answer


def _all(actor: Actor, kind: str, asked: EntitiesIn, cut: list[str]) -> Iterator[ngsi.Entity]:
    """Yield the entities of a type that the actor may see, read a part at a time; of those asked
    for by id, none else. A type of which there are more than are looked at is put into `cut`.

    :raises NotAllowed: if he may see none of this type
    """
    seen = actor.acting(_NEEDS[kind]).places
    names = _names(actor.community, kind, asked.id)
    if kind == "Device":
        return _every_device(actor.community, devices.Sought(seen=seen, codes=names), cut)
    ids = None if names is None else [int(one) for one in names if _is_number(one)]
    return _every_alarm(actor.community, alarms.Sought(seen=seen, ids=ids, state="open"), cut)


def _names(community: str, kind: str, asked: str) -> list[str] | None:
    """Return our own names of the entities of a type asked for by id; None if none is: all."""
    ids = {one for one in asked.split(",") if one}
    head = ngsi.urn(kind, community, "")
    return [one.removeprefix(head) for one in ids if one.startswith(head)] if ids else None


def _is_number(name: str) -> bool:
    is_plain = name.isascii() and name.isdecimal() and not name.startswith("0")
    return is_plain and len(name) <= _DIGITS


def _every_device(community: str, sought: devices.Sought, cut: list[str]) -> Iterator[ngsi.Entity]:
    after: str | None = ""
    for _ in range(_MOST_LOOKED_AT // _AT_ONCE):
        if after is None:
            return
        rows, after = devices.devices(
            community=community, sought=sought, after=after, limit=_AT_ONCE
        )
        yield from _devices(community, rows)
    if after is not None:
        cut.append("Device")


def _every_alarm(community: str, sought: alarms.Sought, cut: list[str]) -> Iterator[ngsi.Entity]:
    before: int | None = None
    for _ in range(_MOST_LOOKED_AT // _AT_ONCE):
        rows, before = alarms.alarms(
            community=community, sought=sought, before=before, limit=_AT_ONCE
        )
        yield from _alarms(community, rows)
        if before is None:
            return
    cut.append("Alert")


def _devices(community: str, rows: Sequence[Device]) -> list[ngsi.Entity]:
    where = device_positions(community=community, rows=rows)
    codes = [row.code for row in rows]
    last: dict[str, list[asks.LastValue]] = {}
    for one in asks.twin(community, codes) if codes else ():
        last.setdefault(one.device, []).append(one)
    return [_device(row, where.get(row.code), last.get(row.code, ())) for row in rows]


def _device(row: Device, at: Position | None, last: Sequence[asks.LastValue]) -> ngsi.Entity:
    said: ngsi.Entity = {
        "id": ngsi.urn("Device", row.community, row.code),
        "type": "Device",
        "name": ngsi.prop(row.name.zh),
        "category": ngsi.prop(row.model),
        "place": ngsi.prop(row.place.path),
        "deviceState": ngsi.prop("online" if row.online else "offline"),
    }
    if row.last_seen:
        said["dateLastValueReported"] = ngsi.prop(ngsi.instant(row.last_seen))
    if at:
        said["location"] = ngsi.location(at)
    model = models().get(row.model)
    for one in last:
        if model and one.point in model.properties:
            said[one.point] = _reading(one, model.properties[one.point])
    return said


def _reading(one: asks.LastValue, point: Property) -> dict[str, Any]:
    """Return a reading: the word of an enumeration, yes or no, or a number with its unit."""
    value: object = one.value
    if point.type == "enum" and 0 <= one.value < len(point.values):
        value = point.values[int(one.value)]
    elif point.type == "boolean":
        value = bool(one.value)
    at = datetime.fromtimestamp(one.at, UTC)
    return ngsi.prop(value, unit=_UNITS.get(point.unit or "", ""), at=at)


def _alarms(community: str, rows: Sequence[Alarm]) -> list[ngsi.Entity]:
    where = alarm_positions(community=community, rows=rows)
    dressed = alarms_shown.dress(community=community, rows=rows)
    return [_alarm(one, where.get(one.row.pk)) for one in dressed]


def _alarm(one: alarms_shown.Shown, at: Position | None) -> ngsi.Entity:
    row = one.row
    said: ngsi.Entity = {
        "id": ngsi.urn("Alert", row.community, str(row.pk)),
        "type": "Alert",
        "name": ngsi.prop(one.scene_name.zh),
        "category": ngsi.prop(row.scene.partition(".")[0]),
        "subCategory": ngsi.prop(row.scene),
        "severity": ngsi.prop(ngsi.SEVERITIES.get(row.severity, "medium")),
        "state": ngsi.prop(row.state),
        "active": ngsi.prop(row.active),
        "occurrences": ngsi.prop(row.count),
        "place": ngsi.prop(row.place),
        "address": ngsi.prop(one.place_name.zh),
        "dateIssued": ngsi.prop(ngsi.instant(row.first_at)),
    }
    if row.cleared_at:
        said["validTo"] = ngsi.prop(ngsi.instant(row.cleared_at))
    if row.device:
        said["alertSource"] = ngsi.relation(ngsi.urn("Device", row.community, row.device))
    if at:
        said["location"] = ngsi.location(at)
    return said

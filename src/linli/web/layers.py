"""Layers for maps of others: places, devices, alarms and cases as GeoJSON (RFC 7946).

Coordinates are WGS 84, longitude first, and no other reference system can be asked for (RFC 7946,
section 4). Maps made in China are drawn in GCJ-02: whoever draws a layer on one converts it first,
or it lies some hundred metres beside.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from pydantic import AwareDatetime

from linli.domains.cases import pages as case_pages
from linli.domains.cases import queries as cases
from linli.domains.cases.models import Case
from linli.foundation.identity.guard import Visit, may
from linli.foundation.scope.paging import A_NUMBER
from linli.kernel.geometry import Box, box, meet
from linli.kernel.words import Words, both
from linli.registry.alarms import queries as alarms
from linli.registry.alarms import shown as alarms_shown
from linli.registry.alarms.models import Alarm
from linli.registry.devices import queries as devices
from linli.registry.devices.models import Device
from linli.registry.places import queries as places
from linli.registry.places.models import Place
from linli.web.where import alarm_positions, device_positions, point, read_box

router = Router(tags=["layers"])

MEDIA_TYPE = "application/geo+json"
_AT_ONCE = 500
_LOOKED_AT = 5000
"""A page looks at so many rows; where fewer fit what is wanted, it is shorter, and `next` leads on.
"""


class LayerFeature(Schema):
    """A thing on the map. `geometry` is null where nobody knows where it is."""

    type: str
    id: str
    geometry: dict[str, Any] | None
    properties: dict[str, Any]


class LayerOut(Schema):
    """A layer in WGS 84, longitude first. `next` is the cursor after this page; null at the end."""

    type: str
    features: list[LayerFeature]
    next: str | None


class Looked(Schema):
    """What part of a layer: `bbox` is `west,south,east,north` in degrees; who asks for a box is
    shown nothing of what lies nowhere.
    """

    bbox: str = ""
    cursor: str = Field("", max_length=200)
    limit: int = Field(500, ge=1, le=_AT_ONCE)


class Lasting(Looked):
    """As `Looked`, and in a span; times have a zone."""

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class PlacesLooked(Looked):
    kind: str = ""
    place: str = ""


class DevicesLooked(Lasting):
    """`since` and `until` say when it was seen last."""

    model: str = ""
    category: str = ""
    place: str = ""
    online: bool | None = None


class AlarmsLooked(Lasting):
    """Open ones, unless `state` says otherwise; those that lasted within the span."""

    state: str = "open"
    severity: str = ""
    scene: str = ""
    place: str = ""
    cursor: str = Field("", pattern=A_NUMBER)


class CasesLooked(Lasting):
    """Open ones, unless `open` says otherwise; those reported in the span."""

    open: bool | None = True
    state: str = ""
    kind: str = ""
    matter: str = ""
    place: str = ""


_GEO = {
    "responses": {
        200: {
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/LayerOut"}}},
        }
    }
}
R = TypeVar("R")
Shown = tuple[str, Mapping[str, Any] | None, dict[str, Any]]


class Source(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """Rows of one layer: pages of them after a cursor, which fit the span, and how they are shown:
    name, geometry and properties, row by row.
    """

    pages: Callable[[str, int], tuple[Sequence[R], str | None]]
    shown: Callable[[Sequence[R]], Iterable[Shown]]
    cursor: Callable[[R], str]
    fits: Callable[[R], bool] = lambda _row: True


def _gather(looked: Looked, source: Source[R]) -> HttpResponse:
    """Return the layer's page: rows in their order, from the cursor on, until it is full or enough
    were looked at.
    """
    wanted, found, seen = read_box(looked.bbox), list[dict[str, Any]](), 0
    sifted = bool(wanted) or (isinstance(looked, Lasting) and bool(looked.since or looked.until))
    last: str = looked.cursor
    following: str | None = last
    while following is not None and len(found) < looked.limit and seen < _LOOKED_AT:
        rows, following = source.pages(following, _AT_ONCE if sifted else looked.limit)
        kept, seen = [row for row in rows if source.fits(row)], seen + len(rows)
        for row, (name, geometry, properties) in zip(kept, source.shown(kept), strict=True):
            if not _in_box(geometry, wanted):
                continue
            if len(found) == looked.limit:
                following = last
                break
            last = source.cursor(row)
            found.append(_feature(name, geometry, properties))
    return _layer(found, following)


def _in_box(geometry: Mapping[str, Any] | None, wanted: Box | None) -> bool:
    around = box(geometry) if wanted else None
    return wanted is None or (around is not None and meet(wanted, around))


def _feature(
    id: str, geometry: Mapping[str, Any] | None, properties: dict[str, Any]
) -> dict[str, Any]:
    return {"type": "Feature", "id": id, "geometry": geometry, "properties": properties}


def _layer(features: list[dict[str, Any]], following: str | None) -> HttpResponse:
    said = {"type": "FeatureCollection", "features": features, "next": following}
    body = json.dumps(said, ensure_ascii=False, cls=DjangoJSONEncoder)
    return HttpResponse(body, content_type=MEDIA_TYPE)


def _number(cursor: str) -> int | None:
    return int(cursor) if cursor else None


def _within(looked: Lasting, first: datetime | None, last: datetime | None) -> bool:
    """Tell whether what lasted from first to last met the span; what never was, met none."""
    if looked.since and (last is None or last < looked.since):
        return False
    return not looked.until or (first is not None and first <= looked.until)


@router.get("/{community}/layers/places", response=LayerOut, openapi_extra=_GEO,
            auth=may("places.read"))  # fmt: skip
def places_layer(request: Visit, community: str, looked: Query[PlacesLooked]) -> HttpResponse:
    """Return places with their shapes, as GeoJSON."""
    seen = request.auth.places

    def pages(after: str, limit: int) -> tuple[list[Place], str | None]:
        rows = places.places(
            community=community,
            kind=looked.kind,
            under=looked.place,
            seen=seen,
            after=after,
            limit=limit,
        )
        return rows, rows[-1].path if len(rows) == limit else None

    def shown(rows: Sequence[Place]) -> Iterable[Shown]:
        for row in rows:
            said = {"kind": row.kind, "name": both(row.name), "level": row.level}
            high = {"height_m": row.height_m, "base_m": row.base_m}
            yield row.path, row.geometry, said | high

    return _gather(looked, Source(pages=pages, shown=shown, cursor=lambda row: row.path))


@router.get("/{community}/layers/devices", response=LayerOut, openapi_extra=_GEO,
            auth=may("devices.read"))  # fmt: skip
def devices_layer(request: Visit, community: str, looked: Query[DevicesLooked]) -> HttpResponse:
    """Return devices where they stand, as GeoJSON."""
    sought = devices.Sought(
        seen=request.auth.places,
        model=looked.model,
        category=looked.category,
        place=looked.place,
        online=looked.online,
    )

    def shown(rows: Sequence[Device]) -> Iterable[Shown]:
        where = device_positions(community=community, rows=rows)
        return [(row.code, point(where.get(row.code)), _of_device(row)) for row in rows]

    source = Source[Device](
        pages=lambda after, limit: devices.devices(
            community=community, sought=sought, after=after, limit=limit, fields=_OF_DEVICES
        ),
        shown=shown,
        cursor=lambda row: row.code,
        fits=lambda row: _within(looked, row.last_seen, row.last_seen),
    )
    return _gather(looked, source)


_OF_DEVICES = (
    "code", "model", "name_zh", "name_en", "online", "enabled", "last_seen", "maintenance_until",
    "longitude_deg", "latitude_deg", "place__path", "place__level",
)  # fmt: skip
"""Nothing else is read of a device: who asks for a corner of the map has thousands looked at."""


def _of_device(row: Device) -> dict[str, Any]:
    return {
        "model": row.model,
        "name": both(row.name),
        "place": row.place.path,
        "level": row.place.level,
        "online": row.online,
        "enabled": row.enabled,
        "last_seen": row.last_seen,
        "maintenance_until": row.maintenance_until,
    }


@router.get("/{community}/layers/alarms", response=LayerOut, openapi_extra=_GEO,
            auth=may("alarms.read"))  # fmt: skip
def alarms_layer(request: Visit, community: str, looked: Query[AlarmsLooked]) -> HttpResponse:
    """Return alarms where they are, the newest first, as GeoJSON."""
    sought = alarms.Sought(
        seen=request.auth.places,
        state=looked.state,
        severity=looked.severity,
        scene=looked.scene,
        place=looked.place,
    )

    def pages(after: str, limit: int) -> tuple[list[Alarm], str | None]:
        rows, before = alarms.alarms(
            community=community, sought=sought, before=_number(after), limit=limit
        )
        return rows, None if before is None else str(before)

    def shown(rows: Sequence[Alarm]) -> Iterable[Shown]:
        where = alarm_positions(community=community, rows=rows)
        for one in alarms_shown.dress(community=community, rows=rows):
            at = point(where.get(one.row.pk))
            yield str(one.row.pk), at, _of_alarm(one.row, one.scene_name)

    source = Source[Alarm](
        pages=pages,
        shown=shown,
        cursor=lambda row: str(row.pk),
        fits=lambda row: _within(looked, row.first_at, row.last_at),
    )
    return _gather(looked, source)


def _of_alarm(row: Alarm, scene: Words) -> dict[str, Any]:
    return {
        "scene": row.scene,
        "name": both(scene),
        "severity": row.severity,
        "state": row.state,
        "active": row.active,
        "device": row.device or None,
        "place": row.place,
        "count": row.count,
        "first_at": row.first_at,
        "last_at": row.last_at,
    }


@router.get("/{community}/layers/cases", response=LayerOut, openapi_extra=_GEO,
            auth=may("cases.read", "cases.report"))  # fmt: skip
def cases_layer(request: Visit, community: str, looked: Query[CasesLooked]) -> HttpResponse:
    """Return the cases that the reader may see where they are, the newest first, as GeoJSON.
    Nothing of who reported them is in it.
    """
    now = timezone.now()
    wanted = cases.Wanted(
        open=looked.open,
        state=looked.state,
        kind=looked.kind,
        matter=looked.matter,
        place=looked.place,
    )

    def shown(rows: Sequence[Case]) -> Iterable[Shown]:
        where = places.middles(community=community, paths={row.place for row in rows})
        for line in case_pages.lines(actor=request.auth, rows=rows, now=now):
            yield line.number, point(where.get(line.place)), _of_case(line)

    source = Source[Case](
        pages=lambda after, limit: cases.cases(
            actor=request.auth, wanted=wanted, now=now, cursor=after, limit=limit
        ),
        shown=shown,
        cursor=lambda row: str(row.pk),
        fits=lambda row: _within(looked, row.created_at, row.created_at),
    )
    return _gather(looked, source)


def _of_case(line: case_pages.CaseLine) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "name": both(line.kind_name),
        "title": both(line.title),
        "matter": line.matter,
        "state": line.state,
        "severity": line.severity,
        "place": line.place,
        "overdue": line.overdue,
        "created_at": line.created_at,
    }

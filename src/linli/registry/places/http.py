"""The tree of places over HTTP."""

from typing import Any

import msgspec
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict

from linli.foundation.approvals.schemas import ApprovalOut, approval_out
from linli.foundation.identity.guard import Visit, may, may_everywhere
from linli.foundation.scope.paging import CodePage
from linli.foundation.shapes import TwoLanguages
from linli.registry.places import operations, queries
from linli.registry.places.logic import NewPlace, PlaceChanges

router = Router(tags=["places"])
_SHAPES = 5000
"""As many shapes as an ordinary estate has, at once."""


class PlaceOut(Schema):
    """`level` is the storey: 1 the ground floor, -1 the first basement; null off storeys. `phone`
    is the number of the duty room (E.164), of the estate alone; empty where none is entered.
    """

    id: int
    path: str
    kind: str
    name: TwoLanguages
    parent: str | None
    code: str
    level: int | None
    geometry: dict[str, Any] | None
    height_m: float | None
    base_m: float | None
    area_m2: float | None
    cell: str | None
    phone: str

    @staticmethod
    def resolve_parent(row: Any) -> str | None:
        """Name it by its path."""
        return row.parent.path if row.parent_id else None

    @staticmethod
    def resolve_cell(row: Any) -> str | None:
        """Name it by its path."""
        return row.cell.path if row.cell_id else None


class Places(Schema):
    items: list[PlaceOut]
    next: str | None


class PlaceIn(Schema):
    """`parent` and `cell` are paths; an empty parent is the top. `phone` is the number of the duty
    room: of an estate alone.
    """

    model_config = ConfigDict(extra="forbid")
    kind: str
    code: str
    parent: str = ""
    name: TwoLanguages
    level: int | None = None
    geometry: dict[str, Any] | None = None
    height_m: float | None = None
    base_m: float | None = None
    area_m2: float | None = None
    cell: str | None = None
    phone: str = Field("", max_length=32)


class PlaceChange(Schema):
    """What is left out stays as it is. `phone` is the number of the duty room (`0571-…`, a mobile
    or `+…`), of the estate alone; empty takes it away.
    """

    model_config = ConfigDict(extra="forbid")
    name: TwoLanguages | None = None
    level: int | None = None
    geometry: dict[str, Any] | None = None
    height_m: float | None = None
    base_m: float | None = None
    area_m2: float | None = None
    cell: str | None = None
    phone: str = Field("", max_length=32)


class Move(Schema):
    """An empty code is the code that it has."""

    parent: str
    code: str = ""


class Grouped(Schema):
    buildings: list[str]


class Feature(Schema):
    type: str
    id: int
    geometry: dict[str, Any]
    properties: dict[str, Any]


class FeatureCollection(Schema):
    """`next` is the cursor of the shapes after these; null where there are none."""

    type: str
    features: list[Feature]
    next: str | None


class MapWanted(CodePage):
    limit: int = Field(_SHAPES, ge=1, le=_SHAPES)


@router.get("/{community}/places", response=Places, auth=may("places.read"))
def places(
    request: Visit,
    community: str,
    *,
    kind: str = "",
    under: str = "",
    cursor: str = "",
    limit: int = 500,
) -> object:
    """List places in the order of their paths; of a kind, or below one of them."""
    size = max(1, min(limit, 500))
    rows = queries.places(
        community=community,
        kind=kind,
        under=under,
        seen=request.auth.places,
        after=cursor,
        limit=size + 1,
    )
    return {"items": rows[:size], "next": rows[size - 1].path if len(rows) > size else None}


@router.get("/{community}/map", response=FeatureCollection, auth=may("places.read"))
def map_of(request: Visit, community: str, wanted: Query[MapWanted]) -> object:
    """Return the places that have a shape, as GeoJSON (RFC 7946): of each page the large ones
    first, so that small ones lie on top.
    """
    rows, after = queries.on_the_map(community=community, seen=request.auth.places, wanted=wanted)
    features = [_feature(row) for row in rows]
    return {"type": "FeatureCollection", "features": features, "next": after}


@router.post("/{community}/places", response={201: PlaceOut}, auth=may("register.write"))
def add(request: Visit, community: str, body: PlaceIn) -> Status[object]:
    """Enter a place."""
    said = body.dict(exclude={"name"})
    place = NewPlace(**said, name_zh=body.name.zh, name_en=body.name.en)
    row = operations.add(
        community=community, place=place, seen=request.auth.places, now=timezone.now()
    )
    return Status(201, row)


@router.post("/{community}/places/{path:place}/move", response=PlaceOut, auth=may("register.write"))
def move(request: Visit, community: str, place: str, body: Move) -> object:
    """Put a place elsewhere, or give it another code; its number stays."""
    return operations.move(
        community=community,
        path=place,
        parent=body.parent,
        code=body.code,
        seen=request.auth.places,
        now=timezone.now(),
    )


@router.put("/{community}/places/{path:place}/group", response={204: None},
            auth=may_everywhere("register.write"))  # fmt: skip
def group(request: Visit, community: str, place: str, body: Grouped) -> Status[None]:
    """Let a grid cell group exactly these buildings."""
    operations.group(community=community, cell=place, buildings=body.buildings, now=timezone.now())
    return Status(204, None)


@router.get("/{community}/places/{path:place}", response=PlaceOut, auth=may("places.read"))
def place(request: Visit, community: str, place: str) -> object:
    """Return one place."""
    return queries.seen_place(community=community, path=place, seen=request.auth.places)


@router.patch("/{community}/places/{path:place}", response=PlaceOut, auth=may("register.write"))
def change(request: Visit, community: str, place: str, body: PlaceChange) -> object:
    """Alter a place."""
    said = body.dict(exclude_unset=True, exclude={"name"})
    if body.name:
        said |= {"name_zh": body.name.zh, "name_en": body.name.en}
    changes = msgspec.convert(said, PlaceChanges)
    return operations.change(
        community=community,
        path=place,
        changes=changes,
        seen=request.auth.places,
        now=timezone.now(),
    )


@router.delete("/{community}/places/{path:place}", response={202: ApprovalOut},
               auth=may("register.write"))  # fmt: skip
def remove(request: Visit, community: str, place: str) -> Status[object]:
    """Ask that a place that nothing and nobody depends on be taken away; a second person lets it
    pass.
    """
    now = timezone.now()
    row = operations.ask_removal(
        community=community,
        path=place,
        seen=request.auth.places,
        by=request.auth.account,
        now=now,
    )
    return Status(202, approval_out(row, now))


def _feature(row: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": row.pk,
        "geometry": row.geometry,
        "properties": {
            "path": row.path,
            "kind": row.kind,
            "name": {"zh": row.name.zh, "en": row.name.en},
            "height_m": row.height_m,
            "base_m": row.base_m,
            "level": row.level,
        },
    }

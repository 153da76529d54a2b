"""Where no car may stand, over HTTP: seen, its owner told, gone or towed."""

from typing import Any

from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema

from linli.domains.parking import schemas
from linli.domains.parking import schemas_zones as shapes
from linli.domains.parking.operations import zones as kept
from linli.domains.parking.operations import zoning
from linli.domains.parking.queries import zones as zoned
from linli.foundation.identity.guard import Visit, may, may_everywhere
from linli.foundation.scope.paging import CodePage

router = Router(tags=["parking"])
_SEES, _DOES = may("parking.read"), may("parking.handle")
_SETS = may_everywhere("parking.manage")
_CODE: Any = Path(pattern=schemas.CODE)  # type: ignore[type-arg]


class MisparkedWanted(Schema):
    standing: bool = False
    cursor: int | None = Field(None, ge=1)
    limit: int = Field(50, ge=1, le=500)


@router.get("/{community}/parking/zones", response=shapes.ZonesOut, auth=_SEES)
def zones(request: Visit, community: str, wanted: Query[CodePage]) -> Any:
    """List where no car may stand, by code."""
    rows, after = zoned.zones(actor=request.auth, wanted=wanted)
    return {"items": [shapes.zone_out(row) for row in rows], "next": after}


@router.put("/{community}/parking/zones/{zone}", response=schemas.KeptOut, auth=_SETS)
def set_zone(request: Visit, community: str, body: shapes.ZoneIn, zone: str = _CODE) -> Any:
    """Say where no car may stand, and which cameras watch."""
    said = body.dict(exclude={"name", "devices"})
    new = kept.NewZone(
        code=zone, name=schemas.words_of(body.name), devices=tuple(body.devices), **said
    )
    return {"code": kept.set_zone(actor=request.auth, zone=new, now=timezone.now()).code}


@router.post("/{community}/parking/zones/{zone}/seen", response=shapes.MisparkedOut, auth=_DOES)
def seen(request: Visit, community: str, body: shapes.ZoneSeenIn, zone: str = _CODE) -> Any:
    """Say that a car stands where it must not: its owner is told, without being shown."""
    row = zoning.report(actor=request.auth, zone=zone, plate=body.plate, now=timezone.now())
    return shapes.misparked_out(row)


@router.get("/{community}/parking/misparked", response=shapes.MisparkedList, auth=_SEES)
def misparked(request: Visit, community: str, wanted: Query[MisparkedWanted]) -> Any:
    """List cars that stood where they must not, plates masked."""
    rows, after = zoned.cars(actor=request.auth, **wanted.dict())
    return {"items": [shapes.misparked_out(row) for row in rows], "next": after}


@router.post(
    "/{community}/parking/misparked/{int:car}/plate", response=shapes.MisparkedOut, auth=_DOES
)
def plate(request: Visit, community: str, car: int, body: shapes.PlateReadIn) -> Any:
    """Say which plate a car has that its camera doubts: its owner is told, as of any other."""
    row = zoning.confirm(actor=request.auth, misparked=car, plate=body.plate, now=timezone.now())
    return shapes.misparked_out(row)


@router.post(
    "/{community}/parking/misparked/{int:car}/gone", response=shapes.MisparkedOut, auth=_DOES
)
def gone(request: Visit, community: str, car: int) -> Any:
    """Say that a car is gone."""
    return shapes.misparked_out(zoning.gone(actor=request.auth, misparked=car, now=timezone.now()))


@router.post(
    "/{community}/parking/misparked/{int:car}/tow", response=shapes.MisparkedOut, auth=_DOES
)
def tow(request: Visit, community: str, car: int, body: shapes.TowedIn) -> Any:
    """Write down that a car was had towed."""
    return shapes.misparked_out(
        zoning.tow(actor=request.auth, misparked=car, note=body.note, now=timezone.now())
    )

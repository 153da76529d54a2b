"""The parking desk over HTTP: lots and lanes live, who is in, what cameras missed, what is paid."""

from typing import Any, Literal

from django.utils import timezone
from ninja import Field, Path, Query, Router, Schema, Status

from linli.domains.parking import pages, schemas
from linli.domains.parking import schemas_tariffs as shapes
from linli.domains.parking.operations import mending, minding, paying, setting
from linli.domains.parking.queries import stays as staying
from linli.domains.parking.queries.pricing import Trial
from linli.foundation.identity.guard import Visit, may, may_everywhere
from linli.foundation.scope.paging import CodePage, RecentPage

router = Router(tags=["parking"])
_SEES, _DOES = may("parking.read"), may("parking.handle")
_SETS = may_everywhere("parking.manage")
_CODE: Any = Path(pattern=schemas.CODE)  # type: ignore[type-arg]
_DEVICE: Any = Path(min_length=1, max_length=48)  # type: ignore[type-arg]
_NUMBER: Any = Path(pattern=r"^[A-Za-z0-9-]{1,16}$")  # type: ignore[type-arg]


class StaysWanted(Schema):
    """Which stays; a plate is looked for whole; `mend`: those that a camera missed something of."""

    lot: str = Field("", max_length=32)
    state: str = Field("", max_length=8)
    plate: str = Field("", max_length=16)
    mend: bool = False
    cursor: int | None = Field(None, ge=1)
    limit: int = Field(50, ge=1, le=500)


class SightingsWanted(Schema):
    """Which sightings; a plate is looked for whole. `what`: not let pass, plate not read, or behind
    another car.
    """

    what: Literal["", "shut", "unread", "followed"] = ""
    lane: str = Field("", max_length=32)
    plate: str = Field("", max_length=16)
    cursor: int | None = Field(None, ge=1)
    limit: int = Field(50, ge=1, le=500)


@router.get("/{community}/parking/lots", response=schemas.LotsOut, auth=_SEES)
def lots(request: Visit, community: str, wanted: Query[CodePage]) -> Any:
    """List lots by code with their lanes and free places, as they are now."""
    return pages.lots_page(actor=request.auth, wanted=wanted, now=timezone.now())


@router.put("/{community}/parking/lots/{lot}", response=schemas.LotKept, auth=_SETS)
def set_lot(request: Visit, community: str, body: schemas.LotIn, lot: str = _CODE) -> Any:
    """Make a lot, or say anew how it is kept. That those who live here pay nothing, or pay again,
    waits for a second person where the lot is there already.
    """
    said = body.dict(exclude={"name", "offered_to"})
    new = setting.NewLot(
        code=lot, name=schemas.words_of(body.name), offered_to=tuple(body.offered_to), **said
    )
    made = setting.set_lot(actor=request.auth, lot=new, now=timezone.now())
    return {"code": made.lot.code, "approval": made.waits}


@router.put("/{community}/parking/lots/{lot}/areas/{area}", response=schemas.KeptOut, auth=_SETS)
def set_area(
    request: Visit, community: str, body: schemas.LotAreaIn, lot: str = _CODE, area: str = _CODE
) -> Any:
    """Make a part of a lot, or say anew how many it holds."""
    row = setting.set_area(
        actor=request.auth,
        lot=lot,
        code=area,
        name=schemas.words_of(body.name),
        capacity=body.capacity,
        now=timezone.now(),
    )
    return {"code": row.code}


@router.put(
    "/{community}/parking/lots/{lot}/screens/{device}", response=schemas.KeptOut, auth=_SETS
)
def set_screen(
    request: Visit, community: str, body: schemas.LotScreenIn, lot: str = _CODE,
    device: str = _DEVICE,
) -> Any:  # fmt: skip
    """Let a screen tell the free places of a lot, or of an area of it."""
    row = setting.set_screen(
        actor=request.auth, lot=lot, device=device, area=body.area, now=timezone.now()
    )
    return {"code": row.device}


@router.delete("/{community}/parking/lots/{lot}/screens/{device}", response={204: None},
               auth=_SETS)  # fmt: skip
def drop_screen(
    request: Visit, community: str, lot: str = _CODE, device: str = _DEVICE
) -> Status[None]:
    """Let a screen tell nothing any more."""
    setting.drop_screen(actor=request.auth, lot=lot, device=device, now=timezone.now())
    return Status(204, None)


@router.put("/{community}/parking/lanes/{lane}", response=schemas.KeptOut, auth=_SETS)
def set_lane(request: Visit, community: str, body: schemas.LaneIn, lane: str = _CODE) -> Any:
    """Make a lane, or say anew what stands at it."""
    new = setting.NewLane(
        code=lane, name=schemas.words_of(body.name), **body.dict(exclude={"name"})
    )
    return {"code": setting.set_lane(actor=request.auth, lane=new, now=timezone.now()).code}


@router.get("/{community}/parking/lots/{lot}/bays", response=schemas.BaysOut, auth=_SEES)
def bays(request: Visit, community: str, wanted: Query[CodePage], lot: str = _CODE) -> Any:
    """List the places of a lot, and which their sensors say are taken."""
    return pages.bays_page(actor=request.auth, lot=lot, wanted=wanted)


@router.put("/{community}/parking/lots/{lot}/bays/{number}", response=schemas.KeptOut, auth=_SETS)
def set_bay(
    request: Visit, community: str, body: schemas.BayIn, lot: str = _CODE, number: str = _NUMBER
) -> Any:
    """Make a parking place, or say anew what it is for."""
    new = setting.NewBay(lot=lot, number=number, **body.dict())
    return {"code": setting.set_bay(actor=request.auth, bay=new, now=timezone.now()).number}


@router.get("/{community}/parking/lots/{lot}/tariffs", response=shapes.TariffVersions, auth=_SEES)
def tariffs(request: Visit, community: str, wanted: Query[RecentPage], lot: str = _CODE) -> Any:
    """List every tariff that a lot had, has and will have, the latest first; a change takes two
    persons.
    """
    return pages.tariffs_page(actor=request.auth, lot=lot, wanted=wanted)


@router.post("/{community}/parking/lots/{lot}/fee", response=schemas.FeeOut, auth=_SEES)
def try_fee(request: Visit, community: str, body: shapes.FeeTrial, lot: str = _CODE) -> Any:
    """Say what a stay would cost and why: by the lot's tariff, or by one that is proposed."""
    said = body.dict(exclude={"marks"})
    trial = Trial(marks=frozenset(body.marks), **said)
    return pages.trial_page(actor=request.auth, lot=lot, trial=trial)


@router.get("/{community}/parking/stays", response=schemas.Stays, auth=_SEES)
def stays(request: Visit, community: str, wanted: Query[StaysWanted]) -> Any:
    """List stays, plates masked, the newest first."""
    sought = staying.Wanted(**wanted.dict())
    rows, after = staying.stays(actor=request.auth, wanted=sought)
    return {"items": [schemas.stay_line(row) for row in rows], "next": after}


@router.get("/{community}/parking/stays/{int:stay}", response=schemas.StayShown, auth=_DOES)
def stay(request: Visit, community: str, stay: int) -> Any:
    """Show a stay with its plate, its fee and why; that it was looked at is on record."""
    now = timezone.now()
    row = minding.look(actor=request.auth, stay=stay, now=now)
    return pages.stay_page(row=row, now=now)


@router.post("/{community}/parking/stays/{int:stay}/mend", response=schemas.StayLine, auth=_DOES)
def mend(request: Visit, community: str, stay: int, body: schemas.StayMendIn) -> Any:
    """Put right what a camera missed or misread, or say on which place for children or the disabled
    the car stands, and say why.
    """
    row = mending.mend(
        actor=request.auth,
        stay=stay,
        mending=mending.Mending(**body.dict()),
        now=timezone.now(),
    )
    return schemas.stay_line(row)


@router.post("/{community}/parking/stays/{int:stay}/cash", response=schemas.StayLine, auth=_DOES)
def cash(request: Visit, community: str, stay: int) -> Any:
    """Take the fee of a stay in cash at the booth; a car that waits at the lane may go."""
    return schemas.stay_line(paying.at_booth(actor=request.auth, stay=stay, now=timezone.now()))


@router.get("/{community}/parking/sightings", response=schemas.Sightings, auth=_SEES)
def sightings(request: Visit, community: str, wanted: Query[SightingsWanted]) -> Any:
    """List what cameras told, plates masked, the newest first; what was put right beside it."""
    rows, after = staying.sightings(actor=request.auth, **wanted.dict())
    return {"items": [schemas.sighting_out(row) for row in rows], "next": after}


@router.post("/{community}/parking/lanes/{lane}/open", response=schemas.LaneOpened, auth=_DOES)
def open_lane(request: Visit, community: str, body: schemas.LaneOpenIn, lane: str = _CODE) -> Any:
    """Raise the arm of a lane by hand, and say why; where it is broken, a case is opened."""
    opening = minding.Opening(reason=body.reason, key=body.key, trouble=body.trouble)
    row = minding.open_by_hand(actor=request.auth, lane=lane, opening=opening, now=timezone.now())
    return {"id": row.pk, "case": row.case}

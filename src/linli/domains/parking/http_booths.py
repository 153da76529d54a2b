"""Booths over HTTP: which there are, who sits in them, what was done by hand, cash handed over."""

from typing import Any

from django.utils import timezone
from ninja import Path, Query, Router

from linli.domains.parking import booth_pages as pages
from linli.domains.parking import schemas
from linli.domains.parking import schemas_booths as shapes
from linli.domains.parking.operations import setting, shifts
from linli.foundation.identity.guard import Visit, may, may_everywhere
from linli.foundation.scope.paging import CodePage, NumberPage

router = Router(tags=["parking"])
_SEES, _DOES = may("parking.read"), may("parking.handle")
_TAKES = may("parking.handle", "money.write")
_SETS = may_everywhere("parking.manage")
_CODE: Any = Path(pattern=schemas.CODE)  # type: ignore[type-arg]


@router.get("/{community}/parking/booths", response=shapes.BoothsOut, auth=_SEES)
def booths(request: Visit, community: str, wanted: Query[CodePage]) -> Any:
    """List booths by code, their lanes, and who sits in them."""
    return pages.booths_page(actor=request.auth, wanted=wanted)


@router.put("/{community}/parking/booths/{booth}", response=schemas.KeptOut, auth=_SETS)
def set_booth(request: Visit, community: str, body: shapes.BoothIn, booth: str = _CODE) -> Any:
    """Make a booth of a lot, or say anew what it is called."""
    row = setting.set_booth(
        actor=request.auth, code=booth, lot=body.lot, name=schemas.words_of(body.name),
        now=timezone.now(),
    )  # fmt: skip
    return {"code": row.code}


@router.post("/{community}/parking/booths/{booth}/shift", response=shapes.BoothShiftOut,
             auth=_DOES)  # fmt: skip
def sign_on(request: Visit, community: str, body: shapes.SignOnIn, booth: str = _CODE) -> Any:
    """Sit in a booth from now on; whoever sits there is relieved only if that is said."""
    now = timezone.now()
    row = shifts.sign_on(actor=request.auth, booth=booth, relieve=body.relieve, now=now)
    return pages.own(row, now=now)


@router.get("/{community}/parking/shifts", response=shapes.BoothShifts, auth=_SEES)
def list_shifts(request: Visit, community: str, wanted: Query[NumberPage]) -> Any:
    """List who sat in booths, what he did by hand and handed over, the newest first."""
    return pages.shifts_page(actor=request.auth, wanted=wanted)


@router.get("/{community}/parking/shifts/own", response=shapes.OwnBoothShifts, auth=_DOES)
def own_shifts(request: Visit, community: str) -> Any:
    """Show one's own shift as it is now, and those that one has still to hand over."""
    return pages.own_page(actor=request.auth, now=timezone.now())


@router.post("/{community}/parking/shifts/{int:shift}/hand-over", response=shapes.BoothShiftOut,
             auth=_DOES)  # fmt: skip
def hand_over(request: Visit, community: str, shift: int, body: shapes.HandOverIn) -> Any:
    """Leave a booth, and hand over the cash that one counted."""
    now = timezone.now()
    row = shifts.hand_over(actor=request.auth, shift=shift, fen=body.fen, note=body.note, now=now)
    return pages.own(row, now=now)


@router.post("/{community}/parking/shifts/{int:shift}/count", response=shapes.BoothShiftOut,
             auth=_TAKES)  # fmt: skip
def count_for(request: Visit, community: str, shift: int, body: shapes.CountIn) -> Any:
    """Count the cash of a clerk who does not come to hand it over, and say why."""
    now = timezone.now()
    row = shifts.count_for(actor=request.auth, shift=shift, fen=body.fen, note=body.note, now=now)
    return shapes.shift_out(row, account=request.auth.account)


@router.post("/{community}/parking/shifts/{int:shift}/receive", response=shapes.BoothShiftOut,
             auth=_TAKES)  # fmt: skip
def receive(request: Visit, community: str, shift: int) -> Any:
    """Take the cash that another handed over."""
    row = shifts.receive(actor=request.auth, shift=shift, now=timezone.now())
    return shapes.shift_out(row, account=request.auth.account)

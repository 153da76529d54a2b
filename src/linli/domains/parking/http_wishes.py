"""What households wish for their cars, and what the desk answers, over HTTP."""

from typing import Any, Literal

from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from linli.domains.parking import schemas_wishes as schemas
from linli.domains.parking import wish_pages
from linli.domains.parking.operations import wishing
from linli.foundation.identity.guard import Visit, may
from linli.foundation.scope.paging import NumberPage

router = Router(tags=["parking"])
_DOES = may("parking.wishes")
_OWN = may("parking.own", himself=True)


class PlateWishesWanted(Schema):
    state: Literal["", "waiting", "agreed", "refused", "withdrawn"] = ""
    cursor: int | None = Field(None, ge=1)
    limit: int = Field(50, ge=1, le=500)


class OwnWishesWanted(NumberPage):
    """`lot`: a part of the code or the name of the lots to wish for."""

    lot: str = Field("", max_length=60)
    limit: int = Field(10, ge=1, le=500)


@router.get("/{community}/parking/wishes", response=schemas.PlateWishes, auth=_DOES)
def wishes(request: Visit, community: str, wanted: Query[PlateWishesWanted]) -> Any:
    """List what households wish for their cars, plates masked, the newest first."""
    return wish_pages.desk_page(actor=request.auth, **wanted.dict())


@router.get("/{community}/parking/wishes/{int:wish}", response=schemas.PlateWishShown, auth=_DOES)
def wish(request: Visit, community: str, wish: int) -> Any:
    """Show a wish with its whole plates and what there is to decide by; the look is on record."""
    now = timezone.now()
    return wish_pages.shown(wishing.look(actor=request.auth, wish=wish, now=now), now=now)


@router.post("/{community}/parking/wishes/{int:wish}/agree", response=schemas.PlateWishOut,
             auth=_DOES)  # fmt: skip
def agree(request: Visit, community: str, wish: int, body: schemas.PlateWishAgreed) -> Any:
    """Do what a household wishes: in the register, and in its permits."""
    row = wishing.agree(actor=request.auth, wish=wish, until=body.until, now=timezone.now())
    return wish_pages.line(row, whole=False)


@router.post("/{community}/parking/wishes/{int:wish}/refuse", response=schemas.PlateWishOut,
             auth=_DOES)  # fmt: skip
def refuse(request: Visit, community: str, wish: int, body: schemas.PlateWishRefused) -> Any:
    """Say no to a wish, and why: he who asked reads it."""
    row = wishing.refuse(actor=request.auth, wish=wish, reason=body.reason, now=timezone.now())
    return wish_pages.line(row, whole=False)


@router.get("/{community}/my/parking/wishes", response=schemas.OwnPlateWishes, auth=_OWN)
def own_wishes(request: Visit, community: str, wanted: Query[OwnWishesWanted]) -> Any:
    """List one's own wishes, the newest first, and for what one may wish something."""
    return wish_pages.own_page(
        actor=request.auth, wanted=wanted, now=timezone.now(), lot=wanted.lot
    )


@router.post("/{community}/my/parking/wishes", response={201: schemas.PlateWishOut}, auth=_OWN)
def own_ask(request: Visit, community: str, body: schemas.PlateWishIn) -> Any:
    """Wish something for a car of one's home: that it is registered, its plate changed, a month."""
    wished = wishing.Wished(**body.dict())
    row = wishing.ask(actor=request.auth, wished=wished, now=timezone.now())
    return Status(201, wish_pages.line(row, whole=True))


@router.delete("/{community}/my/parking/wishes/{int:wish}", response=schemas.PlateWishOut,
               auth=_OWN)  # fmt: skip
def own_take_back(request: Visit, community: str, wish: int) -> Any:
    """Take back a wish of one's own that was not answered yet."""
    row = wishing.withdraw(actor=request.auth, wish=wish, now=timezone.now())
    return wish_pages.line(row, whole=True)

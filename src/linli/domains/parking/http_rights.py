"""Permits, lists and coupons over HTTP."""

from datetime import timedelta
from typing import Any, Literal

from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from linli.domains.parking import own_pages
from linli.domains.parking import schemas_coupons as coupon_shapes
from linli.domains.parking import schemas_rights as schemas
from linli.domains.parking.operations import coupons as giving
from linli.domains.parking.operations import prolonging, rights
from linli.domains.parking.queries import coupons as given
from linli.domains.parking.queries import rights as held
from linli.foundation.identity.guard import Visit, may, may_everywhere
from linli.foundation.scope.paging import NumberPage

router = Router(tags=["parking"])
_SEES, _DOES = may("parking.read"), may("parking.handle")
_SETS = may_everywhere("parking.manage")
_GIVES = may("parking.coupon")
_DAYS = 30


class PermitsWanted(Schema):
    plate: str = Field("", max_length=16)
    cursor: int | None = Field(None, ge=1)
    limit: int = Field(50, ge=1, le=500)


class OwnCouponsWanted(Schema):
    """`lot`: a part of the code or the name of the lots to give in."""

    lot: str = Field("", max_length=60)
    cursor: int | None = Field(None, ge=1)
    limit: int = Field(50, ge=1, le=500)


class CouponsWanted(Schema):
    cursor: int | None = Field(None, ge=1)
    limit: int = Field(50, ge=1, le=500)
    merchant: int | None = Field(None, ge=1, le=2**63 - 1)


class ListedWanted(NumberPage):
    """Which part of the cars on a list: on one, if it is named."""

    colour: Literal["", "black", "white"] = ""


@router.get("/{community}/parking/permits", response=schemas.Permits, auth=_SEES)
def permits(request: Visit, community: str, wanted: Query[PermitsWanted]) -> Any:
    """List permits, plates masked, the newest first."""
    return own_pages.permits_page(actor=request.auth, **wanted.dict())


@router.post("/{community}/parking/permits", response={201: schemas.PermitGiven}, auth=_SETS)
def give(request: Visit, community: str, body: schemas.PermitIn) -> Any:
    """Let cars stand in a lot by the month, sharing so many places. One that is to cost less than
    the tariff says begins once a second person has let that pass.
    """
    new = rights.NewPermit(**body.dict())
    made = rights.give(actor=request.auth, permit=new, now=timezone.now())
    return Status(201, {**own_pages.permit(made.permit), "approval": made.waits})


@router.get("/{community}/parking/permits/{int:permit}", response=schemas.PermitOut, auth=_SETS)
def permit(request: Visit, community: str, permit: int) -> Any:
    """Show a permit with its whole plates; that it was looked at is on record."""
    row = rights.look(actor=request.auth, permit=permit, now=timezone.now())
    return own_pages.permit(row, whole=True)


@router.put("/{community}/parking/permits/{int:permit}/cars", response=schemas.PermitOut,
            auth=_SETS)  # fmt: skip
def change_cars(request: Visit, community: str, permit: int, body: schemas.PermitCarsIn) -> Any:
    """Say anew which cars share a permit."""
    row = rights.change_cars(actor=request.auth, permit=permit, **body.dict(), now=timezone.now())
    return own_pages.permit(row)


@router.post("/{community}/parking/permits/{int:permit}/cash", response=schemas.PermitReceipt,
             auth=_DOES)  # fmt: skip
def prolong(request: Visit, community: str, permit: int, body: schemas.PermitCashIn) -> Any:
    """Take cash at the desk for some months more of a permit, and give a receipt."""
    row, order = prolonging.at_desk(
        actor=request.auth, permit=permit, months=body.months, key=body.key, now=timezone.now()
    )
    return {
        "number": order.pk,
        "fen": order.fen,
        "months": body.months,
        "at": order.paid_at,
        "permit": own_pages.permit(row),
    }


@router.post("/{community}/parking/permits/{int:permit}/end", response=schemas.PermitOut,
             auth=_SETS)  # fmt: skip
def end(request: Visit, community: str, permit: int) -> Any:
    """End a permit now."""
    return own_pages.permit(rights.end(actor=request.auth, permit=permit, now=timezone.now()))


@router.get("/{community}/parking/lists", response=schemas.ListedOnes, auth=_SETS)
def lists(request: Visit, community: str, wanted: Query[ListedWanted]) -> Any:
    """List the cars on the black and the white list, or on one of them, the newest first."""
    rows, after = held.on_lists(actor=request.auth, colour=wanted.colour, wanted=wanted)
    return {"items": [schemas.listed_out(row) for row in rows], "next": after}


@router.post("/{community}/parking/lists", response={201: schemas.ListedOut}, auth=_SETS)
def list_car(request: Visit, community: str, body: schemas.ListedIn) -> Any:
    """Put a car onto a list, and say why."""
    row = rights.list_car(actor=request.auth, **body.dict(), now=timezone.now())
    return Status(201, schemas.listed_out(row))


@router.delete("/{community}/parking/lists/{int:listed}", response=schemas.ListedOut, auth=_SETS)
def unlist(request: Visit, community: str, listed: int) -> Any:
    """Take a car off a list."""
    return schemas.listed_out(rights.unlist(actor=request.auth, listed=listed, now=timezone.now()))


@router.get("/{community}/parking/coupons", response=coupon_shapes.Coupons, auth=_SETS)
def coupons(request: Visit, community: str, wanted: Query[CouponsWanted]) -> Any:
    """List coupons, plates masked, the newest first; of one shop, if it is named."""
    rows, after = given.coupons(actor=request.auth, **wanted.dict())
    return {"items": [coupon_shapes.coupon_out(row) for row in rows], "next": after}


@router.get("/{community}/parking/coupons/shops", response=coupon_shapes.CouponShops, auth=_SETS)
def coupon_shops(request: Visit, community: str) -> Any:
    """Say what became of the coupons of each shop in the last thirty days."""
    now = timezone.now()
    rows = given.counted(actor=request.auth, since=now - timedelta(days=_DAYS), now=now)
    return {"days": _DAYS, "items": [coupon_shapes.shop_out(row) for row in rows]}


@router.get("/{community}/parking/coupons/own", response=coupon_shapes.OwnCoupons,
            auth=_GIVES)  # fmt: skip
def own_coupons(request: Visit, community: str, wanted: Query[OwnCouponsWanted]) -> Any:
    """List one's own coupons, where and for whom one may give them, and how many more today."""
    return own_pages.coupons_page(actor=request.auth, **wanted.dict(), now=timezone.now())


@router.post("/{community}/parking/coupons", response={201: coupon_shapes.CouponOut},
             auth=_GIVES)  # fmt: skip
def give_coupon(request: Visit, community: str, body: coupon_shapes.CouponIn) -> Any:
    """Give the car of a customer something off what its stay costs."""
    row = giving.give(actor=request.auth, **body.dict(), now=timezone.now())
    return Status(201, coupon_shapes.coupon_out(row))

"""Shapes of coupons, plates masked."""

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema

from linli.domains.parking.logic import plates
from linli.domains.parking.models import Coupon
from linli.domains.parking.queries.coupons import ShopCount
from linli.domains.parking.schemas import CODE
from linli.foundation.shapes import TwoLanguages


class CouponOut(Schema):
    id: int
    lot: str
    plate: str
    kind: str
    amount: int
    at: datetime
    until: datetime
    used: bool
    used_at: datetime | None
    merchant: str


class Coupons(Schema):
    items: list[CouponOut]
    next: int | None


class CouponIn(Schema):
    lot: str = Field(pattern=CODE)
    plate: str = Field(min_length=2, max_length=16)
    kind: Literal["minutes", "fen", "percent"]
    amount: int = Field(ge=1, le=100_000)
    merchant: int | None = Field(None, ge=1, le=2**63 - 1)


class CouponShop(Schema):
    """What became of the coupons of a shop; `merchant` is null for the estate's own."""

    merchant: int | None
    name: str
    given: int
    used: int
    waiting: int
    over: int


class CouponShops(Schema):
    """Counted over so many days."""

    days: int
    items: list[CouponShop]
    next: None = None


class CouponLot(Schema):
    code: str
    name: TwoLanguages


class CouponGiver(Schema):
    id: int
    name: str


class OwnCoupons(Coupons):
    """One's own coupons; in which lots and for which shops one may give, and how many more today.
    The first 200 lots by code, of those that were asked for; `lots_more`: there are more of them.

    `any_shop`: one works for the estate, and need not name a shop.
    """

    lots: list[CouponLot]
    lots_more: bool
    shops: list[CouponGiver]
    any_shop: bool
    a_day: int
    left: int


def coupon_out(row: Coupon) -> dict[str, Any]:
    """Return a coupon, the plate masked."""
    return {
        "id": row.pk,
        "lot": row.lot.code,
        "plate": plates.masked(row.plate),
        "kind": row.kind,
        "amount": row.amount,
        "at": row.at,
        "until": row.until,
        "used": row.stay_number is not None,
        "used_at": row.used_at,
        "merchant": row.merchant.name if row.merchant else "",
    }


def shop_out(row: ShopCount) -> dict[str, Any]:
    """Return what became of the coupons of a shop."""
    return {
        "merchant": row.merchant,
        "name": row.name,
        "given": row.given,
        "used": row.used,
        "waiting": row.waiting,
        "over": row.over,
    }

"""What merchants give to the cars of their customers."""

from datetime import datetime, timedelta

from django.db import transaction

from linli.domains.parking.models import Coupon
from linli.domains.parking.operations.minding import plate_of
from linli.domains.parking.queries import coupons, lots
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault

_HOURS = 24
_MOST = {"minutes": 24 * 60, "fen": 100_000, "percent": 100}


class BadCoupon(Fault):
    key = "parking.bad_coupon"
    status = 422


class NotYourShop(Fault):
    """Whoever gives it stands for no such shop."""

    key = "parking.not_your_shop"
    status = 403


class TooManyCoupons(Fault):
    key = "parking.too_many_coupons"
    status = 429


@transaction.atomic
def give(
    *, actor: Actor, lot: str, plate: str, kind: str, amount: int, merchant: int | None,
    now: datetime,
) -> Coupon:  # fmt: skip
    """Give the car of a customer something off what its stay costs, within a day.

    :raises LotNotFound, BadPlate: if there is none
    :raises NotYourShop: if a merchant gives it for none, or for another's
    :raises BadCoupon: if it is worth nothing, or more than any stay
    :raises TooManyCoupons: if he gave as many as may be given in a day
    """
    row = lots.lot_of(actor=actor, code=lot)
    if kind not in _MOST or not 0 < amount <= _MOST[kind]:
        raise BadCoupon
    if coupons.left(actor=actor, now=now) <= 0:
        raise TooManyCoupons
    shop = _shop(actor, merchant)
    return Coupon.rows.create(
        community=actor.community,
        lot=row,
        merchant_id=coupons.merchant(community=actor.community, id=shop),
        plate=plate_of(plate),
        kind=kind,
        amount=amount,
        at=now,
        until=now + timedelta(hours=_HOURS),
        by_id=actor.account,
    )


def _shop(actor: Actor, merchant: int | None) -> int | None:
    """Return the shop for which somebody gives a coupon; his own, where he stands for one only."""
    if coupons.for_any_shop(actor):
        return merchant
    own = coupons.shops_of(community=actor.community, account=actor.account)
    if merchant is None and len(own) == 1:
        return own[0]
    if merchant not in own:
        raise NotYourShop
    return merchant

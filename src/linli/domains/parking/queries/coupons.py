"""Coupons, the shops that give them, and what became of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from django.db.models import Count, Q

from linli.domains.parking.models import Coupon
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault
from linli.registry.people.models import Organisation, Staff

A_DAY = 200
"""So many coupons one account gives in a day."""
_STAFF = "parking.read"
"""Who may do this works for the estate, and gives for any shop."""
_SHOPS = 300


class MerchantNotFound(Fault):
    key = "parking.merchant_not_found"
    status = 404


class ShopCount(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the coupons of a shop; `merchant` is None for the estate's own."""

    merchant: int | None
    name: str
    given: int
    used: int
    waiting: int
    over: int


def for_any_shop(actor: Actor) -> bool:
    """Tell whether somebody gives coupons for whichever shop."""
    return actor.may(_STAFF)


def merchant(*, community: str, id: int | None) -> int | None:
    """Return the number of a shop of the register.

    :raises MerchantNotFound: if one is named and there is none
    """
    if id is not None and not Organisation.rows.of(community).filter(pk=id).exists():
        raise MerchantNotFound(merchant=id)
    return id


def shops_of(*, community: str, account: int) -> list[int]:
    """Return the numbers of the shops that an account stands for, as the register says."""
    rows = Staff.rows.of(community).filter(account=account, employed=True)
    return list(rows.exclude(organisation=None).values_list("organisation", flat=True))


def shops(*, actor: Actor) -> list[Organisation]:
    """Return the shops for which the actor may give coupons."""
    rows = Organisation.rows.of(actor.community)
    if not for_any_shop(actor):
        own = shops_of(community=actor.community, account=actor.account)
        rows = rows.filter(pk__in=own)
    return list(rows.order_by("name")[:_SHOPS])


def left(*, actor: Actor, now: datetime) -> int:
    """Return how many coupons the actor may still give, of those of a day."""
    given = Coupon.rows.of(actor.community).filter(by=actor.account, at__gt=now - timedelta(days=1))
    return max(0, A_DAY - int(given.count()))


def own(*, actor: Actor, cursor: int | None, limit: int) -> tuple[list[Coupon], int | None]:
    """Return a page of the coupons that the actor gave, or that his shops did."""
    mine = shops_of(community=actor.community, account=actor.account)
    found = Q(by=actor.account) | Q(merchant__in=mine)
    return _page(actor, found, cursor, limit)


def coupons(
    *, actor: Actor, merchant: int | None, cursor: int | None, limit: int
) -> tuple[list[Coupon], int | None]:
    """Return a page of coupons, of one shop where it is named, and the cursor after it."""
    found = Q() if merchant is None else Q(merchant=merchant)
    return _page(actor, found, cursor, limit)


def _page(
    actor: Actor, found: Q, cursor: int | None, limit: int
) -> tuple[list[Coupon], int | None]:
    rows = Coupon.rows.of(actor.community).filter(found).select_related("lot", "merchant")
    if cursor is not None:
        rows = rows.filter(pk__lt=cursor)
    page = list(rows.order_by("-pk")[: limit + 1])
    return page[:limit], page[limit - 1].pk if len(page) > limit else None


def counted(*, actor: Actor, since: datetime, now: datetime) -> Sequence[ShopCount]:
    """Return what became of the coupons given since a time, by shop, the most first."""
    used = ~Q(stay_number=None)
    rows = (
        Coupon.rows.of(actor.community)
        .filter(at__gte=since)
        .order_by()
        .values_list("merchant", "merchant__name")
        .annotate(
            given=Count("pk"),
            used=Count("pk", filter=used),
            waiting=Count("pk", filter=~used & Q(until__gt=now)),
            over=Count("pk", filter=~used & Q(until__lte=now)),
        )
    )
    found = [
        ShopCount(merchant=shop, name=name or "", given=n, used=u, waiting=w, over=o)
        for shop, name, n, u, w, o in rows
    ]
    return sorted(found, key=lambda one: (-one.given, one.name))

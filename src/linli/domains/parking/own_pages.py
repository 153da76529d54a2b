"""Pages of drivers, put together from several reads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from linli.domains.parking import schemas
from linli.domains.parking import schemas_coupons as coupon_shapes
from linli.domains.parking import schemas_rights as shapes
from linli.domains.parking import schemas_zones as zone_shapes
from linli.domains.parking.logic import plates, table
from linli.domains.parking.logic.tariff import OF_PLACES, Tariff
from linli.domains.parking.models import Bay, CarWish, Lot, Permit, Stay
from linli.domains.parking.queries import coupons as given
from linli.domains.parking.queries import known, lots, own, pictured, pricing, zones
from linli.domains.parking.queries import rights as held
from linli.domains.parking.wish_pages import homes as homes_of
from linli.foundation.identity.queries import Actor
from linli.foundation.money import queries as money
from linli.kernel.words import both
from linli.registry.people.models import Vehicle

_EARNED = 50


def permit(row: Permit, *, whole: bool = False) -> dict[str, Any]:
    """Return a permit for the desk; its plates whole only where the look is on record."""
    cars = held.plates_of(community=row.community, permits=[row])[row.pk]
    names = homes_of([row])
    return shapes.permit_out(row, cars, whole=whole, home=names.get(row.household_id))


def coupons_page(
    *, actor: Actor, cursor: int | None, limit: int, now: datetime, lot: str = ""
) -> dict[str, Any]:
    """Return the coupons that somebody gave, and what he may give: in lots whose code or name holds
    `lot`.
    """
    rows, after = given.own(actor=actor, cursor=cursor, limit=limit)
    some, more = lots.to_pick(actor=actor, sought=lot)
    return {
        "items": [coupon_shapes.coupon_out(row) for row in rows],
        "next": after,
        "lots": [{"code": row.code, "name": both(row.name)} for row in some],
        "lots_more": more,
        "shops": [{"id": row.pk, "name": row.name} for row in given.shops(actor=actor)],
        "any_shop": given.for_any_shop(actor),
        "a_day": given.A_DAY,
        "left": given.left(actor=actor, now=now),
    }


def permits_page(*, actor: Actor, plate: str, cursor: int | None, limit: int) -> dict[str, Any]:
    """Return a page of permits for the desk."""
    rows, after = held.permits(actor=actor, plate=plate, cursor=cursor, limit=limit)
    cars, names = held.plates_of(community=actor.community, permits=rows), homes_of(rows)
    return {
        "items": [
            shapes.permit_out(row, cars[row.pk], whole=False, home=names.get(row.household_id))
            for row in rows
        ],
        "next": after,
    }


def page(*, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return all that is one's own in parking."""
    community, account = actor.community, actor.account
    cars = known.cars_of(community=community, account=account, at=now)
    own_plates = [car.plate for car in cars]
    people = [row.pk for row in known.persons_of(community=community, account=account)]
    rows = own.stays(community=community, plates=own_plates)
    homes = known.households_of(community=community, account=account, at=now)
    permits = held.permits_for(community=community, plates=own_plates, homes=homes)
    of_permits = held.plates_of(community=community, permits=permits)
    wishes = own.wishes(community=community, plates=own_plates, at=now)
    bays = lots.bays_of_cars(community=community, cars=cars)
    misparked = zones.of_plates(community=community, plates=own_plates)
    of_guests = zones.of_guests(community=community, account=account, now=now)
    return {
        "cars": [_car(car, wishes.get(car.plate), rows, bays[car.plate]) for car in cars],
        "stays": [_stay(row, now) for row in rows],
        "permits": [shapes.permit_out(row, of_permits[row.pk], whole=True) for row in permits],
        "loans": [shapes.loan_out(r) for r in held.loans(community=community, owners=people)],
        "bookings": [
            shapes.booking_out(one) for one in own.bookings(home=community, account=account)
        ],
        "misparked": [
            {**zone_shapes.misparked_out(one, whole=whole), "guest": one.hosted}
            for whole, found in ((True, misparked), (False, of_guests))
            for one in found
        ],
        **_money(community, people),
    }


def pictures(*, actor: Actor, stay: int, now: datetime) -> dict[str, Any]:
    """Return what lane cameras took of one's own car at a stay, without showing it.

    :raises StayNotFound: if it is not one's own car's
    """
    found = pictured.of_own_stay(actor=actor, stay=stay, now=now)
    return {
        "items": [
            {
                "id": one.pk,
                "at": one.at,
                "direction": one.direction,
                "lane_name": both(one.lane.name),
            }
            for one, _ in found
        ]
    }


def _car(
    car: Vehicle, wish: CarWish | None, rows: Sequence[Stay], bays: Sequence[Bay]
) -> dict[str, Any]:
    return {
        "plate": car.plate,
        "colour": car.colour,
        "bay": car.parking,
        "bays": [
            {"lot": bay.lot.code, "lot_name": both(bay.lot.name), "number": bay.number}
            for bay in bays
        ],
        "pay_by_wallet": bool(wish and wish.pay_by_wallet),
        "findable": bool(wish and wish.findable),
        "looked": sum(row.looked for row in rows if row.plate == car.plate),
    }


def _stay(row: Stay, now: datetime) -> dict[str, Any]:
    return {
        "id": row.pk,
        "plate": row.plate,
        "lot": row.lot.code,
        "lot_name": both(row.lot.name),
        "kind": row.kind,
        "state": row.state,
        "entered_at": row.entered_at,
        "left_at": row.left_at,
        "leave_by": row.leave_by,
        "fee": schemas.fee_out(pricing.due(stay=row, now=now)),
    }


def _money(community: str, people: Sequence[int]) -> dict[str, Any]:
    if not people:
        return {"wallet_fen": 0, "earned_fen": 0, "earned": []}
    share = f"share:person:{people[0]}"
    lines, _ = money.statement(community=community, account=share, page=money.Page(limit=_EARNED))
    return {
        "wallet_fen": money.balance(community=community, account=f"wallet:person:{people[0]}"),
        "earned_fen": money.balance(community=community, account=share),
        "earned": [
            {"at": line.posting.at, "fen": line.fen, "after_fen": line.after} for line in lines
        ],
    }


def offers(*, community: str, cursor: str, limit: int, now: datetime) -> dict[str, Any]:
    """Return a page of where one may book, here first, then where neighbours offer it, each by
    code; the cursor after it is the community and the code of the last lot (`hml/p1`).
    """

    at, _, last = cursor.partition("/")
    here = at in {"", community}
    rows = lots.open_lots(community=community, after=last, limit=limit + 1) if here else []
    if len(rows) <= limit:
        after, wanted = ("", "") if here else (at, last), limit + 1 - len(rows)
        rows += held.offered_to(community=community, after=after, limit=wanted)
    page = rows[:limit]
    found = dict[str, list[Lot]]()
    for row in page:
        found.setdefault(row.community, []).append(row)
    return {
        "items": [one for where, some in found.items() for one in _offers(where, some, now)],
        "next": f"{page[-1].community}/{page[-1].code}" if len(rows) > limit else None,
    }


def _offers(community: str, rows: Sequence[Lot], now: datetime) -> list[dict[str, Any]]:
    """Return what the lots of one community offer."""
    numbers = [row.pk for row in rows]
    inside = lots.inside(community=community, lots=numbers)
    in_force = lots.tariffs_in_force(community=community, lots=numbers, now=now)
    special = dict[int, list[dict[str, str]]]()
    for bay in lots.bays(community=community, lots=numbers, kinds=OF_PLACES):
        special.setdefault(bay.lot_id, []).append({"number": bay.number, "kind": bay.kind})
    lent = dict[int, list[dict[str, Any]]]()
    for one in held.loans(community=community):
        lent.setdefault(one.bay.lot_id, []).append(shapes.loan_out(one))
    return [
        {
            "community": community,
            "lot": row.code,
            "lot_name": both(row.name),
            "free": max(0, row.capacity - inside[row.pk]),
            "rules": _said(in_force.get(row.pk)),
            "loans": lent.get(row.pk, []),
            "bays": special.get(row.pk, []) if row.hourly else [],
        }
        for row in rows
    ]


def _free(row: Lot) -> int:
    inside = lots.inside(community=row.community, lots=[row.pk])[row.pk]
    return max(0, row.capacity - inside)


def _rules(row: Lot, now: datetime) -> list[dict[str, str]]:
    return _said(lots.tariff_of(lot=row, now=now))


def _said(tariff: Tariff | None) -> list[dict[str, str]]:
    said = [*table.prices(tariff), *table.said(tariff)] if tariff else []
    return [both(one) for one in said]


def driver_lot(*, community: str, lot: str, now: datetime) -> dict[str, Any]:
    """Return a lot as a driver without an account sees it.

    :raises LotNotFound: if there is none
    """
    row = lots.lot(community=community, code=lot)
    return {
        "community": community,
        "lot": row.code,
        "name": both(row.name),
        "rules": _rules(row, now),
        "free": _free(row),
    }


def driver_fee(row: Stay, *, now: datetime, whole: bool) -> dict[str, Any]:
    """Return what a stay owes; times of day only for who stands at the lane."""
    due = pricing.due(stay=row, now=now)
    return {
        "lot_name": both(row.lot.name),
        "fee": schemas.fee_out(due, times=whole),
        "plate": plates.masked(row.plate),
        "entered_at": row.entered_at if whole else None,
        "leave_minutes": row.lot.leave_minutes,
    }

"""What households wish for their cars, and how many cars a home may have."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db.models import Max, Q

from linli.domains.parking.logic import groups
from linli.domains.parking.models import Lot, Permit, PlateWish
from linli.domains.parking.queries import known, lots
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.models import ScopedRows
from linli.foundation.scope.paging import NumberPage, by_number
from linli.kernel.fault import Fault
from linli.registry.people.models import Household, Membership, Person, Vehicle

_NO_LOT = 2
"""So many cars a place where no lot says how many."""


class WishNotFound(Fault):
    key = "parking.wish_not_found"
    status = 404


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """How many cars a home has, and how many it may have."""

    cars: int
    most: int


def wish_of(*, actor: Actor, id: int, lock: bool = False) -> PlateWish:
    """Return a wish of a home where the actor may act.

    :raises WishNotFound: if there is none
    """
    rows = _shown(PlateWish.rows.of(actor.community))
    rows = rows.filter(lots.seen(actor, "household__room__path"), pk=id)
    return _one(rows, id, lock)


def own_wish(*, actor: Actor, id: int, lock: bool = False) -> PlateWish:
    """Return a wish of the actor's own.

    :raises WishNotFound: if it is none of his
    """
    rows = _shown(PlateWish.rows.of(actor.community))
    return _one(rows.filter(account=actor.account, pk=id), id, lock)


def _shown(rows: ScopedRows[PlateWish]) -> ScopedRows[PlateWish]:
    return rows.select_related("household", "household__room", "lot", "decided_by")


def _one(rows: ScopedRows[PlateWish], id: int, lock: bool) -> PlateWish:
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise WishNotFound(wish=id)
    return row


def wishes(
    *, actor: Actor, state: str, cursor: int | None, limit: int
) -> tuple[list[PlateWish], int | None]:
    """Return a page of wishes of homes where the actor may act, the newest first."""
    rows = _shown(PlateWish.rows.of(actor.community))
    rows = rows.filter(lots.seen(actor, "household__room__path"))
    if state:
        rows = rows.filter(state=state)
    if cursor is not None:
        rows = rows.filter(pk__lt=cursor)
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def own_wishes(*, actor: Actor, wanted: NumberPage) -> tuple[list[PlateWish], int | None]:
    """Return a page of the actor's own wishes, the newest first, and the cursor after it."""
    rows = _shown(PlateWish.rows.of(actor.community)).filter(account=actor.account)
    return by_number(rows, wanted=wanted)


def of_person(*, community: str, person: int, plates: Sequence[str] = ()) -> ScopedRows[PlateWish]:
    """Return the wishes that somebody asked for, and those for some plates."""
    accounts = Person.rows.of(community).filter(pk=person).exclude(account=None).values("account")
    mine = Q(account__in=accounts) | Q(plate__in=list(plates)) | Q(before__in=list(plates))
    return PlateWish.rows.of(community).filter(mine)


def open_wish(*, home: Household, plate: str) -> PlateWish | None:
    """Return the wish of a home for a plate that waits for an answer."""
    rows = PlateWish.rows.of(home.community).filter(household=home, plate=plate, state="waiting")
    return rows.select_related("lot").first()


def open_count(*, home: Household) -> int:
    """Return how many wishes of a home wait for an answer."""
    return int(PlateWish.rows.of(home.community).filter(household=home, state="waiting").count())


def homes(*, actor: Actor, at: datetime) -> list[Household]:
    """Return the homes for which an account may wish something: it lives in them, or owns them."""
    numbers = known.households_of(community=actor.community, account=actor.account, at=at)
    rows = Household.rows.of(actor.community).filter(pk__in=numbers).select_related("room")
    return list(rows.order_by("room__path"))


def home(*, community: str, id: int) -> Household:
    """Return a home, locked: what is wished for it, and answered, is so one after another."""
    rows = Household.rows.of(community).select_related("room")
    return rows.select_for_update(of=("self",)).get(pk=id)


def plates_of_home(*, home: Household) -> list[str]:
    """Return the cars that the register knows as a home's."""
    rows = Vehicle.rows.of(home.community).filter(household=home)
    return list(rows.order_by("plate").values_list("plate", flat=True))


def belongs_elsewhere(*, home: Household, plate: str) -> bool:
    """Tell whether the register knows a car as somebody's who is not of this home."""
    car = known.registered(community=home.community, plate=plate)
    if car is None or car.household_id == home.pk:
        return False
    if car.household_id is not None or car.organisation_id is not None:
        return True
    if car.owner_id is None:
        return False
    members = Membership.rows.of(home.community).filter(household=home, person=car.owner_id)
    return not members.exists()


def owner_code(*, home: Household, account: int) -> str | None:
    """Return the code of whoever an account is in a home."""
    rows = Membership.rows.of(home.community).filter(household=home, person__account=account)
    code: str | None = rows.values_list("person__code", flat=True).first()
    return code


def room(*, home: Household, at: datetime) -> Room:
    """Return how many cars a home has and may have: so many a place, by the most generous lot."""
    cars = Vehicle.rows.of(home.community).filter(household=home)
    bays = set(cars.exclude(parking="").values_list("garage", "parking"))
    places = sum(row.places for row in permits(home=home, at=at))
    a_place = Lot.rows.of(home.community).aggregate(most=Max("cars_a_place"))["most"]
    most = groups.most_cars(places=max(len(bays), places), cars_a_place=a_place or _NO_LOT)
    return Room(cars=cars.count(), most=most)


def permits(*, home: Household, at: datetime, lot: Lot | None = None) -> list[Permit]:
    """Return the permits that run of a home: those that name it, or its cars and no home."""
    rows = Permit.rows.of(home.community).filter(ended_at=None, until__gt=at)
    rows = rows if lot is None else rows.filter(lot=lot)
    plates = plates_of_home(home=home)
    mine = Q(household=home) | Q(household=None, cars__plate__in=plates)
    return list(rows.filter(mine).select_related("lot").distinct().order_by("-until"))

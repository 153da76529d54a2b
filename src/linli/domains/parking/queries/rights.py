"""Permits, lists, loans and bookings."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, TextField, Value
from django.db.models.functions import Cast, StrIndex

from linli.domains.parking.models import Booking, Listed, Loan, Lot, Permit, PermitCar
from linli.domains.parking.queries import lots
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.paging import NumberPage, by_number
from linli.kernel.checks import check
from linli.kernel.fault import Fault
from linli.registry.people.models import Household, Person


class PermitNotFound(Fault):
    key = "parking.permit_not_found"
    status = 404


class ListedNotFound(Fault):
    key = "parking.listed_not_found"
    status = 404


class LoanNotFound(Fault):
    key = "parking.loan_not_found"
    status = 404


class BookingNotFound(Fault):
    key = "parking.booking_not_found"
    status = 404


def permit(*, community: str, id: int, lock: bool = False) -> Permit:
    """Return a permit.

    :raises PermitNotFound: if there is none of this number
    """
    rows = Permit.rows.of(community).filter(pk=id)
    rows = rows.select_related("lot", "lot__place", "household__room")
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise PermitNotFound(permit=id)
    return row


def permit_of(*, actor: Actor, id: int, lock: bool = False) -> Permit:
    """Return a permit of a lot where the actor may act.

    :raises PermitNotFound: if there is none
    """
    row = permit(community=actor.community, id=id, lock=lock)
    if not lots.acts_at(actor, row.lot):
        raise PermitNotFound(permit=id)
    return row


def permits(
    *, actor: Actor, plate: str, cursor: int | None, limit: int
) -> tuple[list[Permit], int | None]:
    """Return a page of permits, the newest first, and the cursor after it."""
    rows = Permit.rows.of(actor.community).filter(lots.seen(actor, "lot__place__path"))
    rows = rows.select_related("lot", "household__room")
    if plate:
        rows = rows.filter(cars__plate=check("plate", plate).value)
    if cursor is not None:
        rows = rows.filter(pk__lt=cursor)
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def permits_for(
    *, community: str, plates: Sequence[str], homes: Sequence[int] = ()
) -> list[Permit]:
    """Return the permits of cars, and those that name some homes, that were not ended."""
    mine = Q(cars__plate__in=list(plates)) | Q(household__in=list(homes))
    rows = Permit.rows.of(community).filter(mine, ended_at=None)
    return list(rows.select_related("lot", "lot__place").distinct().order_by("pk"))


def home_in(*, community: str, room: str) -> int | None:
    """Return the number of the household of a room."""
    rows = Household.rows.of(community).filter(room__path=room)
    number: int | None = rows.values_list("pk", flat=True).first()
    return number


def plates_of(*, community: str, permits: Sequence[Permit]) -> dict[int, list[str]]:
    """Return the cars of permits."""
    found: dict[int, list[str]] = {row.pk: [] for row in permits}
    rows = PermitCar.rows.of(community).filter(permit__in=list(found)).order_by("plate")
    for permit, plate in rows.values_list("permit", "plate"):
        found[permit].append(plate)
    return found


def listed(*, community: str, id: int, lock: bool = False) -> Listed:
    """Return a car on a list.

    :raises ListedNotFound: if there is none of this number
    """
    rows = Listed.rows.of(community).filter(pk=id)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise ListedNotFound(listed=id)
    return row


def on_lists(*, actor: Actor, colour: str, wanted: NumberPage) -> tuple[list[Listed], int | None]:
    """Return a page of the cars that are on a list, the newest first, and the cursor after it."""
    rows = Listed.rows.of(actor.community).filter(ended_at=None).select_related("by")
    rows = rows.filter(colour=colour) if colour else rows
    return by_number(rows, wanted=wanted)


def of_community(*, community: str, household: int | None, owner: int | None) -> bool:
    """Tell whether a household and a person, where they are named, are of a community."""
    named = ((Household, household), (Person, owner))
    return all(
        number is None or model.rows.of(community).filter(pk=number).exists()
        for model, number in named
    )


def loan(*, community: str, id: int, lock: bool = False) -> Loan:
    """Return a place that is lent.

    :raises LoanNotFound: if there is none of this number
    """
    rows = Loan.rows.of(community).select_related("bay", "bay__lot", "owner").filter(pk=id)
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise LoanNotFound(loan=id)
    return row


def loans(*, community: str, owners: Sequence[int] | None = None) -> list[Loan]:
    """Return the places that are lent; of some owners, if they are named."""
    rows = Loan.rows.of(community).filter(open=True).select_related("bay", "bay__lot")
    if owners is not None:
        rows = rows.filter(owner__in=list(owners))
    return list(rows.order_by("pk")[:500])


def booking(*, community: str, id: int, account: int, lock: bool = False) -> Booking:
    """Return a booking of an account.

    :raises BookingNotFound: if it has none of this number
    """
    rows = Booking.rows.of(community).filter(pk=id, account=account).select_related("lot")
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise BookingNotFound(booking=id)
    return row


def bookings(*, community: str, account: int) -> list[Booking]:
    """Return the newest bookings of an account in a community's lots."""
    rows = Booking.rows.of(community).filter(account=account)
    return list(rows.select_related("lot", "bay", "loan", "loan__bay").order_by("-pk")[:50])


def booked(*, lot: Lot, since: datetime, until: datetime, bay: int | None = None) -> int:
    """Return how many bookings of a lot, or of one of its places, lie in a span."""
    rows = Booking.rows.of(lot.community).filter(lot=lot, state__in=["waiting", "come"])
    rows = rows.filter(Q(since__lt=until) & Q(until__gt=since))
    if bay is not None:
        rows = rows.filter(bay=bay)
    return int(rows.count())


def offered_to(*, community: str, after: tuple[str, str], limit: int) -> list[Lot]:
    """Return as many lots at most of neighbours that a community's residents may book in, by
    community and code.

    :param after: the community and the code after which they begin; two empty texts at first
    """
    at, code = after
    named = StrIndex(Cast("offered_to", TextField()), Value(f'"{community}"'))
    rows = Lot.rows.across("lots that neighbours offer each other").filter(open=True)
    rows = rows.exclude(community=community).filter(community__gte=at)
    rows = rows.filter(Q(community=at, code__gt=code) | Q(community__gt=at))
    offered = rows.alias(named=named).filter(named__gt=0)
    return list(offered.select_related("place").order_by("community", "code")[:limit])

"""Shapes of permits and lists; of what a driver does himself."""

from datetime import datetime, time
from typing import Any, Literal

from ninja import Field, Schema
from pydantic import AwareDatetime

from linli.domains.parking.logic import plates
from linli.domains.parking.models import Booking, Listed, Loan, Permit
from linli.domains.parking.schemas import CODE, FeeOut
from linli.domains.parking.schemas_zones import MisparkedOut
from linli.foundation.money.models import Order
from linli.foundation.shapes import TwoLanguages
from linli.kernel.words import both


class PermitOut(Schema):
    """A permit: whose cars (masked for the desk) share how many places until when. `home` is the
    household that it names, for the desk.
    """

    id: int
    lot: str
    lot_name: TwoLanguages
    kind: str
    plates: list[str]
    places: int
    since: datetime
    until: datetime
    ended_at: datetime | None
    month_fen: int
    home: TwoLanguages | None
    note: str


class PermitGiven(PermitOut):
    """`approval` is what waits for a second person, where it is to cost less than usual."""

    approval: int | None


class Permits(Schema):
    items: list[PermitOut]
    next: int | None


class PermitIn(Schema):
    lot: str = Field(pattern=CODE)
    plates: list[str] = Field(min_length=1, max_length=20)
    places: int = Field(1, ge=1, le=20)
    kind: Literal["monthly", "owner", "staff", "free"] = "monthly"
    since: AwareDatetime
    until: AwareDatetime
    month_fen: int | None = Field(None, ge=0, le=10_000_000)
    more_fen: int | None = Field(None, ge=0, le=10_000_000)
    room: str = Field("", max_length=200)
    note: str = Field("", max_length=120)


class PermitCarsIn(Schema):
    """Which cars share a permit; `room` names the household whose it is, where it is said."""

    plates: list[str] = Field(min_length=1, max_length=20)
    room: str = Field("", max_length=200)


class PermitCashIn(Schema):
    """Months that are paid at the desk; `key` is the same whenever the same money is meant."""

    months: int = Field(1, ge=1, le=12)
    key: str = Field(pattern=r"^[A-Za-z0-9_-]{8,40}$")


class PermitReceipt(Schema):
    """What was taken in cash for how many months (`number` is the order's), and the permit now."""

    number: int
    fen: int
    months: int
    at: datetime | None
    permit: PermitOut


class ListedOut(Schema):
    id: int
    plate: str
    colour: str
    reason: str
    at: datetime
    until: datetime | None
    by_name: str


class ListedOnes(Schema):
    items: list[ListedOut]
    next: int | None


class ListedIn(Schema):
    plate: str = Field(min_length=2, max_length=16)
    colour: Literal["black", "white"]
    reason: str = Field(max_length=200)
    until: datetime | None = None


class ParkingOrder(Schema):
    """What is to be paid: whoever knows the number may pay it until it lapses."""

    id: int
    number: str
    fen: int
    state: str
    expires_at: datetime


class OwnBay(Schema):
    """A place of one's own that may be lent, and the lot where it is."""

    lot: str
    lot_name: TwoLanguages
    number: str


class OfferedBay(Schema):
    """A place for children or the disabled that may be booked."""

    number: str
    kind: str


class OwnCar(Schema):
    """A car of one's own. `looked`: how often its fee was asked for by the plate, since it came."""

    plate: str
    colour: str
    bay: str
    bays: list[OwnBay]
    pay_by_wallet: bool
    findable: bool
    looked: int


class OwnStay(Schema):
    """A stay of one's own car, with its fee now and why."""

    id: int
    plate: str
    lot: str
    lot_name: TwoLanguages
    kind: str
    state: str
    entered_at: datetime | None
    left_at: datetime | None
    leave_by: datetime | None
    fee: FeeOut


class OwnStayPicture(Schema):
    """What a lane camera took of one's own car; `id` is within its stay."""

    id: int
    at: datetime
    direction: str
    lane_name: TwoLanguages


class OwnStayPictures(Schema):
    items: list[OwnStayPicture]


class LoanOut(Schema):
    """A place that is lent: when, and the lender's part of each fee."""

    id: int
    community: str
    lot: str
    lot_name: TwoLanguages
    number: str
    days: str
    starts: time
    ends: time
    share_percent: int


class BookingOut(Schema):
    id: int
    community: str
    lot: str
    lot_name: TwoLanguages
    number: str
    plate: str
    since: datetime
    until: datetime
    state: str


class EarnedLine(Schema):
    """What a lent place brought: one line of the lender's account."""

    at: datetime
    fen: int
    after_fen: int


class OwnMisparked(MisparkedOut):
    """A car of one's own where it must not stand, or that of one's guest."""

    guest: bool


class OwnParking(Schema):
    """All that is one's own in parking."""

    cars: list[OwnCar]
    stays: list[OwnStay]
    permits: list[PermitOut]
    loans: list[LoanOut]
    bookings: list[BookingOut]
    misparked: list[OwnMisparked]
    wallet_fen: int
    earned_fen: int
    earned: list[EarnedLine]


class ParkingOffer(Schema):
    """Where one may book: a lot, one's own or a neighbour's, and what is lent there."""

    community: str
    lot: str
    lot_name: TwoLanguages
    free: int
    rules: list[TwoLanguages]
    loans: list[LoanOut]
    bays: list[OfferedBay]


class ParkingOffers(Schema):
    items: list[ParkingOffer]
    next: str | None


class CarWishIn(Schema):
    pay_by_wallet: bool
    findable: bool


class ParkingPayIn(Schema):
    """`wallet` pays at once; `order` only asks, to be paid by a provider."""

    way: Literal["wallet", "order"] = "wallet"


class PermitRenewIn(ParkingPayIn):
    months: int = Field(1, ge=1, le=12)


class LoanIn(Schema):
    lot: str = Field(pattern=CODE)
    number: str = Field(min_length=1, max_length=16)
    days: str = Field("12345", pattern=r"^[1-7]{1,7}$")
    starts: time
    ends: time


class BookingIn(Schema):
    community: str = Field(pattern=r"^[a-z0-9_-]{1,32}$")
    lot: str = Field(pattern=CODE)
    loan: int | None = Field(None, ge=1, le=2**63 - 1)
    bay: str = Field("", max_length=16)
    plate: str = Field(min_length=2, max_length=16)
    since: datetime
    until: datetime


class DriverLot(Schema):
    """A lot as a driver without an account sees it."""

    community: str
    lot: str
    name: TwoLanguages
    rules: list[TwoLanguages]
    free: int


class DriverFind(Schema):
    lot: str = Field(pattern=CODE)
    plate: str = Field(min_length=2, max_length=16)


class DriverFee(Schema):
    """A fee as the lane's code shows it, or, by the plate alone, without a time of day."""

    lot_name: TwoLanguages
    fee: FeeOut
    plate: str
    entered_at: datetime | None
    leave_minutes: int


class ParkingTicket(Schema):
    """What a driver without a plate keeps: his ticket, and the page of his stay."""

    ticket: str
    token: str


class ParkingTicketIn(Schema):
    ticket: str = Field(min_length=8, max_length=32)


class ParkingTicketShown(Schema):
    token: str
    opened: bool


def permit_out(
    row: Permit, cars: list[str], *, whole: bool, home: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return a permit; whole plates are for their owner."""
    more = max(0, len(cars) - row.places)
    return {
        "id": row.pk,
        "lot": row.lot.code,
        "lot_name": both(row.lot.name),
        "kind": row.kind,
        "plates": cars if whole else [plates.masked(one) for one in cars],
        "places": row.places,
        "since": row.since,
        "until": row.until,
        "ended_at": row.ended_at,
        "month_fen": row.month_fen + row.more_fen * more,
        "home": home,
        "note": row.note,
    }


def listed_out(row: Listed) -> dict[str, Any]:
    """Return a car on a list: who keeps the list sees the plate whole."""
    return {
        "id": row.pk,
        "plate": row.plate,
        "colour": row.colour,
        "reason": row.reason,
        "at": row.at,
        "until": row.until,
        "by_name": row.by.name,
    }


def order_out(row: Order) -> dict[str, Any]:
    """Return what is to be paid."""
    return {
        "id": row.pk,
        "number": row.number,
        "fen": row.fen,
        "state": row.state,
        "expires_at": row.expires_at,
    }


def loan_out(row: Loan) -> dict[str, Any]:
    """Return a place that is lent; whose it is, nobody is told."""
    return {
        "id": row.pk,
        "community": row.community,
        "lot": row.bay.lot.code,
        "lot_name": both(row.bay.lot.name),
        "number": row.bay.number,
        "days": row.days,
        "starts": row.starts,
        "ends": row.ends,
        "share_percent": row.share_percent,
    }


def booking_out(row: Booking) -> dict[str, Any]:
    """Return a booking of one's own."""
    return {
        "id": row.pk,
        "community": row.community,
        "lot": row.lot.code,
        "lot_name": both(row.lot.name),
        "number": row.bay.number if row.bay else "",
        "plate": row.plate,
        "since": row.since,
        "until": row.until,
        "state": row.state,
    }

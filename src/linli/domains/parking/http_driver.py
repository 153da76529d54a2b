"""What a driver without an account does: see what he owes and why, pay, take a ticket.

By the plate alone nobody learns when or where a car came, whose it is, or whether it is in at all:
a plate that owes nothing and one that is not there are answered alike.
"""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Router

from linli.domains.parking import own_pages, schemas
from linli.domains.parking import schemas_rights as shapes
from linli.domains.parking.operations import looking, owning
from linli.foundation.identity.guard import stranger

router = Router(tags=["parking"])
_CODE: Any = Path(pattern=schemas.CODE)  # type: ignore[type-arg]
_TOKEN: Any = Path(min_length=8, max_length=120)  # type: ignore[type-arg]


@router.get("/{community}/driver/lots/{lot}", response=shapes.DriverLot, auth=stranger)
def driver_lot(request: HttpRequest, community: str, lot: str = _CODE) -> Any:
    """Show a lot and what it charges."""
    return own_pages.driver_lot(community=community, lot=lot, now=timezone.now())


@router.post("/{community}/driver/find", response=shapes.DriverFee, auth=stranger)
def driver_find(request: HttpRequest, community: str, body: shapes.DriverFind) -> Any:
    """Show what a car that is in owes, by its plate, without a time of day. Few times a minute."""
    now = timezone.now()
    row = looking.find(
        community=community, lot=body.lot, plate=body.plate, address=_address(request), now=now
    )
    return own_pages.driver_fee(row, now=now, whole=False)


@router.post("/{community}/driver/pay", response=shapes.ParkingOrder, auth=stranger)
def driver_pay(request: HttpRequest, community: str, body: shapes.DriverFind) -> Any:
    """Ask for an order for what a car that is in owes, by its plate."""
    row = looking.order_by_plate(
        community=community, lot=body.lot, plate=body.plate, address=_address(request),
        now=timezone.now(),
    )  # fmt: skip
    return shapes.order_out(row)


@router.get("/{community}/driver/stays/{token}", response=shapes.DriverFee, auth=stranger)
def driver_stay(request: HttpRequest, community: str, token: str = _TOKEN) -> Any:
    """Show a stay by the code on the lane's screen: what is owed, and why, line by line."""
    now = timezone.now()
    return own_pages.driver_fee(
        looking.by_token(community=community, token=token), now=now, whole=True
    )


@router.post("/{community}/driver/stays/{token}/pay", response=shapes.ParkingOrder, auth=stranger)
def driver_pay_stay(request: HttpRequest, community: str, token: str = _TOKEN) -> Any:
    """Ask for an order for a stay, by the code on the lane's screen."""
    return shapes.order_out(
        looking.order_by_token(community=community, token=token, now=timezone.now())
    )


@router.post(
    "/{community}/driver/lanes/{lane}/ticket", response=shapes.ParkingTicket, auth=stranger
)
def driver_ticket(request: HttpRequest, community: str, lane: str = _CODE) -> Any:
    """Take a ticket for a car without a plate that stands at a lane, and drive in."""
    row = owning.ticket(community=community, lane=lane, now=timezone.now())
    return {"ticket": row.ticket, "token": looking.token(row)}


@router.post(
    "/{community}/driver/lanes/{lane}/out", response=shapes.ParkingTicketShown, auth=stranger
)
def driver_out(
    request: HttpRequest, community: str, body: shapes.ParkingTicketIn, lane: str = _CODE
) -> Any:
    """Show the ticket at a lane out; where nothing is owed, the arm rises."""
    row = owning.show_ticket(community=community, lane=lane, ticket=body.ticket, now=timezone.now())
    return {"token": looking.token(row), "opened": row.left_at is not None}


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))

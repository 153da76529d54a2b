"""What a resident does with his own cars, over HTTP. A stranger's is not found."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router, Status

from linli.domains.parking import own_pages
from linli.domains.parking import schemas_rights as schemas
from linli.domains.parking.logic.sharing import Hours
from linli.domains.parking.operations import lending, own, owning, zoning
from linli.domains.parking.queries import pictured
from linli.foundation.files.showing import shown
from linli.foundation.identity.guard import Visit, may
from linli.foundation.scope.paging import CodePage

router = Router(tags=["parking"])
_OWN = may("parking.own", himself=True)
_PLATE: Any = Path(min_length=2, max_length=16)  # type: ignore[type-arg]


@router.get("/{community}/my/parking", response=schemas.OwnParking, auth=_OWN)
def own_mine(request: Visit, community: str) -> Any:
    """Show one's own cars, stays with their fee and why, permits, bookings and lent places."""
    return own_pages.page(actor=request.auth, now=timezone.now())


@router.put("/{community}/my/parking/cars/{plate}", response=schemas.OwnParking, auth=_OWN)
def own_wish(request: Visit, community: str, body: schemas.CarWishIn, plate: str = _PLATE) -> Any:
    """Say how a car of one's own pays at the lane, and whether it is found by its plate."""
    now = timezone.now()
    owning.wish(
        community=community,
        account=request.auth.account,
        plate=plate,
        **body.dict(),
        now=now,
    )
    return own_pages.page(actor=request.auth, now=now)


@router.post("/{community}/my/parking/stays/{int:stay}/pay", response=schemas.ParkingOrder,
             auth=_OWN)  # fmt: skip
def own_pay(request: Visit, community: str, stay: int, body: schemas.ParkingPayIn) -> Any:
    """Pay for a stay of one's own car: at once out of the wallet, or ask for an order."""
    row = own.pay_stay(actor=request.auth, stay=stay, way=body.way, now=timezone.now())
    return schemas.order_out(row)


@router.get("/{community}/my/parking/stays/{int:stay}/pictures", response=schemas.OwnStayPictures,
            auth=_OWN)  # fmt: skip
def own_pictures(request: Visit, community: str, stay: int) -> Any:
    """List what lane cameras took of one's own car at a stay, as long as it is kept."""
    return own_pages.pictures(actor=request.auth, stay=stay, now=timezone.now())


@router.get("/{community}/my/parking/stays/{int:stay}/pictures/{int:picture}", auth=_OWN)
def own_picture(request: Visit, community: str, stay: int, picture: int) -> HttpResponse:
    """Show a picture of one's own car, in or out, beside the proof of what it cost."""
    found = pictured.own_image(actor=request.auth, stay=stay, sighting=picture, now=timezone.now())
    return shown(found.content, content_type=found.content_type)


@router.post("/{community}/my/parking/permits/{int:permit}/renew", response=schemas.ParkingOrder,
             auth=_OWN)  # fmt: skip
def own_renew(request: Visit, community: str, permit: int, body: schemas.PermitRenewIn) -> Any:
    """Renew a permit of one's own cars by some months."""
    row = own.renew(
        actor=request.auth, permit=permit, months=body.months, way=body.way, now=timezone.now()
    )
    return schemas.order_out(row)


@router.get("/{community}/my/parking/offers", response=schemas.ParkingOffers, auth=_OWN)
def own_offers(request: Visit, community: str, wanted: Query[CodePage]) -> Any:
    """List where one may book: one's own lots, places that neighbours lend, lots next door."""
    return own_pages.offers(community=community, now=timezone.now(), **wanted.dict())


@router.post("/{community}/my/parking/bookings", response={201: schemas.BookingOut}, auth=_OWN)
def own_book(request: Visit, community: str, body: schemas.BookingIn) -> Any:
    """Book a place for a car."""
    row = lending.book(
        home=community,
        account=request.auth.account,
        wish=lending.Wish(**body.dict()),
        now=timezone.now(),
    )
    return Status(201, schemas.booking_out(row))


@router.delete("/{community}/my/parking/bookings/{at}/{int:booking}", response=schemas.BookingOut,
               auth=_OWN)  # fmt: skip
def own_withdraw(request: Visit, community: str, at: str, booking: int) -> Any:
    """Take back a booking of one's own, in whichever community (`at`) it is."""
    row = lending.withdraw(
        community=at, account=request.auth.account, booking=booking, now=timezone.now()
    )
    return schemas.booking_out(row)


@router.post("/{community}/my/parking/loans", response={201: schemas.LoanOut}, auth=_OWN)
def own_lend(request: Visit, community: str, body: schemas.LoanIn) -> Any:
    """Lend one's own place on some days for some hours."""
    row = lending.lend(
        community=community,
        account=request.auth.account,
        lending=lending.Lending(
            lot=body.lot,
            number=body.number,
            hours=Hours(days=body.days, starts=body.starts, ends=body.ends),
        ),
        now=timezone.now(),
    )
    return Status(201, schemas.loan_out(row))


@router.delete("/{community}/my/parking/loans/{int:loan}", response=schemas.LoanOut, auth=_OWN)
def own_stop(request: Visit, community: str, loan: int) -> Any:
    """Lend a place no longer."""
    row = lending.stop(
        community=community, account=request.auth.account, loan=loan, now=timezone.now()
    )
    return schemas.loan_out(row)


@router.post("/{community}/my/parking/misparked/{int:car}/coming", response=schemas.OwnParking,
             auth=_OWN)  # fmt: skip
def own_coming(request: Visit, community: str, car: int) -> Any:
    """Say that one comes to move one's car."""
    now = timezone.now()
    zoning.coming(community=community, account=request.auth.account, misparked=car, now=now)
    return own_pages.page(actor=request.auth, now=now)

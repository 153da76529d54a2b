"""One's own wallet over HTTP; paying as anybody who knows an order; and what providers tell."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router

from linli.domains.wallet import queries, schemas
from linli.domains.wallet.operations import own
from linli.domains.wallet.operations.own import Ways
from linli.foundation.identity.guard import Visit, may, stranger
from linli.foundation.money import operations as money
from linli.foundation.signing import Shown

router = Router(tags=["wallet"])
_OWN = may("money.own")


class OwnOrdersWanted(schemas.WalletPageWanted):
    state: str = Field("", pattern=r"^(open|paid|void|)$")


@router.get("/{community}/my/wallet", response=schemas.MyWallet, auth=_OWN)
def my_wallet(request: Visit, community: str) -> Any:
    """Return one's own wallet."""
    return schemas.wallet_out(queries.purse(actor=request.auth, now=timezone.now()))


@router.get("/{community}/my/wallet/lines", response=schemas.WalletLines, auth=_OWN)
def my_lines(request: Visit, community: str, wanted: Query[schemas.WalletPageWanted]) -> Any:
    """List what went into one's own wallet and out of it, the newest first."""
    rows, after = queries.moves(actor=request.auth, page=wanted.page(), now=timezone.now())
    return {"items": [schemas.line_out(row) for row in rows], "next": after}


@router.post("/{community}/my/wallet/top-ups", response=schemas.PayBegun, auth=_OWN)
def top_up(request: Visit, community: str, body: schemas.TopUpIn) -> Any:
    """Begin to pay into one's own wallet; the answer says where."""
    now = timezone.now()
    begun = own.top_up(
        actor=request.auth,
        fen=body.fen,
        provider=body.provider,
        ways=_ways(request, community, body.provider, body.back),
        now=now,
    )
    return {"order": schemas.order_out(begun.order, now), "url": begun.url}


@router.get("/{community}/my/orders", response=schemas.Orders, auth=_OWN)
def my_orders(request: Visit, community: str, wanted: Query[OwnOrdersWanted]) -> Any:
    """List what one is asked to pay and has paid, the newest first."""
    now = timezone.now()
    rows, after = queries.own_orders(
        actor=request.auth, state=wanted.state, page=wanted.page(), now=now
    )
    return {"items": [schemas.order_out(row, now) for row in rows], "next": after}


@router.get("/{community}/my/orders/{number}", response=schemas.OrderOut, auth=_OWN)
def my_order(request: Visit, community: str, number: str) -> Any:
    """Return one of one's own orders, or one that anybody pays who knows it."""
    now = timezone.now()
    return schemas.order_out(queries.own_order(actor=request.auth, number=number, now=now), now)


@router.post("/{community}/my/orders/{number}/pay", response=schemas.PayBegun, auth=_OWN)
def pay(request: Visit, community: str, number: str, body: schemas.PayIn) -> Any:
    """Pay an order out of one's wallet, or begin to pay it by a provider; the answer says where."""
    now = timezone.now()
    begun = own.pay(
        actor=request.auth,
        number=number,
        way=body.way,
        ways=_ways(request, community, body.way, body.back),
        now=now,
    )
    return {"order": schemas.order_out(begun.order, now), "url": begun.url}


@router.get("/{community}/pay/{number}", response=schemas.OpenToAll, auth=stranger)
def to_pay(request: HttpRequest, community: str, number: str) -> Any:
    """Show an order to whoever knows its number, as by a QR code at a lane."""
    found = queries.open_to_all(community=community, number=number)
    return schemas.open_to_all(found, timezone.now())


@router.post("/{community}/pay/{number}", response=schemas.PayAt, auth=stranger)
def pay_as_anybody(request: HttpRequest, community: str, number: str, body: schemas.PayIn) -> Any:
    """Begin to pay an order by a provider, as whoever knows its number; the answer says where."""
    return {
        "url": own.pay_as_anybody(
            community=community,
            number=number,
            provider=body.way,
            ways=_ways(request, community, body.way, body.back),
            now=timezone.now(),
        )
    }


@router.post("/{community}/payments/{provider}", auth=stranger)
def told(request: HttpRequest, community: str, provider: str) -> HttpResponse:
    """Take what a provider of payments tells, signed by it; answered with our signed thanks."""
    shown = Shown(path=request.path, headers=request.headers, body=request.body)
    thanks = money.provider_told(
        community=community, provider=provider[:32], shown=shown, now=timezone.now()
    )
    return HttpResponse(thanks, content_type="application/json")


def _ways(request: HttpRequest, community: str, provider: str, back: str) -> Ways:
    """Return where a payer comes back to, and where the provider tells: both are ours."""
    base = settings.DEVICE_URL or f"{request.scheme}://{request.get_host()}"
    return Ways(back=f"{base}{back}", tell=f"{base}/api/v1/{community}/payments/{provider}")

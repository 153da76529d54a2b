"""The cash desk over HTTP: whose wallet, money taken in and paid out, an order shown to be paid."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from ninja import Query, Router

from linli.domains.wallet import queries, schemas
from linli.domains.wallet import schemas_cash as shapes
from linli.domains.wallet.operations import desk
from linli.foundation.identity.guard import Visit, may_everywhere
from linli.foundation.identity.sensitive import Sensitive
from linli.foundation.money import operations as money
from linli.foundation.money import queries as ledger
from linli.foundation.money.operations import paying_out

router = Router(tags=["finance"])
_DOES = may_everywhere("money.write")
_GIVES = may_everywhere("money.write", fresh=Sensitive.MONEY)


@router.get("/{community}/finance/wallets", response=shapes.WalletsFound, auth=_DOES)
def wallets(request: Visit, community: str, wanted: Query[shapes.WalletsSought]) -> Any:
    """Find whose wallet it is, by a part of the name or the telephone; a few at most."""
    found = queries.wallets(actor=request.auth, text=wanted.q)
    return {"items": [shapes.wallet_of_out(one) for one in found]}


@router.post("/{community}/finance/orders/{int:order}/cash", response=schemas.OrderOut, auth=_DOES)
def take_cash(request: Visit, community: str, order: int) -> Any:
    """Take cash for an order at the desk."""
    now = timezone.now()
    row = money.take_cash(community=community, order=order, by=request.auth.account, now=now)
    return schemas.order_out(row, now)


@router.get("/{community}/finance/orders/{int:order}/code", response=shapes.PayCode, auth=_DOES)
def code(request: Visit, community: str, order: int) -> Any:
    """Return the QR code by which whoever scans it pays an order."""
    row = ledger.order(community=community, id=order)
    base = settings.DEVICE_URL or f"{request.scheme}://{request.get_host()}"
    return shapes.code_out(f"{base}/pay/{community}/order/{row.number}")


@router.post("/{community}/finance/paid-in", response=schemas.OrderOut, auth=_DOES)
def pay_in(request: Visit, community: str, body: shapes.PaidInIn) -> Any:
    """Take cash at the desk into somebody's wallet."""
    now = timezone.now()
    row = desk.pay_in(actor=request.auth, subject=body.subject, fen=body.fen, key=body.key, now=now)
    return schemas.order_out(row, now)


@router.post("/{community}/finance/paid-out", response=shapes.PayOutAsked, auth=_GIVES)
def pay_out(request: Visit, community: str, body: shapes.PayOutIn) -> Any:
    """Pay out what is left in a wallet, or a merchant's share, with a receipt; beyond the limit a
    second person must let it pass.
    """
    paid = paying_out.pay_out(
        community=community,
        account=body.account,
        fen=body.fen,
        to=body.to,
        why=body.reason,
        key=f"staff:{request.auth.account}:{body.key}",
        by=request.auth.account,
        now=timezone.now(),
    )
    receipt = None
    if paid.posting is not None:
        receipt = {"number": paid.posting.pk, "account": body.account, "fen": body.fen,
                   "to": body.to, "at": paid.posting.at}  # fmt: skip
    return {"receipt": receipt, "approval": paid.approval}

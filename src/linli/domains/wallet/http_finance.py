"""What finance sees and does, over HTTP: the ledger, orders, refunds, what went astray, the days of
providers, income, who takes the card, tariffs.
"""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Field, Query, Router, Schema, Status

from linli.contracts import tariffs
from linli.contracts.tariffs import TariffChange
from linli.domains.wallet import logic, queries, schemas
from linli.domains.wallet import schemas_finance as shapes
from linli.domains.wallet.operations import desk
from linli.domains.wallet.operations.desk import MerchantSaid
from linli.foundation.approvals import lines
from linli.foundation.identity.guard import Visit, may_everywhere
from linli.foundation.identity.sensitive import Sensitive
from linli.foundation.money import operations as money
from linli.foundation.money import queries as ledger
from linli.foundation.money.logic import FAMILIES
from linli.foundation.money.operations import pricing, providing, reconciling, refunding
from linli.foundation.money.queries import OrdersWanted
from linli.foundation.scope.paging import CodePage
from linli.kernel.words import Words, both

router = Router(tags=["finance"])
_SEES = may_everywhere("money.read")
_DOES = may_everywhere("money.write")
_GIVES = may_everywhere("money.write", fresh=Sensitive.MONEY)
_SETS = may_everywhere("money.manage", fresh=Sensitive.MONEY)


class FamilyWanted(Schema):
    """Which accounts: `cursor` is the `next` before."""

    family: str = Field("", max_length=16)
    cursor: str = Field("", max_length=128)
    limit: int = Field(500, ge=1, le=500)


class OrdersSought(schemas.WalletPageWanted):
    kind: str = Field("", max_length=32)
    about: str = Field("", max_length=128)
    state: str = Field("", pattern=r"^(open|paid|void|)$")
    payer: str = Field("", max_length=128)
    number: str = Field("", max_length=64)


class DifferencesWanted(schemas.WalletPageWanted):
    open: bool = True


class DaysWanted(Schema):
    """From a day until another, that day too: three months at most."""

    start: date
    end: date


@router.get("/{community}/finance", response=shapes.FinanceOut, auth=_SEES)
def finance(request: Visit, community: str) -> Any:
    """Return the trial balance, and how much waits for finance."""
    found = queries.finance(actor=request.auth)
    trial = [
        {"family": name, "name": both(FAMILIES[name].name), "fen": fen}
        for name, fen in found.trial.items()
    ]
    return {"trial": trial, "sum_fen": sum(found.trial.values()), "waiting": found.waiting}


@router.get("/{community}/finance/accounts", response=shapes.LedgerAccounts, auth=_SEES)
def accounts(request: Visit, community: str, wanted: Query[FamilyWanted]) -> Any:
    """List the accounts of a family, by their codes."""
    rows, after = queries.accounts(
        actor=request.auth, family=wanted.family, after=wanted.cursor, limit=wanted.limit
    )
    return {"items": rows, "next": after}


@router.get("/{community}/finance/accounts/{code}/lines", response=schemas.WalletLines, auth=_SEES)
def account_lines(
    request: Visit, community: str, code: str, wanted: Query[schemas.WalletPageWanted]
) -> Any:
    """List the lines of an account, the newest first."""
    rows, after = queries.account_lines(actor=request.auth, account=code, page=wanted.page())
    return {"items": [schemas.line_out(row) for row in rows], "next": after}


@router.get("/{community}/finance/orders", response=schemas.Orders, auth=_SEES)
def orders(request: Visit, community: str, wanted: Query[OrdersSought]) -> Any:
    """List orders, the newest first."""
    sought = OrdersWanted(**wanted.dict(exclude={"cursor", "limit"}))
    rows, after = queries.orders(actor=request.auth, wanted=sought, page=wanted.page())
    now = timezone.now()
    return {"items": [schemas.order_out(row, now) for row in rows], "next": after}


@router.post(
    "/{community}/finance/orders/{int:order}/refund", response=shapes.RefundAsked, auth=_GIVES
)
def refund(request: Visit, community: str, order: int, body: shapes.RefundIn) -> Any:
    """Give back a part of an order; beyond the limit a second person must let it pass."""
    found = money.refund(
        community=community,
        order=order,
        fen=body.fen,
        reason=body.reason,
        key=f"staff:{request.auth.account}:{body.key}",
        by=request.auth.account,
        now=timezone.now(),
    )
    row = shapes.refund_out(found.refund) if found.refund else None
    return {"refund": row, "approval": found.approval}


@router.get("/{community}/finance/refunds", response=shapes.Refunds, auth=_SEES)
def refunds(request: Visit, community: str, wanted: Query[schemas.WalletPageWanted]) -> Any:
    """List refunds, the newest first."""
    rows, after = ledger.refunds(community=community, page=wanted.page())
    return {"items": [shapes.refund_out(row) for row in rows], "next": after}


@router.post(
    "/{community}/finance/refunds/{int:refund}/again", response=shapes.RefundOut, auth=_GIVES
)
def refund_again(request: Visit, community: str, refund: int) -> Any:
    """Ask the provider once more for a refund that failed."""
    row = refunding.again(community=community, refund=refund, now=timezone.now())
    return shapes.refund_out(row)


@router.get("/{community}/finance/astray", response=shapes.StrayPayments, auth=_SEES)
def astray(request: Visit, community: str, wanted: Query[schemas.WalletPageWanted]) -> Any:
    """List payments that pay nothing, or no order that is there yet."""
    rows, after = queries.astray(actor=request.auth, page=wanted.page())
    return {"items": [shapes.stray_out(row) for row in rows], "next": after}


@router.post(
    "/{community}/finance/astray/{int:payment}/return", response=shapes.RefundOut, auth=_GIVES
)
def send_back(request: Visit, community: str, payment: int, body: shapes.WhyIn) -> Any:
    """Send back what came astray."""
    row = refunding.send_back(
        community=community,
        payment=payment,
        reason=body.reason,
        by=request.auth.account,
        now=timezone.now(),
    )
    return shapes.refund_out(row)


@router.get("/{community}/finance/days", response=shapes.ReconciledDays, auth=_SEES)
def days(request: Visit, community: str, wanted: Query[schemas.WalletPageWanted]) -> Any:
    """List the days of providers that were reconciled, the newest first."""
    rows, after = ledger.days(community=community, page=wanted.page())
    return {"items": [shapes.day_out(row) for row in rows], "next": after}


@router.post("/{community}/finance/days/{int:day}/again", response=shapes.ReconciledDay, auth=_DOES)
def day_again(request: Visit, community: str, day: int) -> Any:
    """Ask the provider once more for the list of a day that was given up."""
    row = reconciling.again(community=community, day=day, now=timezone.now())
    return shapes.day_out(row)


@router.get("/{community}/finance/differences", response=shapes.DifferencesOut, auth=_SEES)
def differences(request: Visit, community: str, wanted: Query[DifferencesWanted]) -> Any:
    """List the lines in which providers and the ledger differ, the newest first."""
    rows, after = ledger.differences(community=community, open_only=wanted.open, page=wanted.page())
    return {"items": [shapes.difference_out(row) for row in rows], "next": after}


@router.post(
    "/{community}/finance/differences/{int:difference}/settle",
    response=shapes.DifferenceOut,
    auth=_DOES,
)
def settle(request: Visit, community: str, difference: int, body: shapes.WhyIn) -> Any:
    """Say that a difference is dealt with, and how."""
    row = reconciling.settle(
        community=community,
        difference=difference,
        note=body.reason,
        by=request.auth.account,
        now=timezone.now(),
    )
    return shapes.difference_out(row)


@router.get("/{community}/finance/income", response=shapes.IncomeLines, auth=_SEES)
def income(request: Visit, community: str, wanted: Query[DaysWanted]) -> Any:
    """List income by day and account."""
    found = queries.income(community=community, start=wanted.start, end=wanted.end)
    items = [
        {"day": one.day, "account": one.account, "fen": one.fen, "count": one.count,
         "name": both(logic.called(one.account.partition(":")[2]))}
        for one in found
    ]  # fmt: skip
    return {"items": items, "next": None}


@router.post("/{community}/finance/income.csv", auth=_SEES)
def income_list(request: Visit, community: str, wanted: Query[DaysWanted]) -> HttpResponse:
    """Take out the income of some days as csv; it bears the mark of who did."""
    body = desk.income_list(
        actor=request.auth,
        start=wanted.start,
        end=wanted.end,
        language=get_language() or "zh-hans",
        now=timezone.now(),
    )
    answer = HttpResponse(body, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="income.csv"'
    return answer


@router.get("/{community}/finance/providers", response=shapes.PaymentProviders, auth=_SEES)
def providers(request: Visit, community: str, wanted: Query[CodePage]) -> Any:
    """List the providers of payments by code."""
    rows, after = queries.providers_page(community=community, wanted=wanted)
    return {"items": [shapes.provider_out(row) for row in rows], "next": after}


@router.post(
    "/{community}/finance/providers",
    response={201: shapes.PaymentProviderOpened},
    auth=_SETS,
)
def add_provider(request: Visit, community: str, body: shapes.PaymentProviderIn) -> Any:
    """Set up a provider of payments."""
    said = body.dict(exclude={"name"})
    new = providing.NewProvider(**said, name=Words(zh=body.name.zh, en=body.name.en))
    made = providing.add(
        community=community, provider=new, by=request.auth.account, now=timezone.now()
    )
    key = "" if body.key else made.key
    return Status(201, {"provider": shapes.provider_out(made.row), "key": key})


@router.patch(
    "/{community}/finance/providers/{code}", response=shapes.PaymentProviderOut, auth=_SETS
)
def change_provider(
    request: Visit, community: str, code: str, body: shapes.PaymentProviderChange
) -> Any:
    """Say whether one can pay by a provider."""
    row = providing.change(
        community=community, code=code, open=body.open, by=request.auth.account, now=timezone.now()
    )
    return shapes.provider_out(row)


@router.post(
    "/{community}/finance/providers/{code}/line",
    response={202: shapes.PaymentLineAsked},
    auth=_SETS,
)
def ask_line(request: Visit, community: str, code: str, body: shapes.PaymentLineIn) -> Status[Any]:
    """Ask that a provider be reached elsewhere, or by another key: a second person lets it pass. A
    key that is made here is told here once.
    """
    asked = providing.ask_line(
        community=community,
        code=code,
        line=lines.NewLine(**body.dict()),
        by=request.auth.account,
        now=timezone.now(),
    )
    key = "" if body.key else asked.key
    return Status(202, {"approval": asked.approval.pk, "key": key})


@router.get("/{community}/finance/merchants", response=shapes.Merchants, auth=_SEES)
def merchants(request: Visit, community: str, wanted: Query[CodePage]) -> Any:
    """List who takes the card by code, at which devices, and what is owed to each."""
    found = queries.takers(actor=request.auth, wanted=wanted)
    items = [shapes.merchant_out(row, found.owed.get(row.code, 0)) for row in found.merchants]
    at = [
        {"device": row.device, "merchant": row.merchant.code, "most_fen": row.most_fen,
         "credits_fen": row.credits_fen}
        for row in found.terminals
    ]  # fmt: skip
    return {"items": items, "terminals": at, "next": found.after}


@router.put("/{community}/finance/merchants/{code}", response=shapes.MerchantOut, auth=_SETS)
def set_merchant(request: Visit, community: str, code: str, body: shapes.MerchantIn) -> Any:
    """Say who takes the card, and what part of each sum is his."""
    said = MerchantSaid(
        code=code[:32],
        name=Words(zh=body.name.zh, en=body.name.en),
        trade=body.trade,
        share_permille=body.share_permille,
        open=body.open,
    )
    row = desk.set_merchant(actor=request.auth, merchant=said, now=timezone.now())
    return shapes.merchant_out(row, 0)


@router.put("/{community}/finance/terminals/{device}", response=shapes.TerminalOut, auth=_SETS)
def set_terminal(request: Visit, community: str, device: str, body: shapes.TerminalIn) -> Any:
    """Say that a device takes the card for a merchant."""
    row = desk.set_terminal(actor=request.auth, device=device, **body.dict(), now=timezone.now())
    return {"device": row.device, "merchant": body.merchant, "most_fen": row.most_fen,
            "credits_fen": row.credits_fen}  # fmt: skip


@router.delete("/{community}/finance/terminals/{device}", response={204: None}, auth=_SETS)
def take_terminal(request: Visit, community: str, device: str) -> Status[None]:
    """Take the card away from a device."""
    desk.take_terminal(actor=request.auth, device=device, now=timezone.now())
    return Status(204, None)


@router.post(
    "/{community}/tariffs/look", response=shapes.TariffAsked, auth=may_everywhere("tariffs.read")
)
def look_at_tariff(request: Visit, community: str, body: shapes.TariffIn) -> Any:
    """Say what a change of a tariff would come to; nothing is asked for."""
    words = tariffs.check(community, _change(body), timezone.now())
    return {"words": both(words), "approval": None}


@router.post(
    "/{community}/tariffs", response=shapes.TariffAsked, auth=may_everywhere("tariffs.write")
)
def propose_tariff(request: Visit, community: str, body: shapes.TariffIn) -> Any:
    """Ask for a tariff to be put in force; a second person decides."""
    row = pricing.propose(
        community=community,
        change=_change(body),
        reason=body.reason,
        by=request.auth.account,
        now=timezone.now(),
    )
    return {"words": {"zh": row.words_zh, "en": row.words_en}, "approval": row.pk}


def _change(body: shapes.TariffIn) -> TariffChange:
    return TariffChange(of=body.of, where=body.where, text=body.text, from_at=body.from_at)

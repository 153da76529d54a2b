"""Shapes of what finance sees, over HTTP. Every amount is a whole number of fen."""

from datetime import date, datetime
from typing import Any

from ninja import Field, Schema
from pydantic import ConfigDict

from linli.domains.wallet.models import Merchant
from linli.domains.wallet.schemas import CODE, brief
from linli.foundation.money.models import Difference, Payment, Provider, Reconciliation, Refund
from linli.foundation.shapes import TwoLanguages
from linli.kernel.words import both


class FamilyOut(Schema):
    """A family of accounts and what it comes to; a credit is positive."""

    family: str
    name: TwoLanguages
    fen: int


class FinanceOut(Schema):
    """The trial balance (`sum_fen` is 0), and how many things wait for somebody of finance."""

    trial: list[FamilyOut]
    sum_fen: int
    waiting: dict[str, int]


class LedgerAccountOut(Schema):
    code: str
    family: str
    fen: int
    lines: int


class LedgerAccounts(Schema):
    items: list[LedgerAccountOut]
    next: str | None


class RefundIn(Schema):
    """`key` is the asker's own: sent again it is one refund."""

    model_config = ConfigDict(extra="forbid")
    fen: int
    reason: str = Field(min_length=2, max_length=200)
    key: str = Field(min_length=8, max_length=64)


class RefundOut(Schema):
    """A refund. `state` is going, done or failed."""

    id: int
    order: int | None
    payment: int | None
    title: TwoLanguages | None
    way: str
    fen: int
    reason: str
    state: str
    why: str
    approval: int | None
    by_name: str
    at: datetime
    done_at: datetime | None


class RefundAsked(Schema):
    """A refund, or the number of the request where a second person must let it pass."""

    refund: RefundOut | None
    approval: int | None


class Refunds(Schema):
    items: list[RefundOut]
    next: int | None


class StrayPayment(Schema):
    """Money that came and pays nothing: `state` is astray (`reason`: amount, paid, closed) or early
    (no such order yet). `times` counts how often it was told.
    """

    id: int
    provider: str
    number: str
    order_number: str
    fen: int
    state: str
    reason: str
    times: int
    paid_at: datetime
    told_at: datetime


class StrayPayments(Schema):
    items: list[StrayPayment]
    next: int | None


class WhyIn(Schema):
    model_config = ConfigDict(extra="forbid")
    reason: str = Field(min_length=2, max_length=200)


class ReconciledDay(Schema):
    """A day of a provider: payments less refunds, by us and by it. `given_up`: its list did not
    come, and nobody asks for it any more until somebody says so.
    """

    id: int
    provider: str
    day: date
    done: bool
    given_up: bool
    why: str
    at: datetime | None
    ours_fen: int
    theirs_fen: int
    differences: int


class ReconciledDays(Schema):
    items: list[ReconciledDay]
    next: int | None


class DifferenceOut(Schema):
    """A line that differs. `sort` is missing_here, missing_there or other_amount; `mended`: taken
    from the provider's list.
    """

    id: int
    provider: str
    day: date
    sort: str
    kind: str
    number: str
    order_number: str
    ours_fen: int | None
    theirs_fen: int | None
    mended: bool
    settled_at: datetime | None
    settled_by: str
    note: str


class DifferencesOut(Schema):
    items: list[DifferenceOut]
    next: int | None


class IncomeLine(Schema):
    day: date
    account: str
    name: TwoLanguages
    fen: int
    count: int


class IncomeLines(Schema):
    items: list[IncomeLine]
    next: int | None


class PaymentProviderOut(Schema):
    """A provider of payments; its key is shown to nobody."""

    code: str
    name: TwoLanguages
    adapter: str
    url: str
    app: str
    open: bool
    set_at: datetime


class PaymentProviders(Schema):
    items: list[PaymentProviderOut]
    next: str | None


class PaymentProviderIn(Schema):
    """`key` is what both sides hold, 32 bytes in hexadecimal; empty: it is made here."""

    model_config = ConfigDict(extra="forbid")
    code: str = Field(max_length=32, pattern=CODE)
    name: TwoLanguages
    adapter: str = Field("signed", max_length=24)
    url: str = Field(max_length=500)
    app: str = Field(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")
    key: str = Field("", pattern=r"^([0-9a-f]{64})?$")


class PaymentProviderOpened(Schema):
    """A provider that was set up, and the key that was made for it: told here once. It is empty
    where who set it up brought the key: he has it.
    """

    provider: PaymentProviderOut
    key: str


class PaymentProviderChange(Schema):
    """Whether one can pay by it. Where it is reached takes two persons."""

    model_config = ConfigDict(extra="forbid")
    open: bool


class PaymentLineIn(Schema):
    """What is left out stays as it is; an empty key is made here."""

    model_config = ConfigDict(extra="forbid")
    url: str | None = Field(None, max_length=500)
    key: str | None = Field(None, pattern=r"^([0-9a-f]{64})?$")
    reason: str = Field("", max_length=200)


class PaymentLineAsked(Schema):
    """It waits for a second person. `key` is the one that was made, told here once."""

    approval: int
    key: str


class MerchantIn(Schema):
    """`share_permille` are the thousandths of each sum that are the merchant's."""

    model_config = ConfigDict(extra="forbid")
    name: TwoLanguages
    trade: str = Field(pattern=r"^(canteen|shop|fitness|recycling|other)$")
    share_permille: int = Field(1000, ge=0, le=1000)
    open: bool = True


class MerchantOut(Schema):
    """A merchant that takes the card, and what is owed to him."""

    code: str
    name: TwoLanguages
    trade: str
    share_permille: int
    open: bool
    owed_fen: int


class TerminalIn(Schema):
    model_config = ConfigDict(extra="forbid")
    merchant: str = Field(max_length=32, pattern=CODE)
    most_fen: int = Field(20_000, ge=1, le=1_000_000)
    credits_fen: int = Field(0, ge=0, le=1_000_000)


class TerminalOut(Schema):
    """A device at which the card pays."""

    device: str
    merchant: str
    most_fen: int
    credits_fen: int


class Merchants(Schema):
    items: list[MerchantOut]
    terminals: list[TerminalOut]
    next: str | None


class TariffIn(Schema):
    """The text (TOML) of a tariff that is to be in force for a lot or a site from a moment on."""

    model_config = ConfigDict(extra="forbid")
    of: str = Field(max_length=32)
    where: str = Field(max_length=64)
    text: str = Field(max_length=50_000)
    from_at: datetime
    reason: str = Field("", max_length=300)


class TariffAsked(Schema):
    """What it comes to in words, and the number of the request that a second person decides; none
    where it was only looked at.
    """

    words: TwoLanguages
    approval: int | None


def refund_out(row: Refund) -> dict[str, Any]:
    """Return a refund."""
    said = {name: getattr(row, name) for name in (
        "way", "fen", "reason", "state", "why", "approval", "at", "done_at")}  # fmt: skip
    return {**said, "id": row.pk, "order": row.order_id, "payment": row.payment_id,
            "title": both(row.order.title) if row.order else None,
            "by_name": row.by.name if row.by else ""}  # fmt: skip


def stray_out(row: Payment) -> dict[str, Any]:
    """Return a payment that pays nothing."""
    said = {name: getattr(row, name) for name in (
        "number", "order_number", "fen", "state", "reason", "times", "paid_at", "told_at",
    )}  # fmt: skip
    return {**said, "id": row.pk, "provider": row.provider.code}


def day_out(row: Reconciliation) -> dict[str, Any]:
    """Return a reconciled day."""
    said = {name: getattr(row, name) for name in (
        "day", "done", "why", "at", "ours_fen", "theirs_fen", "differences")}  # fmt: skip
    given_up = not row.done and row.next_at is None
    return {**said, "id": row.pk, "provider": row.provider.code, "given_up": given_up}


def difference_out(row: Difference) -> dict[str, Any]:
    """Return a difference."""
    said = {name: getattr(row, name) for name in (
        "sort", "kind", "number", "order_number", "ours_fen", "theirs_fen", "mended",
        "settled_at", "note")}  # fmt: skip
    day = row.reconciliation
    return {**said, "id": row.pk, "provider": day.provider.code, "day": day.day,
            "settled_by": row.settled_by.name if row.settled_by else ""}  # fmt: skip


def provider_out(row: Provider) -> dict[str, Any]:
    """Return a provider as finance sees it."""
    return {**brief(row), "adapter": row.adapter, "url": row.url, "app": row.app,
            "open": row.open, "set_at": row.set_at}  # fmt: skip


def merchant_out(row: Merchant, owed_fen: int) -> dict[str, Any]:
    """Return a merchant."""
    return {"code": row.code, "name": both(row.name), "trade": row.trade,
            "share_permille": row.share_permille, "open": row.open,
            "owed_fen": owed_fen}  # fmt: skip

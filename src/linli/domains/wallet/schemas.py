"""Shapes of money and of the wallet over HTTP. Every amount is a whole number of fen."""

from datetime import datetime
from typing import Any

from ninja import Field, Schema
from pydantic import ConfigDict

from linli.domains.wallet.logic import called, rest_of_hold
from linli.domains.wallet.queries import Known, Move, Purse
from linli.foundation.money.models import (
    Hold,
    Order,
    OrderState,
    Provider,
)
from linli.foundation.money.queries import Page
from linli.foundation.shapes import TwoLanguages
from linli.kernel.words import Words, both

CODE = r"^[a-z0-9][a-z0-9_-]*$"
BACK = r"^/(?:[A-Za-z0-9_-][A-Za-z0-9_./?=&%-]*)?$"
"""A page of ours: a path, no other host."""


class WalletPageWanted(Schema):
    """Which part of a list: `cursor` is the `next` before."""

    cursor: int | None = Field(None, ge=1, le=2**63 - 1)
    limit: int = Field(50, ge=1, le=500)

    def page(self) -> Page:
        """Return it as the ledger takes it."""
        return Page(before=self.cursor, limit=self.limit)


class ProviderBrief(Schema):
    code: str
    name: TwoLanguages


class HoldOut(Schema):
    """An amount that is set aside."""

    id: int
    what: str
    what_name: TwoLanguages
    about: str
    fen: int
    at: datetime


class MyWallet(Schema):
    """One's own wallet: what can be spent, what is set aside, by whom one can pay in."""

    account: str
    fen: int
    held_fen: int
    holds: list[HoldOut]
    providers: list[ProviderBrief]


class WalletLine(Schema):
    """A line of a statement, a credit positive; `after_fen` is the balance then. `order` is the
    number of the order that it is for, empty where there is none.
    """

    id: int
    posting: int
    at: datetime
    fen: int
    after_fen: int
    reason: str
    reason_name: TwoLanguages
    title: TwoLanguages | None
    order: str


class WalletLines(Schema):
    items: list[WalletLine]
    next: int | None


class OrderOut(Schema):
    """An order. `state` is open, lapsed, paid or void; `way` is wallet, cash or the code of a
    provider.
    """

    id: int
    number: str
    kind: str
    kind_name: TwoLanguages
    about: str
    title: TwoLanguages
    payer: str
    fen: int
    refunded_fen: int
    state: str
    way: str
    opened_at: datetime
    expires_at: datetime
    paid_at: datetime | None


class Orders(Schema):
    items: list[OrderOut]
    next: int | None


class TopUpIn(Schema):
    model_config = ConfigDict(extra="forbid")
    fen: int
    provider: str = Field(max_length=32)
    back: str = Field("/my/wallet", max_length=200, pattern=BACK)


class PayIn(Schema):
    """`way` is `wallet`, or the code of a provider."""

    model_config = ConfigDict(extra="forbid")
    way: str = Field("wallet", max_length=32)
    back: str = Field("/my/wallet", max_length=200, pattern=BACK)


class PayBegun(Schema):
    """An order, and where it is paid; empty where it is paid already."""

    order: OrderOut
    url: str


class OpenToAll(Schema):
    """An order as anybody sees it who knows its number; `estate` is who asks for it."""

    estate: TwoLanguages
    title: TwoLanguages
    fen: int
    refunded_fen: int
    state: str
    expires_at: datetime
    paid_at: datetime | None
    providers: list[ProviderBrief]


class PayAt(Schema):
    url: str


def brief(row: Provider) -> dict[str, Any]:
    """Return a provider as a payer sees it."""
    return {"code": row.code, "name": both(row.name)}


def hold_out(row: Hold) -> dict[str, Any]:
    """Return what is set aside."""
    return {"id": row.pk, "what": row.what, "what_name": both(called(row.what)),
            "about": row.about, "fen": row.left_fen, "at": row.at}  # fmt: skip


def wallet_out(found: Purse) -> dict[str, Any]:
    """Return a wallet."""
    return {
        "account": found.code,
        "fen": found.fen,
        "held_fen": found.held_fen,
        "holds": [hold_out(row) for row in found.holds],
        "providers": [brief(row) for row in found.providers],
    }


def line_out(move: Move) -> dict[str, Any]:
    """Return a line of a statement."""
    row = move.line
    return {
        "id": row.pk,
        "posting": row.posting_id,
        "at": row.posting.at,
        "fen": row.fen,
        "after_fen": row.after,
        "reason": row.posting.reason,
        "reason_name": both(_called(move)),
        "title": both(move.title) if move.title else None,
        "order": move.order,
    }


def _called(move: Move) -> Words:
    reason = move.line.posting.reason
    if move.cost_fen is None:
        return called(reason)
    return rest_of_hold(reason=reason, cost_fen=move.cost_fen)


def state_of(row: Order, now: datetime) -> str:
    """Return how an order stands at a time."""
    return "lapsed" if row.state == OrderState.OPEN and now >= row.expires_at else row.state


def order_out(row: Order, now: datetime) -> dict[str, Any]:
    """Return an order."""
    said = {name: getattr(row, name) for name in (
        "number", "kind", "about", "payer", "fen", "refunded_fen", "way", "opened_at",
        "expires_at", "paid_at")}  # fmt: skip
    return {**said, "id": row.pk, "title": both(row.title), "kind_name": both(called(row.kind)),
            "state": state_of(row, now)}  # fmt: skip


def open_to_all(found: Known, now: datetime) -> dict[str, Any]:
    """Return an order as anybody sees it who knows its number."""
    row = found.order
    said = {name: getattr(row, name) for name in ("fen", "refunded_fen", "expires_at", "paid_at")}
    return {**said, "estate": both(found.estate), "title": both(row.title),
            "state": state_of(row, now),
            "providers": [brief(one) for one in found.providers]}  # fmt: skip

"""Statements of third parties over HTTP: what a month cost, what is due of it, that it was paid."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from linli.domains.openapi import statements
from linli.domains.openapi.queries import OWN_TERMS
from linli.foundation.identity.guard import Visit, may, may_everywhere
from linli.foundation.identity.sensitive import Sensitive
from linli.foundation.scope.paging import NumberPage

router = Router(tags=["third parties"])
_SEES = may_everywhere("parties.read", "money.read")
_OWN = may(OWN_TERMS)
_MONTH = r"^(\d{4}-\d{2})?$"
_MOST_FEN = 10**10
_CSV: dict[str, Any] = {
    "responses": {200: {"description": "OK", "content": {"text/csv": {}}}},
}


class PricedOut(Schema):
    """So many calls at a price, in fen for a thousand, and what they cost."""

    price_fen: int
    calls: int
    fen: int


class StatementEntryOut(Schema):
    """What was put right (`correction`) or paid (`payment`): so many fen more or less are due."""

    kind: str
    fen: int
    receipt: str
    reason: str
    at: datetime


class StatementOut(Schema):
    """What a third party owes for a month (`2026-11`). `fen` is final; `due_fen` is what is left of
    it after the entries, below zero what is to be paid back.
    """

    id: int
    party: int
    party_name: str
    month: str
    calls: int
    lines: list[PricedOut]
    fen: int
    corrected_fen: int
    due_fen: int
    receipts: list[str]
    closed_at: datetime
    entries: list[StatementEntryOut]


class StatementPaidOut(StatementOut):
    """A statement as it stands now. `approval`: nothing was paid back yet, a second person must let
    the request of this number pass.
    """

    approval: int | None


class StatementsOut(Schema):
    items: list[StatementOut]
    next: int | None


class StatementsIn(NumberPage):
    """Which statements; what is left out does not narrow."""

    party: int | None = Field(None, ge=1, le=2**63 - 1)
    month: str = Field("", pattern=_MONTH)


class OfMonth(Schema):
    month: str = Field("", pattern=_MONTH)


class CorrectionIn(Schema):
    """So many fen more (positive) or less; `due_fen` is what was due when this was meant."""

    fen: int = Field(ge=-_MOST_FEN, le=_MOST_FEN)
    due_fen: int = Field(ge=-_MOST_FEN, le=_MOST_FEN)
    reason: str = Field(min_length=2, max_length=300)


class StatementPaidIn(Schema):
    """What was due was paid, under the number of a receipt, at the bank or in cash."""

    due_fen: int = Field(ge=-_MOST_FEN, le=_MOST_FEN)
    receipt: str = Field(min_length=1, max_length=40, pattern=r"\S")
    way: Literal["bank", "cash"] = "bank"


@router.get("/{community}/statements", response=StatementsOut, auth=_SEES)
def list_statements(request: Visit, community: str, wanted: Query[StatementsIn]) -> Any:
    """List what third parties owe by month, the newest first."""
    items, after = statements.of_all(
        actor=request.auth, party=wanted.party, month=wanted.month, wanted=wanted
    )
    return {"items": items, "next": after}


@router.get("/{community}/statements.csv", auth=_SEES, openapi_extra=_CSV)
def statements_csv(request: Visit, community: str, of: Query[OfMonth]) -> HttpResponse:
    """Take out the statements of a month, or the newest five hundred, as CSV."""
    return _file(statements.as_csv(actor=request.auth, month=of.month))


@router.post(
    "/{community}/statements/{int:statement}/corrections",
    response=StatementOut,
    auth=may_everywhere("money.write"),
)
def correct(request: Visit, community: str, statement: int, body: CorrectionIn) -> Any:
    """Put a statement right by an entry; what it says itself is final."""
    return statements.corrected(
        actor=request.auth, statement=statement, now=timezone.now(), **body.dict()
    )


@router.post(
    "/{community}/statements/{int:statement}/payments",
    response=StatementPaidOut,
    auth=may_everywhere("money.write", fresh=Sensitive.MONEY),
)
def pay(request: Visit, community: str, statement: int, body: StatementPaidIn) -> Any:
    """Take down that what is due was paid, under the number of a receipt; it is posted. A large
    payback, or one of what oneself put right, waits for a second person.
    """
    return statements.paid(
        actor=request.auth, statement=statement, now=timezone.now(), **body.dict()
    )


@router.get("/{community}/third-parties/own/statements", response=StatementsOut, auth=_OWN)
def own_statements(request: Visit, community: str, wanted: Query[NumberPage]) -> Any:
    """Tell a third party what it owes by month, the newest first."""
    items, after = statements.own(actor=request.auth, wanted=wanted)
    return {"items": items, "next": after}


@router.get("/{community}/third-parties/own/statements.csv", auth=_OWN, openapi_extra=_CSV)
def own_statements_csv(request: Visit, community: str) -> HttpResponse:
    """Tell a third party what it owes by month, as CSV."""
    return _file(statements.own_csv(actor=request.auth))


def _file(body: bytes) -> HttpResponse:
    answer = HttpResponse(body, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="statements.csv"'
    return answer

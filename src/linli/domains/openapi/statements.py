"""Statements as they are shown, and written as CSV."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from linli.domains.openapi import queries
from linli.domains.openapi.models import EntryKind, Statement, StatementEntry
from linli.domains.openapi.operations import billing, subscribing
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.paging import NumberPage

_MOST_IN_A_FILE = 500
_COLUMNS = (
    "statement", "month", "third_party", "calls", "fen", "corrected_fen", "due_fen", "receipt",
    "closed_at",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def of_all(
    *, actor: Actor, party: int | None, month: str, wanted: NumberPage
) -> tuple[list[dict[str, Any]], int | None]:
    """Return a page of statements, the newest first, and the cursor after it."""
    rows, after = queries.statements(
        community=actor.community, party=party, month=month, wanted=wanted
    )
    return _shown(actor.community, rows), after


def own(*, actor: Actor, wanted: NumberPage) -> tuple[list[dict[str, Any]], int | None]:
    """Return a page of the statements of the third party that asks for itself.

    :raises PartyNotFound: if whoever asks is a person
    """
    return of_all(actor=actor, party=subscribing.own(actor).pk, month="", wanted=wanted)


def corrected(*, actor: Actor, statement: int, now: datetime, **entry: Any) -> dict[str, Any]:
    """Put a statement right (`billing.correct`); return it as it stands then."""
    row = billing.correct(actor=actor, statement=statement, now=now, **entry)
    return _shown(actor.community, [row])[0]


def paid(*, actor: Actor, statement: int, now: datetime, **entry: Any) -> dict[str, Any]:
    """Take down that a statement was paid (`billing.pay`); return it as it stands then, and the
    number of the request where a second person must let it pass.
    """
    made = billing.pay(actor=actor, statement=statement, now=now, **entry)
    return {**_shown(actor.community, [made.statement])[0], "approval": made.approval}


def as_csv(*, actor: Actor, month: str) -> bytes:
    """Return statements as CSV: those of a month, or the newest of all."""
    wanted = NumberPage(cursor=None, limit=_MOST_IN_A_FILE)
    return _written(of_all(actor=actor, party=None, month=month, wanted=wanted)[0])


def own_csv(*, actor: Actor) -> bytes:
    """Return the statements of the third party that asks for itself as CSV."""
    return _written(own(actor=actor, wanted=NumberPage(cursor=None, limit=_MOST_IN_A_FILE))[0])


def _shown(community: str, rows: Sequence[Statement]) -> list[dict[str, Any]]:
    entries = queries.entries(community=community, statements=rows)
    return [_line(row, entries[row.pk]) for row in rows]


def _line(row: Statement, entries: Sequence[StatementEntry]) -> dict[str, Any]:
    corrected = sum(one.fen for one in entries if one.kind == EntryKind.CORRECTION)
    return {
        "id": row.pk,
        "party": row.party_id,
        "party_name": row.party.name,
        "month": row.month,
        "calls": row.calls,
        "lines": row.lines,
        "fen": row.fen,
        "corrected_fen": corrected,
        "due_fen": row.fen + sum(one.fen for one in entries),
        "receipts": [one.receipt for one in entries if one.receipt],
        "closed_at": row.closed_at,
        "entries": [_entry(one) for one in entries],
    }


def _entry(row: StatementEntry) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "fen": row.fen,
        "receipt": row.receipt,
        "reason": row.reason,
        "at": row.at,
    }


def _written(lines: Sequence[dict[str, Any]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for line in lines:
        said = [line["id"], line["month"], _plain(line["party_name"]), line["calls"], line["fen"]]
        said += [line["corrected_fen"], line["due_fen"], _plain(" ".join(line["receipts"]))]
        writer.writerow([*said, line["closed_at"].isoformat(timespec="seconds")])
    return out.getvalue().encode("utf-8-sig")


def _plain(text: str) -> str:
    """Return a text that no table program takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text

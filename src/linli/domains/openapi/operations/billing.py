"""Statements: what a third party owes for a month, put right by entries, paid against a receipt."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction

from linli.contracts import approvals as approving
from linli.contracts.money import Line
from linli.contracts.openapi import StatementClosed, StatementCorrected, StatementPaid
from linli.domains.openapi import queries
from linli.domains.openapi.logic import billing
from linli.domains.openapi.models import EntryKind, Statement, StatementEntry, Usage
from linli.foundation import ids
from linli.foundation.approvals import operations as approvals
from linli.foundation.identity.queries import Actor
from linli.foundation.money.operations import post
from linli.foundation.money.operations.paying_out import TO
from linli.foundation.money.operations.posting import lock
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.kernel.money import in_yuan
from linli.kernel.words import Words

INCOME = "income:third_party"
REASON = "third_party"
LATE = "late"
"""With what the reason begins for which the system puts a month right that is closed: calls were
counted for it afterwards; which, at what price, is said behind.
"""
_TOGETHER = timedelta(days=1)


class OtherBalance(Fault):
    """What is due is not what was meant: it was paid or put right meanwhile, or nothing is due."""

    key = "openapi.other_balance"


class ReceiptUsed(Fault):
    """The number stands on another payment already."""

    key = "openapi.receipt_used"


class NothingPutRight(Fault):
    """A correcting entry moves something."""

    key = "openapi.nothing_put_right"
    status = 422


class Paid(msgspec.Struct, frozen=True, kw_only=True):
    """A statement as it stands now; and, where a second person must let a payback pass, the number
    of the request.
    """

    statement: Statement
    approval: int | None = None


class _Payment(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be taken down, as a second person reads it."""

    statement: int
    due_fen: int
    receipt: str
    way: str


def close_months(*, community: str, now: datetime) -> int:
    """Make a statement of every month of a third party that is over; return how many. A day of use
    stands in one statement, however often this is run and by how many at once.
    """
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    before = billing.first_open_day(local)
    made = 0
    for party in queries.unbilled(community=community, before=before):
        made += _close(community, party, local)
    return made


@transaction.atomic
def _close(community: str, party: int, local: datetime) -> int:
    before, months = billing.first_open_day(local), defaultdict[str, list[Usage]](list)
    queries.party(community=community, id=party, lock=True)
    for row in queries.use_unbilled(community=community, party=party, before=before):
        months[billing.month_of(row.day)].append(row)
    for month, days in sorted(months.items()):
        lines = billing.priced((day.calls, day.price_fen or 0) for day in days)
        fen = sum(line.fen for line in lines)
        statement, new = Statement.rows.of(community).get_or_create(
            community=community,
            party_id=party,
            month=month,
            defaults={
                "calls": sum(line.calls for line in lines),
                "lines": msgspec.to_builtins(lines),
                "fen": fen,
                "closed_at": local,
            },
        )
        if new:
            _say_closed(statement, local)
        elif fen:
            _put_right(statement, fen, reason=_late(lines), by=None, now=local)
        numbers = [day.pk for day in days]
        Usage.rows.of(community).filter(pk__in=numbers).update(statement=statement)
    return len(months)


def _late(lines: Sequence[billing.Priced]) -> str:
    counted = ", ".join(f"{line.calls} × {line.price_fen} fen/1000" for line in lines)
    return f"{LATE}: {counted}"


def _say_closed(row: Statement, now: datetime) -> None:
    outbox.record(
        StatementClosed(
            id=ids.new(),
            at=now,
            community=row.community,
            party=row.party_id,
            statement=row.pk,
            month=row.month,
            calls=row.calls,
            fen=row.fen,
        )
    )


@transaction.atomic
def correct(
    *, actor: Actor, statement: int, fen: int, due_fen: int, reason: str, now: datetime
) -> Statement:
    """Put a statement right by an entry of so many fen, more (positive) or less than it says.

    :param due_fen: what was due when this was meant: sent twice it is entered once
    :raises StatementNotFound: if there is none
    :raises NothingPutRight: if it moves nothing
    :raises OtherBalance: if something else is due
    """
    if not fen:
        raise NothingPutRight
    row = _at(actor.community, statement, due_fen)
    _put_right(row, fen, reason=reason.strip(), by=actor.account, now=now)
    return row


def _put_right(row: Statement, fen: int, *, reason: str, by: int | None, now: datetime) -> None:
    entry = _enter(row, EntryKind.CORRECTION, fen, reason=reason, by=by, now=now)
    outbox.record(
        StatementCorrected(
            id=ids.new(),
            at=now,
            community=row.community,
            party=row.party_id,
            statement=row.pk,
            fen=fen,
            reason=entry.reason,
            by=by,
        )
    )


@transaction.atomic
def pay(
    *, actor: Actor, statement: int, due_fen: int, receipt: str, way: str, now: datetime
) -> Paid:
    """Take down that what is due was paid, and post it; below zero: that it was paid back. A second
    person must let a payback pass of what the actor put right himself, and one beyond the limit of
    refunds, of all that was paid back in the community within a day.

    :param way: `bank` or `cash`, where the money came to
    :raises StatementNotFound: if there is none
    :raises OtherBalance: if nothing is due, or something else: paid twice it is paid once
    :raises ReceiptUsed: if the number of the receipt stands on another payment
    """
    row = _at(actor.community, statement, due_fen)
    payment = _Payment(statement=row.pk, due_fen=due_fen, receipt=receipt.strip(), way=way)
    if not due_fen:
        raise OtherBalance(due_fen=0)
    _want_unused(row, payment.receipt)
    lock(community=row.community, codes=[INCOME, TO[way]])
    if due_fen < 0 and _takes_two(row, -due_fen, actor.account, now):
        return Paid(statement=row, approval=_ask(row, payment, actor.account, now))
    _pay(row, payment, by=actor.account, cause="", now=now)
    return Paid(statement=row)


def carry(passed: approving.LetPass) -> None:
    """Take down a payback that a second person let pass, in the transaction of the decision.

    :raises OtherBalance, ReceiptUsed: if it was paid or put right meanwhile, or the number is used
    """
    payment = msgspec.convert(passed.request, _Payment)
    row = _at(passed.community, payment.statement, payment.due_fen)
    _want_unused(row, payment.receipt)
    _pay(row, payment, by=passed.by, cause=passed.cause, now=passed.now)


def _takes_two(row: Statement, fen: int, by: int, now: datetime) -> bool:
    before = queries.paid_back(community=row.community, since=now - _TOGETHER)
    own = queries.put_right_by(statement=row, account=by)
    return own or before + fen > settings.REFUND_FEN


def _ask(row: Statement, payment: _Payment, by: int, now: datetime) -> int:
    yuan = in_yuan(-payment.due_fen)
    asked = approvals.ask(
        kind=approving.PAY_BACK,
        community=row.community,
        about=f"statement:{row.pk}",
        words=Words(
            zh=f"退还 {row.party.name} {row.month} 账单 {yuan} 元",
            en=f"pay back {yuan} yuan of the statement {row.month} to {row.party.name}",
        ),
        request=msgspec.to_builtins(payment),
        by=by,
        now=now,
    )
    return int(asked.pk)


def _pay(row: Statement, payment: _Payment, *, by: int, cause: str, now: datetime) -> None:
    receipt, due_fen = payment.receipt, payment.due_fen
    try:
        with transaction.atomic():
            entry = _enter(row, EntryKind.PAYMENT, -due_fen, receipt=receipt, by=by, now=now)
    except IntegrityError as error:
        # Somebody took the number for another statement since it was looked for.
        raise ReceiptUsed(receipt=receipt) from error
    post(
        community=row.community,
        key=f"{REASON}:{entry.pk}",
        lines=[Line(INCOME, due_fen), Line(TO[payment.way], -due_fen)],
        reason=REASON,
        about=f"statement:{row.pk}",
        by=by,
        cause=cause,
        now=now,
    )
    outbox.record(
        StatementPaid(
            id=ids.new(), at=now, community=row.community, cause=cause or None, party=row.party_id,
            statement=row.pk, fen=due_fen, receipt=receipt, by=by,
        )
    )  # fmt: skip


def _want_unused(row: Statement, receipt: str) -> None:
    if queries.receipt_used(community=row.community, receipt=receipt):
        raise ReceiptUsed(receipt=receipt)


def _at(community: str, statement: int, due_fen: int) -> Statement:
    row = queries.statement(community=community, id=statement, lock=True)
    due = queries.due_of(statement=row)
    if due != due_fen:
        raise OtherBalance(due_fen=due)
    return row


def _enter(
    row: Statement, kind: EntryKind, fen: int, *, receipt: str = "", reason: str = "",
    by: int | None, now: datetime,
) -> StatementEntry:  # fmt: skip
    entry: StatementEntry = StatementEntry.rows.create(
        community=row.community, statement=row, kind=kind, fen=fen, receipt=receipt,
        reason=reason[:300], by_id=by, at=now,
    )  # fmt: skip
    return entry

"""What was due of a charging is paid, or goes back."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from linli.domains.charging import queries
from linli.domains.charging.models import Session, State
from linli.domains.charging.operations import purse
from linli.foundation.money import operations as money
from linli.foundation.money import queries as ledger
from linli.kernel.fault import Fault


class NothingToRefund(Fault):
    key = "charging.nothing_to_refund"


@transaction.atomic
def paid(*, community: str, number: str, order: int) -> bool:
    """An order was paid; return whether it was what is due of a charging. Told twice it is once."""
    rows = Session.rows.of(community).select_for_update(of=("self",))
    row = rows.filter(number=number, order=order, due_fen__gt=0).first()
    if row is None:
        return False
    row.due_fen = 0
    row.save(update_fields=["due_fen"])
    return True


class Refunded(msgspec.Struct, frozen=True, kw_only=True):
    """A charging of which something went back, and the requests that wait for a second person."""

    session: Session
    approvals: Sequence[int]


@transaction.atomic
def refund(
    *, community: str, number: str, fen: int, reason: str, key: str, by: int, now: datetime
) -> Refunded:
    """Pay back a part of what a charging cost, to where it came from: what was set aside and what
    was paid beyond it. With the same key once only.

    :param key: of whoever asks
    :raises queries.SessionNotFound: if there is none of this number
    :raises NothingToRefund: if nothing was paid for it
    :raises money.TooMuch: if it is more than was paid
    :raises money.KeyUsed: if the key was used for another sum
    """
    row = queries.session(community=community, number=number, lock=True)
    paid_by = [one for one in (row.paid_order, row.order) if one is not None]
    if row.state != State.SETTLED or not paid_by or row.due_fen:
        raise NothingToRefund(session=number)
    parts = _parts(community, paid_by, fen, key)
    before = {order: ledger.order(community=community, id=order).refunded_fen for order in paid_by}
    said = [
        money.refund(
            community=community,
            order=order,
            fen=part_fen,
            besides_fen=fen - part_fen + sum(before.values()) - before[order],
            reason=reason,
            key=f"{purse.KIND}:{key}:{order}",
            by=by,
            now=now,
        )
        for order, part_fen in parts
    ]
    return Refunded(session=row, approvals=[one.approval for one in said if one.approval])


def _parts(community: str, orders: Sequence[int], fen: int, key: str) -> Sequence[tuple[int, int]]:
    """Return how much of each order goes back; asked again under a key, what went back under it."""
    before = {
        order: row.fen
        for order in orders
        if (row := ledger.refund_keyed(community=community, key=f"{purse.KIND}:{key}:{order}"))
    }
    if before:
        if sum(before.values()) != fen:
            raise money.KeyUsed(key=key)
        return list(before.items())
    found, rest = [], fen
    for order in orders:
        paid_by = ledger.order(community=community, id=order, lock=True)
        part = min(paid_by.fen - paid_by.refunded_fen, rest)
        found += [(order, part)] if part else []
        rest -= part
    if rest:
        raise money.TooMuch(left_fen=fen - rest)
    return found

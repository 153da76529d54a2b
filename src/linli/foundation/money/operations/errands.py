"""What providers are asked: to give money back, and for their list of a day. Laid down, carried by
the post, asked again, given up after a day; then somebody of finance may ask once more.
"""

import logging
from datetime import datetime

from django.db import transaction

from linli.foundation import ids
from linli.foundation.money import queries
from linli.foundation.money.models import Reconciliation, Refund, RefundState
from linli.foundation.money.operations import reconciling, refunding
from linli.foundation.sending import Letter, Reply, next_try
from linli.foundation.signing import Packed

log = logging.getLogger("linli.money")

ENOUGH_BYTES = 4 * 1024 * 1024
"""So much of a list is read: a day of some 20,000 payments."""
_LONGEST = 200


def letters(*, most: int, busy: list[int], now: datetime) -> list[Letter]:
    """Return what is to be asked now: of each provider the oldest refund, and the oldest day,
    unless one such is on its way there (`busy`). A day's delivery and line are negative numbers.
    """
    refunds = queries.refunds_due(now=now, most=most, busy=[one for one in busy if one > 0])
    days = queries.days_due(now=now, most=most, busy=[-one for one in busy if one < 0])
    return [*(_refund(row, now) for row in refunds), *(_day(row, now) for row in days)][:most]


def _refund(row: Refund, now: datetime) -> Letter:
    assert row.provider is not None
    assert row.payment is not None
    packed = queries.speaks(row.provider).ask_refund(
        wire=queries.wire(row.provider),
        number=row.number,
        payment=row.payment.number,
        fen=row.fen,
        at=now,
        nonce=ids.new(),
    )
    return _letter(row.pk, row.community, row.provider.pk, packed)


def _day(row: Reconciliation, now: datetime) -> Letter:
    packed = queries.speaks(row.provider).ask_list(
        wire=queries.wire(row.provider),
        number=row.number,
        day=row.day.isoformat(),
        at=now,
        nonce=ids.new(),
    )
    return _letter(-row.pk, row.community, -row.provider.pk, packed)


def _letter(delivery: int, community: str, line: int, packed: Packed) -> Letter:
    return Letter(
        delivery=delivery,
        community=community,
        line=line,
        url=packed.url,
        headers=packed.headers,
        body=packed.body,
    )


def sent(*, letter: Letter, reply: Reply, now: datetime) -> None:
    """Write down what came of a question. An answer with which nothing can be done is a failed
    try.
    """
    settle = _refund_sent if letter.delivery > 0 else _day_sent
    try:
        settle(letter, reply, now)
    except Exception:  # whatever a stranger's answer does to us, the next try is laid down
        log.exception("question %s: an answer could not be settled", letter.delivery)
        settle(letter, Reply(status=0, reason="unreadable answer"), now)


@transaction.atomic
def _refund_sent(letter: Letter, reply: Reply, now: datetime) -> None:
    row = queries.refund(community=letter.community, id=letter.delivery, lock=True)
    if row.state != RefundState.GOING or row.provider is None:
        return
    said = queries.speaks(row.provider).answer(
        wire=queries.wire(row.provider), number=row.number, reply=reply
    )
    row.tries, row.first_at = row.tries + 1, row.first_at or now
    row.why = said.why[:_LONGEST]
    if said.done:
        refunding.arrived(row, at=said.at or now, now=now)
        return
    row.next_at = next_try(tries=row.tries, first_at=row.first_at, now=now)
    if said.refused or row.next_at is None:
        row.state, row.next_at = RefundState.FAILED, None
    row.save()


@transaction.atomic
def _day_sent(letter: Letter, reply: Reply, now: datetime) -> None:
    row = queries.reconciliation(community=letter.community, id=-letter.delivery)
    if row.done:
        return
    said = queries.speaks(row.provider).answer(
        wire=queries.wire(row.provider), number=row.number, reply=reply
    )
    row.tries, row.first_at = row.tries + 1, row.first_at or now
    row.why = said.why[:_LONGEST]
    if said.done:
        reconciling.compare(row, items=said.items, now=now)
        return
    row.next_at = next_try(tries=row.tries, first_at=row.first_at, now=now)
    row.save()
    if row.next_at is None:
        reconciling.tell_given_up(row, now)

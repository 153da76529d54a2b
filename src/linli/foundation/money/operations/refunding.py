"""Money goes back: of what was paid, in part or whole, and of what came astray."""

from datetime import datetime

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Sum

from linli.contracts import approvals as contract
from linli.contracts.money import Line, OrderRefunded, PaymentReturned
from linli.foundation import ids
from linli.foundation.approvals import operations as approvals
from linli.foundation.money import logic, queries
from linli.foundation.money.models import (
    Order,
    OrderState,
    PaymentState,
    Refund,
    RefundState,
)
from linli.foundation.money.operations.ordering import CASH, UNMATCHED
from linli.foundation.money.operations.posting import KeyUsed, lock, post
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.kernel.money import in_yuan
from linli.kernel.words import Words

GOING = "owed:refunds"
"""What is on its way back to payers by a provider."""


class NotPaid(Fault):
    key = "money.not_paid"


class TooMuch(Fault):
    """More is to go back than is left of what came."""

    key = "money.too_much"


class NotAstray(Fault):
    key = "money.not_astray"


class NotFailed(Fault):
    key = "money.not_failed"


class Returned(msgspec.Struct, frozen=True, kw_only=True):
    """A refund; or, where it is so large that a second person must let it pass, the number of the
    request.
    """

    refund: Refund | None = None
    approval: int | None = None


def refund(
    *,
    community: str,
    order: int,
    fen: int,
    reason: str,
    key: str,
    by: int | None = None,
    to_wallet: str = "",
    besides_fen: int = 0,
    cause: str = "",
    now: datetime,
) -> Returned:
    """Give back a part of an order, or all of it, the way it came; with the same key once only.
    Whoever earned it gives it back, shares in their proportion.

    :param by: the person who says so: beyond the limit of an order a second person must let it
        pass. Without one a rule says so, as where less was used than paid.
    :param to_wallet: give it into a wallet, whichever way it came
    :param besides_fen: what goes back beside it of the same thing, that had two orders: it counts
        towards the limit
    :raises OrderNotFound: if there is none of this number
    :raises NotPaid: if nobody paid it
    :raises TooMuch: if less is left of it
    :raises KeyUsed: if the key was used for something else
    :raises NotEnough: if it was a top-up, and less is left in the wallet
    """
    logic.amount(fen)
    try:
        with transaction.atomic():
            row = queries.order(community=community, id=order, lock=True)
            found = _before(row, key, fen)
            if found is not None:
                return Returned(refund=found)
            _check(row, fen)
            if by is not None and _needs_two(row, fen + besides_fen):
                asked = _ask(row, fen, reason, key, to_wallet, by, now)
                return Returned(approval=asked)
            return Returned(refund=_refund(row, fen, reason, key, to_wallet, by, None, cause, now))
    except IntegrityError:
        found = _before(queries.order(community=community, id=order), key, fen)
        if found is None:
            raise
        return Returned(refund=found)


def carry_refund(passed: contract.LetPass) -> None:
    """Give back what a second person let pass, in the transaction of the decision."""
    said = passed.request
    row = queries.order(community=passed.community, id=int(said["order"]), lock=True)
    if _before(row, said["key"], said["fen"]) is not None:
        return
    _check(row, said["fen"])
    _refund(
        row,
        said["fen"],
        said["reason"],
        said["key"],
        said["to_wallet"],
        passed.by,
        passed.approval,
        passed.cause,
        passed.now,
    )


def _before(order: Order, key: str, fen: int) -> Refund | None:
    found = queries.refund_keyed(community=order.community, key=key)
    if found is not None and (found.order_id, found.fen) != (order.pk, fen):
        raise KeyUsed(key=key)
    return found


def _check(order: Order, fen: int) -> None:
    if order.state != OrderState.PAID:
        raise NotPaid(order=order.number)
    if order.refunded_fen + fen > order.fen:
        raise TooMuch(left_fen=order.fen - order.refunded_fen)


def _needs_two(order: Order, fen: int) -> bool:
    """Tell whether what persons give back of an order is more than one of them may: in parts it is
    as much as at once.
    """
    alone = Refund.rows.of(order.community).filter(order=order, approval=None)
    before = alone.exclude(by=None).aggregate(all=Sum("fen"))["all"] or 0
    return bool(before + fen > settings.REFUND_FEN)


def _ask(  # noqa: PLR0917 - the parts of one request
    order: Order, fen: int, reason: str, key: str, to_wallet: str, by: int, now: datetime
) -> int:
    yuan = in_yuan(fen)
    request = {
        "order": order.pk,
        "fen": fen,
        "reason": reason,
        "key": key,
        "to_wallet": to_wallet,
    }
    row = approvals.ask(
        kind=contract.REFUND,
        community=order.community,
        about=f"order:{order.pk}",
        words=Words(
            zh=f"退款 {yuan} 元：{order.title.zh}", en=f"refund {yuan} yuan: {order.title.en}"
        ),
        request=request,
        by=by,
        reason=reason,
        now=now,
    )
    return int(row.pk)


def _refund(  # noqa: PLR0917 - the parts of one refund
    order: Order,
    fen: int,
    reason: str,
    key: str,
    to_wallet: str,
    by: int | None,
    approval: int | None,
    cause: str,
    now: datetime,
) -> Refund:
    payment = queries.payment_of(order)
    way, target = _target(order, to_wallet)
    row = _row(order.community, key, way, fen, reason, now)
    row.order, row.by_id, row.approval = order, by, approval
    row.payment, row.provider = payment, payment.provider if payment and target == GOING else None
    row.state = RefundState.GOING if target == GOING else RefundState.DONE
    row.done_at, row.next_at = (None, now) if target == GOING else (now, None)
    row.save(force_insert=True)
    before = order.refunded_fen
    order.refunded_fen += fen
    order.save(update_fields=["refunded_fen"])
    shares = [msgspec.convert(one, Line) for one in order.shares]
    parts = [
        logic.shared_out(payee=order.payee, shares=shares, of_fen=order.fen, part_fen=part)
        for part in (order.refunded_fen, before)
    ]
    post(
        community=order.community,
        key=f"refund:{row.pk}",
        lines=[*logic.turned(logic.less(*parts)), Line(target, fen)],
        reason=f"{order.kind}.refund",
        about=f"order:{order.pk}",
        by=by,
        cause=cause or order.fact,
        now=now,
    )
    outbox.record(_refunded(row, order, cause))
    return row


def _target(order: Order, to_wallet: str) -> tuple[str, str]:
    """Return which way an order's money goes back, and onto which account."""
    if to_wallet and logic.family(to_wallet) != "wallet":
        raise logic.BadAccount(account=to_wallet)
    if to_wallet or order.way == "wallet":
        return "wallet", to_wallet or order.payer
    return (order.way, CASH if order.way == "cash" else GOING)


def _row(  # noqa: PLR0917 - the parts of one row
    community: str, key: str, way: str, fen: int, reason: str, now: datetime
) -> Refund:
    return Refund(
        community=community,
        key=key,
        number=ids.new(),
        way=way,
        fen=fen,
        reason=reason.strip()[:200],
        at=now,
    )


def _refunded(row: Refund, order: Order, cause: str) -> OrderRefunded:
    return OrderRefunded(
        id=ids.new(),
        at=row.at,
        community=row.community,
        cause=cause or order.fact or None,
        order=order.pk,
        kind=order.kind,
        about=order.about,
        fen=row.fen,
        refunded_fen=order.refunded_fen,
        refund=row.pk,
        by=row.by_id,
    )


@transaction.atomic
def send_back(*, community: str, payment: int, reason: str, by: int, now: datetime) -> Refund:
    """Send back what came astray, or what no order came for; sent twice it is sent once.

    :raises PaymentNotFound: if there is none of this number
    :raises NotAstray: if it paid something
    """
    lock(community=community, codes=[UNMATCHED])
    paid = queries.payment(community=community, id=payment, lock=True)
    key = f"payment:{paid.pk}"
    found = queries.refund_keyed(community=community, key=key)
    if found is not None:
        return found
    if paid.state not in {PaymentState.ASTRAY, PaymentState.EARLY}:
        raise NotAstray(payment=paid.number)
    row = _row(community, key, paid.provider.code, paid.fen, reason, now)
    row.payment, row.provider, row.by_id = paid, paid.provider, by
    row.state, row.next_at = RefundState.GOING, now
    row.save(force_insert=True)
    paid.state = PaymentState.RETURNED
    paid.save(update_fields=["state"])
    fact = PaymentReturned(
        id=ids.new(), at=now, community=community, payment=paid.pk, fen=paid.fen, by=by
    )
    post(
        community=community,
        key=f"refund:{row.pk}",
        lines=[Line(UNMATCHED, -paid.fen), Line(GOING, paid.fen)],
        reason="payment.returned",
        about=f"payment:{paid.pk}",
        by=by,
        cause=fact.id,
        now=now,
    )
    outbox.record(fact)
    return row


@transaction.atomic
def again(*, community: str, refund: int, now: datetime) -> Refund:
    """Ask the provider once more for a refund that failed, under its own number.

    :raises RefundNotFound: if there is none of this number
    :raises NotFailed: if it is on its way, or done
    """
    row = queries.refund(community=community, id=refund, lock=True)
    if row.state != RefundState.FAILED:
        raise NotFailed(state=row.state)
    row.state, row.tries, row.first_at, row.next_at = RefundState.GOING, 0, None, now
    row.why = ""
    row.save()
    return row


def arrived(row: Refund, *, at: datetime, now: datetime) -> None:
    """Write down that a provider gave money back; its row is locked by who calls."""
    row.state, row.done_at, row.next_at, row.why = RefundState.DONE, at, None, ""
    row.save()
    post(
        community=row.community,
        key=f"refund:{row.pk}:done",
        lines=[Line(GOING, -row.fen), Line(f"clearing:{row.way}", row.fen)],
        reason="refund.done",
        about=f"order:{row.order_id}" if row.order_id else f"payment:{row.payment_id}",
        now=now,
    )

"""What somebody is asked to pay: asked, paid, or void."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts.money import Line, OrderPaid, PaymentAstray
from linli.foundation import ids
from linli.foundation.money import logic, queries
from linli.foundation.money.models import Order, OrderState, Payment, PaymentState
from linli.foundation.money.operations.posting import lock, post
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.kernel.words import Words

UNMATCHED = "owed:payments"
"""What came and pays no order yet, or none at all."""
CASH = "cash:desk"


class OrderClosed(Fault):
    """It is void, or its time is over: a new one is asked for."""

    key = "money.order_closed"


class NumberUsed(Fault):
    """An order of this number asks for something else."""

    key = "money.number_used"


def open_order(
    *,
    community: str,
    kind: str,
    about: str,
    title: Words,
    payer: str = "",
    payee: str,
    fen: int,
    shares: Sequence[Line] = (),
    expires_at: datetime,
    number: str = "",
    cause: str = "",
    now: datetime,
) -> Order:
    """Ask for a sum, in the transaction of whoever asks. Asked again while it is open it is one,
    and who asked last pays it; asked for another sum, the first is void. What a provider told
    of this `number` before pays it.

    :param payer: a wallet, as `wallet:person:7`; empty where anybody pays who knows the number
    :param payee: the account that earns it, but for what goes to others by `shares`
    :param number: where another system gave it one; else it gets one that nobody can guess
    :raises BadAccount, BadAmount: if a sum or an account is none
    :raises NumberUsed: if an order of this number asks for something else
    """
    logic.amount(fen)
    for account in (payee, *(one.account for one in shares), *((payer,) if payer else ())):
        logic.family(account)
    if any(one.fen <= 0 for one in shares) or sum(one.fen for one in shares) > fen:
        raise logic.BadAmount(fen=sum(one.fen for one in shares))
    row = Order(
        community=community,
        number=number or ids.new(),
        kind=kind,
        about=about,
        title_zh=title.zh[:120],
        title_en=title.en[:120],
        payer=payer,
        payee=payee,
        shares=[msgspec.to_builtins(one) for one in shares],
        fen=fen,
        opened_at=now,
        expires_at=expires_at,
        cause=cause,
    )
    try:
        with transaction.atomic():
            return _opened(row, bool(number), now)
    except IntegrityError:
        with transaction.atomic():
            return _opened(row, bool(number), now)


def _opened(row: Order, numbered: bool, now: datetime) -> Order:
    row.pk = None
    if numbered:
        lock(community=row.community, codes=[UNMATCHED])
        known = queries.find_numbered(community=row.community, number=row.number, lock=True)
        if known is not None and not _asks_the_same(known, row):
            raise NumberUsed(number=row.number)
        if known is not None:
            return known
    before = queries.open_order(community=row.community, kind=row.kind, about=row.about)
    if before is not None and not numbered and _asks_the_same(before, row):
        before.expires_at = max(before.expires_at, row.expires_at)
        before.payer = row.payer or before.payer
        before.save(update_fields=["expires_at", "payer"])
        return before
    if before is not None:
        _void(before)
    row.save(force_insert=True)
    if numbered:
        _match_early(row, now)
    return row


def _asks_the_same(one: Order, other: Order) -> bool:
    return all(
        getattr(one, name) == getattr(other, name)
        for name in ("kind", "about", "fen", "payee", "shares")
    )


def _match_early(row: Order, now: datetime) -> None:
    """Let what came before the order pay it: the first that is the sum; the others are astray."""
    for payment in queries.early(community=row.community, number=row.number):
        if row.state == OrderState.OPEN and payment.fen == row.fen:
            settle(row, way=payment.provider.code, source=UNMATCHED, by=None, now=now)
            payment.state, payment.order = PaymentState.TAKEN, row
            payment.save()
        else:
            mark_astray(payment, row)
            payment.save()
            tell_astray(payment, now)


def mark_astray(payment: Payment, order: Order | None) -> None:
    """Say of a payment why it pays nothing; saved by who calls."""
    if order is None:
        reason = "unknown"
    elif payment.fen != order.fen:
        reason = "amount"
    else:
        reason = "paid" if order.state == OrderState.PAID else "closed"
    payment.state, payment.reason, payment.order = PaymentState.ASTRAY, reason, order


def tell_astray(payment: Payment, now: datetime) -> None:
    """Tell that money came that pays nothing."""
    outbox.record(
        PaymentAstray(
            id=ids.new(),
            at=now,
            community=payment.community,
            payment=payment.pk,
            provider=payment.provider.code,
            fen=payment.fen,
            reason=payment.reason,
        )
    )


@transaction.atomic
def void(*, community: str, order: int) -> Order:
    """Take an order back that nobody paid; taken back twice it is once.

    :raises OrderNotFound: if there is none of this number
    :raises OrderClosed: if it is paid
    """
    row = queries.order(community=community, id=order, lock=True)
    if row.state == OrderState.PAID:
        raise OrderClosed(order=row.number, state=row.state)
    _void(row)
    return row


def _void(row: Order) -> None:
    row.state = OrderState.VOID
    row.save(update_fields=["state"])


@transaction.atomic
def pay_from_wallet(
    *, community: str, order: int, wallet: str = "", by: int | None = None, now: datetime
) -> Order:
    """Pay an order out of a wallet; paid again it is paid once.

    :param wallet: if it is not that of who was asked
    :raises OrderNotFound: if there is none of this number
    :raises OrderClosed: if it is void, or its time is over
    :raises NotEnough: if there is less in the wallet
    """
    row = queries.order(community=community, id=order, lock=True)
    if row.state == OrderState.PAID:
        return row
    source = wallet or row.payer
    if logic.family(source) != "wallet":
        raise logic.BadAccount(account=source)
    _check_open(row, now)
    row.payer = source
    settle(row, way="wallet", source=source, by=by, now=now)
    return row


@transaction.atomic
def take_cash(*, community: str, order: int, by: int, now: datetime) -> Order:
    """Take money for an order at the desk; taken again it is taken once.

    :raises OrderNotFound: if there is none of this number
    :raises OrderClosed: if it is void, or its time is over
    """
    row = queries.order(community=community, id=order, lock=True)
    if row.state == OrderState.PAID and row.way == "cash":
        return row
    _check_open(row, now)
    settle(row, way="cash", source=CASH, by=by, now=now)
    return row


def _check_open(row: Order, now: datetime) -> None:
    if row.state != OrderState.OPEN or now >= row.expires_at:
        state = "lapsed" if row.state == OrderState.OPEN else row.state
        raise OrderClosed(order=row.number, state=state)


def settle(row: Order, *, way: str, source: str, by: int | None, now: datetime) -> None:
    """Let an order be paid out of an account, and tell; its row is locked by who calls."""
    shares = [msgspec.convert(one, Line) for one in row.shares]
    earned = logic.shared_out(payee=row.payee, shares=shares, of_fen=row.fen, part_fen=row.fen)
    post(
        community=row.community,
        key=f"order:{row.pk}:paid",
        lines=[Line(source, -row.fen), *earned],
        reason=row.kind,
        about=f"order:{row.pk}",
        by=by,
        cause=row.cause,
        now=now,
    )
    paid(row, way=way, now=now)


def paid(row: Order, *, way: str, now: datetime) -> None:
    """Write down that an order is paid, and tell."""
    row.state, row.way, row.paid_at, row.fact = OrderState.PAID, way, now, ids.new()
    row.save()
    outbox.record(
        OrderPaid(
            id=row.fact,
            at=now,
            community=row.community,
            cause=row.cause or None,
            order=row.pk,
            kind=row.kind,
            about=row.about,
            fen=row.fen,
            way=way,
        )
    )

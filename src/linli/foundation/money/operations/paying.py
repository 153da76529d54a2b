"""Payments by providers: where the payer is sent, and what the provider tells."""

from datetime import datetime

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts.money import Line
from linli.foundation.money import logic, ports, queries
from linli.foundation.money.models import Order, OrderState, Payment, PaymentState, Provider
from linli.foundation.money.operations.ordering import (
    UNMATCHED,
    OrderClosed,
    mark_astray,
    paid,
    tell_astray,
)
from linli.foundation.money.operations.posting import lock, post
from linli.foundation.signing import Shown
from linli.kernel.fault import Fault

_TRIES = 3


class OtherPayment(Fault):
    """The provider told something else under this number before."""

    key = "money.other_payment"


class OtherAmount(Fault):
    """So much was not asked for: the order stays open, and finance is shown the money."""

    key = "money.other_amount"
    status = 422


class _Again(Exception):
    """The order came while we looked for it."""


def begin_payment(
    *, community: str, number: str, provider: str, back: str, tell: str, now: datetime
) -> str:
    """Return the address at which an order is paid.

    :param back: where the payer comes back to; `tell`: where the provider tells of it
    :raises OrderNotFound, ProviderNotFound: if there is none
    :raises OrderClosed: if it is paid or void, or its time is over
    """
    row = queries.order_numbered(community=community, number=number)
    at = queries.provider(community=community, code=provider)
    if row.state != OrderState.OPEN or now >= row.expires_at:
        raise OrderClosed(order=row.number, state=row.state)
    order = ports.ToPay(
        order=row.number,
        title=row.title,
        fen=row.fen,
        expires_at=row.expires_at,
        back=back,
        tell=tell,
    )
    return queries.speaks(at).pay_at(wire=queries.wire(at), order=order)


def provider_told(*, community: str, provider: str, shown: Shown, now: datetime) -> bytes:
    """Take what a provider tells, and return our signed thanks. Told again it is taken once; told
    before its order it waits for it; what pays nothing is kept and shown to finance. One that is
    closed still tells of payments that were under way.

    :raises Unsigned: if there is no such provider, or it did not sign it just now
    :raises Malformed: if it cannot be read
    :raises OtherPayment: if it told something else under this number
    :raises OtherAmount: if another sum was asked for
    """
    try:
        row = queries.provider(community=community, code=provider, closed=True)
    except queries.ProviderNotFound:
        raise ports.Unsigned from None
    wire, speaks = queries.wire(row), queries.speaks(row)
    said = speaks.unpack(wire=wire, shown=shown, now=now)
    if said.paid:
        payment = take(provider=row, said=said, now=now)
        if payment.reason == "amount":
            raise OtherAmount(order=said.order, fen=said.fen)
    return speaks.thanks(wire=wire, number=said.number)


def take(*, provider: Provider, said: ports.Told, now: datetime) -> Payment:
    """Take money that a provider has for us, once for its number.

    :raises BadAmount: if it is none
    :raises OtherPayment: if something else was told under this number
    """
    logic.amount(said.fen)
    for turn in range(_TRIES):
        try:
            with transaction.atomic():
                return _taken(provider, said, now)
        except (IntegrityError, _Again):
            if turn == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _taken(provider: Provider, said: ports.Told, now: datetime) -> Payment:
    """Take it. The order is locked before the payment is looked for, so that of two at once one
    comes after; where there is no order the account of what is unmatched is, as by who opens one,
    and with it that of the provider: accounts are locked in one order, whatever comes.
    """
    community = provider.community
    order = queries.find_numbered(community=community, number=said.order, lock=True)
    if order is None:
        lock(community=community, codes=[UNMATCHED, f"clearing:{provider.code}"])
        if queries.find_numbered(community=community, number=said.order) is not None:
            raise _Again
    known = queries.payment_numbered(provider=provider, number=said.number, lock=True)
    if known is not None:
        return _told_again(known, said)
    row = Payment(
        community=community,
        provider=provider,
        number=said.number,
        order_number=said.order,
        order=order,
        fen=said.fen,
        state=PaymentState.EARLY,
        paid_at=said.at,
        told_at=now,
    )
    if order is not None and order.state == OrderState.OPEN and order.fen == said.fen:
        row.state = PaymentState.TAKEN
    elif order is not None:
        mark_astray(row, order)
    row.save(force_insert=True)
    _post(row, order, now)
    return row


def _told_again(known: Payment, said: ports.Told) -> Payment:
    if (known.order_number, known.fen) != (said.order, said.fen):
        raise OtherPayment(number=said.number)
    known.times += 1
    known.save(update_fields=["times"])
    return known


def _post(row: Payment, order: Order | None, now: datetime) -> None:
    """Post money that came: to whom it is paid, or to what nobody asked for."""
    came = Line(f"clearing:{row.provider.code}", -row.fen)
    taken = row.state == PaymentState.TAKEN and order is not None
    lines = [came, Line(UNMATCHED, row.fen)]
    if taken and order is not None:
        shares = [msgspec.convert(one, Line) for one in order.shares]
        lines = [came, *logic.shared_out(payee=order.payee, shares=shares, of_fen=order.fen,
                                         part_fen=order.fen)]  # fmt: skip
    post(
        community=row.community,
        key=f"payment:{row.pk}",
        lines=lines,
        reason=order.kind if taken and order else "payment.unmatched",
        about=f"order:{order.pk}" if taken and order else f"payment:{row.pk}",
        cause=order.cause if order else "",
        now=now,
    )
    if taken and order is not None:
        paid(order, way=row.provider.code, now=now)
    elif row.state == PaymentState.ASTRAY:
        tell_astray(row, now)

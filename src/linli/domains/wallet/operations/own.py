"""What somebody does with his own wallet: pays in, pays."""

from datetime import datetime, timedelta

import msgspec

from linli.domains.wallet import logic, queries
from linli.foundation import ids
from linli.foundation.identity.queries import Actor
from linli.foundation.money import operations as money
from linli.foundation.money.models import Order
from linli.kernel.words import Words

_LASTS = timedelta(minutes=30)
WALLET = "wallet"


class Ways(msgspec.Struct, frozen=True, kw_only=True):
    """Where a payer comes back to, and where the provider tells."""

    back: str
    tell: str


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """An order, and where it is paid; empty where it is paid already."""

    order: Order
    url: str


def top_up(*, actor: Actor, fen: int, provider: str, ways: Ways, now: datetime) -> Begun:
    """Begin to pay into one's own wallet.

    :raises NoWallet: if he is nobody here
    :raises BadTopUp: if it is too little or too much at once
    :raises ProviderNotFound: if there is none of this code
    """
    subject = queries.subject(actor=actor, now=now)
    order = money.open_order(
        community=actor.community,
        kind=logic.TOP_UP,
        about=f"{subject}:{ids.new()[:12]}",
        title=Words(zh="钱包充值", en="Wallet top-up"),
        payer=logic.wallet_of(subject),
        payee=logic.wallet_of(subject),
        fen=logic.top_up(fen),
        expires_at=now + _LASTS,
        now=now,
    )
    return _begin(actor.community, order, provider, ways, now)


def pay(*, actor: Actor, number: str, way: str, ways: Ways, now: datetime) -> Begun:
    """Pay an order of one's own, or one that anybody pays, out of one's wallet or by a provider.

    :raises OrderNotFound: if it is another's
    :raises OrderClosed: if it is void, or its time is over
    :raises NotEnough: if there is less in the wallet
    :raises ProviderNotFound: if there is none of this code
    """
    order = queries.own_order(actor=actor, number=number, now=now)
    if way != WALLET:
        return _begin(actor.community, order, way, ways, now)
    paid = money.pay_from_wallet(
        community=actor.community,
        order=order.pk,
        wallet=queries.wallet(actor=actor, now=now),
        by=actor.account,
        now=now,
    )
    return Begun(order=paid, url="")


def pay_as_anybody(*, community: str, number: str, provider: str, ways: Ways, now: datetime) -> str:
    """Return where an order is paid by whoever knows its number.

    :raises OrderNotFound, ProviderNotFound: if there is none
    :raises OrderClosed: if it is paid or void, or its time is over
    """
    return money.begin_payment(
        community=community,
        number=number,
        provider=provider,
        back=ways.back,
        tell=ways.tell,
        now=now,
    )


def _begin(community: str, order: Order, provider: str, ways: Ways, now: datetime) -> Begun:
    url = money.begin_payment(
        community=community,
        number=order.number,
        provider=provider,
        back=ways.back,
        tell=ways.tell,
        now=now,
    )
    return Begun(order=order, url=url)

"""Money in 和睦里: the demo's cashier as a provider of payments, a canteen that takes the card, a
recycling machine that rewards it, and a little in a wallet.
"""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from linli.app.demo import cashier
from linli.contracts.money import Line
from linli.domains.wallet.models import Merchant
from linli.domains.wallet.operations import desk
from linli.domains.wallet.operations.desk import MerchantSaid
from linli.foundation.identity import queries as accounts
from linli.foundation.money import operations as money
from linli.foundation.money import queries
from linli.foundation.money.models import Provider
from linli.foundation.money.operations import providing
from linli.foundation.money.operations.providing import NewProvider
from linli.kernel.words import Words
from linli.registry.people.models import Person

_FEN = 20_000
_CANTEEN = MerchantSaid(
    code="canteen",
    name=Words(zh="和睦里食堂", en="Hemuli canteen"),
    trade="canteen",
    share_permille=950,
)
_RECYCLING = MerchantSaid(
    code="recycling",
    name=Words(zh="和睦里回收站", en="Hemuli recycling"),
    trade="recycling",
    share_permille=0,
)


class _Taker(NamedTuple):
    """Who takes the card, at which device, and how many fen it takes at once and gives a day."""

    merchant: MerchantSaid
    device: str
    most_fen: int
    credits_fen: int


_TAKERS = (
    _Taker(_CANTEEN, "meal-elder-centre", 5_000, 0),
    _Taker(_RECYCLING, "recycle-waste-1", 0, 20_000),
)
_NAME = Words(zh="演示收银台", en="Demo cashier")


def seed(*, home: Path, community: str, key: str, now: datetime) -> None:
    """Let the cashier be known, where it now listens; put 200 yuan into the wallet of the resident
    who signs in, as if paid in at the desk; let the canteen and the recycling machine take his
    card. Sown twice it is once.
    """
    if not settings.PAYMENTS_INSIDE:
        return
    url = f"http://127.0.0.1:{cashier.where(home)}"
    there = queries.providers(community=community, closed=True)
    known = next((row for row in there if row.code == cashier.CODE), None)
    if known is None:
        new = NewProvider(
            code=cashier.CODE,
            name=_NAME,
            url=url,
            app=cashier.APP,
            key=cashier.key(key).hex(),
        )
        providing.add(community=community, provider=new, by=None, now=now)
    elif known.url != url:
        Provider.rows.of(community).filter(pk=known.pk).update(url=url)
    row = Person.rows.of(community).filter(account__username="resident").first()
    if row is not None:
        money.post(
            community=community,
            key="demo:resident",
            lines=[Line("cash:desk", -_FEN), Line(f"wallet:person:{row.pk}", _FEN)],
            reason="wallet.top_up",
            about="demo",
            by=accounts.number_of(username="desk"),
            now=now,
        )
    _let_take(community, now)


def _let_take(community: str, now: datetime) -> None:
    there = set(Merchant.rows.of(community).values_list("code", flat=True))
    actor = accounts.actor_of(
        account=accounts.number_of(username="manager"), community=community, now=now
    )
    for one in _TAKERS:
        if one.merchant.code in there:
            continue
        desk.set_merchant(actor=actor, merchant=one.merchant, now=now)
        desk.set_terminal(
            actor=actor,
            device=one.device,
            merchant=one.merchant.code,
            most_fen=one.most_fen,
            credits_fen=one.credits_fen,
            now=now,
        )

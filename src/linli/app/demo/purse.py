"""Money in 和睦里: the demo's cashier as a provider of payments, a canteen that takes the card, and
a little in a wallet.
"""

from datetime import datetime
from pathlib import Path

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
_TERMINAL = "meal-elder-centre"
_CANTEEN = MerchantSaid(
    code="canteen",
    name=Words(zh="和睦里食堂", en="Hemuli canteen"),
    trade="canteen",
    share_permille=950,
)
_NAME = Words(zh="演示收银台", en="Demo cashier")


def seed(*, home: Path, community: str, key: str, now: datetime) -> None:
    """Let the cashier be known, where it now listens; put 200 yuan into the wallet of the resident
    who signs in, as if paid in at the desk; let the canteen take the card. Sown twice it is once.
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
    if not Merchant.rows.of(community).exists():
        number = accounts.number_of(username="manager")
        actor = accounts.actor_of(account=number, community=community, now=now)
        desk.set_merchant(actor=actor, merchant=_CANTEEN, now=now)
        desk.set_terminal(
            actor=actor,
            device=_TERMINAL,
            merchant=_CANTEEN.code,
            most_fen=5_000,
            credits_fen=0,
            now=now,
        )

"""The table of every movement in docs/explanation/money.md is carried out, row by row."""

import re
from types import SimpleNamespace

import pytest

from linli.contracts.money import Line
from linli.foundation.identity import operations as identity
from linli.foundation.money import operations as money
from linli.foundation.money import proof, queries
from linli.foundation.money.models import Payment, Posting
from linli.foundation.money.operations import paying, refunding
from linli.foundation.money.ports import Told
from tests.domains.wallet.conftest import HERE
from tests.domains.wallet.test_card import asks, back, spends
from tests.foundation.money.conftest import LI, NOON, PARKING, asked, topped_up
from tests.foundation.money.test_orders import OWNER, give_back, pay
from tests.foundation.money.test_providers import opened
from tests.laws.source import ROOT

PAGE = (ROOT / "docs" / "explanation" / "money.md").read_text("utf-8")
ROWS = {
    name: sorted(
        (line.split()[0], int(line.split()[1].replace("−", "-"))) for line in lines.split(", ")
    )
    for name, lines in re.findall(r"^\| ([a-z_.]+) \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE)
}


def held():
    return money.hold(
        community=HERE, wallet=LI, what="charging", fen=2_000, key="h", about="session:1", now=NOON
    )


def used(row):
    return money.capture(
        community=HERE, hold=row.pk, fen=1_234, kind="charging", title=PARKING,
        payee="income:charging", now=NOON,
    )  # fmt: skip


def shared():
    return asked(fen=1_001, shares=[Line(OWNER, 300)])


def early(till):
    provider = queries.provider(community=HERE, code="cashier")
    said = Told(number="C1", order="lane-7", fen=1_500, paid=True, at=NOON)
    return paying.take(provider=provider, said=said, now=NOON)


def by_provider(till, order, how="pay"):
    till.payer(order, how)
    till.deliver()
    order.refresh_from_db()
    return order


def short(till):
    with pytest.raises(paying.OtherAmount):
        by_provider(till, asked(), "short")
    return Payment.rows.of(HERE).get()


def sent_back(payment):
    by = identity.open_account(username="clerk", name="钱会计", password="long enough 7").account
    refunding.send_back(community=HERE, payment=payment.pk, reason="不符", by=by, now=NOON)


def top_up(**more):
    said = {"kind": "wallet.top_up", "payer": LI, "payee": LI, "fen": 5_000}
    return asked(**said | more)


DO = {
    "top_up.cash": lambda at: money.take_cash(community=HERE, order=top_up().pk, by=None, now=NOON),
    "top_up.provider": lambda at: by_provider(at.till, top_up()),
    "pay.wallet": lambda at: pay(asked()),
    "pay.provider": lambda at: by_provider(at.till, asked()),
    "pay.shared": lambda at: pay(shared()),
    "hold": lambda at: held(),
    "hold.used": lambda at: used(held()),
    "hold.released": lambda at: money.release(community=HERE, hold=held().pk, now=NOON),
    "refund.wallet": lambda at: give_back(pay(shared()), 500),
    "refund.asked": lambda at: give_back(by_provider(at.till, asked()), 600),
    "refund.done": lambda at: (give_back(by_provider(at.till, asked()), 600), at.till.carry()),
    "early": lambda at: early(at.till),
    "early.matched": lambda at: (early(at.till), asked(number="lane-7")),
    "astray": lambda at: short(at.till),
    "astray.returned": lambda at: sent_back(short(at.till)),
    "card.spend": lambda at: spends(1_801),
    "card.refund": lambda at: (spends(1_801), back(900)),
    "card.credit": lambda at: asks(
        "card.credit", {"way": "card", "shown": "04A1", "fen": 200}, id="c1"
    ),
}


@pytest.fixture
def at(wiring, canteen, tmp_path):
    wiring.cards["card", "04A1"] = 1
    canteen.terminals.of(HERE).update(credits_fen=1_000)
    topped_up()
    return SimpleNamespace(till=opened(tmp_path))


def test_every_row_is_carried_out():
    assert set(DO) == set(ROWS)


@pytest.mark.parametrize("row", ROWS)
def test_a_row_says_what_is_posted(at, row):
    DO[row](at)

    newest = Posting.rows.of(HERE).order_by("-pk")[0]
    lines = queries.lines_of(community=HERE, postings=[newest])[newest.pk]
    assert sorted((line.account, line.fen) for line in lines) == ROWS[row]
    assert proof.verify().ok

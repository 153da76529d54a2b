"""What is owed is paid out: once, no more than there is, by two persons where it is much."""

import pytest

from linli.contracts.approvals import LetPass
from linli.contracts.money import Line
from linli.foundation.approvals.models import Approval
from linli.foundation.identity import operations as identity
from linli.foundation.money import operations as money
from linli.foundation.money import queries
from linli.foundation.money.operations import paying_out
from linli.foundation.outbox.models import Outgoing
from tests.foundation.money.conftest import HERE, LI, NOON, topped_up
from tests.foundation.money.test_posting import fen

SHARE = "share:merchant:canteen"


@pytest.fixture
def clerk(db):
    return identity.open_account(username="clerk", name="钱会计", password="long enough 7").account


def pays_out(by, account=LI, sum_fen=1_500, key="out-1", to="cash"):
    return paying_out.pay_out(
        community=HERE, account=account, fen=sum_fen, to=to, why="退户", key=key, by=by, now=NOON
    )


class TestPayOut:
    def test_leaves_nothing_in_a_wallet_and_sent_again_it_is_one(self, clerk):
        topped_up(fen=1_500)

        one, other = pays_out(clerk), pays_out(clerk)

        assert one.posting.pk == other.posting.pk
        assert (fen(LI), fen("cash:desk")) == (0, 0)
        assert Outgoing.objects.filter(topic="PaidOut").count() == 1

    def test_no_more_than_is_owed_and_of_nothing_else(self, clerk):
        share = [Line("cash:desk", -900), Line(SHARE, 900)]
        money.post(community=HERE, key="s", lines=share, reason="card.spend", now=NOON)

        with pytest.raises(money.NotEnough):
            pays_out(clerk, SHARE, 901)
        with pytest.raises(paying_out.NotPaidOut):
            pays_out(clerk, "income:canteen", 1)
        pays_out(clerk, SHARE, 900, key="out-2", to="bank")

        assert (fen(SHARE), fen("bank:main")) == (0, 900)

    def test_much_in_parts_too_waits_for_a_second_person(self, clerk, settings):
        settings.REFUND_FEN = 1_000
        topped_up(fen=5_000)
        pays_out(clerk, sum_fen=600, key="part-1")

        asked = pays_out(clerk, sum_fen=600, key="part-2")
        before = fen(LI)
        row = Approval.rows.of(HERE).get(pk=asked.approval)
        for _ in range(2):
            paying_out.carry(
                LetPass(
                    approval=row.pk, kind=row.kind, community=HERE, about=row.about,
                    request=row.request, by=clerk, approved_by=clerk, cause="f9", now=NOON,
                )
            )  # fmt: skip

        assert (before, fen(LI)) == (4_400, 3_800)

    def test_another_sum_under_the_same_key_is_refused(self, clerk):
        topped_up(fen=5_000)
        pays_out(clerk)

        with pytest.raises(money.KeyUsed):
            pays_out(clerk, sum_fen=1_400)


def test_accounts_are_paged_by_their_codes(db):
    for n in range(5):
        topped_up(wallet=f"wallet:person:{n + 1}")

    first, after = queries.accounts(community=HERE, family="wallet", limit=3)
    rest, end = queries.accounts(community=HERE, family="wallet", after=after, limit=3)

    assert [one.code[-1] for one in [*first, *rest]] == ["1", "2", "3", "4", "5"]
    assert end is None

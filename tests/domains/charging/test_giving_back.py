"""What was paid goes back, once for a wish; what is owed can always be paid."""

import pytest

from linli.contracts.money import OrderRefunded
from linli.domains.charging import queries
from linli.domains.charging.models import Bought, Session
from linli.domains.charging.operations import packages, paying, starting
from linli.foundation.identity import operations as identity
from linli.foundation.money import operations as money
from linli.foundation.money import queries as ledger
from tests.domains.charging.conftest import NOW, begin, fill, later, look, over, row, start, wallet

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(db):
    return identity.open_account(username="clerk", name="钱会计", password="long enough 7").account


def charged(person, meter_wh=8000):
    session = start(person)
    begin(session.number)
    over(at=later(hours=8), meter_wh=meter_wh, reason="EVDisconnected")
    return row(session.number)


def refund(session, fen, key, by):
    return paying.refund(
        community="hml", number=session.number, fen=fen, reason="故障", key=key, by=by, now=NOW
    )


class TestDebt:
    def test_can_be_paid_a_year_later_and_then_one_charges_again(self, site, people):
        session = charged(people[0], meter_wh=101_000)
        fill(people[0], 20_000)

        money.pay_from_wallet(community="hml", order=session.order, now=later(days=365))
        paying.paid(community="hml", number=session.number, order=session.order)

        assert session.due_fen
        starting.check_may(community="hml", person=people[0].pk)


class TestLate:
    def test_a_start_told_late_whose_end_is_lost_is_settled_after_a_day(self, site, people):
        begin("04A1B2C3", transaction="7002", at=later(hours=2))
        begin("04D4E5F6", transaction="7001", at=NOW, now=later(hours=3))
        late = Session.rows.of("hml").get(transaction="7001")

        look(later(hours=26))
        waits = row(late.number).state
        look(later(hours=27))

        done = row(late.number)
        assert (late.state, waits) == ("late", "late")
        assert (done.state, done.reason) == ("settled", "orphaned")
        assert wallet(people[1]) == 10_000 - done.fee_fen


class TestRefund:
    def test_the_same_sum_again_is_another_refund_and_sent_again_is_one(self, site, people, clerk):
        session = charged(people[0])

        for key in ("one", "two", "two"):
            refund(session, 100, key, clerk)

        assert wallet(people[0]) == 10_000 - session.fee_fen + 200
        with pytest.raises(money.KeyUsed):
            refund(session, 150, "two", clerk)

    def test_goes_back_of_both_orders_and_waits_where_it_is_much(
        self, site, people, clerk, settings
    ):
        fill(people[0], 20_000)
        session = charged(people[0], meter_wh=51_000)
        largest = max(
            ledger.order(community="hml", id=one).fen for one in (session.paid_order, session.order)
        )
        settings.REFUND_FEN = largest

        waits = refund(session, session.fee_fen, "many yuan", clerk)
        before = wallet(people[0])
        settings.REFUND_FEN = 50_000
        done = refund(session, session.fee_fen, "all of it", clerk)

        assert (len(waits.approvals), before) == (2, 30_000 - session.fee_fen)
        assert (done.approvals, wallet(people[0])) == ([], 30_000)

    def test_no_more_than_was_paid(self, site, people, clerk):
        session = charged(people[0])

        with pytest.raises(money.TooMuch):
            refund(session, session.fee_fen + 1, "much", clerk)


class TestPackage:
    def _bought(self, person):
        return packages.buy(
            community="hml", person=person.pk, site="shed1", package="ebike_month", now=NOW
        )

    def _went_back(self, bought, fen, so_far):
        packages.refunded(
            OrderRefunded(
                id="f1", at=NOW, community="hml", order=bought.order, kind="charging.package",
                about=f"package:{bought.pk}", fen=fen, refunded_fen=so_far, refund=1,
            )
        )  # fmt: skip
        return Bought.rows.of("hml").get(pk=bought.pk)

    def test_given_back_by_finance_it_is_good_for_nothing(self, shed, people):
        bought = self._bought(people[0])

        after = self._went_back(bought, bought.price_fen, bought.price_fen)

        assert (after.left_wh, after.refunded_at) == (0, NOW)
        assert queries.package(community="hml", person=people[0].pk, site=shed, now=NOW) is None

    def test_given_back_in_part_it_is_good_for_so_much_less(self, shed, people):
        bought = self._bought(people[0])

        after = self._went_back(bought, bought.price_fen // 2, bought.price_fen // 2)

        assert (after.left_wh, after.refunded_at) == (bought.energy_wh // 2, None)

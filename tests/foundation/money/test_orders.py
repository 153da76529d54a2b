"""Orders, holds and refunds: paid once, used in part, given back no further than it came."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from linli.contracts.approvals import KINDS, REFUND, LetPass
from linli.contracts.money import Line
from linli.foundation.approvals.models import Approval
from linli.foundation.identity import operations as identity
from linli.foundation.money import logic, proof, queries
from linli.foundation.money import operations as money
from linli.foundation.money.models import Hold, Order
from linli.foundation.outbox.models import Outgoing
from tests.foundation.money.conftest import HERE, LI, NOON, PARKING, WANG, asked, topped_up
from tests.foundation.money.test_posting import at_once, fen

OWNER = "share:person:9"


@pytest.fixture
def clerk():
    opened = identity.open_account(username="clerk", name="钱会计", password="long enough 7")
    return opened.account


def pay(row, wallet="", now=NOON):
    return money.pay_from_wallet(community=HERE, order=row.pk, wallet=wallet, now=now)


def give_back(row, fen, key="r1", **more):
    said = {"community": HERE, "order": row.pk, "reason": "停错", "key": key, "now": NOON}
    return money.refund(fen=fen, **said | more)


def topics():
    return list(Outgoing.objects.order_by("id").values_list("topic", flat=True))


@pytest.mark.django_db
class TestOpenOrder:
    def test_asked_again_it_is_one(self):
        one, other = asked(), asked()

        assert one.pk == other.pk
        assert Order.rows.of(HERE).count() == 1

    def test_another_sum_makes_the_first_void(self):
        one = asked(fen=1_500)

        other = asked(fen=1_800)

        one.refresh_from_db()
        assert (one.state, other.state, other.fen) == ("void", "open", 1_800)

    def test_what_is_paid_is_not_asked_for_again_but_anew(self):
        topped_up()
        one = pay(asked())

        other = asked(fen=300)

        assert (one.state, other.pk != one.pk) == ("paid", True)

    def test_refuses_shares_beyond_the_sum(self):
        with pytest.raises(logic.BadAmount):
            asked(fen=100, shares=[Line(OWNER, 101)])


@pytest.mark.django_db
class TestPay:
    def test_moves_the_sum_to_who_earns_it_and_tells_once(self):
        topped_up()

        row = pay(pay(asked(fen=1_000, shares=[Line(OWNER, 333)])))

        assert (row.state, row.way) == ("paid", "wallet")
        assert (fen(LI), fen("income:parking"), fen(OWNER)) == (9_000, 667, 333)
        assert topics() == ["OrderPaid"]

    def test_refuses_when_there_is_not_enough_and_tells_nothing(self):
        topped_up(fen=1_499)
        row = asked(fen=1_500)

        with pytest.raises(money.NotEnough):
            pay(row)

        row.refresh_from_db()
        assert (row.state, fen(LI), topics()) == ("open", 1_499, [])

    def test_refuses_after_its_time_and_when_void(self):
        topped_up()
        late, void = asked(about="a"), asked(about="b")
        money.void(community=HERE, order=void.pk)

        with pytest.raises(money.OrderClosed):
            pay(late, now=NOON + timedelta(hours=1))
        with pytest.raises(money.OrderClosed):
            pay(void)

        assert fen(LI) == 10_000

    def test_another_may_pay_and_gets_it_back(self):
        topped_up(WANG)
        row = pay(asked(), wallet=WANG)

        give_back(row, 1_500)

        assert (fen(WANG), fen(LI), fen("income:parking")) == (10_000, 0, 0)

    def test_an_order_of_another_community_is_not_there(self):
        row = asked()

        with pytest.raises(queries.OrderNotFound):
            money.pay_from_wallet(community="other", order=row.pk, now=NOON)


@pytest.mark.django_db
class TestHold:
    def held(self, fen=2_000, key="h1"):
        said = {"community": HERE, "wallet": LI, "what": "charging", "about": "session:1"}
        return money.hold(fen=fen, key=key, now=NOON, **said)

    def used(self, row, fen, **more):
        said = {"community": HERE, "hold": row.pk, "kind": "charging", "title": PARKING}
        return money.capture(fen=fen, payee="income:charging", now=NOON, **said | more)

    def test_what_is_used_is_taken_and_the_rest_given_back(self):
        topped_up()

        order = self.used(self.held(2_000), 1_234)

        assert (fen(LI), fen("held:charging"), fen("income:charging")) == (8_766, 0, 1_234)
        assert (order.state, order.kind, order.fen, order.payer) == ("paid", "charging", 1_234, LI)

    def test_what_is_set_aside_is_not_spent(self):
        topped_up(fen=2_500)
        self.held(2_000)

        with pytest.raises(money.NotEnough):
            pay(asked(fen=501))

    def test_set_aside_taken_and_released_twice_is_once(self):
        topped_up()
        one, other = self.held(), self.held()

        orders = [self.used(one, 500), self.used(one, 500)]

        assert one.pk == other.pk
        assert orders[0].pk == orders[1].pk
        assert fen(LI) == 9_500
        assert topics() == ["OrderPaid"]

    def test_released_twice_it_is_given_back_once(self):
        topped_up()
        row = self.held()

        for _ in range(2):
            money.release(community=HERE, hold=row.pk, now=NOON)

        assert (fen(LI), fen("held:charging")) == (10_000, 0)

    def test_refuses_more_than_was_set_aside_and_another_end(self):
        topped_up()
        row = self.held(2_000)

        with pytest.raises(money.HoldTooSmall):
            self.used(row, 2_001)
        self.used(row, 2_000)
        with pytest.raises(money.HoldClosed):
            self.used(row, 1_999)
        with pytest.raises(money.HoldClosed):
            money.release(community=HERE, hold=row.pk, now=NOON)

    def test_the_database_refuses_a_hold_used_beyond_itself(self):
        topped_up()
        row = self.held(2_000)

        with pytest.raises(IntegrityError), transaction.atomic():
            Hold.rows.of(HERE).filter(pk=row.pk).update(taken_fen=2_001, open=False)

    def test_what_was_used_can_be_refunded(self):
        topped_up()
        order = self.used(self.held(2_000), 1_000)

        give_back(order, 400)

        assert (fen(LI), fen("income:charging")) == (9_400, 600)


@pytest.mark.django_db
class TestRefund:
    def test_parts_add_up_to_what_came_share_by_share(self):
        topped_up()
        row = pay(asked(fen=1_000, shares=[Line(OWNER, 333)]))

        for n, part in enumerate((1, 2, 3, 494, 500)):
            give_back(row, part, key=f"r{n}")

        assert (fen(LI), fen("income:parking"), fen(OWNER)) == (10_000, 0, 0)
        assert topics() == ["OrderPaid", *["OrderRefunded"] * 5]
        assert proof.verify().ok

    def test_refuses_more_than_came_and_what_nobody_paid(self):
        topped_up()
        row = pay(asked(fen=1_000))
        give_back(row, 600)

        with pytest.raises(money.TooMuch) as refused:
            give_back(row, 401, key="r2")
        with pytest.raises(money.NotPaid):
            give_back(asked(about="b"), 1, key="r3")

        assert refused.value.values["left_fen"] == 400

    def test_the_same_key_is_one_refund_and_no_other(self):
        topped_up()
        row = pay(asked(fen=1_000))

        rows = [give_back(row, 600).refund, give_back(row, 600).refund]

        assert rows[0].pk == rows[1].pk
        assert fen(LI) == 9_600
        with pytest.raises(money.KeyUsed):
            give_back(row, 300)

    def test_beyond_the_limit_a_second_person_lets_it_pass(self, clerk, settings):
        settings.REFUND_FEN = 500
        topped_up()
        row = pay(asked(fen=1_500))

        small = give_back(row, 500, by=clerk)
        asked_for = give_back(row, 1, key="r2", by=clerk)

        approval = Approval.rows.of(HERE).get(pk=asked_for.approval)
        assert small.refund is not None
        assert (asked_for.refund, approval.kind, fen(LI)) == (None, REFUND, 9_000)
        assert KINDS[REFUND].approves == "money.approve"
        for _ in range(2):
            money.carry_refund(let_pass(approval, clerk))
        assert fen(LI) == 9_001

    def test_a_rule_needs_no_second_person(self, settings):
        settings.REFUND_FEN = 0
        topped_up()
        row = pay(asked(fen=1_500))

        assert give_back(row, 1_500).refund is not None

    def test_a_top_up_that_is_spent_does_not_come_back(self):
        topped_up(fen=100, key="before")
        top_up = asked(fen=500, kind="wallet.top_up", about="t", payer="", payee=LI)
        money.take_cash(community=HERE, order=top_up.pk, by=None, now=NOON)
        pay(asked(fen=550))

        with pytest.raises(money.NotEnough):
            give_back(top_up, 500)

        assert fen(LI) == 50


def let_pass(row, by):
    return LetPass(
        approval=row.pk, kind=row.kind, community=HERE, about=row.about, request=row.request,
        by=by, approved_by=by, cause="c", now=NOON,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_one_order_paid_by_ten_at_once_is_paid_once(self):
        topped_up()
        row = asked()

        at_once(*[lambda: pay(row)] * 10)

        assert (fen(LI), topics()) == (8_500, ["OrderPaid"])

    def test_one_order_opened_by_eight_at_once_is_one(self):
        rows = at_once(*[asked] * 8)

        assert len({row.pk for row in rows}) == 1
        assert Order.rows.of(HERE).count() == 1

    def test_refunds_at_once_give_back_no_more_than_came(self):
        topped_up()
        row = pay(asked(fen=1_000))

        results = at_once(*(lambda n=n: give_back(row, 300, key=f"r{n}") for n in range(8)))

        refused = [one for one in results if isinstance(one, money.TooMuch)]
        assert (len(refused), fen(LI)) == (5, 9_900)
        assert proof.verify().ok

    def test_holds_at_once_set_aside_what_there_is(self):
        topped_up(fen=1_000)
        said = {"community": HERE, "wallet": LI, "what": "charging", "about": "s", "now": NOON}

        results = at_once(
            *(lambda n=n: money.hold(fen=300, key=f"h{n}", **said) for n in range(8)),
            *(lambda: money.hold(fen=100, key="same", **said) for _ in range(3)),
        )

        rows = [one for one in results if isinstance(one, Hold)]
        assert fen("held:charging") == sum({row.pk: row.fen for row in rows}.values())
        assert fen(LI) + fen("held:charging") == 1_000

"""Providers of payments: told twice, told before the order, told wrongly, told late, never told."""

import json
from datetime import timedelta
from urllib.parse import unquote_plus

import pytest

from linli.adapters.payments import ADAPTERS
from linli.adapters.payments.signed import signed_answer
from linli.app.demo.cashier import APP, Cashier
from linli.contracts import directory
from linli.foundation.identity import operations as identity
from linli.foundation.money import jobs, ports, proof, queries
from linli.foundation.money import operations as money
from linli.foundation.money.models import Difference, Order, Payment, Reconciliation, Refund
from linli.foundation.money.operations import errands, paying, providing, reconciling, refunding
from linli.foundation.outbox.models import Outgoing
from linli.foundation.sending import Reply
from linli.foundation.signing import Shown
from linli.kernel.words import Words
from tests.foundation.money.conftest import HERE, LI, NOON, asked, topped_up
from tests.foundation.money.test_orders import give_back, pay
from tests.foundation.money.test_posting import at_once, fen

KEY = b"k" * 32
TELL = "https://linli.example/api/v1/hml/payments/cashier"
NOW = int(NOON.timestamp())


class Till:
    """The demo's cashier, and us on the other end of its line."""

    def __init__(self, folder):
        self.told, self.now = [], NOON
        self.cashier = Cashier(key=KEY, app=APP, file=folder / "list.jsonl", tell=self._tell)

    def _tell(self, url, headers, body):
        shown = Shown(path=url.removeprefix("https://linli.example"), headers=headers,
                            body=body)  # fmt: skip
        self.told.append(shown)
        return 200

    def deliver(self, *, shown=None, now=None):
        for one in [shown] if shown else self.told:
            money.provider_told(community=HERE, provider="cashier", shown=one, now=now or self.now)
        if not shown:
            self.told = []

    def payer(self, order, how="pay", now=NOW):
        url = money.begin_payment(
            community=HERE, number=order.number, provider="cashier", back="https://linli.example/",
            tell=TELL, now=NOON,
        )  # fmt: skip
        query = dict(pair.split("=", 1) for pair in url.partition("?")[2].split("&"))
        said = {name: unquote_plus(value) for name, value in query.items()}
        assert self.cashier.page(said) is not None
        self.cashier.act({**said, "how": how}, now)

    def carry(self, now=NOON):
        """Carry what we ask of it, and its answers back."""
        while letters := errands.letters(most=9, busy=[], now=now):
            for letter in letters:
                path = "/" + letter.url.split("/", 3)[3]
                body = self.cashier.answer(path, letter.headers, letter.body, int(now.timestamp()))
                status = 200 if body else 401
                errands.sent(letter=letter, reply=Reply(status=status, body=body or b""), now=now)


@pytest.fixture(autouse=True)
def adapters(monkeypatch):
    monkeypatch.setattr(ports.adapters, "_answer", lambda: ADAPTERS)
    monkeypatch.setattr(directory.communities, "_answer", lambda: [HERE])


@pytest.fixture
def till(db, tmp_path):
    return opened(tmp_path)


@pytest.fixture
def committed(transactional_db, tmp_path):
    return opened(tmp_path)


def opened(folder):
    new = providing.NewProvider(
        code="cashier", name=Words(zh="收银台", en="cashier"), url="https://pay.example", app=APP,
        key=KEY.hex(),
    )  # fmt: skip
    providing.add(community=HERE, provider=new, by=None, now=NOON)
    return Till(folder)


@pytest.fixture
def clerk(db):
    opened = identity.open_account(username="clerk", name="钱会计", password="long enough 7")
    return opened.account


def state(order):
    return Order.rows.of(HERE).get(pk=order.pk).state


def payments():
    rows = Payment.rows.of(HERE).order_by("id")
    return [(row.state, row.reason, row.fen, row.times) for row in rows]


def topics():
    return list(Outgoing.objects.order_by("id").values_list("topic", flat=True))


def early(number="lane-7", fen=1_500, at=NOON):
    provider = queries.provider(community=HERE, code="cashier")
    said = ports.Told(number="C1", order=number, fen=fen, paid=True, at=at)
    return paying.take(provider=provider, said=said, now=NOON)


class TestTold:
    def test_a_payment_pays_its_order(self, till):
        order = asked()

        till.payer(order)
        till.deliver()

        assert (state(order), payments()) == ("paid", [("taken", "", 1_500, 1)])
        assert (fen("clearing:cashier"), fen("income:parking")) == (-1_500, 1_500)
        assert topics() == ["OrderPaid"]

    def test_told_twice_it_is_taken_once(self, till):
        order = asked()

        till.payer(order, "twice")
        till.deliver()

        assert payments() == [("taken", "", 1_500, 2)]
        assert (fen("income:parking"), topics()) == (1_500, ["OrderPaid"])

    def test_a_payer_who_turns_back_pays_nothing(self, till):
        order = asked()

        till.payer(order, "refuse")
        till.deliver()

        assert (state(order), payments()) == ("open", [])

    def test_told_after_its_time_it_is_taken_all_the_same(self, till):
        order = asked()

        till.payer(order)
        till.now = NOON + timedelta(minutes=4)
        Order.rows.of(HERE).update(expires_at=NOON + timedelta(minutes=1))
        till.deliver()

        assert state(order) == "paid"

    def test_a_wrong_amount_pays_nothing_and_finance_is_shown_it(self, till):
        order = asked()

        till.payer(order, "short")
        with pytest.raises(paying.OtherAmount):
            till.deliver()
        with pytest.raises(paying.OtherAmount):
            till.deliver()

        assert (state(order), payments()) == ("open", [("astray", "amount", 1_499, 2)])
        assert (fen("owed:payments"), fen("income:parking")) == (1_499, 0)
        assert topics() == ["PaymentAstray"]

    def test_what_is_paid_twice_is_kept_for_who_paid(self, till):
        topped_up()
        order = asked()
        till.payer(order)

        pay(order)
        till.deliver()

        assert payments() == [("astray", "paid", 1_500, 1)]
        assert (fen("income:parking"), fen("owed:payments")) == (1_500, 1_500)

    @pytest.mark.parametrize(
        "change",
        [
            {"body": lambda one: one.body.replace(b"1500", b"1501")},
            {"path": lambda one: one.path.replace("hml", "xyz")},
            {"headers": lambda one: {**one.headers, "x-sign": "00"}},
            {"headers": lambda one: {**one.headers, "x-sign": "no hex"}},
            {"headers": lambda one: {**one.headers, "x-app": "other"}},
            {"headers": lambda _: {}},
        ],
        ids=["amount", "path", "sign", "no hex", "app", "nothing"],
    )
    def test_what_the_provider_did_not_sign_is_refused(self, till, change):
        order = asked()
        till.payer(order)
        said = {name: make(till.told[0]) for name, make in change.items()}
        shown = Shown(**{n: getattr(till.told[0], n) for n in ("path", "headers", "body")}
                            | said)  # fmt: skip

        with pytest.raises(ports.Unsigned):
            till.deliver(shown=shown)

        assert (state(order), payments()) == ("open", [])

    def test_replayed_a_day_later_it_is_refused(self, till):
        order = asked()
        till.payer(order)
        shown = till.told[0]
        till.deliver()

        with pytest.raises(ports.Unsigned):
            till.deliver(shown=shown, now=NOON + timedelta(days=1))

        assert payments() == [("taken", "", 1_500, 1)]

    def test_one_number_for_two_payments_is_refused(self, till):
        asked(number="lane-7")
        early()

        with pytest.raises(paying.OtherPayment):
            early(fen=1_400)

    def test_closed_nobody_pays_by_it_and_what_was_under_way_is_taken(self, till, clerk):
        order = asked()
        till.payer(order)
        providing.change(community=HERE, code="cashier", open=False, by=clerk, now=NOON)

        till.deliver()

        assert state(order) == "paid"
        with pytest.raises(queries.ProviderNotFound):
            till.payer(asked(about="another"))

    def test_closed_its_days_are_asked_for_some_days_more(self, till, clerk):
        providing.change(community=HERE, code="cashier", open=False, by=clerk, now=NOON)

        asked_for = [
            reconciling.ask(community=HERE, now=NOON + timedelta(days=days)) for days in (1, 2, 30)
        ]

        assert asked_for == [1, 1, 0]

    def test_money_without_an_order_locks_all_its_accounts_at_once(self, till, monkeypatch):
        locked = []
        real = paying.lock
        monkeypatch.setattr(
            paying, "lock", lambda **said: locked.append(sorted(said["codes"])) or real(**said)
        )

        early()

        assert locked == [["clearing:cashier", "owed:payments"]]


class TestBeforeTheOrder:
    def test_it_waits_and_pays_the_order_when_it_comes(self, till):
        early()

        order = asked(number="lane-7")

        assert (state(order), payments()) == ("paid", [("taken", "", 1_500, 1)])
        assert (fen("owed:payments"), fen("income:parking")) == (0, 1_500)
        assert topics() == ["OrderPaid"]

    def test_another_sum_does_not_pay_it(self, till):
        early(fen=1_400)

        order = asked(number="lane-7")

        assert (state(order), payments()) == ("open", [("astray", "amount", 1_400, 1)])

    def test_told_and_opened_at_once_it_is_paid(self, committed):
        provider = queries.provider(community=HERE, code="cashier")

        for turn in range(4):
            number = f"lane-{turn}"
            said = ports.Told(number=f"C{turn}", order=number, fen=1_500, paid=True, at=NOON)

            at_once(
                *[lambda said=said: paying.take(provider=provider, said=said, now=NOON)] * 2,
                lambda number=number: asked(number=number, about=number),
            )

        assert {row.state for row in Order.rows.of(HERE)} == {"paid"}
        assert (fen("income:parking"), fen("owed:payments")) == (6_000, 0)
        assert proof.verify().ok

    def test_told_by_eight_at_once_it_is_taken_once(self, committed):
        asked(number="lane-7")

        at_once(*[early] * 8)

        assert payments() == [("taken", "", 1_500, 8)]
        assert (fen("income:parking"), topics()) == (1_500, ["OrderPaid"])


class TestBack:
    def paid(self, till):
        order = asked()
        till.payer(order)
        till.deliver()
        return Order.rows.of(HERE).get(pk=order.pk)

    def test_a_refund_goes_back_the_way_it_came(self, till):
        order = self.paid(till)

        row = give_back(order, 600).refund
        on_its_way = fen("owed:refunds")
        till.carry()

        row.refresh_from_db()
        assert (on_its_way, row.state) == (600, "done")
        assert (fen("owed:refunds"), fen("clearing:cashier"), fen("income:parking")) == (
            0, -900, 900,
        )  # fmt: skip

    def test_an_answer_that_got_lost_is_asked_for_again_and_given_once(self, till):
        give_back(self.paid(till), 600)
        (letter,) = errands.letters(most=9, busy=[], now=NOON)
        till.cashier.answer("/refunds", letter.headers, letter.body, NOW)

        errands.sent(letter=letter, reply=Reply(status=0, reason="timeout"), now=NOON)
        till.carry(now=NOON + timedelta(minutes=1))

        assert Refund.rows.of(HERE).get().state == "done"
        assert sum(one.fen for one in till.cashier._back.values()) == 600

    @pytest.mark.parametrize("body", [b"", b"null", b"{}", b"\xff", b"[" * 9_000])
    def test_an_unsigned_answer_settles_nothing(self, till, body):
        give_back(self.paid(till), 600)
        (letter,) = errands.letters(most=9, busy=[], now=NOON)

        errands.sent(letter=letter, reply=Reply(status=200, body=body), now=NOON)

        assert Refund.rows.of(HERE).get().state == "going"
        assert fen("owed:refunds") == 600

    def test_refused_for_good_it_waits_for_finance_who_may_ask_again(self, till):
        give_back(self.paid(till), 600)
        (letter,) = errands.letters(most=9, busy=[], now=NOON)
        number = json.loads(letter.body)["number"]
        no = signed_answer(key=KEY, number=number, answer={"code": 4, "message": "账户已销户"})

        errands.sent(letter=letter, reply=Reply(status=200, body=no), now=NOON)

        row = Refund.rows.of(HERE).get()
        assert (row.state, row.why) == ("failed", "4 账户已销户")
        refunding.again(community=HERE, refund=row.pk, now=NOON)
        till.carry()
        assert Refund.rows.of(HERE).get().state == "done"

    def test_what_came_astray_is_sent_back_once(self, till, clerk):
        order = asked()
        till.payer(order, "short")
        with pytest.raises(paying.OtherAmount):
            till.deliver()
        payment = Payment.rows.of(HERE).get().pk

        rows = [
            refunding.send_back(community=HERE, payment=payment, reason="金额不符", by=clerk,
                                now=NOON)
            for _ in range(2)
        ]  # fmt: skip
        till.carry()

        assert rows[0].pk == rows[1].pk
        assert (fen("owed:payments"), fen("owed:refunds"), fen("clearing:cashier")) == (0, 0, 0)

    def test_what_paid_something_is_not_sent_back_as_astray(self, till, clerk):
        self.paid(till)

        with pytest.raises(refunding.NotAstray):
            refunding.send_back(
                community=HERE, payment=Payment.rows.of(HERE).get().pk, reason="", by=clerk,
                now=NOON,
            )  # fmt: skip


class TestReconcile:
    TOMORROW = NOON + timedelta(days=1)

    def reconciled(self, till):
        jobs.reconcile(self.TOMORROW)
        till.carry(now=self.TOMORROW)
        return Reconciliation.rows.of(HERE).get()

    def differences(self):
        rows = Difference.rows.of(HERE).order_by("id")
        return [(row.sort, row.ours_fen, row.theirs_fen, row.mended) for row in rows]

    def test_a_day_that_agrees_has_no_differences(self, till):
        order = asked()
        till.payer(order)
        till.deliver()
        give_back(Order.rows.of(HERE).get(), 500)
        till.carry()

        row = self.reconciled(till)

        assert (row.done, row.ours_fen, row.theirs_fen, row.differences) == (True, 1_000, 1_000, 0)

    def test_what_was_never_told_is_taken_from_the_list(self, till):
        order = asked()
        till.payer(order, "never")

        row = self.reconciled(till)

        assert (state(order), row.differences) == ("paid", 1)
        assert self.differences() == [("missing_here", None, 1_500, True)]

    def test_what_they_do_not_have_waits_for_finance(self, till, clerk):
        asked(number="lane-7")
        early()

        self.reconciled(till)

        assert self.differences() == [("missing_there", 1_500, None, False)]
        row = Difference.rows.of(HERE).get()
        for _ in range(2):
            reconciling.settle(
                community=HERE, difference=row.pk, note="次日到账", by=clerk, now=NOON
            )
        assert topics().count("DifferenceSettled") == 1

    def test_another_amount_waits_for_finance(self, till):
        order = asked()
        till.payer(order)
        till.deliver()
        number = next(iter(till.cashier._paid))
        till.cashier._paid[number] = till.cashier._paid[number]._replace(fen=1_400)

        self.reconciled(till)

        assert self.differences() == [("other_amount", 1_500, 1_400, False)]

    def test_asked_for_each_day_once_and_for_days_that_were_missed(self, till):
        for _ in range(2):
            jobs.reconcile(NOON + timedelta(days=3))

        days = Reconciliation.rows.of(HERE).order_by("day").values_list("day", flat=True)
        assert [day.day for day in days] == [20, 21, 22]

    def test_given_up_after_a_day_finance_is_told_and_may_ask_again(self, till):
        jobs.reconcile(NOON + timedelta(days=1))
        at = NOON + timedelta(days=1)
        for hours in (0, 25):
            now = at + timedelta(hours=hours)
            for letter in errands.letters(most=9, busy=[], now=now):
                errands.sent(letter=letter, reply=Reply(status=500), now=now)
        [day] = Reconciliation.rows.of(HERE)
        given_up = (day.next_at, topics().count("DayGivenUp"))

        again = reconciling.again(community=HERE, day=day.pk, now=now)

        assert given_up == (None, 1)
        assert again.next_at == now
        with pytest.raises(reconciling.DayNotGivenUp):
            reconciling.again(community=HERE, day=day.pk, now=now)

    def test_the_ledger_is_whole_after_all_of_it(self, till):
        for how in ("pay", "twice", "never"):
            till.payer(asked(about=how), how)
        till.deliver()
        self.reconciled(till)

        assert proof.verify().ok


class TestBegin:
    def test_refuses_what_is_paid_and_what_is_over(self, till):
        topped_up()
        order = pay(asked())

        with pytest.raises(money.OrderClosed):
            till.payer(order)

    def test_the_sum_at_the_cashier_cannot_be_changed(self, till):
        order = asked()
        url = money.begin_payment(
            community=HERE, number=order.number, provider="cashier", back="https://a.example/",
            tell=TELL, now=NOON,
        )  # fmt: skip

        query = dict(one.split("=", 1) for one in url.partition("?")[2].split("&"))

        assert till.cashier.page({**query, "fen": "1"}) is None


def test_nobody_s_wallet_is_in_a_fact(db):
    topped_up()
    pay(asked())

    assert LI.encode() not in b"".join(bytes(one.body) for one in Outgoing.objects.all())

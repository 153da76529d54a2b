"""Whoever paid is told of what staff give back: once, himself alone, whatever it was for."""

import msgspec
import pytest

from linli.contracts import notices
from linli.contracts.approvals import LetPass
from linli.contracts.money import OrderRefunded
from linli.domains.notices import told as noticing
from linli.domains.notices.models import Hearer, Notice, Ringing
from linli.domains.wallet import handlers, logic
from linli.foundation.approvals.models import Approval
from linli.foundation.money import operations as money
from linli.foundation.outbox.models import Outgoing
from linli.kernel.words import Words
from linli.registry.people.models import Person
from tests.domains.wallet.conftest import HERE, topped_up
from tests.domains.wallet.test_doors import asked, send
from tests.registry.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noticed(wiring, monkeypatch, settings):
    monkeypatch.setattr(notices.post, "_answer", noticing.post)
    settings.PUSH = True


@pytest.fixture
def order(resident):
    """Return what a resident paid, who has a telephone that lets itself be rung."""
    Hearer.rows.create(
        community=HERE, account_id=resident.account, device="phone", mark="m", point="p", auth="a",
        endpoint="https://push.example/1", agreed_at=NOW,
    )  # fmt: skip
    wallet = topped_up(resident)
    return money.pay_from_wallet(community=HERE, order=asked(payer=wallet).pk, now=NOW)


def give_back(order, fen=300, *, by=None, key="r1"):
    return money.refund(
        community=HERE, order=order.pk, fen=fen, reason="停错", key=key, by=by, now=NOW
    )


def hear(times=1):
    """Let the wallet hear of all refunds, and of each so often."""
    for row in Outgoing.objects.filter(topic="OrderRefunded").order_by("pk"):
        for _ in range(times):
            handlers.order_refunded(msgspec.json.decode(bytes(row.body), type=OrderRefunded))


def rings():
    return list(Ringing.rows.of(HERE).values_list("kind", "link"))


class TestRefund:
    def test_by_finance_is_told_on_his_page_and_his_telephone(
        self, order, resident, browser, finance
    ):
        body = {"fen": 300, "reason": "停错", "key": "key-00001"}
        done = send(browser(finance), f"finance/orders/{order.pk}/refund", body)
        hear()

        told = Notice.rows.of(HERE).get()
        assert done.status_code == 200
        assert told.to == f"account:{resident.account}"
        assert (told.text_zh, told.link) == (
            "退款 3.00 元（停车费）：已到钱包", f"/my/wallet/orders/{order.number}",
        )  # fmt: skip
        assert rings() == [("refund", "/my/wallet")]

    def test_heard_again_also_after_the_telephone_rang_is_told_once(self, order, finance):
        give_back(order, by=finance.account)
        hear(2)
        Ringing.rows.of(HERE).all().delete()
        hear()

        assert (Notice.rows.of(HERE).count(), rings()) == (1, [])

    def test_each_part_is_told(self, order, finance):
        for key in ("one", "two"):
            give_back(order, by=finance.account, key=key)
        hear()

        assert Notice.rows.of(HERE).count() == 2

    def test_what_a_rule_gives_back_is_not(self, order):
        give_back(order)
        hear()

        assert (Notice.rows.of(HERE).count(), rings()) == (0, [])

    def test_what_waits_for_a_second_person_is_told_when_he_let_it_pass(
        self, order, finance, manager, settings
    ):
        settings.REFUND_FEN = 100
        asked_for = give_back(order, by=finance.account).approval
        hear()
        before = Notice.rows.of(HERE).count()
        row = Approval.rows.of(HERE).get(pk=asked_for)
        money.carry_refund(
            LetPass(
                approval=row.pk, kind=row.kind, community=HERE, about=row.about,
                request=row.request, by=finance.account, approved_by=manager.account, cause="c1",
                now=NOW,
            )
        )  # fmt: skip
        hear()

        assert (before, Notice.rows.of(HERE).count()) == (0, 1)

    @pytest.mark.parametrize("gone", [{"account": None}, {"erased_at": NOW}])
    def test_who_has_no_account_or_is_erased_is_not(self, order, resident, finance, gone):
        Person.rows.of(HERE).filter(account=resident.account).update(**gone)
        give_back(order, by=finance.account)
        hear()

        assert (Notice.rows.of(HERE).count(), rings()) == (0, [])

    def test_who_paid_in_cash_at_the_desk_and_gave_no_name_is_not(self, resident, finance):
        paid = money.take_cash(community=HERE, order=asked().pk, by=None, now=NOW)
        give_back(paid, by=finance.account)
        hear()

        assert Notice.rows.of(HERE).count() == 0


class TestWords:
    @pytest.mark.parametrize(
        ("way", "zh"),
        [
            ("wallet", "退款 15.05 元（停车费）：已到钱包"),
            ("cash", "退款 15.05 元（停车费）：现金，请到收银台领取"),
            ("cashier", "退款 15.05 元（停车费）：正按原支付方式退回"),
        ],
    )
    def test_say_how_much_and_which_way(self, way, zh):
        said = logic.went_back(title=Words(zh="停车费", en="Parking"), fen=1_505, way=way)

        assert said.zh == zh
        assert said.en.startswith("15.05 yuan were given back (Parking): ")

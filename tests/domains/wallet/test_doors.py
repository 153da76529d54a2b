"""Wallets and finance over HTTP: one's own and nobody else's; only finance sees the ledger."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from linli.app.demo.cashier import APP, Cashier, Money
from linli.contracts import tariffs
from linli.contracts.approvals import LetPass
from linli.contracts.money import DayReconciled, PaymentAstray
from linli.contracts.privacy import Held
from linli.domains.wallet import handlers, own
from linli.foundation.approvals.models import Approval
from linli.foundation.money import operations as money
from linli.foundation.money.models import Order
from linli.foundation.money.operations import pricing, providing
from linli.foundation.money.operations.providing import NewProvider
from linli.kernel.words import Words
from tests.domains.wallet.conftest import HERE, person_of, topped_up, wallet_of
from tests.registry.conftest import NOW

KEY = b"k" * 32


def asked(payer="", fen=1_500, about="stay:1"):
    return money.open_order(
        community=HERE, kind="parking", about=about, title=Words(zh="停车费", en="Parking"),
        payer=payer, payee="income:parking", fen=fen, expires_at=NOW + timedelta(hours=1), now=NOW,
    )  # fmt: skip


def send(browser, path, body=None, method="post"):
    return getattr(browser, method)(
        f"/api/v1/hml/{path}", json.dumps(body or {}), content_type="application/json"
    )


@pytest.fixture
def cashier(estate, tmp_path, client):
    new = NewProvider(
        code="cashier", name=Words(zh="收银台", en="Cashier"), url="https://pay.example", app=APP,
        key=KEY.hex(),
    )  # fmt: skip
    providing.add(community=HERE, provider=new, by=None, now=NOW)

    def tell(url, headers, body):
        told = client.post(
            urlsplit(url).path, body, content_type="application/json",
            headers={name: value for name, value in headers.items() if name != "content-type"},
        )  # fmt: skip
        return told.status_code

    return Cashier(key=KEY, app=APP, file=tmp_path / "list.jsonl", tell=tell)


def chosen(cashier, url, how="pay"):
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    return cashier.act({**query, "how": how}, int(NOW.timestamp()))


class TestOwn:
    def test_a_wallet_is_topped_up_by_a_provider_and_pays(self, browser, resident, cashier):
        here = browser(resident)

        begun = send(here, "my/wallet/top-ups", {"fen": 5_000, "provider": "cashier"}).json()
        back = chosen(cashier, begun["url"], "twice")
        order = asked(payer=wallet_of(resident))
        paid = send(here, f"my/orders/{order.number}/pay", {"way": "wallet"}).json()

        found = here.get("/api/v1/hml/my/wallet").json()
        lines = here.get("/api/v1/hml/my/wallet/lines").json()["items"]
        assert back == "http://testserver/my/wallet"
        assert (paid["order"]["state"], paid["url"], found["fen"]) == ("paid", "", 3_500)
        assert [(one["fen"], one["after_fen"], one["reason_name"]["zh"]) for one in lines] == [
            (-1_500, 3_500, "停车费"), (5_000, 5_000, "充值"),
        ]  # fmt: skip

    def test_the_rest_of_what_was_set_aside_is_no_charge_and_what_was_used_is_said(
        self, browser, resident
    ):
        topped_up(resident, 5_000)
        held = money.hold(
            community=HERE, wallet=wallet_of(resident), what="charging", fen=5_000, key="h",
            about="session:1", now=NOW,
        )  # fmt: skip
        money.capture(
            community=HERE, hold=held.pk, fen=19, kind="charging", title=Words(zh="充电", en="x"),
            payee="income:charging", now=NOW,
        )  # fmt: skip

        lines = browser(resident).get("/api/v1/hml/my/wallet/lines").json()["items"]

        assert [(one["fen"], one["reason_name"]["zh"]) for one in lines[:2]] == [
            (4_981, "充电费预付余款退回（实收 0.19 元）"), (-5_000, "充电费预付冻结"),
        ]  # fmt: skip

    def test_another_s_order_is_not_there(self, browser, resident, somebody):
        other = somebody("resident", "赵小明")
        topped_up(resident)
        order = asked(payer=wallet_of(other))
        here = browser(resident)

        answers = [
            here.get(f"/api/v1/hml/my/orders/{order.number}"),
            send(here, f"my/orders/{order.number}/pay", {"way": "wallet"}),
        ]

        assert [one.status_code for one in answers] == [404, 404]
        assert here.get("/api/v1/hml/my/orders").json()["items"] == []

    def test_who_is_nobody_here_has_no_wallet(self, browser, finance):
        told = browser(finance).get("/api/v1/hml/my/wallet")

        assert (told.status_code, told.json()["key"]) == (404, "wallet.none")

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"fen": 99, "provider": "cashier"}, 422),
            ({"fen": 500_001, "provider": "cashier"}, 422),
            ({"fen": 5_000, "provider": "nobody"}, 404),
            ({"fen": 5_000, "provider": "cashier", "back": "https://evil.example"}, 422),
            ({"fen": 5_000, "provider": "cashier", "back": "//evil.example"}, 422),
        ],
    )
    def test_refuses_what_is_no_top_up(self, browser, resident, cashier, body, status):
        assert send(browser(resident), "my/wallet/top-ups", body).status_code == status

    def test_whoever_knows_an_order_pays_it_without_signing_in(self, client, cashier):
        order = asked()

        shown = client.get(f"/api/v1/hml/pay/{order.number}").json()
        url = send(client, f"pay/{order.number}", {"way": "cashier", "back": "/"}).json()["url"]
        chosen(cashier, url)

        after = client.get(f"/api/v1/hml/pay/{order.number}").json()
        assert (shown["fen"], shown["state"], shown["paid_at"]) == (1_500, "open", None)
        assert shown["estate"]["zh"]
        assert "payer" not in shown
        assert (after["state"], after["paid_at"] is not None) == ("paid", True)
        assert client.get("/api/v1/hml/pay/guessed").status_code == 404


class TestTold:
    def test_what_nobody_signed_is_refused(self, client, cashier):
        told = send(client, "payments/cashier", {"number": "C1"})

        assert (told.status_code, told.json()["key"]) == (401, "money.unsigned")
        assert send(client, "payments/nobody").status_code == 401

    def test_a_wrong_amount_is_refused_and_shown_to_finance(self, browser, cashier, finance):
        order = asked()
        now = int(NOW.timestamp())
        url = "https://linli.example/api/v1/hml/payments/cashier"

        status = cashier.say(url, Money("payment", "C1", order.number, 1, now), now)

        stray = browser(finance).get("/api/v1/hml/finance/astray").json()["items"]
        assert status == 422
        assert [(one["fen"], one["state"], one["reason"]) for one in stray] == [
            (1, "astray", "amount")
        ]
        assert Order.rows.of(HERE).get().state == "open"


class TestFinance:
    def test_the_trial_balance_is_zero(self, browser, finance, resident):
        topped_up(resident)
        order = asked(payer=wallet_of(resident))
        money.pay_from_wallet(community=HERE, order=order.pk, now=NOW)

        found = browser(finance).get("/api/v1/hml/finance").json()

        trial = {one["family"]: one["fen"] for one in found["trial"] if one["fen"]}
        assert trial == {"wallet": 8_500, "income": 1_500, "cash": -10_000}
        assert found["sum_fen"] == 0

    @pytest.mark.parametrize(
        "path",
        ["finance", "finance/accounts", "finance/orders", "finance/refunds", "finance/astray",
         "finance/days", "finance/differences", "finance/providers", "finance/merchants",
         "finance/income?start=2026-06-01&end=2026-06-01"],
    )  # fmt: skip
    def test_is_for_finance_alone(self, browser, finance, resident, path):
        answers = [browser(one).get(f"/api/v1/hml/{path}") for one in (finance, resident)]

        assert [one.status_code for one in answers] == [200, 403]

    def test_a_refund_beyond_the_limit_waits_for_a_second_person(
        self, browser, finance, resident, settings
    ):
        settings.REFUND_FEN = 500
        topped_up(resident)
        order = money.pay_from_wallet(
            community=HERE, order=asked(payer=wallet_of(resident)).pk, now=NOW
        )
        here = browser(finance)

        small, large = (
            send(here, f"finance/orders/{order.pk}/refund",
                 {"fen": fen, "reason": "投诉", "key": f"key-{fen:05}"}).json()
            for fen in (400, 1_000)
        )  # fmt: skip

        assert (small["refund"]["state"], small["approval"]) == ("done", None)
        assert large["refund"] is None
        row = Approval.rows.of(HERE).get(pk=large["approval"])
        assert (row.kind, row.words_zh) == ("refund", "退款 10.00 元：停车费")

    def test_income_by_day_and_its_copy_bears_who_took_it(self, browser, finance, resident):
        topped_up(resident)
        order = asked(payer=wallet_of(resident))
        money.pay_from_wallet(community=HERE, order=order.pk, now=NOW)
        money.refund(
            community=HERE, order=order.pk, fen=400, reason="x", key="r", now=NOW
        )  # fmt: skip
        here, span = browser(finance), "start=2026-06-01&end=2026-06-01"

        items = here.get(f"/api/v1/hml/finance/income?{span}").json()["items"]
        text = here.post(f"/api/v1/hml/finance/income.csv?{span}").content.decode("utf-8-sig")

        assert [(one["account"], one["fen"], one["count"]) for one in items] == [
            ("income:parking", 1_100, 2)
        ]
        assert "钱会计" in text.splitlines()[0]
        assert ",11.00,2,1100" in text

    def test_merchants_and_terminals_are_set_by_the_manager(self, browser, manager, finance):
        body = {"name": {"zh": "和睦食堂", "en": "Canteen"}, "trade": "canteen",
                "share_permille": 900}  # fmt: skip

        made = send(browser(manager), "finance/merchants/canteen", body, "put")
        refused = send(browser(finance), "finance/merchants/canteen", body, "put")

        assert made.status_code in {200, 401}  # a factor may have to be shown again
        assert refused.status_code == 403


class TestTelling:
    def test_finance_is_told_of_what_went_astray_and_of_days_that_differ(self, db, wiring):
        fact = {"id": "f", "at": NOW, "community": HERE}
        handlers.payment_astray(
            PaymentAstray(**fact, payment=1, provider="cashier", fen=1_499, reason="amount")
        )
        for differences in (0, 2):
            handlers.day_reconciled(
                DayReconciled(**fact, provider="cashier", day="2026-05-31", differences=differences)
            )

        assert [one.text.zh for one in wiring.told] == [
            "收到 14.99 元，金额与订单不符，请查看或退回",
            "2026-05-31 对账有 2 条差异",
        ]


class TestOwnData:
    def test_what_is_held_is_told_and_what_is_left_stands_in_the_way(self, resident):
        topped_up(resident, fen=1_234)
        subject = f"person:{person_of(resident)}"

        found = own.held(HERE, subject, 100)
        obstacles = own.obstacles(HERE, subject, NOW.date())

        assert isinstance(found[0], Held)
        assert found[0].fields[0].value.zh == "12.34 元"
        assert [one.zh for one in obstacles] == ["钱包还有 12.34 元未退"]
        assert own.held(HERE, "person:999999", 100) == []


class TestTariff:
    def test_is_put_in_force_by_two_persons(self, finance, monkeypatch):
        put = []
        monkeypatch.setattr(tariffs.check, "_answer", lambda *_: Words(zh="5 元起", en="from 5"))
        monkeypatch.setattr(tariffs.put, "_answer", put.append)
        change = tariffs.TariffChange(of="parking", where="p1", text="[x]", from_at=NOW)

        row = pricing.propose(
            community=HERE, change=change, reason="调价", by=finance.account, now=NOW
        )
        waiting = list(put)
        passed = LetPass(
            approval=row.pk, kind=row.kind, community=HERE, about=row.about, request=row.request,
            by=finance.account, approved_by=2, cause="c", now=NOW,
        )  # fmt: skip
        pricing.carry(passed)

        assert (row.kind, row.words_zh, waiting) == ("tariff", "5 元起", [])
        assert [(one.change, one.approved_by) for one in put] == [(change, 2)]

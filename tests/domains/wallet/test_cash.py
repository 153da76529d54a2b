"""The cash desk and who takes money, over HTTP: once for a key, two persons beyond the limit, and
no key that is ever shown again.
"""

from datetime import timedelta

import pytest

from linli.domains.wallet import own
from linli.foundation.approvals.models import Approval
from linli.foundation.identity import guard
from linli.foundation.money.models import Reconciliation
from linli.foundation.money.operations import providing
from linli.foundation.money.operations.providing import NewProvider
from linli.kernel.words import Words
from linli.registry.people.models import Person
from tests.domains.wallet.conftest import HERE, person_of, topped_up, wallet_of
from tests.domains.wallet.test_doors import asked, send
from tests.registry.conftest import NOW

KEY = "ab" * 32


@pytest.fixture
def known(resident):
    """Let the register find the resident by his name."""
    Person.rows.of(HERE).update(words="李晓和")
    return resident


class TestWhoseWallet:
    def test_is_found_by_a_part_of_the_name_with_what_is_in_it(self, browser, finance, known):
        topped_up(known, fen=1_234)

        found = browser(finance).get("/api/v1/hml/finance/wallets", {"q": "李晓"}).json()["items"]

        assert [(one["account"], one["fen"], one["held_fen"]) for one in found] == [
            (wallet_of(known), 1_234, 0)
        ]

    def test_is_for_who_handles_money_alone(self, browser, resident):
        told = browser(resident).get("/api/v1/hml/finance/wallets", {"q": "李晓"})

        assert told.status_code == 403

    @pytest.mark.parametrize("text", ["", "李"])
    def test_is_not_asked_of_everybody(self, browser, finance, resident, text):
        told = browser(finance).get("/api/v1/hml/finance/wallets", {"q": text})

        assert told.status_code == 422


class TestOverTheCounter:
    def test_what_is_left_is_paid_out_with_a_receipt(self, browser, finance, resident):
        account = topped_up(resident, fen=1_234)
        body = {
            "account": account,
            "fen": 1_234,
            "to": "cash",
            "reason": "退户",
            "key": "leaving-1",
        }

        said = send(browser(finance), "finance/paid-out", body).json()

        assert (said["receipt"]["fen"], said["approval"]) == (1_234, None)
        assert own.obstacles(HERE, f"person:{person_of(resident)}", NOW.date()) == []

    def test_cash_goes_into_a_wallet_once(self, browser, finance, resident):
        here, subject = browser(finance), f"person:{person_of(resident)}"
        body = {"subject": subject, "fen": 3_000, "key": "counter-1"}

        answers = [send(here, "finance/paid-in", body).json()["state"] for _ in range(2)]
        nobody = send(here, "finance/paid-in", {**body, "subject": "person:999999"})

        lines = here.get(f"/api/v1/hml/finance/accounts/{wallet_of(resident)}/lines").json()
        assert answers == ["paid", "paid"]
        assert [one["fen"] for one in lines["items"]] == [3_000]
        assert nobody.status_code == 404

    def test_beyond_the_limit_nothing_is_paid_out_before_a_second_person(
        self, browser, finance, known, settings
    ):
        settings.REFUND_FEN = 500
        account = topped_up(known)
        body = {"account": account, "fen": 501, "to": "cash", "reason": "退户", "key": "leaving-2"}

        said = send(browser(finance), "finance/paid-out", body).json()

        asked_for = Approval.rows.of(HERE).get(pk=said["approval"])
        assert said["receipt"] is None
        assert asked_for.words_zh == f"支付 5.01 元：{account}"
        found = browser(finance).get("/api/v1/hml/finance/wallets", {"q": "李晓"}).json()["items"]
        assert found[0]["fen"] == 10_000

    def test_an_order_is_paid_in_cash_once(self, browser, finance):
        order = asked()
        here = browser(finance)

        states = [send(here, f"finance/orders/{order.pk}/cash").json()["state"] for _ in range(2)]

        assert states == ["paid", "paid"]
        assert here.get("/api/v1/hml/finance").json()["sum_fen"] == 0

    def test_an_order_is_held_out_to_be_scanned(self, browser, finance, resident):
        order = asked()

        shown = browser(finance).get(f"/api/v1/hml/finance/orders/{order.pk}/code").json()
        refused = browser(resident).get(f"/api/v1/hml/finance/orders/{order.pk}/code")

        assert shown["url"] == f"http://testserver/pay/hml/order/{order.number}"
        assert shown["qr"].startswith("data:image/svg+xml")
        assert refused.status_code == 403


@pytest.fixture
def provider(estate):
    new = NewProvider(
        code="cashier", name=Words(zh="收银台", en="Cashier"), url="https://pay.example", app="a1",
        key=KEY,
    )  # fmt: skip
    return providing.add(community=HERE, provider=new, by=None, now=NOW).row


class TestDayAgain:
    def day(self, provider, **said):
        return Reconciliation.rows.create(
            community=HERE, provider=provider, day=NOW.date(), number="list-1", **said
        )

    def test_one_that_was_given_up_is_asked_for_again(self, browser, finance, provider):
        row = self.day(provider, why="no answer", tries=9, first_at=NOW - timedelta(days=1))
        here = browser(finance)

        before = here.get("/api/v1/hml/finance/days").json()["items"][0]["given_up"]
        after = send(here, f"finance/days/{row.pk}/again").json()

        assert (before, after["given_up"], after["done"]) == (True, False, False)

    def test_one_that_is_asked_for_is_let_alone(self, browser, finance, provider):
        row = self.day(provider, next_at=NOW)
        here = browser(finance)

        told = send(here, f"finance/days/{row.pk}/again")

        assert (told.status_code, told.json()["key"]) == (409, "money.day_not_given_up")
        assert here.get("/api/v1/hml/finance/days").json()["items"][0]["given_up"] is False


class TestProviders:
    WISH = {"code": "bank", "name": {"zh": "银行", "en": "Bank"}, "url": "https://pay.example",
            "app": "a1"}  # fmt: skip

    @pytest.fixture(autouse=True)
    def shown(self, monkeypatch):
        """Let whoever asks have shown a factor just now."""
        monkeypatch.setattr(guard, "_want_fresh", lambda *_: None)

    def test_a_key_that_was_brought_is_not_told_again(self, browser, manager):
        here = browser(manager)

        made = send(here, "finance/providers", {**self.WISH, "key": KEY})

        assert (made.status_code, made.json()["key"]) == (201, "")
        assert KEY not in here.get("/api/v1/hml/finance/providers").content.decode()

    def test_one_that_a_person_set_up_another_person_opens(self, browser, manager, somebody):
        here = browser(manager)

        made = send(here, "finance/providers", self.WISH).json()["provider"]
        own = send(here, "finance/providers/bank", {"open": True}, "patch")
        there = browser(somebody("manager"))
        others = send(there, "finance/providers/bank", {"open": True}, "patch")

        assert made["open"] is False
        assert (own.status_code, own.json()["key"]) == (409, "money.opened_by_another")
        assert (others.status_code, others.json()["open"]) == (200, True)

    def test_a_key_that_was_made_is_told_once(self, browser, manager):
        here = browser(manager)

        key = send(here, "finance/providers", self.WISH).json()["key"]
        changed = send(here, "finance/providers/bank", {"open": False}, "patch")

        assert len(key) == 64
        assert changed.json()["open"] is False
        assert key not in changed.content.decode()
        assert key not in here.get("/api/v1/hml/finance/providers").content.decode()

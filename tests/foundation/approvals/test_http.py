from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from linli.contracts import approvals as contract
from linli.foundation.identity import operations as identity
from tests.foundation.approvals.kit import ask
from tests.foundation.identity.kit import PASSWORD, Browser

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def carried(monkeypatch, estates):
    done = []
    monkeypatch.setattr(contract.carry_out, "_answer", done.append)
    return done


@pytest.fixture
def enter():
    def enter(username, role):
        now = timezone.now()
        number = identity.open_account(username=username, name=username, password=PASSWORD).account
        identity.grant(account=number, role=role, community="hml", now=now)
        browser = Browser(Client(enforce_csrf_checks=True))
        browser.sign_in(username)
        browser.account = number
        return browser

    return enter


def wish(browser):
    class By:
        account, community = browser.account, "hml"

    return ask(By, now=timezone.now())


class TestDoors:
    def test_a_second_person_finds_it_reads_it_and_lets_it_pass(self, enter, carried):
        asker, second = enter("wang", "manager"), enter("li", "supervisor")
        row = wish(asker)

        page = second.get("/hml/approvals?waiting=true").json()
        [seen] = page["items"]
        answer = second.post(f"/hml/approvals/{row.pk}/approve", {"digest": seen["digest"]})

        assert seen["words"] == {"zh": "群发：停水", "en": "tell all: no water"}
        assert seen["kind"] in page["decides"]
        assert (answer.status_code, answer.json()["state"]) == (200, "approved")
        assert len(carried) == 1
        assert second.get("/hml/approvals?waiting=true").json()["items"] == []

    def test_deciding_asks_for_a_factor_shown_lately(self, enter, carried):
        asker, second = enter("wang", "manager"), enter("li", "supervisor")
        row = wish(asker)
        second.remember(shown=(timezone.now() - timedelta(minutes=6)).timestamp())

        answer = second.post(f"/hml/approvals/{row.pk}/approve", {"digest": row.digest})

        assert (answer.status_code, answer.json()["key"]) == (401, "identity.step_up_wanted")
        assert carried == []

    def test_one_cannot_decide_ones_own(self, enter, carried):
        asker = enter("wang", "manager")
        row = wish(asker)

        answer = asker.post(f"/hml/approvals/{row.pk}/approve", {"digest": row.digest})

        assert (answer.status_code, answer.json()["key"]) == (403, "approvals.own_request")

    def test_says_when_it_has_lapsed(self, enter):
        asker = enter("wang", "manager")
        row = wish(asker)
        row.until = timezone.now()
        row.save()

        assert asker.get(f"/hml/approvals/{row.pk}").json()["state"] == "lapsed"

    def test_residents_have_no_such_list(self, enter):
        assert enter("zhao", "resident").get("/hml/approvals").status_code == 403

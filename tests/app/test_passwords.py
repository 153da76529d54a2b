"""Words of this house in passwords: known of the register, refused wherever one is chosen."""

import pytest
from django.test import Client

from linli.app import signing_in
from linli.contracts import identity as contract
from linli.contracts.outbox import wake
from linli.foundation.identity import operations
from linli.foundation.identity.models import Account
from linli.registry.people.entries import StaffEntry
from tests.foundation.identity.kit import PASSWORD, Browser
from tests.registry.conftest import estate, wired
from tests.registry.people.conftest import put

__all__ = ["estate", "wired"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def known(monkeypatch):
    monkeypatch.setattr(wake, "_answer", lambda: None)
    monkeypatch.setattr(contract.known_words, "_answer", signing_in._known_words)


@pytest.fixture
def guard(estate):
    number = operations.open_account(username="chen", name="陈大文", password=PASSWORD).account
    put([StaffEntry(code="e7", name="陈大文", phone="13900009000", account=number)])
    return number


@pytest.fixture
def browser(guard):
    found = Browser(Client(enforce_csrf_checks=True))
    found.sign_in("chen")
    return found


@pytest.mark.parametrize(
    "password",
    ["Hemuli2026!", "和睦里 2026 年 8 月", "hml-hml-2026", "LINLI@2026!!", "chen.1234567",
     "陈大文19900101", "13900009000a", "ab00009000cd!", "guard-guard-1"],
)  # fmt: skip
def test_are_refused_and_nothing_changes(browser, guard, password):
    before = Account.objects.get(pk=guard).password

    answer = browser.post("/session/password", {"old": PASSWORD, "new": password})

    assert (answer.status_code, answer.json()["key"]) == (422, "identity.weak_password")
    assert answer.json()["values"] == {"reasons": ["house_words"]}
    assert password not in answer.content.decode()
    assert Account.objects.get(pk=guard).password == before
    assert browser.get("/session").status_code == 200


def test_may_stand_in_one_that_is_long_enough_without_them(browser):
    answer = browser.post("/session/password", {"old": PASSWORD, "new": "camphor over hemuli 8"})

    assert answer.status_code == 204


def test_are_no_first_password_either(estate):
    with pytest.raises(operations.WeakPassword) as refused:
        operations.open_account(username="hemuli-desk", name="前台", password="hemuli-desk-1")

    assert refused.value.values == {"reasons": ["house_words"]}
    assert not Account.objects.filter(username="hemuli-desk").exists()


def test_a_password_that_is_made_passes(estate):
    opened = [operations.open_account(username=f"ma{n}", name="马") for n in range(20)]

    assert len({one.password for one in opened}) == 20

"""Where a code reaches who signs in."""

import pytest

from linli.contracts import directory
from linli.foundation.identity import operations as identity
from linli.registry.people import reaching
from linli.registry.people.entries import PersonEntry, StaffEntry
from linli.registry.people.models import Person
from tests.registry.people.conftest import put

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def communities(monkeypatch):
    monkeypatch.setattr(directory.communities, "_answer", lambda: ["hml", "other"])


@pytest.fixture
def account():
    return identity.open_account(username="zhou", name="周桂兰").account


def zhou(account, phone="13800008000", code="p1"):
    return PersonEntry(code=code, name="周桂兰", phone=phone, account=account)


class TestPhoneOf:
    def test_is_what_the_register_has_of_a_resident(self, estate, account):
        put([zhou(account)])

        assert reaching.phone_of(account) == "+8613800008000"

    def test_is_what_it_has_of_who_works_here(self, estate, account):
        put([StaffEntry(code="e1", name="周工", phone="13900009000", account=account)])

        assert reaching.phone_of(account) == "+8613900009000"

    def test_is_nothing_for_a_stranger_or_a_line_that_takes_no_message(self, estate, account):
        put([zhou(account, "0571-88880000")])

        assert reaching.phone_of(account) == ""
        assert reaching.phone_of(account + 1) == ""


class TestAccountOf:
    @pytest.mark.parametrize("typed", ["13800008000", "+8613800008000", "138-0000-8000"])
    def test_is_found_however_it_is_written(self, estate, account, typed):
        put([zhou(account)])

        assert reaching.account_of(typed) == account

    def test_is_nobodys_where_two_share_a_number(self, estate, account):
        other = identity.open_account(username="zhou2", name="周小兰").account
        put([zhou(account), zhou(other, code="p2")])

        assert reaching.account_of("13800008000") is None

    @pytest.mark.parametrize("typed", ["zhou", "", "13800008001", "88880000", "138*"])
    def test_is_nobody_for_what_is_none(self, estate, account, typed):
        put([zhou(account)])

        assert reaching.account_of(typed) is None

    def test_is_nobody_once_erased(self, estate, account):
        put([zhou(account)])
        Person.rows.of("hml").update(erased_at="2026-06-01T00:00:00Z")

        assert reaching.account_of("13800008000") is None
        assert reaching.phone_of(account) == ""

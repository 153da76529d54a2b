"""Who may open the live line, and who may stay."""

from datetime import UTC, datetime

import pytest

from linli.app import serving
from linli.contracts import identity as contract
from linli.foundation.identity import operations
from linli.foundation.identity.models import Account
from linli.live.sockets import Visitor

pytestmark = pytest.mark.django_db
PASSWORD = "a long password 7"


@pytest.fixture
def account():
    number = operations.open_account(username="wang", name="王小和", password=PASSWORD).account
    operations.grant(
        account=number, role="guard", community="hml", place="hml/b01", now=datetime.now(UTC)
    )
    operations.grant(account=number, role="resident", community="hml", now=datetime.now(UTC))
    return number


@pytest.fixture
def visitor(account):
    ticket = operations.ticket(account=account, community="hml", now=datetime.now(UTC))
    return serving._admit("hml", ticket.ticket)


def still(visitor):
    return serving._visitor(visitor.account, visitor.community, visitor.mark)


def test_hears_with_each_role_where_it_was_given(visitor):
    assert visitor.areas["devices.read"] == ("hml/b01",)
    assert visitor.areas["notices.read"] == ()
    assert (visitor.names["guard"], visitor.names["resident"]) == (("hml/b01",), ())


def test_a_wrong_ticket_admits_nobody(account):
    assert serving._admit("hml", "x") is None


def test_stays_while_nothing_changes(visitor):
    assert isinstance(still(visitor), Visitor)


def test_hears_no_more_of_a_role_that_is_taken_and_goes_with_the_last(visitor, account):
    operations.revoke(
        account=account, role="guard", community="hml", place="hml/b01", now=datetime.now(UTC)
    )
    living = still(visitor)
    operations.revoke(account=account, role="resident", community="hml", now=datetime.now(UTC))

    assert "devices.read" not in living.areas
    assert "guard" not in living.names
    assert still(visitor) is None


def test_goes_when_the_account_is_closed(visitor, account):
    operations.close_account(account=account, now=datetime.now(UTC))

    assert still(visitor) is None


def test_goes_when_the_password_changes(visitor, account):
    operations.change_password(account=account, old=PASSWORD, new="another long one 8")

    assert still(visitor) is None


def test_signing_out_ends_the_live_lines(
    client, account, monkeypatch, django_capture_on_commit_callbacks
):
    told = []
    monkeypatch.setattr(contract.left, "_answer", told.append)
    client.force_login(Account.objects.get(pk=account))

    with django_capture_on_commit_callbacks(execute=True):
        client.delete("/api/v1/session")
        client.delete("/api/v1/session")

    assert told == [account]

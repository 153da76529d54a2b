import pytest
from django.test import Client

from linli.contracts import places
from linli.foundation.identity import operations
from linli.kernel.words import Words
from tests.foundation.identity.kit import NOW, PASSWORD, Browser


@pytest.fixture
def estates(monkeypatch):
    monkeypatch.setattr(places.estates, "_answer", lambda: {"hml": Words(zh="和睦里", en="Hemuli")})


@pytest.fixture
def guard(db, estates):
    """The number of an account with the role of a guard."""
    number = operations.open_account(username="wang", name="王小和", password=PASSWORD).account
    operations.grant(account=number, role="guard", community="hml", now=NOW)
    return number


@pytest.fixture
def browser():
    """A browser that guards against forged forms."""
    return Browser(Client(enforce_csrf_checks=True))

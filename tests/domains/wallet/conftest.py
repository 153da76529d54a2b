"""Two residents with wallets, somebody of finance, a canteen, and a clock."""

from types import SimpleNamespace

import pytest

from linli.adapters.payments import ADAPTERS
from linli.contracts import doors, notices, privacy
from linli.contracts.doors import Bearer
from linli.contracts.money import Line
from linli.contracts.outbox import wake
from linli.domains.wallet import http, http_cash, http_finance
from linli.domains.wallet.models import Merchant, Terminal
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account
from linli.foundation.identity.queries import actor_of
from linli.foundation.money import operations as money
from linli.foundation.money import ports
from linli.registry.people import holdings
from linli.registry.people.models import Person
from tests.registry.conftest import NOW, estate

__all__ = ["estate"]

HERE = "hml"


@pytest.fixture(autouse=True)
def wiring(monkeypatch):
    told, cards = [], {}

    def bearer_of(community, way, shown, now):
        person = cards.get((way, shown))
        code = shown.strip().upper() if way == "qr" else ""
        return Bearer(credential=1, person=person, staff=None, code=code) if person else None

    for port, answer in (
        (privacy.whom, holdings.whom),
        (ports.adapters, lambda: ADAPTERS),
        (doors.bearer_of, bearer_of),
        (notices.post, told.append),
        (wake, lambda: None),
    ):
        monkeypatch.setattr(port, "_answer", answer)
    for door in (http, http_cash, http_finance):
        monkeypatch.setattr(door, "timezone", SimpleNamespace(now=lambda: NOW))
    return SimpleNamespace(told=told, cards=cards)


@pytest.fixture
def somebody(estate):
    def make(role, name="李晓和", *, lives=True):
        opened = identity.open_account(
            username=f"{role}-{name}", name=name, password="long enough 7"
        )
        identity.grant(account=opened.account, role=role, community=HERE, now=NOW)
        if lives:
            Person.rows.create(
                community=HERE, code=f"p-{opened.account}", name=name, account_id=opened.account
            )
        return actor_of(account=opened.account, community=HERE, now=NOW)

    return make


@pytest.fixture
def resident(somebody):
    return somebody("resident")


@pytest.fixture
def finance(somebody):
    return somebody("finance", "钱会计", lives=False)


@pytest.fixture
def manager(somebody):
    return somebody("manager", "王经理", lives=False)


def person_of(actor):
    return Person.rows.of(HERE).get(account=actor.account).pk


def wallet_of(actor):
    return f"wallet:person:{person_of(actor)}"


def topped_up(actor, fen=10_000, key="top-up"):
    wallet = wallet_of(actor)
    money.post(
        community=HERE, key=f"{key}:{wallet}", lines=[Line("cash:desk", -fen), Line(wallet, fen)],
        reason="wallet.top_up", now=NOW,
    )  # fmt: skip
    return wallet


@pytest.fixture
def canteen(estate):
    row = Merchant.rows.create(
        community=HERE, code="canteen", name_zh="和睦食堂", trade="canteen", share_permille=950,
        set_at=NOW,
    )  # fmt: skip
    Terminal.rows.create(community=HERE, device="meal-1", merchant=row, most_fen=5_000)
    return row


@pytest.fixture
def browser(client):
    def sign_in(actor):
        client.force_login(Account.objects.get(pk=actor.account))
        return client

    return sign_in

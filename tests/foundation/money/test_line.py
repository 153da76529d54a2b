"""Where a provider of payments is reached, and by which key: two persons say so."""

import json

import pytest

from linli.adapters.payments import ADAPTERS
from linli.app import agreed
from linli.contracts import approvals as contract
from linli.foundation import sealing
from linli.foundation.approvals import operations as approvals
from linli.foundation.approvals.lines import NewLine
from linli.foundation.approvals.models import Approval
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import actor_of
from linli.foundation.money import ports, queries
from linli.foundation.money.models import Provider
from linli.foundation.money.operations import providing
from linli.foundation.money.operations.providing import NewProvider
from linli.foundation.outbox.models import Outgoing
from linli.kernel.words import Words
from tests.foundation.money.conftest import HERE, NOON

OLD, NEW = "aa" * 32, "bb" * 32
URL, ELSEWHERE = "https://pay.example/api", "https://elsewhere.example/api"


def somebody(role):
    opened = identity.open_account(username=role, name=role, password="long enough 7")
    identity.grant(account=opened.account, role=role, community=HERE, now=NOON)
    return actor_of(account=opened.account, community=HERE, now=NOON)


@pytest.fixture(autouse=True)
def provider(db, settings, monkeypatch):
    settings.PAYMENTS_INSIDE = False
    monkeypatch.setattr(contract.carry_out, "_answer", agreed.carry_out)
    monkeypatch.setattr(ports.adapters, "_answer", lambda: ADAPTERS)
    new = NewProvider(code="bank", name=Words(zh="银行", en="bank"), url=URL, app="us", key=OLD)
    return providing.add(community=HERE, provider=new, by=None, now=NOON).row


@pytest.fixture
def manager(db):
    return somebody("manager")


@pytest.fixture
def second(db):
    return somebody("supervisor")


def ask(actor, **said):
    return providing.ask_line(
        community=HERE, code="bank", line=NewLine(**said), by=actor.account, now=NOON
    )


def decide(actor, number):
    digest = Approval.rows.of(HERE).get(pk=number).digest
    return approvals.decide(actor=actor, id=number, approve=True, digest=digest, now=NOON)


def reached():
    row = Provider.rows.of(HERE).get()
    return row.url, sealing.open_sealed(bytes(row.key), use=queries.KEY).hex()


class TestAsk:
    def test_nothing_is_other_until_a_second_person_let_it_pass(self, manager, second):
        asked = ask(manager, url=ELSEWHERE, key=NEW)
        before = reached()

        decide(second, asked.approval.pk)

        [told] = Outgoing.objects.filter(topic="ProviderSet")
        said = json.loads(bytes(told.body))
        assert (before, reached()) == ((URL, OLD), (ELSEWHERE, NEW))
        assert (said["host"], said["by"]) == ("elsewhere.example", manager.account)
        assert said["cause"]
        assert NEW not in str(said)

    def test_a_key_is_made_told_once_and_lies_sealed_while_it_waits(self, manager, second):
        asked = ask(manager, key="")
        waiting = Approval.rows.of(HERE).get()

        decide(second, waiting.pk)

        assert len(asked.key) == 64
        assert asked.key not in json.dumps([waiting.request, waiting.words_zh, waiting.words_en])
        assert reached() == (URL, asked.key)

    def test_nobody_lets_his_own_wish_pass(self, manager):
        number = ask(manager, key=NEW).approval.pk

        with pytest.raises(approvals.OwnRequest):
            decide(manager, number)
        assert reached() == (URL, OLD)

    def test_who_was_overtaken_asks_again(self, manager, second):
        first = ask(manager, url=ELSEWHERE).approval.pk
        key = sealing.seal(bytes.fromhex(NEW), use=queries.KEY)
        Provider.rows.of(HERE).update(key=key)

        with pytest.raises(providing.ProviderMoved):
            decide(second, first)
        assert reached() == (URL, NEW)

    @pytest.mark.parametrize("said", [{}, {"url": URL}, {"key": OLD}, {"url": URL, "key": OLD}])
    def test_asks_nobody_for_what_is_so_already(self, manager, said):
        with pytest.raises(providing.NothingNew):
            ask(manager, **said)

    def test_no_address_inside_is_asked_for(self, manager):
        with pytest.raises(providing.BadAddress):
            ask(manager, url="http://127.0.0.1:9/")

    def test_an_address_that_is_not_called_any_more_is_not_taken(self, manager, second, settings):
        settings.PAYMENTS_INSIDE = True
        number = ask(manager, url="http://10.0.0.1/api").approval.pk
        settings.PAYMENTS_INSIDE = False

        with pytest.raises(providing.BadAddress):
            decide(second, number)
        assert reached() == (URL, OLD)

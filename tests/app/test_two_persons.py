"""What takes two persons: one alone cannot, whoever he is; of two at once one; twice is once."""

import inspect
import tomllib
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection

from linli.app import agreed
from linli.contracts import approvals as contract
from linli.contracts import outbox
from linli.domains.notices import operations as notices
from linli.foundation.approvals import operations
from linli.foundation.identity import operations as identity
from linli.foundation.identity import queries
from linli.foundation.identity.roles import PERMISSIONS
from linli.foundation.rights import operations as rights
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.fleet.operations import beginning
from linli.registry.imports import operations as ledgers
from linli.registry.places import operations as places
from tests.foundation.approvals.kit import ask, decide
from tests.foundation.identity.kit import NOW, PASSWORD

pytestmark = pytest.mark.django_db
NEW = {"refund": contract.Kind(name=Words(zh="退款", en="refund"), approves="accounts.approve")}
"""A kind of tomorrow is one line."""
KINDS = [*contract.KINDS, *NEW]


@pytest.fixture(autouse=True)
def done(monkeypatch):
    """What was carried out."""
    carried = []
    monkeypatch.setattr(contract.carry_out, "_answer", carried.append)
    monkeypatch.setattr(outbox.wake, "_answer", lambda: None)
    monkeypatch.setattr(operations, "KINDS", {**contract.KINDS, **NEW})
    monkeypatch.setattr("linli.foundation.approvals.queries.KINDS", {**contract.KINDS, **NEW})
    return carried


def mighty(username):
    """Somebody with every role that one person may have."""
    number = identity.open_account(username=username, name=username, password=PASSWORD).account
    for role in PERMISSIONS.keys() - {"operator", "auditor"}:
        identity.grant(account=number, role=role, community="hml", now=NOW)
    return queries.actor_of(account=number, community="hml", now=NOW)


@pytest.mark.parametrize("kind", KINDS)
class TestAlone:
    def test_nobody_lets_his_own_wish_pass_whatever_his_roles(self, kind, done):
        one = mighty("one")
        row = ask(one, kind=kind)

        with pytest.raises(operations.OwnRequest):
            decide(one, row)

        assert done == []

    def test_nobody_uses_what_nobody_let_pass(self, kind):
        one = mighty("one")
        row = ask(one, kind=kind)

        with pytest.raises(operations.ApprovalWanted):
            operations.use(
                kind=kind, community="hml", about=row.about, request=row.request,
                by=one.account, now=NOW,
            )  # fmt: skip

    def test_let_pass_twice_it_is_done_once_and_used_once(self, kind, done):
        one, two = mighty("one"), mighty("two")
        row = ask(one, kind=kind)
        decide(two, row)
        used = {
            "kind": kind, "community": "hml", "about": row.about, "request": row.request,
            "by": one.account, "now": NOW,
        }  # fmt: skip

        with pytest.raises(operations.DecidedAlready):
            decide(two, row)
        operations.use(**used)
        with pytest.raises(operations.ApprovalWanted):
            operations.use(**used)

        assert len(done) == 1

    def test_another_cannot_use_it(self, kind):
        one, two = mighty("one"), mighty("two")
        row = ask(one, kind=kind)
        decide(two, row)

        with pytest.raises(operations.ApprovalWanted):
            operations.use(
                kind=kind, community="hml", about=row.about, request=row.request,
                by=two.account, now=NOW,
            )  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", KINDS)
def test_of_two_at_once_one_decides_and_it_is_done_once(kind, done):
    row = ask(mighty("one"), kind=kind)
    others = [mighty("two"), mighty("three")]

    def one(actor):
        try:
            return decide(actor, row).state
        except Fault as fault:
            return fault.key
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as many:
        said = sorted(many.map(one, others))

    assert said == ["approvals.decided_already", "approved"]
    assert len(done) == 1


ASKED = {
    contract.EXPORT: ledgers.ask_export,
    contract.MASS_MESSAGE: notices.say,
    contract.DELETION: places.ask_removal,
    contract.BULK_COMMAND: beginning._ask,
    contract.RIGHTS: rights.ask,
}
"""Where each is asked for; what is let pass is carried out by `agreed`, or used by its asker."""


@pytest.mark.parametrize(("kind", "asks"), ASKED.items(), ids=list(ASKED))
def test_each_is_asked_for_where_it_is_wished(kind, asks):
    assert f"contract.{kind.upper()}" in inspect.getsource(asks)
    assert (kind in agreed.CARRIED) or kind == contract.EXPORT


def test_every_kind_is_let_pass_by_somebody():
    for kind in contract.KINDS.values():
        assert any(kind.approves in held for held in PERMISSIONS.values())


@pytest.mark.parametrize(("model", "service"), [
    ("access_door", "door.unlock"), ("parking_barrier", "barrier.open"),
])  # fmt: skip
def test_all_doors_are_opened_by_two(model, service):
    text = (settings.CATALOG / "devices" / f"{model}.toml").read_text("utf-8")

    assert tomllib.loads(text)["services"][service]["danger_to_many"]

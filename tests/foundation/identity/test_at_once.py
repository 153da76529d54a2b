"""Many guesses at the same moment gain nothing."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from linli.contracts import outbox
from linli.foundation.identity import operations
from linli.kernel.fault import Fault
from tests.foundation.identity.test_operations import NOW, PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


def test_twenty_guesses_at_once_are_judged_five_times_at_most(monkeypatch):
    operations.open_account(username="wang", name="王小和", password=PASSWORD)
    judged = []
    real = operations.signing.check_password
    monkeypatch.setattr(
        operations.signing, "check_password", lambda p, h: judged.append(p) or real(p, h)
    )

    def guess(n):
        try:
            operations.sign_in(username="wang", password=f"guess {n}", now=NOW)
        except Fault as fault:
            return fault.key
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(guess, range(20)))

    assert len(judged) == 5
    assert said.count("identity.locked") == 15


def test_the_first_operator_is_one(monkeypatch):
    monkeypatch.setattr(outbox.wake, "_answer", lambda: None)

    def first(_):
        try:
            return operations.first_operator(now=NOW)
        except Fault as fault:
            return fault.key
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        said = list(threads.map(first, range(4)))

    assert sum(isinstance(one, operations.Opened) for one in said) == 1


def test_of_two_roles_that_exclude_each_other_one_is_given(monkeypatch):
    monkeypatch.setattr(outbox.wake, "_answer", lambda: None)
    number = operations.open_account(username="wang", name="王小和", password=PASSWORD).account

    def give(role):
        try:
            operations.grant(account=number, role=role, community="hml", now=NOW)
        except Fault as fault:
            return fault.key
        finally:
            connection.close()
        return "given"

    with ThreadPoolExecutor(3) as threads:
        said = list(threads.map(give, ["operator", "auditor", "security_officer"]))

    assert sorted(said) == ["given", "identity.roles_apart", "identity.roles_apart"]

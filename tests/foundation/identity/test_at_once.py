"""Many guesses at the same moment gain nothing."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from linli.contracts import outbox
from linli.foundation.identity import operations, queries
from linli.foundation.identity.models import Account, Passkey, RecoveryCode
from linli.foundation.identity.operations import passkeys
from linli.kernel.fault import Fault
from tests.foundation.identity.authenticator import Authenticator
from tests.foundation.identity.kit import SURE
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


class TestPasskeyAndReset:
    """A passkey whose making was begun before a reset does not outlive it."""

    @pytest.fixture
    def silent(self, monkeypatch):
        monkeypatch.setattr(outbox.wake, "_answer", lambda: None)

    @pytest.fixture
    def wang(self, silent, browser, guard):
        browser.sign_in()
        return browser

    @staticmethod
    def during(monkeypatch, what):
        """Do something on another connection while a passkey is looked at, before it is kept;
        return a list of what is said to that.
        """
        real, add, said = passkeys.verify_registration_response, passkeys.add, []

        def looked(**asked):
            with ThreadPoolExecutor(1) as thread:
                thread.submit(_alone, what).result()
            return real(**asked)

        def added(**asked):
            try:
                return add(**asked)
            except Fault as fault:
                said.append(fault.key)
                raise

        monkeypatch.setattr(passkeys, "verify_registration_response", looked)
        monkeypatch.setattr(passkeys, "add", added)
        return said

    @staticmethod
    def made(browser):
        options = browser.post("/session/passkeys/ask").json()["options"]
        credential = Authenticator().make(options)
        return browser.post("/session/passkeys", {"name": "phone", "credential": credential})

    def test_it_is_refused_where_the_reset_came_between(self, monkeypatch, wang, guard):
        def reset():
            operations.reset_account(account=guard, sure=SURE, now=NOW)

        said = self.during(monkeypatch, reset)

        answer = self.made(wang)

        assert said == ["identity.not_signed_in"]
        assert answer.status_code == 400  # the session that is to be saved is gone
        assert not Passkey.objects.exists()
        assert not RecoveryCode.objects.exists()
        assert queries.factors(account=guard) == []

    def test_it_is_refused_where_the_account_was_closed_between(self, monkeypatch, wang, guard):
        said = self.during(monkeypatch, lambda: operations.close_account(account=guard, now=NOW))

        answer = self.made(wang)

        assert said == ["identity.not_signed_in"]
        assert answer.status_code == 400  # the session that is to be saved is gone
        assert not Passkey.objects.exists()

    def test_it_is_kept_where_nothing_came_between(self, wang):
        assert self.made(wang).status_code == 200
        assert Passkey.objects.count() == 1

    def test_of_the_two_at_once_none_is_left(self, wang, guard):
        options = wang.post("/session/passkeys/ask").json()["options"]
        credential = Authenticator().make(options)
        signed = Account.objects.get(pk=guard).get_session_auth_hash()
        site = passkeys.Site(host="testserver", origin="http://testserver")
        start = Barrier(2)

        def add():
            start.wait(10)
            passkeys.add(
                account=guard, name="phone", credential=credential, signed=signed,
                challenge=options["challenge"], site=site, now=NOW,
            )  # fmt: skip

        def reset():
            start.wait(10)
            operations.reset_account(account=guard, sure=SURE, now=NOW)

        with ThreadPoolExecutor(2) as threads:
            said = list(threads.map(_alone, [add, reset]))

        assert said in (["done", "done"], ["identity.not_signed_in", "done"])
        assert not Passkey.objects.exists()


def _alone(what):
    """Do something on a connection of its own; return the key of what refused it."""
    try:
        what()
    except Fault as fault:
        return fault.key
    finally:
        connection.close()
    return "done"

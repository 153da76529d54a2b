import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from linli.foundation.audit.models import Line
from linli.foundation.identity import operations, queries
from linli.foundation.identity.models import Passkey, RecoveryCode
from linli.foundation.identity.operations import passkeys
from tests.foundation.identity.authenticator import PRESENT, Authenticator
from tests.foundation.identity.kit import PASSWORD, SURE, Browser, code_of, has_app

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(browser, guard):
    browser.sign_in()
    return browser


def make(browser, key, **more):
    options = browser.post("/session/passkeys/ask").json()["options"]
    return browser.post(
        "/session/passkeys", {"name": "phone", "credential": key.make(options, **more)}
    )


def show(browser, key, **more):
    options = browser.post("/session/passkey/ask").json()["options"]
    return browser.post("/session/passkey", {"credential": key.show(options, **more)})


def elsewhere():
    return Browser(Client(enforce_csrf_checks=True))


class TestMake:
    def test_is_kept_with_its_name_and_gives_codes_for_paper(self, signed, guard):
        answer = make(signed, Authenticator())

        assert len(answer.json()["codes"]) == 10
        [line] = signed.get("/session/factors").json()["passkeys"]
        assert line["name"] == "phone"
        assert queries.factors(account=guard) == ["passkey", "recovery"]

    def test_the_same_is_not_kept_twice(self, signed):
        key = Authenticator()
        make(signed, key)

        assert make(signed, key).status_code == 422
        assert Passkey.objects.count() == 1

    def test_another_failure_is_not_told_as_a_bad_passkey(self, signed, monkeypatch):
        def broken(**said):
            raise IntegrityError

        monkeypatch.setattr(passkeys, "note", broken)

        assert make(signed, Authenticator()).status_code == 500
        assert not Passkey.objects.exists()

    @pytest.mark.parametrize(
        "key",
        [Authenticator(origin="http://evil.example"), Authenticator(host="evil.example")],
        ids=["origin", "site"],
    )
    def test_refuses_one_made_for_elsewhere(self, signed, key):
        assert make(signed, key).json()["key"] == "identity.bad_passkey"

    def test_refuses_one_whose_owner_was_not_verified(self, signed):
        assert make(signed, Authenticator(), flags=PRESENT).status_code == 422

    @pytest.mark.parametrize("credential", [{}, {"id": 7}, {"id": "x", "response": "y"}])
    def test_refuses_what_is_none(self, signed, credential):
        signed.post("/session/passkeys/ask")

        assert signed.post("/session/passkeys", {"credential": credential}).status_code == 422

    def test_refuses_an_answer_that_was_not_asked_for(self, signed):
        key = Authenticator()
        options = signed.post("/session/passkeys/ask").json()["options"]
        made = key.make(options)
        signed.post("/session/passkeys", {"credential": made})

        again = signed.post("/session/passkeys", {"credential": made})

        assert again.status_code == 401

    def test_needs_a_name_and_no_address_of_digits(self, guard):
        client = Client(enforce_csrf_checks=True, SERVER_NAME="127.0.0.1")
        browser = Browser(client)
        browser.sign_in()

        answer = browser.post("/session/passkeys/ask")

        assert (answer.status_code, answer.json()["key"]) == (422, "identity.no_site_name")


class TestShow:
    @pytest.fixture
    def key(self, signed):
        key = Authenticator()
        make(signed, key)
        return key

    def test_signs_in_without_a_name_or_password(self, key, guard):
        browser = elsewhere()

        answer = show(browser, key)

        assert answer.json()["user"]["id"] == guard
        assert browser.get("/session").status_code == 200

    def test_one_that_is_taken_off_at_that_moment_signs_nobody_in(self, key, monkeypatch):
        def atomic():
            Passkey.objects.all().delete()
            return transaction.atomic()

        monkeypatch.setattr(passkeys, "transaction", SimpleNamespace(atomic=atomic))

        answer = show(elsewhere(), key)

        assert (answer.status_code, answer.json()["key"]) == (401, "identity.wrong_sign_in")

    def test_tells_nothing_of_who_has_one(self, key):
        options = elsewhere().post("/session/passkey/ask").json()["options"]

        assert options["allowCredentials"] == []

    def test_an_unknown_one_is_answered_like_a_wrong_signature(self, key):
        wrong = Authenticator()
        forged = Authenticator()
        forged.id = key.id

        answers = [show(elsewhere(), one) for one in (wrong, forged)]

        assert {(a.status_code, a.content) for a in answers} == {(401, answers[0].content)}

    def test_an_answer_is_good_once(self, key):
        browser = elsewhere()
        options = browser.post("/session/passkey/ask").json()["options"]
        said = {"credential": key.show(options)}
        browser.post("/session/passkey", said)

        browser.send("delete", "/session")

        assert browser.post("/session/passkey", said).status_code == 401

    def test_an_answer_to_another_browser_is_none_here(self, key):
        asked = elsewhere().post("/session/passkey/ask").json()["options"]
        here = elsewhere()
        here.post("/session/passkey/ask")

        assert here.post("/session/passkey", {"credential": key.show(asked)}).status_code == 401

    def test_a_copy_whose_count_lags_is_refused(self, key):
        show(elsewhere(), key)
        key.signs -= 1

        assert show(elsewhere(), key).status_code == 401

    def test_refuses_one_whose_owner_was_not_verified(self, key):
        assert show(elsewhere(), key, flags=PRESENT).status_code == 401

    def test_a_closed_account_is_not_entered(self, key, guard):
        operations.close_account(account=guard, now=timezone.now())

        assert show(elsewhere(), key).status_code == 401

    def test_the_password_alone_signs_in_no_more(self, key):
        answer = elsewhere().sign_in()

        assert answer.json()["values"] == {"factors": ["passkey", "recovery"]}

    def test_opens_what_asks_for_it_again(self, signed, key):
        signed.remember(shown=(timezone.now() - timedelta(minutes=6)).timestamp())
        wanted = signed.post("/session/app").json()

        show(signed, key)

        assert wanted["key"] == "identity.step_up_wanted"
        assert signed.post("/session/app").status_code == 200

    def test_anothers_does_not_open_for_me(self, signed, key, guard):
        number = operations.open_account(username="li", name="李", password=PASSWORD).account
        other = elsewhere()
        other.sign_in("li")

        answer = show(other, key)

        assert answer.status_code == 401
        assert other.get("/session").json()["user"]["id"] == number


class TestReset:
    """A passkey may be that of whom another password is to keep out."""

    def reset(self, account, **more):
        return operations.reset_account(account=account, sure=SURE, now=timezone.now(), **more)

    def told(self, account):
        line = Line.objects.get(what=f"account_reset:{account}")
        return json.loads(line.words)["factors"]

    def test_one_made_before_signs_in_no_more_and_the_app_is_asked_for(self, signed, guard):
        secret, _ = has_app(signed)
        key = Authenticator()
        make(signed, key)
        before = show(elsewhere(), key).status_code

        made = self.reset(guard)

        alone, with_app = elsewhere(), elsewhere()
        assert (before, show(alone, key).status_code) == (200, 401)
        assert alone.get("/session").status_code == 401
        wanted = elsewhere().sign_in(password=made.password)
        assert wanted.json()["values"] == {"factors": ["totp", "recovery"]}
        assert with_app.sign_in(password=made.password, code=code_of(secret)).status_code == 200
        assert self.told(guard) == "kept"

    def test_codes_on_paper_that_came_with_it_stay_and_are_asked_for(self, signed, guard):
        key = Authenticator()
        paper = make(signed, key).json()["codes"]

        made = self.reset(guard)

        without = elsewhere().sign_in(password=made.password)
        assert show(elsewhere(), key).status_code == 401
        assert without.json()["values"] == {"factors": ["recovery"]}
        assert elsewhere().sign_in(password=made.password, code=paper[0]).status_code == 200
        assert self.told(guard) == "kept"

    def test_the_trail_does_not_say_kept_where_it_was_all_that_there_was(self, signed, guard):
        make(signed, Authenticator())
        RecoveryCode.objects.all().delete()

        made = self.reset(guard)

        assert elsewhere().sign_in(password=made.password).status_code == 200
        assert self.told(guard) == "void"

    def test_what_is_lost_or_not_his_goes_with_it(self, signed, guard):
        has_app(signed)
        make(signed, Authenticator())

        self.reset(guard, lost=True)

        assert (queries.factors(account=guard), self.told(guard)) == ([], "void")

    def test_those_of_others_stay(self, signed, guard):
        key = Authenticator()
        make(signed, key)
        other = operations.open_account(username="li", name="李", password=PASSWORD).account

        self.reset(other)

        assert show(elsewhere(), key).status_code == 200


class TestDrop:
    def test_is_ones_own_only(self, signed, guard):
        make(signed, Authenticator())
        operations.open_account(username="li", name="李", password=PASSWORD)
        other = elsewhere()
        other.sign_in("li")
        number = Passkey.objects.get().pk

        refused = other.send("delete", f"/session/passkeys/{number}")
        done = signed.send("delete", f"/session/passkeys/{number}")

        assert (refused.status_code, done.status_code) == (404, 204)
        assert queries.factors(account=guard) == []

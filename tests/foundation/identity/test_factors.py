from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from linli.foundation.audit.models import Line
from linli.foundation.identity import http_factors, operations, queries
from linli.foundation.identity.models import Account, RecoveryCode, Totp
from linli.foundation.identity.operations import passkeys
from tests.foundation.identity.kit import PASSWORD, SURE, Browser, code_of, has_app

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(browser, guard):
    browser.sign_in()
    return browser


@pytest.fixture
def app(signed):
    return has_app(signed)


def elsewhere():
    return Browser(Client(enforce_csrf_checks=True))


class TestApp:
    def test_counts_only_once_a_code_of_it_was_shown(self, signed, guard):
        secret = signed.post("/session/app").json()["secret"]
        before = queries.factors(account=guard)

        answer = signed.post("/session/app/prove", {"code": code_of(secret)})

        assert before == []
        assert len(set(answer.json()["codes"])) == 10
        assert queries.factors(account=guard) == ["totp", "recovery"]

    def test_refuses_a_wrong_first_code(self, signed, guard):
        signed.post("/session/app")

        answer = signed.post("/session/app/prove", {"code": "000000"})

        assert (answer.status_code, answer.json()["key"]) == (422, "identity.wrong_code")
        assert queries.factors(account=guard) == []

    def test_is_kept_sealed(self, app, guard):
        row = Totp.objects.get()

        assert app[0].encode() not in bytes(row.secret)
        assert len(bytes(row.secret)) == 12 + 20 + 16

    def test_a_second_needs_the_first_taken_off(self, signed, app):
        refused = signed.post("/session/app")
        signed.send("delete", "/session/app")

        assert refused.json()["key"] == "identity.app_proved_already"
        assert signed.post("/session/app").status_code == 200

    def test_taken_off_voids_the_codes_on_paper(self, signed, app, guard):
        signed.send("delete", "/session/app")

        assert queries.factors(account=guard) == []
        assert not RecoveryCode.objects.exists()


class TestSignIn:
    def test_asks_for_a_code_once_the_password_is_right_and_not_before(self, app):
        right, wrong = elsewhere().sign_in(), elsewhere().sign_in(password="wrong")

        assert (right.status_code, right.json()["key"]) == (401, "identity.factor_wanted")
        assert right.json()["values"] == {"factors": ["totp", "recovery"]}
        assert wrong.json()["key"] == "identity.wrong_sign_in"

    def test_takes_a_code_of_now(self, app):
        browser = elsewhere()

        answer = browser.sign_in(code=code_of(app[0]))

        assert answer.status_code == 200
        assert browser.get("/session").status_code == 200

    def test_takes_no_code_twice(self, app):
        code = code_of(app[0])

        answers = [elsewhere().sign_in(code=code) for _ in range(2)]

        assert [a.status_code for a in answers] == [200, 401]
        assert answers[1].json()["key"] == "identity.wrong_sign_in"

    def test_takes_no_code_of_minutes_ago(self, app):
        old = code_of(app[0], at=timezone.now() - timedelta(minutes=2))

        assert elsewhere().sign_in(code=old).status_code == 401

    def test_takes_each_code_on_paper_once_however_it_is_typed(self, app, guard):
        paper = app[1][3]

        answers = [elsewhere().sign_in(code=paper.upper().replace("-", " ")) for _ in range(2)]

        assert [a.status_code for a in answers] == [200, 401]
        assert RecoveryCode.objects.count() == 9
        assert Line.objects.filter(what="recovery_code_used", account=guard).count() == 1

    def test_a_wrong_code_is_a_wrong_try_and_locks(self, app):
        for _ in range(5):
            elsewhere().sign_in(code="000000")

        answer = elsewhere().sign_in(code=code_of(app[0]))

        assert answer.json()["key"] == "identity.locked"

    def test_a_code_does_not_stand_for_the_password(self, app):
        assert elsewhere().sign_in(password="wrong", code=code_of(app[0])).status_code == 401

    def test_another_password_from_the_desk_is_one_half_alone(self, app, guard):
        made = operations.reset_account(account=guard, sure=SURE, now=timezone.now())

        without = elsewhere().sign_in(password=made.password)
        with_app = elsewhere().sign_in(password=made.password, code=code_of(app[0]))

        assert (without.status_code, with_app.status_code) == (401, 200)

    def test_factors_that_are_lost_too_are_void(self, app, guard):
        made = operations.reset_account(account=guard, sure=SURE, lost=True, now=timezone.now())

        assert elsewhere().sign_in(password=made.password).status_code == 200


class TestStepUp:
    def old(self, browser):
        browser.remember(shown=(timezone.now() - timedelta(minutes=5)).timestamp())

    def test_is_wanted_five_minutes_after_a_factor_was_shown(self, signed):
        before = signed.post("/session/app").status_code

        self.old(signed)
        answer = signed.post("/session/app")

        assert before == 200
        assert (answer.status_code, answer.json()["key"]) == (401, "identity.step_up_wanted")
        assert answer.json()["values"] == {"factors": ["password"]}
        assert signed.get("/session").status_code == 200

    def test_a_password_opens_for_who_has_nothing_else(self, signed):
        self.old(signed)

        shown = signed.post("/session/factor", {"password": PASSWORD})

        assert shown.status_code == 204
        assert signed.post("/session/app").status_code == 200

    def test_a_password_does_not_open_for_who_has_an_app(self, signed, app):
        self.old(signed)
        wanted = signed.send("delete", "/session/app")

        refused = signed.post("/session/factor", {"password": PASSWORD})
        taken = signed.post("/session/factor", {"code": code_of(app[0])})

        assert wanted.json()["values"] == {"factors": ["totp", "recovery"]}
        assert (refused.status_code, taken.status_code) == (401, 204)
        assert signed.send("delete", "/session/app").status_code == 204

    def test_wrong_ones_lock_like_wrong_passwords(self, signed):
        for _ in range(5):
            signed.post("/session/factor", {"password": "wrong"})

        assert signed.post("/session/factor", {"password": PASSWORD}).status_code == 423
        assert elsewhere().sign_in().status_code == 423

    def test_a_session_that_never_showed_one_is_not_fresh(self, signed, guard):
        session = signed.session
        del session["shown"]
        session.save()

        assert signed.post("/session/app").json()["key"] == "identity.step_up_wanted"


class TestRecoveryCodes:
    def test_new_ones_void_the_old(self, signed, app):
        fresh = signed.post("/session/recovery-codes").json()["codes"]

        assert not set(fresh) & set(app[1])
        assert elsewhere().sign_in(code=app[1][0]).status_code == 401
        assert elsewhere().sign_in(code=fresh[0]).status_code == 200

    def test_there_are_none_without_a_factor_to_stand_for(self, signed):
        assert signed.post("/session/recovery-codes").status_code == 422


class TestAfterReset:
    """Of a session that a reset ends while it asks."""

    @pytest.fixture
    def reset_meanwhile(self, guard, monkeypatch):
        def now():
            operations.reset_account(account=guard, sure=SURE, now=timezone.now())
            return timezone.now()

        def begin():
            monkeypatch.setattr(http_factors, "timezone", SimpleNamespace(now=now))

        return begin

    @pytest.mark.parametrize(
        ("method", "at"),
        [("post", "/session/recovery-codes"), ("post", "/session/app"),
         ("delete", "/session/app"), ("delete", "/session/passkeys/1")],
    )  # fmt: skip
    @pytest.mark.usefixtures("app")
    def test_no_factor_is_changed(self, signed, reset_meanwhile, method, at):
        before = set(RecoveryCode.objects.values_list("digest", flat=True))
        reset_meanwhile()

        answer = signed.send(method, at)

        assert (answer.status_code, answer.json()["key"]) == (401, "identity.not_signed_in")
        assert set(RecoveryCode.objects.values_list("digest", flat=True)) == before
        assert Totp.objects.filter(proved=True).count() == 1

    def test_no_app_counts(self, signed, reset_meanwhile):
        secret = signed.post("/session/app").json()["secret"]
        reset_meanwhile()

        answer = signed.post("/session/app/prove", {"code": code_of(secret)})

        assert (answer.status_code, answer.json()["key"]) == (401, "identity.not_signed_in")
        assert not Totp.objects.filter(proved=True).exists()
        assert not RecoveryCode.objects.exists()


class TestOrder:
    """Locked in one order, as a reset does: the account before what is asked for beside it."""

    @pytest.mark.parametrize("what", ["begin_app", "prove_app", "drop_app", "renew", "passkey"])
    def test_the_account_is_first(self, guard, what):
        known = {
            "account": guard, "now": timezone.now(),
            "signed": Account.objects.get(pk=guard).get_session_auth_hash(),
        }  # fmt: skip
        deeds = {
            "begin_app": lambda: operations.begin_app(**known),
            "prove_app": lambda: operations.prove_app(code="000000", **known),
            "drop_app": lambda: operations.drop_app(**known),
            "renew": lambda: operations.renew_recovery_codes(**known),
            "passkey": lambda: passkeys.drop(passkey=1, **known),
        }

        with CaptureQueriesContext(connection) as asked:
            try:
                deeds[what]()
            except (operations.WrongCode, passkeys.PasskeyNotFound):
                assert what in {"prove_app", "renew", "passkey"}

        first = next(one["sql"] for one in asked if one["sql"].startswith(("SELECT", "DELETE")))
        assert f'FROM "{Account._meta.db_table}"' in first


class TestTrail:
    def test_keeps_who_changed_his_factors_and_no_secret(self, signed, app, guard):
        signed.send("delete", "/session/app")

        lines = Line.objects.filter(account=guard, what__startswith="factor_").order_by("pk")
        assert [line.what for line in lines] == ["factor_added:totp", "factor_dropped:totp"]
        assert app[0] not in str([line.words for line in lines])

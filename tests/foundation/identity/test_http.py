import pytest
from django.test import Client

from linli.contracts import places
from linli.foundation.identity import operations
from linli.foundation.identity.models import Account
from linli.kernel.words import Words
from tests.foundation.identity.test_operations import NOW

pytestmark = pytest.mark.django_db
JSON = "application/json"
PASSWORD = "a long password 7"
AT = "/api/v1/session"


@pytest.fixture(autouse=True)
def estates(monkeypatch):
    monkeypatch.setattr(places.estates, "_answer", lambda: {"hml": Words(zh="和睦里", en="Hemuli")})


@pytest.fixture
def account():
    number = operations.open_account(username="wang", name="王小和", password=PASSWORD).account
    operations.grant(account=number, role="guard", community="hml", now=NOW)
    return number


@pytest.fixture
def browser():
    """A client that guards against forged forms as a browser's session does."""
    return Client(enforce_csrf_checks=True)


def sign_in(browser, password=PASSWORD):
    browser.get(AT)
    return post(browser, AT, {"username": "wang", "password": password})


def post(browser, at, body, method="post"):
    token = browser.cookies["csrftoken"].value
    send = getattr(browser, method)
    return send(at, body, content_type=JSON, headers={"x-csrftoken": token})


class TestSignIn:
    def test_tells_who_one_is_and_what_one_may(self, browser, account):
        answer = sign_in(browser)

        user = answer.json()["user"]
        assert (answer.status_code, user["id"], user["username"]) == (200, account, "wang")
        assert user["communities"] == [{"code": "hml", "name": {"zh": "和睦里", "en": "Hemuli"}}]
        assert "devices.command" in user["permissions"]["hml"]
        assert user["roles"] == {"hml": ["guard"]}
        assert browser.get(AT).json()["user"]["id"] == account

    def test_gives_the_form_token_even_to_nobody(self, browser):
        answer = browser.get(AT)

        assert answer.status_code == 401
        assert answer.json()["key"] == "identity.not_signed_in"
        assert "csrftoken" in answer.cookies

    def test_refuses_a_form_without_its_token(self, browser, account):
        answer = browser.post(AT, {"username": "wang", "password": PASSWORD}, content_type=JSON)

        assert (answer.status_code, answer.json()["key"]) == (403, "identity.forged")

    def test_answers_a_wrong_name_like_a_wrong_password(self, browser, account):
        browser.get(AT)

        answers = [
            post(browser, AT, {"username": name, "password": "wrong"})
            for name in ("wang", "nobody")
        ]

        assert {(a.status_code, a.content) for a in answers} == {(401, answers[0].content)}
        assert answers[0].json()["key"] == "identity.wrong_sign_in"

    def test_locks(self, browser, account):
        for _ in range(5):
            sign_in(browser, "wrong")

        answer = sign_in(browser)

        assert (answer.status_code, answer.json()["key"]) == (423, "identity.locked")

    def test_changes_the_session_so_that_a_planted_one_is_worth_nothing(self, browser, account):
        session = browser.session
        session["planted"] = True
        session.save()
        before = session.session_key
        browser.cookies["sessionid"] = before

        sign_in(browser)

        assert browser.cookies["sessionid"].value != before
        stranger = Client()
        stranger.cookies["sessionid"] = before
        assert stranger.get(AT).status_code == 401

    def test_the_cookie_is_out_of_reach_of_scripts(self, browser, account):
        cookie = sign_in(browser).cookies["sessionid"]

        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


class TestSignOut:
    def test_ends_the_session_and_can_be_done_twice(self, browser, account):
        sign_in(browser)

        first = post(browser, AT, None, "delete")
        second = post(browser, AT, None, "delete") if "csrftoken" in browser.cookies else first

        assert (first.status_code, second.status_code) == (204, 204)
        assert browser.get(AT).status_code == 401

    def test_needs_the_form_token(self, browser, account):
        sign_in(browser)

        assert browser.delete(AT).status_code == 403
        assert browser.get(AT).status_code == 200


class TestLanguage:
    def test_answers_in_the_language_of_the_account(self, browser, account):
        sign_in(browser)
        refused = browser.get("/api/v1/other/ticket").json()["message"]

        answer = post(browser, AT, {"language": "en"}, "patch")

        assert answer.json()["user"]["language"] == "en"
        assert "权限" in refused
        assert "role" in browser.get("/api/v1/other/ticket").json()["message"]

    def test_refuses_another_language(self, browser, account):
        sign_in(browser)

        assert post(browser, AT, {"language": "fr"}, "patch").status_code == 422


class TestPassword:
    def test_ends_other_sessions_and_keeps_this_one(self, browser, account):
        other = Client(enforce_csrf_checks=True)
        sign_in(other)
        sign_in(browser)

        answer = post(browser, f"{AT}/password", {"old": PASSWORD, "new": "another long one 8"})

        assert answer.status_code == 204
        assert browser.get(AT).status_code == 200
        assert other.get(AT).status_code == 401

    def test_one_that_was_handed_out_opens_nothing_but_its_change(self, browser, account):
        Account.objects.filter(pk=account).update(must_change_password=True)
        sign_in(browser)

        shut = browser.get("/api/v1/hml/ticket")
        post(browser, f"{AT}/password", {"old": PASSWORD, "new": "another long one 8"})

        assert (shut.status_code, shut.json()["key"]) == (403, "identity.must_change_password")
        assert browser.get("/api/v1/hml/ticket").status_code == 200


class TestTicket:
    def test_is_given_to_who_works_there(self, browser, account):
        sign_in(browser)

        answer = browser.get("/api/v1/hml/ticket").json()

        assert set(answer) == {"ticket", "expires_at"}
        assert browser.get("/api/v1/other/ticket").status_code == 403
        assert Client().get("/api/v1/hml/ticket").status_code == 401

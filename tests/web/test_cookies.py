"""By TLS a neighbour under the same domain can put no cookie of his own in the place of ours."""

import os
import subprocess
import sys

import pytest
from django.test import Client

from linli.contracts.outbox import wake
from linli.contracts.places import estates
from linli.foundation.identity import operations
from linli.web.cookies import only_ours
from tests.foundation.identity.kit import AT, PASSWORD

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def by_tls(settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SESSION_COOKIE_NAME = only_ours("sessionid", tls=True)
    settings.CSRF_COOKIE_NAME = only_ours("csrftoken", tls=True)


@pytest.fixture(autouse=True)
def account(monkeypatch):
    monkeypatch.setattr(wake, "_answer", lambda: None)
    monkeypatch.setattr(estates, "_answer", dict)
    return operations.open_account(username="wang", name="王", password=PASSWORD).account


def sign_in(browser, token):
    return browser.post(
        f"{AT}/session", {"username": "wang", "password": PASSWORD}, JSON, secure=True,
        headers={"x-csrftoken": token, "referer": "https://testserver/"},
    )  # fmt: skip


class TestByTls:
    def test_both_cookies_are_of_this_host_alone(self, by_tls):
        browser = Client(enforce_csrf_checks=True)
        browser.get(f"{AT}/session", secure=True)

        answer = sign_in(browser, browser.cookies["__Host-csrftoken"].value)

        assert answer.status_code == 200
        assert sorted(answer.cookies) == ["__Host-csrftoken", "__Host-sessionid"]
        for cookie in answer.cookies.values():
            assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")

    def test_a_token_that_a_neighbour_set_opens_nothing(self, by_tls):
        browser = Client(enforce_csrf_checks=True)
        browser.cookies["csrftoken"] = "n" * 32

        answer = sign_in(browser, "n" * 32)

        assert (answer.status_code, answer.json()["key"]) == (403, "identity.forged")

    def test_a_session_that_a_neighbour_set_is_none(self, by_tls, account):
        others = Client(enforce_csrf_checks=True)
        others.get(f"{AT}/session", secure=True)
        sign_in(others, others.cookies["__Host-csrftoken"].value)
        victim = Client()
        victim.cookies["sessionid"] = others.cookies["__Host-sessionid"].value

        assert victim.get(f"{AT}/session", secure=True).status_code == 401


class TestSigningOut:
    def sign_out(self, browser, token, **more):
        return browser.delete(
            f"{AT}/session",
            headers={"x-csrftoken": token, "referer": "https://testserver/"},
            **more,
        )

    def test_by_tls_the_browser_forgets_but_for_what_is_told_nowhere_else(self, by_tls):
        browser = Client(enforce_csrf_checks=True)
        browser.get(f"{AT}/session", secure=True)
        sign_in(browser, browser.cookies["__Host-csrftoken"].value)

        answer = self.sign_out(browser, browser.cookies["__Host-csrftoken"].value, secure=True)

        assert answer.status_code == 204
        assert answer["Clear-Site-Data"] == '"cache", "cookies"'
        assert answer.cookies["__Host-sessionid"]["max-age"] == 0

    def test_nothing_else_makes_it_forget(self, by_tls):
        browser = Client(enforce_csrf_checks=True)
        asked = browser.get(f"{AT}/session", secure=True)
        entered = sign_in(browser, browser.cookies["__Host-csrftoken"].value)
        refused = self.sign_out(browser, "n" * 32, secure=True)

        told = [one.has_header("Clear-Site-Data") for one in (asked, entered, refused)]
        assert (told, refused.status_code) == ([False] * 3, 403)

    def test_without_tls_browsers_would_not_hear_it(self):
        browser = Client(enforce_csrf_checks=True)
        browser.get(f"{AT}/session")

        answer = self.sign_out(browser, browser.cookies["csrftoken"].value)

        assert answer.status_code == 204
        assert not answer.has_header("Clear-Site-Data")


class TestWithoutTls:
    def test_a_token_of_when_there_was_tls_is_taken_back(self):
        browser = Client()
        browser.cookies["__Host-csrftoken"] = "o" * 32

        answer = browser.get(f"{AT}/session")

        left = answer.cookies["__Host-csrftoken"]
        assert (left.value, left["max-age"], left["secure"], left["path"]) == ("", 0, True, "/")
        assert answer.cookies["csrftoken"].value

    def test_nothing_is_taken_back_where_there_is_nothing(self):
        assert list(Client().get(f"{AT}/session").cookies) == ["csrftoken"]


@pytest.mark.parametrize(
    ("https", "named"),
    [("1", "__Host-sessionid __Host-csrftoken True"), ("", "sessionid csrftoken False")],
)
def test_the_setting_decides(https, named, tmp_path):
    read = (
        "from linli.app import settings as s; "
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE)"
    )
    where = {**os.environ, "LINLI_HTTPS": https, "LINLI_HOME": str(tmp_path)}

    said = subprocess.run(
        [sys.executable, "-c", read], env=where, capture_output=True, text=True, check=True
    )

    assert said.stdout.strip() == named

"""Roles that hold power ask for a factor beside the password."""

from datetime import timedelta

import pytest
from django.test import Client

from linli.foundation.identity import logic, operations
from linli.foundation.identity.models import Totp
from linli.web.doors import SIGNED_IN, doors
from tests.foundation.identity.kit import NOW, PASSWORD, Browser, code_of, has_app

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def obliged(settings):
    settings.FACTOR_ROLES = frozenset(logic.POWER)


@pytest.fixture
def manager(db, estates):
    number = operations.open_account(username="li", name="李小睦", password=PASSWORD).account
    operations.grant(account=number, role="manager", community="hml", now=NOW)
    return number


@pytest.fixture
def signed(browser, manager):
    browser.sign_in("li")
    return browser


def refused(answer):
    return (answer.status_code, answer.json()["key"]) == (403, "identity.must_add_factor")


class TestSignIn:
    @pytest.mark.parametrize("role", logic.POWER)
    def test_lets_the_powerful_in_and_says_what_is_wanted(self, browser, manager, role):
        operations.revoke(account=manager, role="manager", community="hml", now=NOW)
        operations.grant(account=manager, role=role, community="hml", now=NOW)

        user = browser.sign_in("li").json()["user"]

        assert user["must_add_factor"]
        assert refused(browser.get("/hml/approvals"))

    def test_asks_it_of_nobody_else(self, browser, guard):
        user = browser.sign_in().json()["user"]

        assert not user["must_add_factor"]
        assert browser.get("/hml/approvals").status_code == 200

    def test_a_role_that_has_ended_asks_for_nothing(self, browser, guard):
        terms = operations.Terms(until=NOW + timedelta(days=1))
        operations.grant(account=guard, role="manager", community="hml", terms=terms, now=NOW)

        user = browser.sign_in().json()["user"]

        assert not user["must_add_factor"]


class TestWithout:
    def test_opens_no_door_that_asks_for_a_right(self, signed):
        ask = [door for door in doors() if door.asks_permission and door.method == "GET"]
        paths = [door.path for door in ask if door.path.count("{") == 1]

        answers = [signed.get(path.replace("{community}", "hml")) for path in paths]

        assert len(paths) > 30
        assert all(refused(answer) for answer in answers)

    def test_writes_nothing_and_takes_no_emergency(self, signed):
        wish = {"role": "guard", "reason": "水管爆裂要进机房"}

        assert refused(signed.post("/hml/emergencies", wish))
        assert refused(signed.post("/hml/accounts", {"username": "x1", "name": "某人"}))

    def test_what_is_open_to_it_is_its_own_session_and_words_of_the_catalogue(self):
        own = {door.path.split("/")[1] for door in doors() if door.passes == SIGNED_IN}

        assert own == {"session", "sessions", "checks", "models", "protocols", "purposes"}

    def test_hears_nothing_live(self, signed, manager):
        assert refused(signed.get("/hml/ticket"))

    def test_an_app_that_showed_no_code_yet_is_none(self, signed, manager):
        signed.post("/session/app")

        assert Totp.objects.filter(account=manager, proved=False).exists()
        assert refused(signed.get("/hml/approvals"))


class TestWith:
    def test_opens_once_a_factor_is_there(self, signed):
        has_app(signed)

        user = signed.get("/session").json()["user"]

        assert not user["must_add_factor"]
        assert signed.get("/hml/approvals").status_code == 200

    def test_shuts_when_the_last_one_is_taken_off(self, signed):
        has_app(signed)
        signed.send("delete", "/session/app")

        assert refused(signed.get("/hml/approvals"))

    def test_signs_in_by_both_elsewhere(self, signed):
        secret, _ = has_app(signed)
        other = Browser(Client(enforce_csrf_checks=True))

        assert other.sign_in("li").status_code == 401
        assert other.sign_in("li", code=code_of(secret)).status_code == 200
        assert other.get("/hml/approvals").status_code == 200

    def test_a_role_that_is_given_now_asks_at_once(self, browser, guard):
        browser.sign_in()
        before = browser.get("/hml/approvals").status_code

        operations.grant(account=guard, role="manager", community="hml", now=NOW)

        assert before == 200
        assert refused(browser.get("/hml/approvals"))


class TestSetting:
    def test_the_sign_in_page_is_told(self, browser, settings):
        asked = browser.get("/session/ways").json()
        settings.FACTOR_ROLES = frozenset()

        assert asked["factor_roles"] == sorted(logic.POWER)
        assert browser.get("/session/ways").json()["factor_roles"] == []

    def test_none_asks_it_of_nobody(self, browser, manager, settings):
        settings.FACTOR_ROLES = frozenset()

        user = browser.sign_in("li").json()["user"]

        assert not user["must_add_factor"]
        assert browser.get("/hml/approvals").status_code == 200

    def test_may_name_others(self, browser, guard, settings):
        settings.FACTOR_ROLES = frozenset({"guard"})

        browser.sign_in()

        assert refused(browser.get("/hml/approvals"))

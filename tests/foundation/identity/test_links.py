"""Who one is elsewhere signs in here if an account is linked to him, and not otherwise."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from linli.adapters import fetching
from linli.adapters.oidc import Provider as Asking
from linli.adapters.wechat import WeChat
from linli.contracts import identity as contract
from linli.foundation.identity import operations, queries
from linli.foundation.identity.models import Account, Link
from linli.foundation.identity.operations import links
from tests.adapters.provider import CLIENT, SECRET, running
from tests.foundation.identity.kit import NOW, PASSWORD, SURE, Browser, code_of, has_app

pytestmark = pytest.mark.django_db
APP = "wechat:wx1"


def answer(monkeypatch, port, with_):
    monkeypatch.setattr(port, "_answer", with_)


@pytest.fixture
def there(monkeypatch):
    with running() as provider:
        asking = Asking(issuer=provider.url, client=CLIENT, secret=lambda: SECRET)
        known = contract.Provider(issuer=provider.url, name="统一认证")
        app = WeChat(url=f"{provider.url}/jscode2session", app="wx1", secret=lambda: SECRET)
        answer(monkeypatch, contract.provider, lambda: known)
        answer(monkeypatch, contract.provider_address, asking.address)
        answer(monkeypatch, contract.subject_of, asking.subject)
        answer(monkeypatch, contract.wechat, lambda: APP)
        answer(monkeypatch, contract.openid_of, app.openid)
        yield provider


@pytest.fixture
def linked(there, guard):
    links.link(account=guard, issuer=there.url, subject="s-17", now=NOW)
    return guard


@pytest.fixture
def sent(monkeypatch):
    """The codes that went out."""
    out = []
    answer(monkeypatch, contract.send_code, out.append)
    answer(monkeypatch, contract.codes_by, lambda: "gateway")
    answer(monkeypatch, contract.phone_of, lambda _: "+8613800138000")
    answer(monkeypatch, contract.account_of_phone, lambda _: None)
    return out


@pytest.fixture
def resident(db, estates):
    number = operations.open_account(username="zhao", name="赵小和", password=PASSWORD).account
    operations.grant(account=number, role="resident", community="hml", now=NOW)
    return number


def go(browser, there, subject="s-17", begin="/session/provider"):
    """Go to the provider and sign in there; return the code and state to come back with."""
    at = browser.post(begin).json()["location"]
    return there.authorize(at, subject, timezone.now()), browser.session["errand"][1]


def back(browser, code, state, **more):
    query = {"code": code, "state": state, **more}
    return browser.client.get("/api/v1/session/provider/return", query)


def who(browser):
    found = browser.get("/session")
    return found.json()["user"]["username"] if found.status_code == 200 else None


class TestSignIn:
    def test_lets_in_who_is_linked(self, browser, there, linked):
        answered = back(browser, *go(browser, there))

        assert (answered.status_code, answered["Location"]) == (302, "/")
        assert who(browser) == "wang"

    def test_changes_the_session_so_that_a_planted_one_is_worth_nothing(
        self, browser, there, linked
    ):
        code, state = go(browser, there)
        before = browser.session.session_key

        back(browser, code, state)

        assert browser.client.cookies["sessionid"].value != before

    def test_whom_nobody_linked_is_nobody_whatever_his_mail(self, browser, there, guard):
        answered = back(browser, *go(browser, there, "s-18"))

        assert answered["Location"] == "/sign-in?refused=identity.unknown_subject"
        assert who(browser) is None
        assert not Link.objects.exists()

    def test_a_closed_account_is_out(self, browser, there, linked):
        operations.close_account(account=linked, now=NOW)

        answered = back(browser, *go(browser, there))

        assert answered["Location"] == "/sign-in?refused=identity.unknown_subject"
        assert not Link.objects.exists()

    def test_asks_for_the_factor_of_the_account(self, browser, there, linked):
        browser.sign_in()
        secret, _ = has_app(browser)
        other = Browser(Client(enforce_csrf_checks=True))

        answered = back(other, *go(other, there))
        before = who(other)
        done = other.post("/session/second", {"code": code_of(secret)})

        assert answered["Location"] == "/sign-in?second=1"
        assert before is None
        assert done.json()["user"]["username"] == "wang"

    def test_comes_back_once(self, browser, there, linked):
        code, state = go(browser, there)
        back(browser, code, state)
        browser.send("delete", "/session")

        again = back(browser, code, state)

        assert again["Location"] == "/sign-in?refused=identity.not_vouched"
        assert who(browser) is None

    @pytest.mark.parametrize("spoil", [
        {"state": "another"},
        {"state": ""},
        {"code": ""},
        {"error": "access_denied"},
        {"iss": "https://other.example"},
    ])  # fmt: skip
    def test_refuses_what_is_not_its_own(self, browser, there, linked, spoil):
        code, state = go(browser, there)

        answered = back(browser, **{"code": code, "state": state, **spoil})

        assert answered["Location"] == "/sign-in?refused=identity.not_vouched"
        assert who(browser) is None

    def test_refuses_a_code_brought_to_another_browser(self, browser, there, linked):
        code, state = go(browser, there)
        victim = Browser(Client(enforce_csrf_checks=True))

        answered = back(victim, code, state)

        assert answered["Location"] == "/sign-in?refused=identity.not_vouched"
        assert who(victim) is None

    def test_is_not_for_long(self, browser, there, linked):
        code, state = go(browser, there)
        browser.remember(errand_at=timezone.now().timestamp() - 600)

        assert "not_vouched" in back(browser, code, state)["Location"]

    def test_is_refused_at_once_while_others_ask(self, browser, there, linked):
        with fetching.turn(), fetching.turn():
            begun = browser.post("/session/provider")
            by_wechat = browser.post("/session/wechat", {"code": "c1"})
        code, state = go(browser, there)
        with fetching.turn(), fetching.turn():
            answered = back(browser, code, state)

        assert (begun.status_code, begun.json()["key"]) == (503, "identity.provider_busy")
        assert (by_wechat.status_code, by_wechat.json()["key"]) == (503, "identity.provider_busy")
        assert answered["Location"] == "/sign-in?refused=identity.provider_busy"
        assert back(browser, *go(browser, there))["Location"] == "/"

    def test_needs_the_token_of_the_form(self, there):
        client = Client(enforce_csrf_checks=True)

        assert client.post("/api/v1/session/provider").status_code == 403

    def test_is_offered_where_it_is_set_up(self, browser, there):
        assert browser.get("/session/ways").json()["provider"] == "统一认证"

    def test_is_refused_where_it_is_not(self, browser, db):
        answered = browser.post("/session/provider")

        assert (answered.status_code, answered.json()["key"]) == (503, "identity.no_provider")
        assert browser.get("/session/ways").json()["provider"] == ""
        assert "not_vouched" in back(browser, "x", "y")["Location"]


class TestLink:
    def test_is_made_by_who_is_signed_in_here_and_there(self, browser, there, guard):
        browser.sign_in()

        answered = back(browser, *go(browser, there, begin="/session/links/provider"))

        [one] = browser.get("/session/links").json()["items"]
        assert answered["Location"] == "/account?linked=1"
        assert (one["issuer"], one["subject"]) == (there.url, "s-17")

    def test_needs_a_factor_shown_lately(self, browser, there, guard):
        browser.sign_in()
        browser.remember(shown=0)

        answered = browser.post("/session/links/provider")

        assert answered.json()["key"] == "identity.step_up_wanted"

    def test_does_not_follow_another_who_signs_in_meanwhile(self, browser, there, guard, resident):
        browser.sign_in()
        code, state = go(browser, there, begin="/session/links/provider")
        kept = {name: browser.session[name] for name in ("errand", "errand_at", "errand_links")}
        browser.send("delete", "/session")
        browser.sign_in("zhao")
        browser.remember(**kept)

        back(browser, code, state)

        assert not Link.objects.exists()

    def test_one_there_is_one_here(self, browser, there, linked, resident):
        browser.sign_in("zhao")

        answered = back(browser, *go(browser, there, begin="/session/links/provider"))

        assert answered["Location"] == "/account?refused=identity.subject_taken"
        assert Link.objects.get().account_id == linked

    def test_made_twice_is_one(self, there, linked):
        links.link(account=linked, issuer=there.url, subject="s-17", now=NOW)

        assert Link.objects.count() == 1

    def test_none_is_made_by_who_signed_in_before_a_reset(self, there, guard):
        signed = Account.objects.get(pk=guard).get_session_auth_hash()
        operations.reset_account(account=guard, sure=SURE, now=NOW)

        with pytest.raises(queries.NotSignedIn):
            links.link(account=guard, issuer=there.url, subject="s-1", signed=signed, now=NOW)
        assert not Link.objects.exists()

    def test_taken_off_it_opens_nothing(self, browser, there, linked):
        browser.sign_in()
        [one] = browser.get("/session/links").json()["items"]

        first = browser.send("delete", f"/session/links/{one['id']}").status_code
        second = browser.send("delete", f"/session/links/{one['id']}").status_code
        browser.send("delete", "/session")

        assert (first, second) == (204, 404)
        assert "unknown_subject" in back(browser, *go(browser, there))["Location"]

    def test_of_another_cannot_be_taken_off(self, browser, there, linked, resident):
        browser.sign_in("zhao")

        answered = browser.send("delete", f"/session/links/{Link.objects.get().pk}")

        assert answered.status_code == 404
        assert Link.objects.exists()


class TestWeChat:
    def wechat(self, browser, there, openid="o-88"):
        there.wechat = {"c1": openid}
        return browser.post("/session/wechat", {"code": "c1"})

    def bind(self, browser, sent, name="zhao"):
        asked = browser.post("/session/codes", {"name": name, "use": "bind"}).json()["asked"]
        code = sent[-1].code if sent else "000000"
        return {"asked": asked, "code": code}

    def test_whom_nobody_knows_is_bound_once_by_a_code(self, browser, there, resident, sent):
        unknown = self.wechat(browser, there)

        bound = browser.post("/session/wechat/bind", self.bind(browser, sent))
        other = Browser(Client(enforce_csrf_checks=True))
        known = self.wechat(other, there)

        assert (unknown.status_code, unknown.json()["key"]) == (401, "identity.unknown_subject")
        assert bound.json()["user"]["username"] == "zhao"
        assert known.json()["user"]["username"] == "zhao"

    def test_is_not_bound_to_another_account_after(self, browser, there, resident, sent):
        links.link(account=resident, issuer=APP, subject="o-1", now=NOW)
        self.wechat(browser, there)

        answered = browser.post("/session/wechat/bind", self.bind(browser, sent))

        assert (answered.status_code, answered.json()["key"]) == (409, "identity.subject_taken")
        assert Link.objects.get().subject == "o-1"
        assert who(browser) is None

    def test_is_not_bound_by_a_wrong_code_or_one_for_another_use(
        self, browser, there, resident, sent
    ):
        self.wechat(browser, there)
        body = self.bind(browser, sent)
        for_sign_in = browser.post("/session/codes", {"name": "zhao"}).json()["asked"]

        wrong = browser.post("/session/wechat/bind", {**body, "code": "999999x"})
        other = browser.post("/session/wechat/bind", {"asked": for_sign_in, "code": sent[-1].code})

        assert (wrong.status_code, other.status_code) == (401, 401)
        assert not Link.objects.exists()

    def test_who_works_here_is_not_bound_by_a_code(self, browser, there, guard, sent):
        self.wechat(browser, there)

        answered = browser.post("/session/wechat/bind", self.bind(browser, sent, "wang"))

        assert sent == []
        assert answered.status_code == 401

    def test_who_came_to_work_here_since_comes_in_by_more_than_wechat(
        self, browser, there, resident
    ):
        links.link(account=resident, issuer=APP, subject="o-1", now=NOW)
        terms = operations.Terms(days=str((timezone.localtime().isoweekday() % 7) + 1))
        operations.grant(account=resident, role="guard", community="hml", terms=terms, now=NOW)

        answered = self.wechat(browser, there)

        assert (answered.status_code, answered.json()["key"]) == (401, "identity.unknown_subject")
        assert who(browser) is None

    def test_a_reset_takes_the_links_off(self, resident):
        links.link(account=resident, issuer=APP, subject="o-1", now=NOW)

        operations.reset_account(account=resident, sure=SURE, now=NOW)

        assert not Link.objects.exists()

    def test_nobody_is_bound_who_did_not_come_by_wechat(self, browser, there, resident, sent):
        answered = browser.post("/session/wechat/bind", self.bind(browser, sent))

        assert answered.json()["key"] == "identity.not_vouched"
        assert not Link.objects.exists()

    def test_a_wrong_code_is_nobody(self, browser, there):
        answered = browser.post("/session/wechat", {"code": "other"})

        assert (answered.status_code, answered.json()["key"]) == (401, "identity.not_vouched")

    def test_is_refused_where_there_is_no_app(self, browser, db):
        answered = browser.post("/session/wechat", {"code": "c1"})

        assert (answered.status_code, answered.json()["key"]) == (503, "identity.no_provider")


@pytest.mark.django_db(transaction=True)
def test_of_many_who_link_one_subject_at_once_one_does(monkeypatch):
    numbers = [
        operations.open_account(username=f"u{n}", name="某人", password=PASSWORD).account
        for n in range(4)
    ]

    def link(number):
        try:
            links.link(account=number, issuer=APP, subject="o-1", now=NOW)
        except links.SubjectTaken:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as many:
        done = list(many.map(link, numbers))

    assert sum(done) == 1
    assert Link.objects.count() == 1

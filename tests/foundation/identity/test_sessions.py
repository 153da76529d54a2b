from base64 import b64decode
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DjangoStore
from django.test import Client
from django.utils import timezone

from linli.contracts import identity as contract
from linli.foundation.identity import operations
from linli.foundation.identity.models import Account, Session
from linli.foundation.identity.sessions import SessionStore
from tests.foundation.identity.kit import NOW, PASSWORD, SURE, Browser

pytestmark = pytest.mark.django_db


def ago(**span):
    return (timezone.now() - timedelta(**span)).timestamp()


@pytest.fixture
def resident(db, estates):
    number = operations.open_account(username="li", name="李小和", password=PASSWORD).account
    operations.grant(account=number, role="resident", community="hml", now=NOW)
    return number


class TestWords:
    """What a session remembers is sealed in its row."""

    def test_it_lies_there_as_noise_and_is_nothing_elsewhere(self, settings):
        store = SessionStore()
        words = store.encode({"_auth_user_id": "7", "seen": 1.0})

        assert store.decode(words) == {"_auth_user_id": "7", "seen": 1.0}
        assert words != store.encode({"_auth_user_id": "7", "seen": 1.0})
        assert b"auth_user" not in b64decode(words)
        settings.SECRET_KEY = "another installation"
        assert store.decode(words) == {}

    def test_one_from_before_goes_on_and_a_forged_one_is_none(self):
        before = DjangoStore().encode({"_auth_user_id": "7"})

        assert SessionStore().decode(before) == {"_auth_user_id": "7"}
        assert SessionStore().decode(before[:-1] + "!") == {}
        assert SessionStore().decode("") == {}


class TestLimits:
    def test_a_session_of_staff_ends_when_it_is_unseen_for_half_an_hour(self, browser, guard):
        browser.sign_in()

        browser.remember(seen=ago(minutes=29))
        before = browser.get("/session").status_code
        browser.remember(seen=ago(minutes=30))
        after = browser.get("/session")

        assert before == 200
        assert (after.status_code, after.json()["key"]) == (401, "identity.session_over")
        assert not Session.objects.exclude(account=None).exists()

    def test_a_session_of_staff_ends_after_twelve_hours_however_busy(self, browser, guard):
        browser.sign_in()
        browser.remember(began=ago(hours=12))

        assert browser.get("/session").json()["key"] == "identity.session_over"

    def test_a_session_that_is_seen_goes_on(self, browser, guard):
        browser.sign_in()
        browser.remember(seen=ago(minutes=20))

        browser.get("/session")

        assert browser.session["seen"] > ago(minutes=1)

    def test_who_only_lives_here_may_stay_for_weeks(self, browser, resident):
        browser.sign_in("li")

        browser.remember(seen=ago(days=29), began=ago(days=89))
        before = browser.get("/session").status_code
        browser.remember(seen=ago(days=30))

        assert before == 200
        assert browser.get("/session").status_code == 401

    def test_who_comes_to_work_here_has_the_limits_of_staff_at_once(self, browser, resident):
        browser.sign_in("li")
        browser.remember(seen=ago(minutes=31))

        operations.grant(account=resident, role="guard", community="hml", now=NOW)

        assert browser.get("/session").json()["key"] == "identity.session_over"

    def test_the_limits_are_settings(self):
        limits = settings.STAFF_SESSION

        assert (limits.idle, limits.absolute) == (timedelta(minutes=30), timedelta(hours=12))


class TestList:
    def test_says_on_what_and_which_is_this_one_and_no_key(self, browser, guard):
        browser.sign_in()
        other = Browser(Client(enforce_csrf_checks=True))
        other.sign_in()

        found = browser.get("/sessions").json()["items"]

        assert [line["device"] for line in found] == ["Chrome · Android"] * 2
        assert sorted(line["current"] for line in found) == [False, True]
        assert browser.session.session_key not in str(found)

    def test_tells_nobody_elses(self, browser, guard, resident):
        browser.sign_in()
        stranger = Browser(Client(enforce_csrf_checks=True))
        stranger.sign_in("li")

        assert len(stranger.get("/sessions").json()["items"]) == 1


class TestEnd:
    @pytest.fixture
    def told(self, monkeypatch):
        told = []
        monkeypatch.setattr(contract.left, "_answer", told.append)
        return told

    def test_ends_one_and_its_live_lines(
        self, browser, guard, told, django_capture_on_commit_callbacks
    ):
        browser.sign_in()
        other = Browser(Client(enforce_csrf_checks=True))
        other.sign_in()
        [line] = [one for one in browser.get("/sessions").json()["items"] if not one["current"]]

        with django_capture_on_commit_callbacks(execute=True):
            answer = browser.send("delete", f"/sessions/{line['id']}")

        assert answer.status_code == 204
        assert (browser.get("/session").status_code, other.get("/session").status_code) == (
            200,
            401,
        )
        assert told == [guard]

    def test_ends_all_others(self, browser, guard):
        others = [Browser(Client(enforce_csrf_checks=True)) for _ in range(3)]
        for one in (browser, *others):
            one.sign_in()

        browser.send("delete", "/sessions")

        assert browser.get("/session").status_code == 200
        assert {one.get("/session").status_code for one in others} == {401}

    def test_refuses_another_persons_as_one_that_there_is_not(self, browser, guard, resident):
        browser.sign_in()
        [mine] = browser.get("/sessions").json()["items"]
        stranger = Browser(Client(enforce_csrf_checks=True))
        stranger.sign_in("li")

        answers = [stranger.send("delete", f"/sessions/{one}") for one in (mine["id"], "0" * 16)]

        assert {(a.status_code, a.json()["key"]) for a in answers} == {
            (404, "identity.session_not_found")
        }
        assert browser.get("/session").status_code == 200

    def test_a_request_under_way_does_not_bring_an_ended_one_back(self, browser, guard):
        browser.sign_in()
        session = browser.session
        key = session.session_key

        operations.end_other_sessions(account=guard, keep=None)
        browser.client.cookies["sessionid"] = key

        assert browser.get("/session").status_code == 401
        assert not Session.objects.filter(session_key=key).exists()

    def test_closing_an_account_ends_them_all(self, browser, guard):
        browser.sign_in()

        operations.close_account(account=guard, now=NOW)

        assert browser.get("/session").status_code == 401
        assert not Session.objects.filter(account=guard).exists()


class TestTold:
    """What rests on a session is told when it is ended, and not when it runs out."""

    @pytest.fixture
    def told(self, monkeypatch):
        told = []
        monkeypatch.setattr(contract.ended, "_answer", told.append)
        return told

    @pytest.fixture
    def left(self, monkeypatch):
        left = []
        monkeypatch.setattr(contract.left, "_answer", left.append)
        return left

    def line(self, browser):
        return browser.session["line"]

    def unname(self, browser):
        """Let a session be as one that began when none had a name."""
        session = browser.session
        del session["line"]
        session.save()

    def test_signing_out_ends_this_one(self, browser, guard, told):
        browser.sign_in()
        line = self.line(browser)

        for _ in range(2):
            browser.send("delete", "/session")

        assert told == [contract.Ended(account=guard, line=line)]
        assert len(line) == 32

    def test_signing_out_is_all_or_nothing(self, browser, guard, monkeypatch):
        browser.sign_in()
        browser.client.raise_request_exception = False

        def breaks(_):
            raise OSError

        monkeypatch.setattr(contract.ended, "_answer", breaks)

        assert browser.send("delete", "/session").status_code == 500
        assert browser.get("/session").status_code == 200

    def test_what_was_told_is_taken_back_where_the_session_stays(self, guard, monkeypatch, left):
        def tell(ended):
            Account.objects.filter(pk=ended.account).update(name="gone")

        def breaks():
            raise EOFError

        monkeypatch.setattr(contract.ended, "_answer", tell)
        with pytest.raises(EOFError):
            operations.sign_out(account=guard, line="one", leave=breaks)

        assert Account.objects.get(pk=guard).name != "gone"
        assert left == []

    def test_the_live_lines_end_once_all_is_written(
        self, browser, guard, left, django_capture_on_commit_callbacks
    ):
        browser.sign_in()

        with django_capture_on_commit_callbacks() as written:
            browser.send("delete", "/session")
        before = list(left)
        for one in written:
            one()

        assert (before, left) == ([], [guard])

    def test_a_session_of_before_is_named_at_its_next_request(self, browser, guard, told):
        other = Browser(Client(enforce_csrf_checks=True))
        names = []
        for one in (browser, other):
            one.sign_in()
            began = one.session["began"]
            for _ in range(2):
                self.unname(one)
                one.get("/session")
                names.append(self.line(one))
            assert one.session["began"] == began

        browser.send("delete", "/session")

        assert (names[0], names[2]) == (names[1], names[3])
        assert len({*names}) == 2
        assert {len(name) for name in names} == {32}
        assert browser.session.session_key not in names
        assert told == [contract.Ended(account=guard, line=names[0])]

    def test_another_password_names_a_session_of_before(self, browser, guard, told):
        browser.sign_in()
        self.unname(browser)

        browser.post("/session/password", {"old": PASSWORD, "new": "another long one 8"})

        assert told == [contract.Ended(account=guard, but=self.line(browser))]

    def test_a_session_that_was_never_named_is_ended_without_a_name(self, browser, guard, told):
        browser.sign_in()
        self.unname(browser)

        browser.send("delete", "/session")

        assert told == [contract.Ended(account=guard, line="")]

    def test_ended_from_elsewhere(self, browser, guard, told):
        other = Browser(Client(enforce_csrf_checks=True))
        other.sign_in()
        browser.sign_in()
        line = self.line(other)
        [theirs] = [one for one in browser.get("/sessions").json()["items"] if not one["current"]]

        browser.send("delete", f"/sessions/{theirs['id']}")
        browser.send("delete", "/sessions")

        assert told == [
            contract.Ended(account=guard, line=line),
            contract.Ended(account=guard, but=self.line(browser)),
        ]

    def test_another_password_ends_all_others_and_this_one_keeps_its_name(
        self, browser, guard, told
    ):
        browser.sign_in()
        key, line = browser.session.session_key, self.line(browser)

        changed = browser.post("/session/password", {"old": PASSWORD, "new": "another long one 8"})

        assert changed.status_code == 204
        assert (browser.session.session_key != key, self.line(browser)) == (True, line)
        assert told == [contract.Ended(account=guard, but=line)]

    def test_an_account_that_is_closed_or_reset_ends_all(self, guard, resident, told):
        operations.close_account(account=guard, now=NOW)
        operations.reset_account(account=resident, sure=SURE, now=NOW)

        assert told == [contract.Ended(account=guard), contract.Ended(account=resident)]

    def test_one_that_runs_out_was_not_ended(self, browser, guard, told):
        browser.sign_in()
        browser.remember(seen=ago(minutes=31))

        assert browser.get("/session").status_code == 401
        operations.forget_sessions(before=timezone.now() + timedelta(days=1))

        assert told == []

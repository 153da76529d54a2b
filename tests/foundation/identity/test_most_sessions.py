"""So many sessions of an account at once, and no more."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from linli.contracts import identity as contract
from linli.contracts import places
from linli.foundation.audit.models import Act, Line
from linli.foundation.identity import operations
from linli.foundation.identity.models import Session
from tests.foundation.identity.kit import NOW, PASSWORD, Browser


def elsewhere(username="wang", minutes=0):
    """Return a browser that signed in so long ago, and what it was answered."""
    found = Browser(Client(enforce_csrf_checks=True))
    said = found.sign_in(username)
    if minutes:
        found.remember(seen=(timezone.now() - timedelta(minutes=minutes)).timestamp())
    return found, said.json()


@pytest.fixture
def three(settings):
    settings.SESSIONS = 3


@pytest.mark.django_db
@pytest.mark.usefixtures("three", "guard")
class TestMost:
    @pytest.fixture
    def left(self, monkeypatch):
        told = []
        monkeypatch.setattr(contract.left, "_answer", told.append)
        return told

    @pytest.fixture
    def rested(self, monkeypatch):
        told = []
        monkeypatch.setattr(contract.ended, "_answer", told.append)
        return told

    def test_the_one_that_was_unseen_for_longest_ends(
        self, guard, left, rested, django_capture_on_commit_callbacks
    ):
        others = [elsewhere(minutes=m)[0] for m in (5, 20, 1)]
        line = others[1].session["line"]

        with django_capture_on_commit_callbacks(execute=True):
            last, said = elsewhere()

        assert [one.get("/session").status_code for one in (*others, last)] == [200, 401, 200, 200]
        assert said["ended"] == ["Chrome · Android"]
        assert left == [guard]
        assert [(one.account, one.line) for one in rested] == [(guard, line)]

    def test_the_trail_and_the_person_are_told(self, guard):
        for minutes in (5, 20, 1):
            elsewhere(minutes=minutes)

        last, _ = elsewhere()

        [line] = Line.objects.filter(what="session_crowded_out")
        listed = last.get("/sessions").json()
        assert (line.account, line.act, line.community) == (guard, Act.WRITE, "_platform")
        assert (line.who, line.words) == ("wang", "")
        assert (listed["most"], len(listed["items"]), len(listed["crowded_out"])) == (3, 3, 1)

    def test_up_to_that_nothing_ends(self):
        said = [elsewhere()[1]["ended"] for _ in range(3)]

        assert said == [[], [], []]
        assert not Line.objects.filter(what="session_crowded_out").exists()

    def test_one_that_is_over_by_itself_does_not_count(self):
        for minutes in (31, 40, 2, 1):
            elsewhere(minutes=minutes)

        assert elsewhere()[1]["ended"] == []

    def test_the_same_browser_again_is_one(self):
        browser, _ = elsewhere()

        for _ in range(5):
            assert browser.sign_in().json()["ended"] == []

        assert Session.objects.exclude(account=None).count() == 1

    def test_another_persons_are_not_counted(self):
        operations.open_account(username="li", name="李", password=PASSWORD)
        for _ in range(3):
            elsewhere("li")

        assert elsewhere()[1]["ended"] == []

    def test_fewer_than_before_ends_several(self, settings):
        for minutes in (3, 2, 1):
            elsewhere(minutes=minutes)
        settings.SESSIONS = 1

        last, said = elsewhere()

        assert len(said["ended"]) == 3
        assert [one["current"] for one in last.get("/sessions").json()["items"]] == [True]

    def test_who_has_not_signed_in_is_told_of_none(self):
        assert elsewhere()[0].get("/session").json()["ended"] == []


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_no_more_than_that(monkeypatch, settings):
    settings.SESSIONS = 2
    monkeypatch.setattr(places.estates, "_answer", dict)
    operations.open_account(username="wang", name="王小和", password=PASSWORD)
    browsers = [Browser(Client(enforce_csrf_checks=True)) for _ in range(4)]

    def enter(browser):
        try:
            return browser.sign_in().status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        said = list(threads.map(enter, browsers))

    assert set(said) <= {200, 400}, "400: it ended before it was answered"
    assert said.count(200) >= 2
    assert Session.objects.exclude(account=None).filter(expire_date__gt=NOW).count() == 2
    assert Line.objects.filter(what="session_crowded_out").count() == 2

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from linli.contracts import directory
from linli.foundation.audit import queries as audit
from linli.foundation.causes import operations as causes
from linli.foundation.causes.models import Cause
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account, Session
from linli.foundation.outbox import operations as outbox
from linli.foundation.outbox.models import Undelivered
from linli.runtime import tidy

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def communities(monkeypatch):
    monkeypatch.setattr(directory.communities, "_answer", lambda: ["hml", "other"])


def ago(days):
    return NOW - timedelta(days=days)


class TestForgetCauses:
    def note(self, id, community, days):
        causes.note(id=id, cause=None, community=community, kind="Reading", at=ago(days))

    def test_drops_what_is_older_than_the_setting_in_every_community(self):
        self.note("old", "hml", 401)
        self.note("old too", "other", 500)
        self.note("new", "hml", 399)

        dropped = [tidy.forget_causes(NOW) for _ in range(2)]

        assert dropped == [2, 0]
        assert [row.pk for row in Cause.objects.all()] == ["new"]

    def test_keeps_as_long_as_it_is_told(self, monkeypatch):
        monkeypatch.setattr(settings, "KEEP_DAYS", 10)
        self.note("old", "hml", 11)

        assert tidy.forget_causes(NOW) == 1

    def test_one_part_is_bounded(self):
        for number in range(5):
            self.note(f"old {number}", "hml", 500 - number)

        parts = [causes.forget(community="hml", before=NOW, most=2) for _ in range(4)]

        assert parts == [2, 2, 1, 0]


class TestForgetAside:
    def test_drops_what_nobody_asked_for_in_all_that_time_and_says_so(self, caplog):
        for fact, days in (("old", 401), ("new", 399)):
            outbox.put_aside(
                consumer="c", fact=fact, community="hml", body=b"{}", reason="?", now=ago(days)
            )

        dropped = [tidy.forget_aside(NOW) for _ in range(2)]

        assert dropped == [1, 0]
        assert [row.fact for row in Undelivered.objects.all()] == ["new"]
        assert "1 put aside" in caplog.text


class TestForgetAudit:
    def test_keeps_three_years_whatever_is_kept_of_causes(self, monkeypatch, tmp_path):
        monkeypatch.setattr(settings, "KEEP_DAYS", 1)
        monkeypatch.setattr(settings, "AUDIT_ANCHORS", tmp_path / "anchors.jsonl")
        account = Account.objects.create(username="desk", name="前台")
        three_years_ago = NOW.replace(year=NOW.year - 3)
        for at in (three_years_ago - timedelta(days=9), three_years_ago):
            identity.look(
                community="hml", account=account.pk, subject="person:1", purpose="visit", now=at
            )

        sealed = tidy.seal_audit(NOW)
        dropped = [tidy.forget_audit(NOW) for _ in range(2)]

        assert (sealed, dropped) == (2, [1, 0])
        (kept,) = audit.lines(community="hml")
        assert kept.at_us == three_years_ago.timestamp() * 1e6


class TestForgetSessions:
    def test_drops_those_that_have_run_out(self):
        for key, days in (("over", 1), ("good", -1)):
            Session.objects.create(session_key=key, session_data="", expire_date=ago(days))

        dropped = [tidy.forget_sessions(NOW) for _ in range(2)]

        assert dropped == [1, 0]
        assert Session.objects.get().pk == "good"


class TestTellOfJob:
    def test_shows_on_every_page_that_a_job_fails_until_it_works(self):
        for _ in range(2):
            tidy.tell_of_job("audit.seal", "Forged('the anchors are gone')", NOW)
        shown = tidy.put_aside(community="hml")

        tidy.tell_of_job("audit.seal", "", NOW)

        assert [(row["consumer"], row["fact"], row["reason"]) for row in shown] == [
            ("jobs", "audit.seal", "Forged('the anchors are gone')")
        ]
        assert tidy.put_aside(community="hml") == []

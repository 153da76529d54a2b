"""Whoever is refused has a line; whoever is refused without end does not fill the trail."""

import pytest
from django.test import Client

from linli.foundation.audit import operations as audit
from linli.foundation.audit.crowd import Crowd
from linli.foundation.audit.models import Act, Line

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_minute(monkeypatch):
    """A minute that does not pass while a test runs."""
    crowd, turn = Crowd(), Crowd.turn
    noon = audit.datetime(2026, 6, 1, 12, 0, 30)
    monkeypatch.setattr(crowd, "turn", lambda *, who, now: turn(crowd, who=who, now=noon))
    monkeypatch.setattr(audit, "_crowd", crowd)


def refusals(**of):
    return Line.objects.filter(act=Act.REFUSAL, **of)


class TestNote:
    def test_names_who_was_refused_and_where(self, client, estate, sign_in):
        account = sign_in("guard")

        client.get("/api/v1/hml/audit")

        line = refusals().get()
        assert (line.account, line.who, line.community) == (account, "guard-hml", "hml")
        assert (line.what, line.words) == ("identity.not_allowed", "GET /api/v1/hml/audit")

    def test_of_one_without_end_is_kept_short_and_hides_nobody_else(self, client, estate, sign_in):
        account = sign_in("guard")

        for _ in range(50):
            client.get("/api/v1/hml/audit")
        Client().get("/api/v1/hml/audit")

        assert refusals(account=account).count() == 30
        assert refusals(account=0).count() == 1

    def test_of_names_that_there_are_not_is_kept_short(self, client, db):
        for at in range(50):
            body = {"username": f"nobody{at}", "password": "wrong"}
            client.post("/api/v1/session", body, content_type="application/json")

        assert Line.objects.filter(act=Act.SIGN_IN).count() == 30

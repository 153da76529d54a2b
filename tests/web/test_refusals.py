"""Whoever is refused has a line; whoever is refused without end does not fill the trail."""

import pytest
from django.test import Client

from linli.foundation.audit import operations as audit
from linli.foundation.audit.crowd import Crowd
from linli.foundation.audit.models import Act, Line
from linli.web import refusals as written

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_minute(monkeypatch):
    """A minute that does not pass while a test runs."""
    crowd, turn = Crowd(), Crowd.turn
    noon = audit.datetime(2026, 6, 1, 12, 0, 30)
    monkeypatch.setattr(crowd, "turn", lambda *, who, now: turn(crowd, who=who, now=noon))
    monkeypatch.setattr(audit, "_crowd", crowd)
    shapes = Crowd()
    monkeypatch.setattr(shapes, "turn", lambda *, who, now: turn(shapes, who=who, now=noon))
    monkeypatch.setattr(written, "_crowd", shapes)


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


class TestLog:
    """What a schema, a rule or a limit refuses has a line in the log; nothing that was sent has."""

    ID = "11010519491231002X"

    @pytest.fixture
    def told(self, caplog):
        caplog.set_level("INFO", "linli.refused")
        return lambda: [one.getMessage() for one in caplog.records if one.name == "linli.refused"]

    def test_names_door_key_and_account_and_nothing_that_was_sent(
        self, client, estate, sign_in, told
    ):
        account = sign_in("guard")
        body = {"value": [self.ID], self.ID: self.ID}

        client.post(f"/api/v1/checks/{self.ID}?{self.ID}={self.ID}", body, "application/json")

        assert told() == [f"POST /checks/{{kind}}: web.bad_request, account {account}"]
        assert refusals().count() == 0

    def test_so_has_what_is_no_json_and_what_a_rule_refuses(self, client, estate, sign_in, told):
        account = sign_in("guard")

        client.post("/api/v1/checks/id", "{", "application/json")
        client.post("/api/v1/checks/passport", {"value": "1"}, "application/json")

        assert told() == [
            f"POST /checks/{{kind}}: web.not_readable, account {account}",
            f"POST /checks/{{kind}}: kernel.unknown_check, account {account}",
        ]

    def test_so_has_who_comes_too_often(self, client, db, told, settings):
        settings.CALLS_A_MINUTE = {**settings.CALLS_A_MINUTE, "address": 1}

        for _ in range(3):
            client.get("/api/v1/session/ways")

        assert told() == ["GET: web.too_many, account 0"] * 2

    def test_without_end_it_is_kept_short(self, client, estate, sign_in, told):
        sign_in("guard")

        for _ in range(40):
            client.post("/api/v1/checks/id", {"values": self.ID}, "application/json")
        sign_in("manager")
        client.post("/api/v1/checks/id", {"values": self.ID}, "application/json")

        assert len(told()) == 31

    def test_who_is_refused_for_who_he_is_stands_in_the_trail_alone(
        self, client, estate, sign_in, told
    ):
        sign_in("guard")

        client.get("/api/v1/hml/audit")
        Client().get("/api/v1/session")

        assert told() == []
        assert refusals().count() == 1

"""Every write of a person has a line: its operation's, or its door's."""

import pytest
from django.db import DatabaseError

from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act, Line
from linli.foundation.causes.models import Cause
from linli.web.api import api
from linli.web.writes import NOT_NOTED

pytestmark = pytest.mark.django_db
JSON = "application/json"
GROUP = {"buildings": ["hml/b03"]}
AT = "/api/v1/hml/places/hml/g1/group"


def written():
    rows = Line.objects.filter(act=Act.WRITE).order_by("id")
    return list(rows.values_list("account", "what", "place"))


class TestNoted:
    def test_by_its_door_where_the_operation_notes_nothing(self, client, estate, sign_in):
        account = sign_in("manager")
        before = len(written())

        answer = client.put(AT, GROUP, content_type=JSON)

        assert answer.status_code == 204
        assert written()[before:] == [(account, "PUT /{community}/places/{place}/group", "hml/g1")]
        line = Line.objects.latest("id")
        assert (line.community, line.who, line.words) == ("hml", "manager-hml", AT)

    def test_once_where_the_operation_notes_it(self, client, estate, sign_in):
        account = sign_in("manager")
        before = len(written())

        answer = client.put(
            "/api/v1/hml/modes",
            {"place": "hml", "mode": "home", "value": "away"},
            content_type=JSON,
        )

        assert answer.status_code == 200
        assert written()[before:] == [(account, "ModeSet:hml", "hml")]

    def test_with_the_fact_that_it_made_where_that_names_nobody(self, client, estate, sign_in):
        sign_in("manager")

        answer = client.patch("/api/v1/hml/places/hml/b03", {"height_m": 20.0}, content_type=JSON)

        line = Line.objects.latest("id")
        assert answer.status_code == 200
        assert line.what == "PATCH /{community}/places/{place}"
        assert Cause.objects.get(id=line.cause).kind == "PlacesChanged"

    def test_once_however_often_it_is_sent(self, client, estate, sign_in):
        sign_in("manager")
        before = len(written())
        body = {
            "kind": "building",
            "code": "b09",
            "parent": "hml",
            "name": {"zh": "9号楼", "en": ""},
        }

        answers = [
            client.post(
                "/api/v1/hml/places",
                body,
                content_type=JSON,
                headers={"idempotency-key": "one-place-only"},
            )
            for _ in range(2)
        ]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert [what for _, what, _ in written()[before:]] == ["POST /{community}/places"]

    def test_not_of_what_was_refused(self, client, estate, sign_in):
        sign_in("manager")
        before = len(written())

        answer = client.put(AT, {"buildings": ["hml/nowhere"]}, content_type=JSON)

        assert answer.status_code >= 400
        assert written()[before:] == []

    def test_not_of_reading(self, client, estate, sign_in):
        sign_in("manager")
        before = len(written())

        assert client.get("/api/v1/hml/places").status_code == 200
        assert written()[before:] == []

    def test_of_what_concerns_no_community(self, client, sign_in):
        account = sign_in("manager")
        before = len(written())

        client.patch("/api/v1/session", {"language": "en"}, content_type=JSON)
        client.delete("/api/v1/session")

        told = [(who, what) for who, what, _ in written()[before:]]
        assert told == [(account, "PATCH /session"), (account, "DELETE /session")]

    def test_or_not_told_as_done(self, client, estate, sign_in, monkeypatch):
        sign_in("manager")

        def refuse(_deeds):
            raise DatabaseError("away")

        monkeypatch.setattr(audit, "note_all", refuse)
        client.raise_request_exception = False

        assert client.put(AT, GROUP, content_type=JSON).status_code == 500


class TestNotNoted:
    def test_names_doors_that_there_are(self):
        doors = {
            f"{method.upper()} {path.removeprefix('/api/v1')}"
            for path, methods in api.get_openapi_schema()["paths"].items()
            for method in methods
        }

        assert set(NOT_NOTED) <= doors

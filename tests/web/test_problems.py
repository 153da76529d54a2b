"""Every refusal is said in one way, whoever refuses."""

import pytest

from linli.web.sentences import sentences

pytestmark = pytest.mark.django_db
API = "/api/v1/hml"
MEMBERS = {"type", "title", "status", "detail", "key", "values", "message"}


def told(answer):
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == MEMBERS
    assert (body["status"], body["detail"]) == (answer.status_code, body["message"])
    assert body["type"] == f"/api/v1/problems/{body['key']}"
    return body


class TestProblems:
    def test_a_refusal_of_ours_keeps_its_key_its_values_and_its_sentence(self, client, sign_in):
        sign_in("guard")

        body = told(client.get(f"{API}/cases/999"))

        assert (body["key"], body["values"], body["title"]) == (
            "cases.not_found", {"case": 999}, "Not Found",
        )  # fmt: skip
        assert body["message"] == sentences()["cases.not_found"].zh

    def test_a_form_says_its_fields(self, client, sign_in):
        sign_in("guard")

        body = told(client.post(f"{API}/cases", {"kind": 7}, content_type="application/json"))

        assert (body["status"], body["key"]) == (422, "web.bad_request")
        assert {one["field"] for one in body["values"]["fields"]} == {
            "body.body.kind", "body.body.place",
        }  # fmt: skip

    def test_a_body_that_is_no_json_is_said_so(self, client, sign_in):
        sign_in("guard")

        body = told(client.post(f"{API}/cases", "{", content_type="application/json"))

        assert (body["status"], body["key"]) == (400, "web.not_readable")

    def test_a_form_that_is_none_is_said_so(self, client, sign_in):
        sign_in("manager")

        body = told(client.post(f"{API}/imports/rooms/preview", b"x", content_type="multipart/x"))

        assert body["status"] in {400, 422}

    def test_what_the_framework_refuses_is_said_in_our_words(self, client, sign_in):
        sign_in("guard")

        nowhere = told(client.get("/api/v1/nowhere/at/all/here"))
        method = client.delete(f"{API}/cases")

        assert (nowhere["status"], nowhere["key"]) == (404, "web.no_such_address")
        assert told(method)["key"] == "web.not_this_method"
        assert "GET" in method.headers["Allow"]

    def test_what_breaks_is_told_by_a_number_and_nothing_more(
        self, client, sign_in, monkeypatch, caplog
    ):
        sign_in("guard")
        monkeypatch.setattr("linli.domains.cases.pages.kinds", lambda: 1 / 0)

        body = told(client.get(f"{API}/case-kinds"))

        assert (body["status"], body["key"]) == (500, "web.broken")
        assert "ZeroDivision" not in str(body)
        assert body["values"]["number"] in caplog.text

    def test_its_type_leads_to_what_it_means(self, client):
        said = client.get("/api/v1/problems/cases.not_found").json()

        assert said["sentence"]["zh"] == sentences()["cases.not_found"].zh
        assert told(client.get("/api/v1/problems/x.y"))["status"] == 404

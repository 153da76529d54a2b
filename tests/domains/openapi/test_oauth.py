"""What a token is worth: never more than was given, never longer, never elsewhere."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client

from linli.domains.cases.models import Case
from linli.domains.openapi.models import Agreement, Code, ThirdParty, Token
from linli.foundation.outbox.models import Outgoing
from tests.domains.openapi.conftest import BACK, VERIFIER, Visitor, let_in
from tests.registry.conftest import other_estate

__all__ = ["other_estate"]

pytestmark = pytest.mark.django_db
REPORT = {"kind": "own.repair", "place": "hml/b03/u1/f01/101", "title": "电梯停了"}


class TestItself:
    def test_acts_within_its_scopes(self, party, reports):
        program = party.itself(scope="alarms.read")

        assert program.get("/alarms/counts").status_code == 200
        assert program.post("/cases", REPORT).status_code == 403

    def test_without_a_word_has_all_of_its_own(self, party):
        answer = party.token()

        assert answer.json()["scope"] == "alarms.read cases.report"
        assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 3600)
        assert "refresh_token" not in answer.json()
        assert "no-store" in answer.headers["Cache-Control"]

    @pytest.mark.parametrize("scope", ["devices.read", "alarms.read devices.read", "audit.read"])
    def test_is_refused_more(self, party, scope):
        assert party.token(scope=scope).json()["error"] == "invalid_scope"

    @pytest.mark.parametrize("secret", ["", "wrong"])
    def test_must_know_its_secret(self, party, secret):
        assert party.token(secret=secret).json()["error"] == "invalid_client"

    def test_is_nobody_in_another_community(self, party, other_estate):
        program = party.itself()

        assert program.get("/api/v1/other/alarms").status_code == 403

    def test_has_no_door_of_ones_own(self, party):
        program = party.itself()

        assert program.client.patch(
            "/api/v1/session", "{}", content_type="application/json", headers=program.headers
        ).status_code in {401, 403}
        assert program.post("/api/v1/session/password", {"old": "x", "new": "y"}).status_code == 401

    def test_stays_at_its_place(self, waiting, manager, second):

        let_in(waiting, manager, second, scopes=["alarms.read"], place="hml/b03")

        program = waiting.itself()

        assert program.get("/alarms/counts").status_code == 200
        assert program.get("/third-parties").status_code == 403

    @pytest.mark.parametrize(
        "path",
        ["/vehicles", "/staff", "/organisations", "/people", "/households", "/cells",
         "/places/hml/b03/detail"],
    )  # fmt: skip
    def test_who_sees_places_sees_nobody_in_them(self, waiting, manager, second, path):
        ThirdParty.rows.of("hml").update(wanted=["places.read"])
        let_in(waiting, manager, second, scopes=["places.read"])
        program = waiting.itself()

        assert program.get("/places").status_code == 200
        assert program.get("/map").status_code == 200
        assert program.get(path).status_code == 403
        assert program.post("/search", {"q": "张"}).status_code == 403

    def test_who_sees_cases_learns_of_nobody_who_reported_them(
        self, waiting, manager, second, resident, reports
    ):
        ThirdParty.rows.of("hml").update(wanted=["cases.read", "cases.report"])
        let_in(waiting, manager, second, scopes=["cases.read", "cases.report"])
        resident.post("/cases", REPORT | {"contact": "13800008000"})
        number = Case.rows.of("hml").get().pk

        [line] = waiting.itself().get("/cases").json()["items"]
        page = waiting.itself().get(f"/cases/{number}").json()

        assert (line["title"], line["reporter_name"], line["assignee"]) == (
            "入户维修", "", None,
        )  # fmt: skip
        assert (page["reporter_name"], page["reporter_contact"]) == ("", "")
        assert {(move["by"], move["by_name"]) for move in page["history"]} == {(None, "")}
        own = Visitor(token=waiting.tokens(resident).json()["access_token"])
        assert own.get(f"/cases/{number}").json()["reporter_name"] == "resident-1"
        assert manager.get(f"/cases/{number}").json()["reporter_name"] == "resident-1"

    def test_gets_no_leave_to_listen_beyond_its_scopes(self, waiting, manager, second):
        ThirdParty.rows.of("hml").update(wanted=["devices.read"])
        let_in(waiting, manager, second, scopes=["devices.read"])

        answer = waiting.itself().get("/ticket")

        assert (answer.status_code, answer.json()["key"]) == (403, "identity.not_allowed")
        assert manager.get("/ticket").status_code == 200

    def test_no_secret_is_in_the_tables(self, party):
        token = party.token().json()["access_token"]

        assert token not in str(Token.rows.of("hml").values())

    def test_runs_out(self, party):
        program = party.itself()
        Token.rows.of("hml").update(access_until=Token.rows.of("hml").get().made_at)

        answer = program.get("/alarms/counts")

        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'

    def test_a_session_beside_a_token_is_not_heard(self, party, manager):
        manager.headers = party.itself(scope="alarms.read").headers

        assert manager.get("/alarms/counts").status_code == 200
        assert manager.get("/third-parties").status_code == 403

    def test_gives_a_token_back(self, party):
        program = party.itself()
        token = program.headers["Authorization"].removeprefix("Bearer ")

        said = Client().post(
            "/api/v1/oauth/revoke",
            {"token": token, "client_id": party.name, "client_secret": party.secret},
        )

        assert (said.status_code, program.get("/alarms/counts").status_code) == (200, 401)


class TestForSomebody:
    def test_opens_a_repair_for_who_agreed(self, party, resident, reports):
        program = Visitor(token=party.tokens(resident).json()["access_token"])

        made = program.post("/cases", REPORT)

        row = Case.rows.of("hml").get()
        assert (made.status_code, row.reporter_id) == (201, resident.account)
        assert row.reporter_name == "resident-1（快梯维保）"
        assert program.get("/alarms/counts").status_code == 403
        assert [one["number"] for one in resident.get("/cases").json()["items"]] == [row.number]

    def test_asks_in_words_before(self, party, resident):
        asked = resident.get("/agree", **party.asking()).json()

        assert (asked["name"], asked["agreed"], asked["back"]) == ("快梯维保", False, BACK)
        assert [one["id"] for one in asked["scopes"]] == ["cases.report"]
        assert asked["scopes"][0]["name"]["zh"]

    def test_says_what_would_gain_nothing(self, party, resident):
        asked = resident.get("/agree", **party.asking(scope="alarms.read cases.report")).json()

        assert [one["id"] for one in asked["beyond"]] == ["alarms.read"]

    def test_a_no_is_a_no(self, party, resident):

        said = resident.post(f"/agree?{urlencode(party.asking())}", {"agrees": False})

        assert said.json()["location"].startswith(f"{BACK}?error=access_denied&")
        assert "state=st-1" in said.json()["location"]
        assert not Agreement.rows.of("hml").exists()

    @pytest.mark.parametrize(
        "more",
        [{"code_challenge": None}, {"code_challenge_method": "plain"},
         {"code_challenge_method": None}, {"scope": "devices.read"},
         {"redirect_uri": "https://evil.example"}, {"client_id": "nobody"},
         {"response_type": "token"}],
    )  # fmt: skip
    def test_refuses_what_is_not_asked_rightly(self, party, resident, more):
        answer = resident.get("/agree", **party.asking(**more))

        assert (answer.status_code, answer.json()["key"]) == (400, "openapi.bad_asking")

    def test_is_not_asked_elsewhere(self, party, other_estate, person):
        neighbour = person("neighbour", "resident", community="other")

        answer = neighbour.get("/api/v1/other/agree", **party.asking())

        assert answer.json()["key"] == "openapi.bad_asking"

    def test_a_code_is_good_once_and_the_second_ends_all(self, party, resident):
        code = party.code(resident)
        spend = {"code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
        first = party.token("authorization_code", **spend)

        second = party.token("authorization_code", **spend)

        assert (first.status_code, second.json()["error"]) == (200, "invalid_grant")
        program = Visitor(token=first.json()["access_token"])
        assert program.get("/cases").status_code == 401

    @pytest.mark.parametrize(
        "more",
        [{"code_verifier": "another-verifier-of-forty-three-signs-0123456789"},
         {"code_verifier": None}, {"redirect_uri": "https://lifts.example/other"}],
    )  # fmt: skip
    def test_a_stolen_code_is_worth_nothing(self, party, resident, more):
        spend = {"redirect_uri": BACK, "code_verifier": VERIFIER} | more
        spend = {name: value for name, value in spend.items() if value is not None}

        answer = party.token("authorization_code", code=party.code(resident), **spend)

        assert answer.status_code == 400
        assert not Token.rows.of("hml").exists()

    def test_a_code_runs_out(self, party, resident):
        code = party.code(resident)
        row = Code.rows.of("hml").get()
        Code.rows.of("hml").update(until=row.until - timedelta(minutes=2))

        answer = party.token(
            "authorization_code", code=code, redirect_uri=BACK, code_verifier=VERIFIER
        )

        assert answer.json()["error"] == "invalid_grant"

    def test_a_refresh_token_turns_over(self, party, resident):
        first = party.tokens(resident).json()

        second = party.token("refresh_token", refresh_token=first["refresh_token"]).json()

        assert second["refresh_token"] != first["refresh_token"]
        assert Visitor(token=second["access_token"]).get("/cases").status_code == 200

    def test_a_refresh_token_ends_with_its_time(self, party, resident):
        held = party.tokens(resident).json()
        row = Token.rows.of("hml").get()
        Token.rows.of("hml").update(refresh_until=row.made_at)

        late = party.token("refresh_token", refresh_token=held["refresh_token"])

        assert late.json()["error"] == "invalid_grant"

    def test_turned_over_for_a_year_it_ends_all_the_same(self, party, resident):
        first = party.tokens(resident).json()
        agreed_at = Token.rows.of("hml").get().agreed_at - timedelta(days=360)
        Token.rows.of("hml").update(agreed_at=agreed_at)

        party.token("refresh_token", refresh_token=first["refresh_token"])

        newest = Token.rows.of("hml").order_by("-pk").first()
        assert (newest.agreed_at, newest.refresh_until) == (
            agreed_at, agreed_at + timedelta(days=366),
        )  # fmt: skip

    def test_a_refresh_token_shown_twice_ends_all(self, party, resident):
        first = party.tokens(resident).json()
        second = party.token("refresh_token", refresh_token=first["refresh_token"]).json()

        stolen = party.token("refresh_token", refresh_token=first["refresh_token"])

        assert stolen.json()["error"] == "invalid_grant"
        assert Visitor(token=second["access_token"]).get("/cases").status_code == 401
        again = party.token("refresh_token", refresh_token=second["refresh_token"])
        assert again.json()["error"] == "invalid_grant"

    def test_what_is_withdrawn_ends_at_once(self, party, resident):
        held = party.tokens(resident).json()
        program = Visitor(token=held["access_token"])

        said = resident.delete(f"/agreements/{party.id}")

        assert (said.status_code, program.get("/cases").status_code) == (204, 401)
        assert party.token("refresh_token", refresh_token=held["refresh_token"]).status_code == 400
        assert resident.delete(f"/agreements/{party.id}").status_code == 404
        assert list(Outgoing.objects.values_list("topic", flat=True))[-2:] == [
            "AgreementGiven", "AgreementWithdrawn",
        ]  # fmt: skip

    def test_asked_again_for_the_same_it_is_one_agreement(self, party, resident):
        party.tokens(resident)
        party.tokens(resident)

        assert Agreement.rows.of("hml").count() == 1
        assert resident.get("/agree", **party.asking()).json()["agreed"] is True

    def test_has_no_webhooks_of_the_party(self, party, resident):
        program = Visitor(token=party.tokens(resident).json()["access_token"])

        assert program.get("/webhooks").status_code == 403


class TestMarket:
    def test_shows_who_is_let_in_and_what_it_did_in_ones_name(self, party, resident, reports):
        before = resident.get("/market").json()["items"]
        program = Visitor(token=party.tokens(resident).json()["access_token"])
        program.post("/cases", REPORT)

        [after] = resident.get("/market").json()["items"]

        assert [(one["name"], one["agreed"]) for one in before] == [("快梯维保", None)]
        assert [one["id"] for one in after["agreed"]] == ["cases.report"]
        [deed] = after["deeds"]
        assert (deed["act"], deed["words"]["zh"], deed["status"]) == (
            "POST /hml/cases",
            "报事",
            201,
        )
        made = Case.rows.of("hml").get()
        assert (deed["case"]["id"], deed["case"]["number"]) == (made.pk, made.number)

    def test_a_deed_that_came_to_nothing_is_shown_and_about_no_case(self, party, resident, reports):
        program = Visitor(token=party.tokens(resident).json()["access_token"])
        program.post("/cases", {**REPORT, "place": "hml/none"})

        [offer] = resident.get("/market").json()["items"]

        assert [(one["status"], one["case"]) for one in offer["deeds"]] == [(404, None)]

    def test_shows_nobody_elses_deeds(self, party, resident, person, reports):
        program = Visitor(token=party.tokens(resident).json()["access_token"])
        program.post("/cases", REPORT)
        neighbour = person("neighbour", "resident")

        [shown] = neighbour.get("/market").json()["items"]

        assert (shown["agreed"], shown["deeds"]) == (None, [])

    def test_shows_the_manager_use_and_cost(self, waiting, manager, second):

        let_in(waiting, manager, second, price_fen=500)
        program = waiting.itself()
        for _ in range(3):
            program.get("/alarms/counts")

        shown = manager.get(f"/third-parties/{waiting.id}").json()

        assert [(one["calls"], one["cost_fen"]) for one in shown["usage"]] == [(3, 2)]
        assert (shown["party"]["state"], shown["agreed"]) == ("allowed", 0)


class TestQuota:
    def test_a_day_has_so_many_calls(self, waiting, manager, second):

        let_in(waiting, manager, second, calls_a_day=2)
        program = waiting.itself()

        answers = [program.get("/alarms/counts") for _ in range(3)]

        assert [one.status_code for one in answers] == [200, 200, 429]
        assert answers[2].json()["key"] == "openapi.quota_spent"
        assert int(answers[2].headers["Retry-After"]) <= 86_400
        [day] = manager.get(f"/third-parties/{waiting.id}").json()["usage"]
        assert (day["calls"], day["refused"]) == (2, 1)

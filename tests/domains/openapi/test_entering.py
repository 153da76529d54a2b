"""A third party is let in by two persons, and may do nothing before."""

import pytest

from linli.domains.openapi.models import ThirdParty
from linli.domains.openapi.operations import entering
from linli.foundation.identity.models import Grant
from linli.foundation.outbox.models import Outgoing
from tests.domains.openapi.conftest import REGISTRATION, SCOPES, Party, Visitor, let_in

pytestmark = pytest.mark.django_db
TERMS = {"scopes": SCOPES}


def state(party):
    return ThirdParty.rows.of("hml").get(pk=party.id).state


def told():
    topics = Outgoing.objects.order_by("id").values_list("topic", flat=True)
    return [topic for topic in topics if topic != "PlacesChanged"]


class TestRegister:
    def test_tells_its_secret_once_and_keeps_its_digest(self, estate):
        made = Visitor().post("/third-parties", REGISTRATION)

        row = ThirdParty.rows.of("hml").get()
        assert (made.status_code, made.json()["state"]) == (201, "waiting")
        assert made.json()["client_secret"] not in str(vars(row))
        assert told() == ["ThirdPartyRegistered"]

    @pytest.mark.parametrize(
        ("more", "key"),
        [
            ({"scopes": ["audit.read"]}, "openapi.unknown_scopes"),
            ({"scopes": ["webhooks.write"]}, "openapi.unknown_scopes"),
            ({"redirects": ["http://lifts.example/back"]}, "openapi.bad_return"),
            ({"redirects": ["https://lifts.example/back#x"]}, "openapi.bad_return"),
            ({"redirects": ["javascript:alert(1)"]}, "openapi.bad_return"),
            ({"home": "http://evil.example"}, "openapi.bad_return"),
            ({"scopes": []}, "web.bad_request"),
        ],
    )
    def test_refuses_what_is_given_to_nobody(self, estate, more, key):
        answer = Visitor().post("/third-parties", REGISTRATION | more)

        assert (answer.status_code, answer.json()["key"]) == (422, key)
        assert told() == []

    def test_refuses_a_community_that_there_is_not(self, estate):
        answer = Visitor().post("/api/v1/none/third-parties", REGISTRATION)

        assert answer.json()["key"] == "openapi.no_such_community"

    def test_the_sandbox_lets_everybody_in_at_once_for_little(self, estate, settings):
        settings.SANDBOX = "hml"

        made = Visitor().post("/third-parties", REGISTRATION).json()

        row = ThirdParty.rows.of("hml").get()
        assert (made["state"], row.scopes, row.calls_a_day) == ("allowed", SCOPES, 1000)
        assert told()[-1] == "ThirdPartyAllowed"
        assert Party(made).token().status_code == 200

    def test_a_community_beside_the_sandbox_does_not(self, estate, settings):
        settings.SANDBOX = "elsewhere"

        made = Visitor().post("/third-parties", REGISTRATION).json()

        assert made["state"] == "waiting"
        assert Party(made).token().status_code == 400

    def test_the_sandbox_is_no_larger_than_the_desk(self, estate, settings, monkeypatch):
        settings.SANDBOX = "hml"
        monkeypatch.setattr(entering, "MOST_WAITING", 1)
        Visitor().post("/third-parties", REGISTRATION)

        answer = Visitor().post("/third-parties", REGISTRATION)

        assert answer.json()["key"] == "openapi.too_many_waiting"
        assert ThirdParty.rows.of("hml").count() == 1

    def test_a_hundred_wait_and_no_more(self, estate, monkeypatch):
        monkeypatch.setattr(entering, "MOST_WAITING", 1)
        Visitor().post("/third-parties", REGISTRATION)

        answer = Visitor().post("/third-parties", REGISTRATION)

        assert (answer.status_code, answer.json()["key"]) == (429, "openapi.too_many_waiting")

    def test_may_do_nothing_yet(self, waiting):
        answer = waiting.token()

        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")


class TestAllow:
    def test_takes_a_second_person(self, waiting, manager, second):
        version = manager.post(f"/third-parties/{waiting.id}/review", TERMS).json()["version"]

        own = manager.post(f"/third-parties/{waiting.id}/allow", {"version": version})
        mine, others = [
            one.get("/third-parties").json()["items"][0]["reviewed_by_me"]
            for one in (manager, second)
        ]
        other = second.post(f"/third-parties/{waiting.id}/allow", {"version": version})

        assert (own.status_code, own.json()["key"]) == (403, "openapi.same_person")
        assert (mine, others) == (True, False)
        assert (other.status_code, state(waiting)) == (200, "allowed")
        assert told()[-2:] == ["RoleGranted", "ThirdPartyAllowed"]

    def test_takes_somebody_who_has_looked_at_it(self, waiting, second):
        answer = second.post(f"/third-parties/{waiting.id}/allow", {"version": 0})

        assert (answer.status_code, answer.json()["key"]) == (409, "openapi.not_now")

    def test_is_about_the_terms_that_were_read(self, waiting, manager, second):
        manager.post(f"/third-parties/{waiting.id}/review", TERMS)
        second.post(f"/third-parties/{waiting.id}/refuse", {"version": 1, "reason": "太多"})
        manager.post(f"/third-parties/{waiting.id}/review", {"scopes": ["alarms.read"]})

        answer = second.post(f"/third-parties/{waiting.id}/allow", {"version": 1})

        assert (answer.status_code, answer.json()["key"]) == (409, "openapi.reviewed_anew")

    def test_twice_is_refused_the_second_time(self, party, second):
        answer = second.post(f"/third-parties/{party.id}/allow", {"version": 1})

        assert answer.json()["key"] == "openapi.not_now"

    def test_gives_no_more_than_was_asked_for(self, waiting, manager):
        answer = manager.post(f"/third-parties/{waiting.id}/review", {"scopes": ["devices.read"]})

        assert (answer.status_code, answer.json()["key"]) == (422, "openapi.unknown_scopes")

    @pytest.mark.parametrize("role", ["guard", "resident", "auditor", "engineer"])
    def test_is_not_for_everybody(self, waiting, person, role):
        somebody = person("somebody", role)

        answers = [
            somebody.post(f"/third-parties/{waiting.id}/{act}", {**TERMS, "version": 0})
            for act in ("review", "allow", "refuse")
        ]

        assert {one.status_code for one in answers} == {403}

    def test_of_another_community_is_not_there(self, waiting, person):
        stranger = person("stranger", "manager", community="other")
        path = f"/api/v1/other/third-parties/{waiting.id}/review"

        assert stranger.post(path, TERMS).status_code == 404


class TestSuspend:
    def test_ends_all_at_once(self, party, manager):
        program = party.itself()
        assert program.get("/alarms/counts").status_code == 200

        manager.post(f"/third-parties/{party.id}/suspend", {"reason": "出了问题"})

        assert program.get("/alarms/counts").status_code == 401
        assert party.token().json()["error"] == "invalid_client"
        assert not Grant.objects.filter(role="third_party").exists()

    def test_twice_is_done_once(self, party, manager):
        for _ in range(2):
            manager.post(f"/third-parties/{party.id}/suspend", {"reason": "出了问题"})

        assert told().count("ThirdPartySuspended") == 1

    def test_is_let_in_again_by_two(self, party, manager, second):
        manager.post(f"/third-parties/{party.id}/suspend", {"reason": "换条款"})

        let_in(party, manager, second, scopes=["alarms.read"], place="hml/b03")

        assert Grant.objects.get(role="third_party").place == "hml/b03"
        assert party.token(scope="cases.report").json()["error"] == "invalid_scope"

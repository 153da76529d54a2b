"""Who may knock at which door."""

from django.test import Client

from linli.domains.sos.models import Ring, Tree
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account
from linli.registry.places.models import Place
from tests.domains.sos.conftest import HERE, NOW
from tests.registry.conftest import sign_in, wired

__all__ = ["sign_in", "wired"]
PRESS = {"key": "press-001", "at_home": True}


def post(client, path, body=None):
    return client.post(f"/api/v1/{HERE}/{path}", body or {}, content_type="application/json")


def put(client, path, body):
    return client.put(f"/api/v1/{HERE}/{path}", body, content_type="application/json")


class TestDoors:
    def test_a_resident_calls_and_sees_his_own_call_alone(self, client, people, sign_in):
        people("wang")
        sign_in("resident")

        called = post(client, "my/sos", PRESS)
        again = post(client, "my/sos", PRESS)

        assert (called.status_code, called.json()["own"]) == (201, True)
        assert called.json()["id"] == again.json()["id"]
        assert client.get(f"/api/v1/{HERE}/sos").status_code == 403
        assert post(client, "sos/tests", {**PRESS, "place": HERE}).status_code == 403

    def test_whoever_may_call_is_told_whom_he_can_telephone(self, client, people, sign_in):
        people("wang")
        sign_in("resident")
        before = client.get(f"/api/v1/{HERE}/my/sos").json()["phone"]
        Place.rows.of(HERE).filter(path=HERE).update(phone="+8657188880000")

        after = client.get(f"/api/v1/{HERE}/my/sos").json()["phone"]

        assert (before, after) == ("", "+8657188880000")

    def test_a_neighbour_finds_nothing(self, client, people, call, sign_in):
        row = call()
        sign_in("resident")

        found = [
            client.get(f"/api/v1/{HERE}/sos/{row.pk}"),
            post(client, f"sos/{row.pk}/answer"),
            post(client, f"sos/{row.pk}/arrive"),
            post(client, f"sos/{row.pk}/close", {"outcome": "helped"}),
            post(client, f"my/sos/{row.pk}/cancel"),
            put(client, f"my/sos/{row.pk}/place", {"place": HERE}),
        ]

        assert [one.status_code for one in found] == [404] * 6
        assert post(client, f"sos/{row.pk}/picture", {"sdp": "v=0"}).status_code == 403
        assert client.get(f"/api/v1/{HERE}/my/sos").json()["items"] == []

    def test_a_guard_answers_and_the_board_says_so(self, client, people, call):
        row = call()
        guard = Account.objects.get(username="near")
        entered = Client()
        entered.force_login(guard)
        assert entered.get(f"/api/v1/{HERE}/sos").status_code == 403  # no role yet

        client.force_login(guard)
        identity.grant(account=guard.pk, role="guard", community=HERE, now=NOW)
        said = post(client, f"sos/{row.pk}/answer").json()

        assert (said["state"], said["answered_by"]["name"]) == ("answered", "near")
        assert client.get(f"/api/v1/{HERE}/sos").json()["items"][0]["caller"] == "wang"


class TestLookAtTree:
    RUNGS = [
        {"whom": "nearest", "target": "guard", "wait_s": 20},
        {"whom": "duty", "target": "plumber", "wait_s": 40},
        {"whom": "family", "wait_s": 30},
        {"whom": "all", "target": "manager", "wait_s": 30},
    ]

    def look(self, client, rungs, place="hml/b01", siren=True):
        return post(client, "sos/trees/look", {"place": place, "rungs": rungs, "siren": siren})

    def test_says_who_is_rung_when_and_passes_over_who_is_not_there(self, client, people, sign_in):
        people("wang")
        sign_in("manager")

        seen = self.look(client, self.RUNGS).json()

        assert [(one["at_s"], one["names"]) for one in seen["rungs"]] == [
            (0, ["near", "far"]), (20, []), (20, []), (50, ["boss"]),
        ]  # fmt: skip
        assert [one["zh"] for one in seen["sirens"]] == ["siren-1"]
        assert (seen["again_s"], seen["give_up_s"]) == (60, 1800)

    def test_rings_nobody_and_lays_nothing_down(self, client, people, sign_in):
        people("wang")
        sign_in("manager")

        self.look(client, self.RUNGS)

        assert (Ring.rows.of(HERE).count(), Tree.rows.of(HERE).count()) == (0, 0)

    def test_without_rungs_shows_what_holds_there(self, client, people, sign_in):
        people("wang")
        sign_in("manager")
        client.put(
            f"/api/v1/{HERE}/sos/trees",
            {"place": HERE, "rungs": self.RUNGS[:1], "siren": False},
            content_type="application/json",
        )

        seen = self.look(client, []).json()

        assert [one["names"] for one in seen["rungs"]] == [["near", "far"]]
        assert seen["sirens"] == []

    def test_refuses_what_would_leave_somebody_alone(self, client, people, sign_in):
        people("wang")
        sign_in("manager")

        told = self.look(client, [{"whom": "family"}])

        assert (told.status_code, told.json()["key"]) == (422, "sos.bad_tree")

    def test_is_for_who_lays_trees_down(self, client, people, sign_in):
        people("wang")
        sign_in("guard")

        assert self.look(client, self.RUNGS).status_code == 403

import pytest

from linli.registry.alarms import operations as alarms
from tests.registry.devices.kit import CO_SCENE, raised

pytestmark = pytest.mark.django_db
API = "/api/v1/hml"


def put(client, path, body):
    return client.put(f"{API}{path}", body, content_type="application/json")


def post(client, path, body):
    return client.post(f"{API}{path}", body, content_type="application/json")


class TestScenes:
    def test_lists_and_shows_a_scene(self, client, sign_in, devices):
        sign_in("guard")
        alarms.raised(effect=raised())

        items = client.get(f"{API}/scenes?board=safety").json()["items"]
        found = client.get(f"{API}/scenes/{CO_SCENE}").json()

        assert [(one["id"], one["bindings"], one["active"]) for one in items] == [(CO_SCENE, 2, 1)]
        assert found["bound"] == ["co-1", "co-2"]
        assert {"key": "above", "value": 30.0, "unit": "mg/m3"} in found["limits"]
        assert [one["effect"] for one in found["recent"]] == ["a1"]
        assert "co_mg_m3" in found["toml"]
        assert found["sentence"]["zh"]

    def test_runs_its_stories(self, client, sign_in, devices):
        sign_in("guard")

        results = client.post(f"{API}/scenes/{CO_SCENE}/stories/run").json()["results"]

        assert all(one["passed"] for one in results)
        assert results[0]["timeline"]

    def test_a_limit_of_life_safety_waits_for_another_and_is_shown_to_him(
        self, client, sign_in, devices
    ):
        sign_in("manager")
        body = {"target": "hml/p1", "key": "above", "value": 25, "reason": "风口"}
        asked = put(client, f"/scenes/{CO_SCENE}/overrides", body).json()["change"]
        before = client.get(f"{API}/scenes/{CO_SCENE}").json()
        own = post(client, f"/scenes/changes/{asked['id']}/approve", {"reason": ""})

        sign_in("supervisor")
        (waits,) = client.get(f"{API}/scenes/changes?state=waiting").json()["items"]
        passed = post(client, f"/scenes/changes/{asked['id']}/approve", {"reason": ""})
        found = client.get(f"{API}/scenes/{CO_SCENE}").json()

        assert (asked["state"], before["overrides"], before["waiting"]) == ("waiting", [], None)
        assert (own.status_code, own.json()["key"]) == (409, "scenes.same_person")
        assert (waits["target"], waits["key"], waits["unit"]) == ("hml/p1", "above", "mg/m3")
        assert (waits["value_before"], waits["value"]) == (None, 25.0)
        assert passed.json()["state"] == "done"
        assert [(o["target"], o["value"]) for o in found["overrides"]] == [("hml/p1", 25.0)]

    def test_a_manager_of_one_place_takes_back_what_he_asked_for_there(
        self, client, sign_in, devices
    ):
        sign_in("manager", place="hml/p1")
        body = {"target": "co-1", "key": "above", "value": 25, "reason": "风口"}
        asked = put(client, f"/scenes/{CO_SCENE}/overrides", body).json()["change"]

        done = post(client, f"/scenes/changes/{asked['id']}/withdraw", {"reason": ""})

        assert done.json()["state"] == "withdrawn"

    def test_sets_and_lists_modes(self, client, sign_in, devices):
        sign_in("manager")

        made = put(client, "/modes", {"place": "hml/p1", "mode": "home", "value": "away"})

        items = client.get(f"{API}/modes").json()["items"]
        assert made.status_code == 200
        assert [(o["place"], o["value"], o["by"]["name"]) for o in items] == [
            ("hml/p1", "away", "王小和")
        ]


class TestConflicts:
    def test_says_where_a_changed_limit_is_out_of_the_sensors_reach(self, client, sign_in, devices):
        sign_in("manager")
        body = {"target": "co-1", "key": "above", "value": 500, "reason": "试"}
        asked = put(client, f"/scenes/{CO_SCENE}/overrides", body).json()["change"]
        sign_in("supervisor")
        post(client, f"/scenes/changes/{asked['id']}/approve", {"reason": ""})

        items = client.get(f"{API}/scenes/conflicts").json()["items"]

        (one,) = [one for one in items if one["kind"] == "out_of_reach"]
        assert (one["scenes"], one["about"]) == ([CO_SCENE], ["co-1"])
        assert one["words"]["zh"]

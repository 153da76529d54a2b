import pytest
from django.utils import timezone

from linli.registry.alarms import operations as alarms
from linli.registry.scenes import known, operations
from linli.registry.scenes.models import SceneVersion
from tests.registry.devices.kit import CO_SCENE, CO_TOML, raised
from tests.registry.scenes.kit import OWN, OWN_TOML, SHARPER, asked
from tests.registry.scenes.test_shadows import acted

pytestmark = pytest.mark.django_db
API = "/api/v1/hml"


def send(client, verb, path, body):
    return getattr(client, verb)(f"{API}{path}", body, content_type="application/json")


def write(client, toml=OWN_TOML):
    return send(client, "post", "/scenes/versions", {"toml": toml, "note": "试试"})


def stage(client, scene=OWN, **more):
    body = {"stage": "on", "version": 1, "reason": "误报"} | more
    return send(client, "put", f"/scenes/{scene}/stage", body)


class TestVersions:
    def test_a_text_is_written_read_and_put_in_force(self, client, sign_in, devices):
        sign_in("manager")

        made = write(client)
        done = stage(client).json()["change"]
        found = client.get(f"{API}/scenes/{OWN}").json()
        texts = client.get(f"{API}/scenes/{OWN}/versions").json()

        assert (made.status_code, made.json()) == (
            201, {"scene": OWN, "number": 1, "safety": False},
        )  # fmt: skip
        assert (done["state"], done["scene_name"]["zh"]) == ("done", "车库闷")
        assert (found["stage"], found["on"], found["version"]) == ("on", True, 1)
        assert (found["own"], found["safety"], found["waiting"]) == (True, False, None)
        assert found["switched"]["reason"] == "误报"
        assert texts["items"][0]["toml"] == OWN_TOML
        assert (texts["catalogue"], texts["in_force"], texts["stage"]) == (None, 1, "on")

    def test_a_wrong_text_is_refused_in_words(self, client, sign_in, devices):
        sign_in("manager")

        refused = write(client, OWN_TOML.replace("co_mg_m3", "smell")).json()

        (problem,) = refused["values"]["problems"]
        assert refused["key"] == "scenes.draft_wrong"
        assert (problem["where"], problem["key"]) == ("when.point", "scenes.unknown_point")
        assert "smell" in problem["message"]

    def test_a_scene_of_the_catalogue_shows_its_own_text(self, client, sign_in, devices):
        sign_in("guard")

        texts = client.get(f"{API}/scenes/{CO_SCENE}/versions").json()
        gone = client.get(f"{API}/scenes/safety.no.such/versions")

        assert (texts["items"], texts["catalogue"], texts["in_force"]) == ([], CO_TOML, 0)
        assert (gone.status_code, gone.json()["key"]) == (404, "scenes.not_found")

    def test_an_own_scene_is_named_on_its_alarms(self, client, sign_in, devices):
        sign_in("manager")
        write(client)
        stage(client)
        alarms.raised(effect=raised(scene=OWN))

        (alarm,) = client.get(f"{API}/alarms").json()["items"]

        assert (alarm["scene"], alarm["scene_name"]["zh"]) == (OWN, "车库闷")

    def test_a_text_that_no_longer_loads_is_told_on_the_list(self, client, sign_in, devices):
        sign_in("manager")
        write(client)
        stage(client)
        SceneVersion.rows.of("hml").update(toml=OWN_TOML.replace("co_mg_m3", "smell"))
        known.forget()

        wrong = client.get(f"{API}/scenes").json()["wrong"]

        assert [one["scene"] for one in wrong] == [OWN]
        assert "smell" in wrong[0]["words"]["zh"]


class TestStage:
    def test_a_manager_of_one_place_changes_no_scene_of_all(self, client, sign_in, devices):
        sign_in("manager", place="hml/b03")

        answers = [write(client), stage(client, CO_SCENE, stage="off", version=0)]

        assert [(one.status_code, one.json()["key"]) for one in answers] == [
            (403, "identity.not_everywhere")
        ] * 2

    @pytest.mark.parametrize("role", ["guard", "engineer", "supervisor", "auditor"])
    def test_who_may_not_write_does_not(self, client, sign_in, devices, role):
        sign_in(role)

        assert write(client).status_code == 403
        assert stage(client, CO_SCENE, stage="off", version=0).status_code == 403

    def test_the_switch_is_gone(self, client, sign_in, devices):
        sign_in("manager")

        gone = send(client, "put", f"/scenes/{CO_SCENE}/switch", {"on": False, "reason": "x"})

        assert gone.status_code == 404

    def test_life_safety_waits_for_a_second_person(self, client, sign_in, devices):
        sign_in("manager")
        write(client, SHARPER)
        change = stage(client, CO_SCENE).json()["change"]
        own = send(client, "post", f"/scenes/changes/{change['id']}/approve", {"reason": ""})
        waits = client.get(f"{API}/scenes/{CO_SCENE}").json()

        sign_in("supervisor")
        passed = send(client, "post", f"/scenes/changes/{change['id']}/approve", {"reason": "好"})
        again = send(client, "post", f"/scenes/changes/{change['id']}/approve", {"reason": "好"})
        found = client.get(f"{API}/scenes/{CO_SCENE}").json()

        assert (change["state"], waits["waiting"], waits["version"]) == ("waiting", change["id"], 0)
        assert (own.status_code, own.json()["key"]) == (409, "scenes.same_person")
        assert (passed.json()["state"], passed.json()["decision_reason"]) == ("done", "好")
        assert (again.status_code, again.json()["key"]) == (409, "scenes.already_decided")
        assert (found["version"], found["waiting"]) == (1, None)
        assert {"key": "above", "value": 40.0, "unit": "mg/m3"} in found["limits"]

    def test_an_operator_asks_and_does_not_decide(self, client, sign_in, devices, three):
        change = asked(three[0])
        sign_in("operator")

        said = send(client, "post", f"/scenes/changes/{change.pk}/approve", {"reason": ""})

        assert (said.status_code, said.json()["key"]) == (403, "identity.not_allowed")

    def test_who_asked_withdraws_and_a_second_refuses(self, client, sign_in, devices):
        sign_in("manager")
        write(client, SHARPER)
        first = stage(client, CO_SCENE).json()["change"]["id"]
        withdrawn = send(client, "post", f"/scenes/changes/{first}/withdraw", {"reason": ""})
        second = stage(client, CO_SCENE).json()["change"]["id"]
        sign_in("supervisor")

        mute = send(client, "post", f"/scenes/changes/{second}/refuse", {"reason": ""})
        refused = send(client, "post", f"/scenes/changes/{second}/refuse", {"reason": "太高"})
        listed = client.get(f"{API}/scenes/changes?scene={CO_SCENE}").json()["items"]

        assert withdrawn.json()["state"] == "withdrawn"
        assert (mute.status_code, refused.json()["state"]) == (422, "refused")
        assert [one["state"] for one in listed] == ["refused", "withdrawn"]


class TestShadow:
    def test_lists_findings_with_names_and_days(self, client, sign_in, devices):
        sign_in("guard")
        now = timezone.now().timestamp()
        operations.shadows_acted(effects=[acted(at_s=now - 1_780_286_400.0)])

        found = client.get(f"{API}/scenes/{CO_SCENE}/shadow").json()

        (one,) = found["items"]
        assert (one["device_name"]["zh"], one["place_name"]["zh"]) == ("co-1号", "地下车库")
        assert (one["because"]["value"], one["because"]["unit"]) == (41.0, "mg/m³")
        assert one["would"] == ["alarm raised", "fan.on", "5m case opened"]
        assert len(found["per_day"]) == 30
        assert found["per_day"][-1]["count"] == 1

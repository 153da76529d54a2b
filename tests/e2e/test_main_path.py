"""The main job on real input: a device speaks, a scene acts, a case closes."""

import json

import httpx
import paho.mqtt.client as mqtt
import pytest

from tests.e2e.installation import wait_for

C = "hml"
SCENE = "safety.garage_air.co_over_limit"


@pytest.fixture(scope="module")
def manager(linli):
    return linli.signed_in("manager")


class Device:
    """An off-the-shelf MQTT client with the credential of one device."""

    def __init__(self, linli, version=mqtt.MQTTv5):
        device = linli.ready["device"]
        self.sign = {
            "username": device["username"],
            "secret": device["password"],
            "device": device["name"],
            "topic": f"v1/{device['username']}/readings",
        }
        self.acked = []
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=version)
        self.client.username_pw_set(self.sign["username"], self.sign["secret"])
        self.client.on_publish = lambda _c, _u, mid, _r, _p: self.acked.append(mid)
        self.client.connect("127.0.0.1", linli.mqtt_port)
        self.client.loop_start()

    def say(self, **values):
        info = self.client.publish(self.sign["topic"], json.dumps(values), qos=1)
        info.wait_for_publish(10)
        assert info.is_published()

    def leave(self):
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture(scope="module")
def device(linli):
    device = Device(linli)
    yield device
    device.leave()


def get(client, path, **query):
    answer = client.get(f"/api/v1/{C}/{path}", params=query)
    assert answer.status_code == 200, (path, answer.status_code, answer.text)
    return answer.json()


@pytest.fixture(scope="module")
def alarm(device, manager):
    """Bad air in the garage, and the alarm that came of it."""
    device.say(co_mg_m3=66)
    return wait_for(lambda: trouble(manager, device))


def trouble(manager, device):
    items = get(manager, "alarms", state="open", device=device.sign["device"])["items"]
    return next((item for item in items if item["active"]), None)


class TestMainPath:
    def test_the_alarm_stands_at_the_desk_and_says_what_happened(self, alarm):
        assert alarm["because"]["value"] == 66
        assert "66" in alarm["sentence"]["zh"]
        assert alarm["sentence"]["en"]

    def test_the_fan_of_the_zone_is_commanded_on(self, manager, alarm):
        def on():
            items = get(manager, "commands", limit=200)["items"]
            return [c for c in items if c["service"] == "fan.on" and c["scene"] == SCENE]

        commands = wait_for(on)
        assert commands

    def test_a_case_is_given_to_an_engineer(self, manager, alarm):
        def given():
            found = get(manager, f"alarms/{alarm['id']}")["case"]
            row = found and get(manager, f"cases/{found['id']}")
            return row if row and row["assignee"] else None

        case = wait_for(given)

        assert case["state"] == "dispatched"
        assert [move["step"] for move in case["history"]][:2] == ["report", "file"]

    def test_the_chain_leads_from_the_case_back_to_the_reading(self, manager, alarm):
        found = wait_for(lambda: get(manager, f"alarms/{alarm['id']}")["case"])
        case = get(manager, f"cases/{found['id']}")

        chain = get(manager, f"causes/{case['effect']}")

        assert chain["chain"][0]["id"] == case["effect"]
        assert chain["chain"][-1]["kind"] == "Reading"
        assert chain["chain"][-1]["about"]["value"] == 66
        kinds = {link["kind"] for link in chain["consequences"]}
        assert {"AlarmRaised", "CommandIssued", "CaseWanted"} <= kinds

    def test_the_last_value_is_shown_with_its_time(self, manager, device, alarm):
        device.say(co_mg_m3=5)

        def fresh():
            items = get(manager, "twin", device=device.sign["device"])["items"]
            return [value for value in items if value["value"] == 5]

        assert wait_for(fresh)[0]["point"] == "co_mg_m3"


class TestRefusals:
    def test_another_devices_topic_is_refused_and_nothing_comes_of_it(self, linli, device, manager):
        device.client.publish(f"v1/{C}/somebody-else/readings", b'{"co_mg_m3": 500}', qos=1)

        assert trouble(manager, type("Other", (), {"sign": {"device": "somebody-else"}})) is None

    def test_a_wrong_secret_is_turned_away(self, linli, device):
        reasons = []
        intruder = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        intruder.username_pw_set(device.sign["username"], "guess")
        intruder.on_connect = lambda _c, _u, _f, reason, _p: reasons.append(reason)
        intruder.connect("127.0.0.1", linli.mqtt_port)
        intruder.loop_start()

        reason = wait_for(lambda: reasons and reasons[0])

        intruder.loop_stop()
        assert reason.is_failure

    def test_an_odd_reading_is_refused_with_a_reason_that_the_operator_sees(self, device, manager):
        device.say(nonsense=1)

        def refused():
            items = get(manager, "refusals", device=device.sign["device"])["items"]
            return [row for row in items if not row["taken"]]

        rows = wait_for(refused)

        assert rows[0]["sentence"]["zh"]

    def test_nobody_reads_without_signing_in(self, linli):
        answer = httpx.get(f"{linli.url}/api/v1/{C}/alarms")

        assert answer.status_code == 401
        assert answer.json()["key"] == "identity.not_signed_in"


class TestRestart:
    @pytest.mark.parametrize("name", ["live", "worker", "web", "nats"])
    def test_a_killed_process_comes_back_and_the_alarm_still_stands(
        self, linli, manager, alarm, name
    ):
        linli.kill(name)

        def stands():
            try:
                return get(linli.signed_in("manager"), f"alarms/{alarm['id']}")
            except (OSError, httpx.HTTPError, AssertionError):
                return None

        assert wait_for(stands, 40)["id"] == alarm["id"]

"""The field speaks: meters, a fire panel, chargers and a pump of the demo, each its protocol, on a
whole installation.
"""

import uuid

import pytest

from linli.app.demo import control
from tests.e2e.installation import wait_for

C = "hml"
METER_LINE = "line-em-1"
MAIN = "vwm-pump-house"
PUMP = "pump-pump-house-2"
OCPP, YKC = "ev-g1-z2-3", "ev-g2-z3-2"
CHARGING = 2.0
LINES = 10
TOLD_AGAIN = "not_now"
"""A charger spoke before the records were there: it tells the same again until they are."""


@pytest.fixture(scope="module")
def manager(linli):
    client = linli.signed_in("manager")
    wait_for(lambda: all_lines_reached(client), 40)
    return client


def all_lines_reached(client):
    """Return whether the simulator has dialled every line: one device of each has come."""
    wanted = {"em-", "wm-", "pump-", "cab-substation", "fan-g2", "ftx-", "ev-g1", "ev-g2", "hm-"}
    found = [client.get(f"/api/v1/{C}/devices", params={"q": q, "limit": 500}) for q in wanted]
    return all(any(one["online"] for one in answer.json()["items"]) for answer in found)


def get(client, path, **query):
    answer = client.get(f"/api/v1/{C}/{path}", params=query)
    assert answer.status_code == 200, (path, answer.status_code, answer.text)
    return answer.json()


def post(client, path, body, status):
    answer = client.post(f"/api/v1/{C}/{path}", json=body)
    assert answer.status_code == status, (path, answer.status_code, answer.text)
    return answer.json()


def shows(client, device, **wanted):
    """Wait until the twin of a device shows these values."""

    def seen():
        values = shown(client, device)
        return all(values.get(point) == value for point, value in wanted.items())

    wait_for(seen, 30)


def shown(client, device):
    """Return what the twin of a device shows now, by point."""
    items = get(client, "twin", device=device)["items"]
    return {item["point"]: item["value"] for item in items}


def free(client, charger):
    """Let a charger's own customer, if one charges there now, come to his end."""
    if shown(client, charger).get("connector_state") == CHARGING:
        done(client, tell(client, charger, "charge.stop")[0])
        wait_for(lambda: shown(client, charger).get("connector_state") != CHARGING, 30)


def tell(client, device, service, **args):
    """Ask for a command; return its number and its state."""
    body = {"service": service, "args": args, "key": uuid.uuid4().hex}
    told = post(client, f"devices/{device}/commands", body, 202)
    return told["command"], told["state"]


def done(client, command):
    """Wait until a command came to its end; return how it ended."""
    going = {"queued", "sent", "unconfirmed"}

    def ended():
        found = get(client, f"commands/{command}")
        return found if found["state"] not in going else None

    found = wait_for(ended, 30)
    return found["state"], found["reason"]


def alarm_of(client, device, scene):
    def raised():
        items = get(client, "alarms", state="open", device=device)["items"]
        return next((item for item in items if item["scene"] == scene), None)

    return wait_for(raised, 20)


def begin(linli, name, device=""):
    said = control.ask(linli.home, control.Order(do="incident", name=name, device=device))
    assert said.ok, said.text


class TestFire:
    def test_a_detector_behind_a_panel_raises_an_alarm_with_a_case(self, linli, manager):
        smoke = "smoke-b12-1-05"
        begin(linli, "fire", smoke)

        alarm = alarm_of(manager, smoke, "safety.fire.smoke")
        case = wait_for(lambda: get(manager, f"alarms/{alarm['id']}")["case"])

        assert get(manager, f"cases/{case['id']}")["number"] == case["number"]
        frames = get(manager, "devices/ftx-fire-room-2/frames")["items"]
        assert any(smoke_told(frame["decoded"]) for frame in frames if frame["way"] == "in")

    def test_a_fire_of_a_part_that_nobody_entered_is_a_fire(self, linli, manager):
        begin(linli, "panel-fire")

        alarm = alarm_of(manager, "ftx-fire-room-1", "safety.fire.panel_fire")

        assert alarm["severity"] == "critical"

    def test_somebody_answers_an_on_duty_check(self, manager):
        command, _ = tell(manager, "ftx-fire-room-1", "duty.check", minutes=1)

        assert done(manager, command) == ("acknowledged", "")


def smoke_told(decoded):
    return "fire_alarm" in str(decoded)


class TestMeters:
    def test_a_meter_is_read_and_cut_only_when_somebody_confirms(self, manager):
        meter = wait_for(lambda: read_meter(manager), 65)

        command, state = tell(manager, meter, "relay.cut")
        assert state == "unconfirmed"
        shows(manager, meter, relay_closed=1.0)
        post(manager, f"commands/{command}/confirm", {}, 202)

        assert done(manager, command) == ("acknowledged", "")
        shows(manager, meter, relay_closed=0.0)
        assert done(manager, tell(manager, meter, "relay.close")[0]) == ("acknowledged", "")
        shows(manager, meter, relay_closed=1.0)

    def test_a_valve_is_shut_and_read_back(self, manager):
        command, _ = tell(manager, MAIN, "water_valve.close")

        assert done(manager, command) == ("acknowledged", "")
        shows(manager, MAIN, water_valve_open=0.0)
        assert done(manager, tell(manager, MAIN, "water_valve.open")[0]) == ("acknowledged", "")


def read_meter(client):
    """Return a meter whose power, energy and relay were read; None while there is none."""
    for item in get(client, "devices", model="electricity_meter", limit=20)["items"]:
        points = {one["point"] for one in get(client, "twin", device=item["code"])["items"]}
        if {"power_w", "relay_closed"} <= points:
            return item["code"]
    return None


class TestPump:
    def test_stops_and_starts_when_it_is_told(self, manager):
        for service, running in (("pump.off", 0.0), ("pump.on", 1.0)):
            assert done(manager, tell(manager, PUMP, service)[0]) == ("acknowledged", "")
            shows(manager, PUMP, running=running)


class TestChargers:
    @pytest.mark.parametrize("charger", [OCPP, YKC])
    def test_charge_and_stop_when_told(self, manager, charger):
        free(manager, charger)

        assert done(manager, tell(manager, charger, "charge.start")[0]) == ("acknowledged", "")
        shows(manager, charger, connector_state=CHARGING, plugged_in=1.0)

        assert done(manager, tell(manager, charger, "charge.stop")[0]) == ("acknowledged", "")
        shows(manager, charger, charge_ended=1.0, power_w=0.0)


class TestNothingElse:
    def test_no_line_of_the_demo_is_in_trouble_and_nothing_is_refused(self, manager):
        lines = get(manager, "system")["live"]["lines"]

        assert len(lines) == LINES
        assert [line for line in lines if not line["up"] or line["trouble"]] == []
        refused = get(manager, "refusals")["items"]
        assert [one for one in refused if one["reason"] != TOLD_AGAIN] == []
        assert get(manager, "newcomers")["items"] == []

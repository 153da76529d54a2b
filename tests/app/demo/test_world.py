"""The simulated community: an ordinary hour, commands, incidents. Time is handed in."""

from collections import Counter, defaultdict

import pytest

from linli.app.demo.devices import TRY
from linli.app.demo.incidents import INCIDENTS, IT, Curve, Refuse
from linli.app.demo.obey import DOES
from linli.app.demo.simulated import Order
from linli.app.demo.wires import LINE
from linli.app.demo.world import NoSuch
from linli.kernel.period import seconds
from tests.app.demo.conftest import NOON


def go_on(world, start, span_s, step_s=0.5):
    """Let time pass; return (seconds since the start, what was said)."""
    said = []
    for turn in range(1, int(span_s / step_s) + 1):
        now = start + turn * step_s
        said += [(now - start, say) for say in world.step(now)]
    return said


def shown(said, device, name):
    return [say.body[name] for _, say in said if say.device == device and name in say.body]


class TestOrdinaryHour:
    def test_lets_every_device_say_all_that_its_model_measures(self, world):
        said = go_on(world, NOON, 25)

        spoke = {say.device: say.body for _, say in said if say.what == "readings"}
        lacking = {
            code: set(device.kind.properties) - set(spoke.get(code, {}))
            for code, device in world.devices.items()
            if device.model != LINE
        }
        assert {code: names for code, names in lacking.items() if names} == {}

    def test_shows_values_of_the_type_and_range_of_the_model(self, world):
        wrong = []
        for _, say in go_on(world, NOON, 25):
            properties = world.devices[say.device].kind.properties
            for name, value in say.body.items():
                if say.what == "readings" and not fits(value, properties[name]):
                    wrong.append((say.device, name, value))

        assert wrong == []

    def test_keeps_each_device_to_its_period(self, world, models):
        said = go_on(world, NOON, 600)

        counts = Counter(say.device for _, say in said if say.what == "readings")
        lifts = [code for code, device in world.devices.items() if device.model == "lift"]
        assert seconds(models["lift"].period) == 10
        assert all(59 <= counts[code] <= 62 for code in lifts)
        assert 15 < len(said) / 600 < 40

    def test_leaves_the_device_for_trying_alone(self, world):
        assert TRY not in world.devices

    def test_never_looks_like_a_trapped_passenger(self, world):
        said = go_on(world, NOON + 6 * 3600, 300)

        for _, say in said:
            if "in_door_zone" in say.body:
                stuck = not say.body["running"] and say.body["occupied"]
                assert not (stuck and not say.body["in_door_zone"])


def fits(value, shape):
    if shape.type == "boolean":
        return isinstance(value, bool)
    if shape.type == "enum":
        return value in shape.values
    inside = not shape.range or shape.range[0] <= value <= shape.range[1]
    whole = shape.type != "integer" or value == int(value)
    return isinstance(value, int | float) and inside and whole


class TestMeters:
    def test_gas_is_used_by_day_alone_and_never_comes_back(self, world):
        meter = next(one for one in world.devices.values() if "gas_m3" in one.kind.properties)
        midnight = NOON - 12 * 3600

        shown = [meter.measure(midnight + hour * 3600)["gas_m3"] for hour in range(49)]

        night, day = shown[6] - shown[0], shown[22] - shown[6]
        assert shown == sorted(shown)
        assert night == 0
        assert day > 0.3
        assert abs(shown[30] - shown[22]) < 0.01


class TestHear:
    def test_acts_acknowledges_and_shows_it(self, world):
        answer, said = world.hear("fan-g1-z1", Order("c1", "fan.on"), NOON)

        assert (answer.id, answer.ok) == ("c1", True)
        assert [say.body["running"] for say in said] == [True]

    def test_acts_once_for_one_id(self, world):
        first, _ = world.hear("fan-g1-z1", Order("c1", "fan.on"), NOON)
        world.hear("fan-g1-z1", Order("c2", "fan.off"), NOON)

        again, said = world.hear("fan-g1-z1", Order("c1", "fan.on"), NOON)

        assert (again, said) == (first, [])
        assert world.devices["fan-g1-z1"].values["running"] is False

    @pytest.mark.parametrize(
        ("order", "reason"),
        [
            (Order("c1", "valve.twist"), "unknown_service"),
            (Order("c1", "light.on"), "unknown_service"),
            (Order("c1", "fan.on", {}, NOON - 1), "expired"),
        ],
    )
    def test_refuses_what_it_cannot_do_and_does_nothing(self, world, order, reason):
        answer, said = world.hear("fan-g1-z1", order, NOON)

        assert (answer.ok, answer.reason, said) == (False, reason, [])
        assert world.devices["fan-g1-z1"].values["running"] is False

    def test_can_do_every_service_of_its_model(self, world):
        one_of_each = {device.model: device for device in world.devices.values()}

        refused = [
            (model, service)
            for model, device in one_of_each.items()
            for service in device.kind.services
            if not world.hear(device.code, Order(f"c-{service}", service), NOON)[0].ok
        ]

        assert refused == []

    def test_moves_the_property_that_the_model_promises(self, world):
        by_service = defaultdict(list)
        for device in world.devices.values():
            for name, service in device.kind.services.items():
                if service.moves and not by_service[name]:
                    by_service[name].append((device, service.moves))

        for name, [(device, moves)] in by_service.items():
            if DOES.get(name):
                assert moves in DOES[name], name
                world.hear(device.code, Order(f"c-{name}", name), NOON)
                assert device.values[moves] == DOES[name][moves]

    def test_stops_speaking_by_itself(self, world):
        world.hear("ls-plaza-1", Order("c1", "speaker.say", {"text": "请注意"}), NOON)

        said = go_on(world, NOON, 25)

        assert shown(said, "ls-plaza-1", "playing")[-1] is False


class TestMoved:
    def test_shows_what_was_done_over_a_wire(self, world):
        meter = next(c for c, d in world.devices.items() if d.model == "electricity_meter")

        said = world.moved(meter, "relay.cut", NOON)

        assert [(s.body["relay_closed"], s.body["power_w"]) for s in said] == [(False, 0.0)]

    def test_a_car_that_was_stopped_leaves_and_is_not_charged_again(self, world):
        charger = "ev-g1-z1-1"
        world.moved(charger, "charge.start", NOON)
        world.moved(charger, "charge.stop", NOON + 1)

        states = shown(go_on(world, NOON + 1, 600), charger, "connector_state")

        assert states[0] == "finishing"
        assert set(states[3:]) == {"available"}

    def test_a_car_that_is_charged_again_stays(self, world):
        charger = "ev-g1-z1-1"
        world.moved(charger, "charge.stop", NOON)
        world.moved(charger, "charge.start", NOON + 1)

        states = shown(go_on(world, NOON + 1, 600), charger, "connector_state")

        assert set(states) == {"charging"}


class TestIncident:
    def test_co_rises_past_the_limit_and_a_fan_brings_it_down(self, world):
        go_on(world, NOON, 1)
        world.begin("garage-co", None, NOON + 1)

        rising = shown(go_on(world, NOON + 1, 40), "co-g1-z1-1", "co_mg_m3")
        world.hear("fan-g1-z1", Order("c1", "fan.on"), NOON + 41)
        falling = shown(go_on(world, NOON + 41, 400), "co-g1-z1-1", "co_mg_m3")

        assert max(rising) > 60
        assert falling[-1] < 15

    def test_co_stays_where_no_fan_runs(self, world):
        world.begin("garage-co", None, NOON)

        values = shown(go_on(world, NOON, 300), "co-g1-z1-1", "co_mg_m3")

        assert values[-1] > 100

    def test_a_leak_ends_when_the_valve_is_shut(self, world):
        leak = world.begin("leak", None, NOON)
        wet = shown(go_on(world, NOON, 20), leak, "water_leak")

        world.hear(leak.replace("leak-", "valve-"), Order("c1", "water_valve.close"), NOON + 20)
        dry = shown(go_on(world, NOON + 20, 400), leak, "water_leak")

        assert wet[-1] is True
        assert dry[-1] is False

    def test_a_trapped_lift_says_so_and_is_freed(self, world):
        lift = world.begin("lift-trapped", None, NOON)
        said = go_on(world, NOON, 300)

        events = [
            say.body["event"] for _, say in said if say.device == lift and say.what == "events"
        ]
        assert events == ["trapped", "lift_alarm"]
        assert shown(said, lift, "in_door_zone")[0] is False
        assert world.devices[lift].held == {}

    def test_silence_is_of_a_gateway_and_all_behind_it(self, world):
        world.begin("offline", None, NOON)

        said = go_on(world, NOON, 400)

        behind = {c for c, d in world.devices.items() if d.thing.above == "gw-b03-1"}
        assert behind
        assert not [say for at, say in said if at > 1 and say.device in {"gw-b03-1", *behind}]

    def test_stops_when_reset(self, world):
        world.begin("garage-co", None, NOON)
        world.begin("lift-trapped", None, NOON)
        go_on(world, NOON, 10)

        world.reset()

        assert all(not device.held and not device.silent for device in world.devices.values())
        assert shown(go_on(world, NOON + 10, 60), "co-g1-z1-1", "co_mg_m3")[-1] < 15

    def test_befalls_another_device_when_asked(self, world):
        assert world.begin("sos", "band-*", NOON).startswith("band-")

    def test_silence_of_a_line_is_told_to_its_far_end_with_all_behind_it(self, world):
        world.begin("serial-server", None, NOON)

        said = go_on(world, NOON, 930)

        told = {say.device: [] for _, say in said if say.what == "silence"}
        for _, say in said:
            if say.what == "silence":
                told[say.device].append(say.body["silent"])
        behind = {c for c, d in world.devices.items() if d.thing.above == "line-em-1"}
        assert set(told) == {"line-em-1", *behind}
        assert all(words == [True, False] for words in told.values())

    def test_is_refused_when_there_is_no_such_thing(self, world):
        with pytest.raises(NoSuch, match="dragon"):
            world.begin("dragon", None, NOON)
        with pytest.raises(NoSuch, match="nobody"):
            world.begin("sos", "nobody", NOON)

    @pytest.mark.parametrize("name", INCIDENTS)
    def test_has_devices_that_can_suffer_it(self, world, name):
        incident = INCIDENTS[name]
        it = world.begin(name, None, NOON)

        for step in incident.steps:
            pattern = it if step.devices == IT else step.devices
            for device in world.matching(pattern):
                said = {*getattr(step, "values", {}), getattr(step, "name", ""),
                        getattr(step, "event", "")} - {""}  # fmt: skip
                assert said <= {*device.kind.properties, *device.kind.events}
                if hasattr(step, "rate"):
                    assert step.name in device.flows


class TestBefall:
    def test_leads_a_property_along_a_curve_and_lets_it_go_its_own_way_again(self, world):
        line = ((0.0, 10.0), (60.0, 70.0), (90.0, 70.0))
        world.befall([Curve(0, IT, "co_mg_m3", line)], "co-g1-z1-1", NOON)

        said = go_on(world, NOON, 200)

        seen = [
            (at, say.body["co_mg_m3"])
            for at, say in said
            if say.device == "co-g1-z1-1" and "co_mg_m3" in say.body
        ]
        assert max(value for _, value in seen) == 70
        assert any(38 < value < 42 for at, value in seen if 28 < at < 33)
        assert seen[-1][0] > 100
        assert seen[-1][1] < 15

    def test_lets_a_device_refuse_for_a_time(self, world):
        world.befall([Refuse(0, IT, frozenset({"fan.on"}), "stuck", 60)], "fan-g1-z1", NOON)
        go_on(world, NOON, 1)

        refused, _ = world.hear("fan-g1-z1", Order("c1", "fan.on"), NOON + 2)
        other, _ = world.hear("fan-g1-z1", Order("c2", "fan.off"), NOON + 2)
        go_on(world, NOON + 2, 70)
        later, _ = world.hear("fan-g1-z1", Order("c3", "fan.on"), NOON + 80)

        assert (refused.ok, refused.reason) == (False, "stuck")
        assert other.ok
        assert later.ok

    def test_says_when_each_thing_was_said(self, world):
        said = [say for at in (5, 10) for say in world.step(NOON + at)]

        assert all(NOON < say.at <= NOON + 10 for say in said)
        assert len({say.at for say in said}) > 100

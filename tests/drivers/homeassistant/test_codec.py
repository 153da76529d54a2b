"""What entities announce and say: the public examples, and what nobody should have to read."""

from random import Random

import msgspec
import pytest

from linli.drivers.homeassistant import codec
from linli.drivers.homeassistant.decoding import decode
from linli.drivers.homeassistant.map import Act, Rule, suggested
from linli.drivers.reading import BadPayload

MOTION = {
    "name": None, "device_class": "motion", "state_topic": "zigbee2mqtt/hall",
    "value_template": "{{ value_json.occupancy }}", "payload_on": True, "payload_off": False,
    "unique_id": "hall_occupancy", "availability": [{"topic": "zigbee2mqtt/bridge/state"}],
    "device": {"identifiers": ["zigbee2mqtt_0x00158d0001"], "name": "玄关", "manufacturer": "Aqara",
               "model": "RTCGQ11LM"},
}  # fmt: skip
SHORT = {
    "~": "home/gas", "stat_t": "~/state", "cmd_t": "~/set", "dev_cla": "gas", "uniq_id": "gv1",
    "pl_open": "OPEN", "pl_cls": "CLOSE", "avty_t": "~/avty", "dev": {"ids": "gv1", "mf": "Acme"},
}  # fmt: skip


def read(said, component="binary_sensor"):
    return codec.entity(component, "binary_sensor/x", msgspec.json.encode(said))


class TestEntity:
    def test_reads_what_a_gateway_announces(self):
        one = read(MOTION)

        assert (one.device, one.kind, one.way) == (
            "zigbee2mqtt_0x00158d0001", "motion", ("occupancy",),
        )  # fmt: skip
        assert one.topics == {"zigbee2mqtt/hall", "zigbee2mqtt/bridge/state"}
        assert one.about["name"] == "玄关"

    def test_reads_short_names_and_the_base(self):
        one = read(SHORT, "valve")

        assert (one.config.state_topic, one.config.command_topic) == (
            "home/gas/state", "home/gas/set",
        )  # fmt: skip
        assert one.availability[0].topic == "home/gas/avty"

    @pytest.mark.parametrize(
        ("template", "way"),
        [
            ("", None),
            ("{{ value }}", None),
            ("{{value_json.a.b}}", ("a", "b")),
            ("{{ value_json['x y'] | float }}", ("x y",)),
            ("{{ value_json.list[0].on }}", ("list", 0, "on")),
        ],
    )
    def test_goes_the_plain_way_into_json(self, template, way):
        assert read({**MOTION, "value_template": template}).way == way

    @pytest.mark.parametrize(
        "template",
        [
            "{{ states('lock.door') }}",
            "{% if value %}on{% endif %}",
            "{{ value_json.__class__.__mro__ }} x",
            "{{ ''.__class__ }}",
            "{{ value_json" + ".a" * 9 + " }}",
            "{{ value.a }}",
            "{{ value_json[" + "9" * 4500 + "] }}",
        ],
    )
    def test_evaluates_no_template(self, template):
        with pytest.raises(BadPayload) as refused:
            read({**MOTION, "value_template": template})

        assert refused.value.why == "template_unknown"

    @pytest.mark.parametrize(
        ("said", "why"),
        [
            ({**MOTION, "state_topic": "#"}, "bad_topic"),
            ({**MOTION, "state_topic": "a/+/b"}, "bad_topic"),
            ({**MOTION, "state_topic": "$SYS/broker"}, "bad_topic"),
            ({**MOTION, "state_topic": "a" * 300}, "bad_topic"),
            ({**MOTION, "availability": [{"topic": "#"}]}, "bad_topic"),
            ({"device_class": "motion"}, "no_topic"),
            ({**MOTION, "name": "x" * 20_000}, "too_large"),
            ({**MOTION, "state_topic": {"a": 1}}, "not_discovery"),
            ([1, 2], "not_discovery"),
        ],
    )
    def test_refuses_what_would_hear_or_hold_too_much(self, said, why):
        with pytest.raises(BadPayload) as refused:
            read(said)

        assert refused.value.why == why

    def test_survives_any_bytes(self):
        random = Random(7)
        whole = msgspec.json.encode(MOTION)
        for _ in range(400):
            body = bytearray(whole)
            for _ in range(random.randint(1, 6)):
                body[random.randrange(len(body))] = random.randrange(256)
            try:
                codec.entity("binary_sensor", "k", bytes(body[: random.randint(0, len(body))]))
            except BadPayload:
                continue


class TestState:
    @pytest.mark.parametrize(
        ("component", "said", "body", "value"),
        [
            ("binary_sensor", MOTION, b'{"occupancy": true, "battery": 80}', True),
            ("binary_sensor", MOTION, b'{"battery": 80}', None),
            ("binary_sensor", {"stat_t": "a"}, b"OFF", False),
            (
                "sensor",
                {"stat_t": "a", "val_tpl": "{{ value_json.battery }}"},
                b'{"battery": 80}',
                80.0,
            ),
            ("valve", SHORT, b"open", True),
            ("valve", {"stat_t": "a", "reports_position": True}, b"0", False),
            ("switch", {"stat_t": "a", "stat_on": "1", "stat_off": "0"}, b"1", True),
            ("light", {"stat_t": "a", "cmd_t": "b", "schema": "json"}, b'{"state":"ON"}', True),
            ("alarm_control_panel", {"stat_t": "a"}, b"armed_away", "armed_away"),
        ],
    )
    def test_says_what_stands(self, component, said, body, value):
        assert codec.state(read(said, component), body) == value

    @pytest.mark.parametrize(
        ("component", "said", "body"),
        [
            ("binary_sensor", MOTION, b"{"),
            ("binary_sensor", MOTION, b"[" * 5000),
            ("binary_sensor", MOTION, b'{"occupancy": {"a": 1}}'),
            ("binary_sensor", {"stat_t": "a"}, b"maybe"),
            ("binary_sensor", {"stat_t": "a"}, b"\xff\xfe"),
            ("sensor", {"stat_t": "a"}, b"nan"),
            ("sensor", {"stat_t": "a"}, b"1e999"),
            ("sensor", {"stat_t": "a"}, b"x" * 70_000),
        ],
    )
    def test_refuses_what_it_cannot_read(self, component, said, body):
        with pytest.raises(BadPayload):
            codec.state(read(said, component), body)


class TestCommand:
    @pytest.mark.parametrize(
        ("component", "said", "act", "body"),
        [
            ("valve", SHORT, "close", b"CLOSE"),
            ("valve", {**SHORT, "reports_position": True}, "close", b"0"),
            ("switch", {"cmd_t": "a"}, "off", b"OFF"),
            ("light", {"cmd_t": "a", "schema": "json"}, "on", b'{"state":"ON"}'),
            ("alarm_control_panel", {"cmd_t": "a"}, "arm_away", b"ARM_AWAY"),
        ],
    )
    def test_says_it_as_the_entity_wants(self, component, said, act, body):
        assert codec.command(read(said, component), act) == body


@pytest.mark.parametrize(
    ("topic", "found"),
    [
        ("homeassistant/valve/gas/config", ("valve", "valve/gas")),
        ("homeassistant/sensor/0x1/battery/config", ("sensor", "sensor/0x1/battery")),
        ("homeassistant/valve/config", None),
        ("homeassistant/a/b/c/d/config", None),
        ("other/valve/gas/config", None),
        ("x/homeassistant/valve/gas/config", None),
    ],
)
def test_knows_topics_of_discovery(topic, found):
    assert codec.parts(topic, "homeassistant") == found


def test_suggests_the_gravest_that_a_device_is():
    smoke = read({**MOTION, "device_class": "smoke"})

    assert suggested([read(MOTION), smoke]) == "smoke_detector"
    assert suggested([read({"stat_t": "a", "dev_cla": "vibration"})]) == ""


def test_a_gas_alarm_without_a_figure_stands_as_one():
    rule = Rule(component="binary_sensor", classes=("gas",), on=25, off=0)

    assert (rule.value(True), rule.value(False), rule.value(3.0)) == (25, 0, 3.0)


@pytest.mark.parametrize(
    ("act", "said", "ends"),
    [("close", False, True), ("close", True, False), ("arm_away", "armed_away", True),
     ("disarm", "disarmed", True), ("arm_home", "arming", False)],
)  # fmt: skip
def test_a_state_ends_an_order(act, said, ends):
    component = "alarm_control_panel" if isinstance(said, str) else "valve"

    assert Act(component=component, act=act).ends(said) is ends


def test_decode_shows_what_is_announced():
    said = decode(msgspec.json.encode(SHORT).decode(), {"component": "valve"})

    assert (said["device"], said["command_topic"]) == ("gv1", "home/gas/set")

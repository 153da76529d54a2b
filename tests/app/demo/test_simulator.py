"""Which way each device speaks, and what it says on the wire."""

import json

import pytest

from linli.app.demo import control
from linli.app.demo.simulator import Simulator
from linli.app.demo.world import Say
from linli.drivers.plain import codec as plain
from linli.drivers.senml import codec as senml
from tests.app.demo.conftest import NOON


@pytest.fixture
async def simulator(world, known, tmp_path):
    return Simulator(
        community="hml", world=world, mqtt=("127.0.0.1", 1), url="http://127.0.0.1:1",
        key="secret", ports=tmp_path / "lines.json", wires=known,
    )  # fmt: skip


def spoken(simulator, line):
    return [(topic, json.loads(body)) for topic, body in simulator._lines[line]._kept]


def say_all(simulator, world, seconds=25):
    for turn in range(seconds):
        for say in world.step(NOON + turn):
            simulator._say(say, NOON + turn)


class TestSay:
    async def test_sends_children_over_the_line_of_their_gateway(self, simulator, world):
        say_all(simulator, world)

        devices = {topic.split("/")[2] for topic, _ in spoken(simulator, "gw-g1")}
        assert devices == {
            "gw-g1", *(c for c, d in world.devices.items() if d.thing.above == "gw-g1")
        }  # fmt: skip

    async def test_sends_what_our_readers_understand(self, simulator, world):
        say_all(simulator, world)

        for line in simulator._lines.values():
            for topic, body in line._kept:
                assert topic.rpartition("/")[2] in {"readings", "events"}
                assert all(reading.at for reading in plain.readings(body))
        for queue in simulator._pushes.values():
            assert all(senml.readings(json.dumps(pack).encode(), now=NOON) for pack in queue._queue)

    async def test_never_says_two_things_at_one_time(self, simulator, world):
        for order in ("fan.on", "fan.off", "fan.on"):
            payload = json.dumps({"id": order + "1", "service": order, "args": {}, "expires": 4e9})
            await simulator._hear("v1/hml/fan-g1-z1/commands", payload.encode())

        times = [body["t"] for _, body in spoken(simulator, "gw-g1") if "t" in body]
        assert len(times) >= 2
        assert len(set(times)) == len(times)

    async def test_drops_the_oldest_push_when_nobody_takes_any(self, simulator):
        for n in range(30):
            simulator._say(Say("env-garden-s", "readings", {"noise_db": float(n)}), NOON + n)

        kept = [pack[0]["v"] for pack in simulator._pushes["env-garden-s"]._queue]
        assert kept == [float(n) for n in range(10, 30)]


class TestHear:
    async def test_answers_on_the_topic_of_the_child_over_the_gateway(self, simulator):
        order = b'{"id": "c9", "service": "fan.on", "args": {}, "expires": 4000000000}'

        await simulator._hear("v1/hml/fan-g1-z1/commands", order)

        (topic, answer), (_, shown) = spoken(simulator, "gw-g1")
        assert (topic, answer) == ("v1/hml/fan-g1-z1/acks", {"id": "c9", "ok": True})
        assert shown["running"] is True

    @pytest.mark.parametrize("payload", [b"", b"{", b"[]", b'{"id": 1}'])
    async def test_passes_over_what_is_no_command(self, simulator, payload):
        await simulator._hear("v1/hml/fan-g1-z1/commands", payload)

        assert spoken(simulator, "gw-g1") == []


class TestObey:
    @pytest.mark.parametrize(
        ("order", "ok"),
        [
            (control.Order(do="incident", name="garage-co"), True),
            (control.Order(do="incident", name="dragon"), False),
            (control.Order(do="incident", name="sos", device="nobody"), False),
            (control.Order(do="reset"), True),
            (control.Order(do="speed", factor=10), True),
            (control.Order(do="state"), True),
            (control.Order(do="dance"), False),
            (control.Order(do="say", name="开门"), True),
            (control.Order(do="say", device="ls-b05", name="开门"), False),
            (control.Order(do="pay", fen=100), True),
            (control.Order(do="pay", device="recycle-waste-1", fen=100), False),
            (control.Order(do="recycle", name="paper:"), True),
            (control.Order(do="park", device="ev-g1-z1-1", name="in:浙Z00001"), True),
            (control.Order(do="park", device="ev-g1-z1-5", name="in:浙Z00001"), False),
            (control.Order(do="recycle", name="gold:"), False),
            (control.Order(do="answer", name="hand-1"), False),
            (control.Order(do="heard"), True),
        ],
    )
    async def test_says_whether_it_was_done(self, simulator, order, ok):
        said = simulator.obey(order)

        assert said.ok is ok
        assert said.text


class TestHands:
    async def test_a_device_asks_once_and_shows_what_it_was_told_and_nothing_else(self, simulator):
        number = simulator.obey(control.Order(do="recycle", name="paper:0012345678", factor=1.2))
        hands = simulator._hands

        [(device, question)] = list(hands.step(NOON))
        other = json.dumps({"id": "hand-9", "ok": True, "left_fen": 1}).encode()
        assert hands.answered(device, other) is None
        own = json.dumps({"id": question["id"], "ok": True, "left_fen": 10_096}).encode()
        weighed = hands.answered(device, own)

        assert (question["ask"], question["shown"], question["fen"]) == (
            "card.credit", "0012345678", 96,
        )  # fmt: skip
        assert weighed == ("recycle-waste-1", "paper", 1.2)
        assert simulator._answers.of(number.text) == "recycle-waste-1: ok, 100.96"
        assert hands.answered(device, own) is None
        assert list(hands.step(NOON)) == []

    async def test_the_camera_of_a_charging_bay_asks_as_at_a_lane_and_names_the_bay(
        self, simulator
    ):
        order = control.Order(do="park", device="ev-g1-z1-2", name="out:浙Z00001")
        number = simulator.obey(order).text
        hands = simulator._hands

        [(device, question)] = list(hands.step(NOON))
        told = {"id": question["id"], "ok": False, "reason": "charging.plate_not_wished"}
        hands.answered(device, json.dumps(told).encode())

        assert device == "cam-g1-z1-1"
        assert question | {"id": ""} == {
            "id": "", "ask": "lane.seen", "lane": "2", "plate": "浙Z00001", "direction": "out",
            "confidence": 0.98,
        }  # fmt: skip
        assert simulator._answers.of(number) == "cam-g1-z1-1: charging.plate_not_wished"

    async def test_what_a_loudspeaker_was_told_to_say_is_heard(self, simulator, world):
        code = next(one for one, device in world.devices.items() if device.model == "home_speaker")
        payload = json.dumps(
            {"id": "c1", "service": "speaker.say", "args": {"text": "门开了。"}, "expires": 4e9}
        )
        await simulator._hear(f"v1/hml/{code}/commands", payload.encode())

        assert simulator.obey(control.Order(do="heard")).text == f"{code}\n门开了。"
        assert world.devices[code].values["playing"] is True


class TestFollow:
    async def test_a_second_car_is_told_at_its_lane_and_the_arm_is_not_raised_again(
        self, simulator
    ):
        order = control.Order(do="follow", device="bar-g1-ramp", name="in:浙Z09011")
        assert simulator.obey(order).ok
        lanes = simulator._lanes

        [(camera, question), *_] = list(lanes.step(NOON))

        assert camera == "bar-g1-ramp"
        assert (question["ask"], question["plate"], question["direction"]) == (
            "lane.followed", "浙Z09011", "in",
        )  # fmt: skip
        assert not lanes.answered(camera, b'{"id": "1", "ok": true, "reason": "followed"}', NOON)
        assert lanes.answered(camera, b'{"id": "2", "ok": true, "reason": "resident"}', NOON)

    async def test_at_no_lane_is_refused(self, simulator):
        said = simulator.obey(control.Order(do="follow", device="door-b05-1", name="in:"))

        assert not said.ok

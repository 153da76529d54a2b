"""The gate: what is taken, flagged, refused, and in which lane it goes."""

import json

import msgspec
import pytest

from linli.contracts import signals
from linli.contracts.directory import PointEntry
from linli.devices.batch import Quality
from linli.drivers.reading import Reading
from linli.live.gate import Gate
from linli.live.plans import AnswerPlan, ReadingPlan
from linli.live.strangers import spoken_of
from tests.live.house import directory, models

NOW = 1_767_225_600.0


@pytest.fixture
def gate():
    made = Gate(directory=directory(units=2, children=2, safe=1), models=models())
    made.now = NOW
    return made


def refusals(gate):
    return {
        (e.device, e.reason): (e.count, e.taken)
        for e in gate.refusals.tell(community="house", at=0)
    }


def plan_of(gate, device="d0001", what="readings"):
    found = gate.plan(device, what)
    assert found is not None
    return found


def batch(gate, lane=None):
    pending = (lane or gate.bulk).take_all()
    return pending.columns(community="house", at=gate.now, seen=gate.seen)


class TestTake:
    def test_takes_a_plain_reading_with_its_time(self, gate):
        code = plan_of(gate).take(b'{"co": 41, "t": 1767225599.5}')

        found = batch(gate)
        assert code == 0
        assert (found.values.tolist(), found.times.tolist()) == ([41.0], [NOW - 0.5])
        assert refusals(gate) == {}

    def test_reads_milliseconds(self, gate):
        plan_of(gate).take(b'{"co": 41, "t": 1767225599500}')

        assert batch(gate).times.tolist() == [NOW - 0.5]

    def test_gives_the_time_of_arrival_where_there_is_none(self, gate):
        plan_of(gate).take(b'{"co": 41}')

        assert batch(gate).times.tolist() == [NOW]

    def test_takes_words_and_booleans_as_the_model_has_them(self, gate):
        plan_of(gate).take(b'{"door": "open", "lamp": true}')

        assert batch(gate).values.tolist() == [1.0, 1.0]

    def test_takes_senml_and_lists(self, gate):
        plan_of(gate).take(b'[{"n":"co","v":1,"t":-5},{"n":"co","v":2}]')
        plan_of(gate).take(b'[{"co":3},{"co":4}]')

        assert batch(gate).values.tolist() == [1.0, 2.0, 3.0, 4.0]

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400])
    def test_takes_nothing_for_a_number_that_a_driver_made_of_none(self, gate, value):
        told = plan_of(gate).take_readings([Reading("co", value)])

        assert told.refused == [(0, "wrong_value")]
        assert gate.bulk.pending.points.tolist() == []

    def test_keeps_what_else_an_event_says(self, gate):
        plan_of(gate).take(b'{"event": "pressed", "who": "x"}')

        found = batch(gate)
        assert found.values.tolist() == [1.0]
        assert json.loads(found.extras[0]) == {"who": "x"}

    def test_puts_safety_models_in_the_safety_lane(self, gate):
        plan_of(gate, "s0001").take(b'{"co": 41}')

        assert gate.bulk.pending.size == 0
        assert gate.safety.pending.size == 1

    def test_lets_a_gateway_name_its_child_in_senml(self, gate):
        plan_of(gate, "gw").take(b'[{"bn":"c0002:","n":"co","v":7}]')

        found = batch(gate)
        assert gate.point_device[int(found.points[0])] == "c0002"


class TestFlag:
    @pytest.mark.parametrize(
        ("payload", "quality", "reason"),
        [
            (b'{"co": 501}', Quality.OUT_OF_RANGE, "out_of_range"),
            (b'{"co": -1}', Quality.OUT_OF_RANGE, "out_of_range"),
            (b'{"co": 1, "t": 1767226000}', Quality.CLOCK_WRONG, "clock_wrong"),
            (b'{"co": 1, "t": 21.5}', Quality.CLOCK_WRONG, "clock_wrong"),
            (b'{"co": 1, "t": 1766000000}', Quality.CLOCK_WRONG, "clock_wrong"),
        ],
    )
    def test_takes_it_with_a_flag_that_is_counted(self, gate, payload, quality, reason):
        assert plan_of(gate).take(payload) == 0

        assert batch(gate).quality.tolist() == [quality]
        assert refusals(gate) == {("d0001", reason): (1, True)}

    def test_gives_a_wrong_clock_the_time_of_arrival(self, gate):
        plan_of(gate).take(b'{"co": 1, "t": 1767226000}')

        assert batch(gate).times.tolist() == [NOW]


class TestRefuse:
    @pytest.mark.parametrize(
        ("payload", "reason"),
        [
            (b"", "not_json"),
            (b"hello", "not_json"),
            (b'{"nox": 1}', "unknown_property"),
            (b'{"door": "ajar"}', "wrong_value"),
            (b'[{"n":"co","u":"V","v":1}]', "wrong_unit"),
            (b'{"co": null}', "not_a_value"),
        ],
    )
    def test_counts_it_by_device_and_reason_and_takes_nothing(self, gate, payload, reason):
        plan_of(gate).take(payload)

        assert gate.bulk.pending.size == 0
        assert refusals(gate) == {("d0001", reason): (1, False)}

    def test_refuses_one_name_and_takes_the_others(self, gate):
        assert plan_of(gate).take(b'{"nox": 1, "co": 2}') == 0

        assert batch(gate).values.tolist() == [2.0]

    @pytest.mark.parametrize(
        ("topic", "reason"),
        [
            (b"v1/house/d0002/readings", "not_own_topic"),
            (b"v1/house/nobody/readings", "unknown_device"),
            (b"v1/other/d0001/readings", "not_own_topic"),
            (b"elsewhere", "not_own_topic"),
        ],
    )
    def test_has_no_plan_for_a_topic_of_others(self, gate, topic, reason):
        assert gate.topic_plan(topic, frozenset({"d0001"})) is None

        assert [key[1] for key in refusals(gate)] == [reason]

    def test_keeps_bounded_counts_however_many_names_come(self, gate):
        for number in range(10_000):
            gate.refusals.count(f"x{number}", "unknown_device")

        told = refusals(gate)
        assert len(told) <= 2001
        assert sum(count for count, _ in told.values()) == 10_000

    def test_shows_a_sample_that_no_screen_obeys(self, gate):
        plan_of(gate).take(b"\x1b[31m<script>\x00")

        told = gate.refusals.tell(community="house", at=0)
        assert "\x1b" not in told[0].sample
        assert "\x00" not in told[0].sample


class TestAnswer:
    def test_makes_a_signal_of_each_answer(self, gate):
        plan = gate.plan("d0001", "acks")
        assert isinstance(plan, AnswerPlan)

        plan.take(b'{"id": "cmd", "ok": false, "reason": "stuck"}')

        (signal,) = gate.safety.pending.signals
        assert (signal.command, signal.ok, signal.reason) == ("cmd", False, "stuck")
        assert signal.device == "d0001"


class TestLearn:
    def test_keeps_what_it_saw_of_points_that_stay(self, gate):
        plan_of(gate).take(b'{"co": 1, "t": 1767225599}')
        batch(gate)

        gate.learn(directory(units=3, children=2, safe=1, version=2))
        plan_of(gate).take(b'{"co": 1, "t": 1767225599}')

        assert isinstance(gate.plan("d0003", "readings"), ReadingPlan)
        assert batch(gate).quality.tolist() == [Quality.DUPLICATE]


class TestAnothers:
    """A gateway that has points of the same names as those it speaks of."""

    def meant_for(self, name, **changes):
        """Let a gateway that is a CO unit itself speak of a name; c0002 is as `changes` say."""
        register = directory(units=2, children=2)
        altered = {"gw": {"model": "co_unit"}, "c0002": changes}
        gate = Gate(
            directory=msgspec.structs.replace(
                register,
                devices=[
                    msgspec.structs.replace(one, **altered.get(one.code, {}))
                    for one in register.devices
                ],
                points=[*register.points, PointEntry(number=900, device="gw", name="co")],
            ),
            models=models(),
        )
        gate.now = NOW
        plan = plan_of(gate, "gw")
        return gate, plan, plan.take_all(json.dumps([{"n": name, "v": 77}]).encode())

    @pytest.mark.parametrize(
        ("name", "changes", "why"),
        [
            ("d0001:co", {}, "not_own_child"),
            ("c0002:co", {"enabled": False}, "disabled"),
        ],
    )
    def test_no_reading_of_another_is_taken_for_its_own(self, name, changes, why):
        gate, plan, answered = self.meant_for(name, **changes)

        plan.take(json.dumps([{"n": name, "v": 77}]).encode())

        assert answered.refused == [(0, why)]
        assert (gate.bulk.pending.size, gate.safety.pending.size) == (0, 0)

    def test_a_name_that_is_no_device_is_its_own_affair(self):
        gate, _, answered = self.meant_for("urn:dev:mac:0024befffe804ff1:co")

        assert answered.refused == []
        assert gate.bulk.pending.points.tolist() == [900]


class TestChildren:
    def announce(self, gate, *entries, device="gw"):
        return plan_of(gate, device, "children").take(json.dumps(entries).encode())

    def told(self, gate):
        return [
            (signal.line, address, about)
            for signal in gate.safety.take_all().signals
            for address, about in signal.strangers
        ]

    def test_tells_of_whom_the_register_lacks(self, gate):
        code = self.announce(
            gate, {"code": "c0001"}, {"code": "new-1", "model": "co_unit"}, {"code": "gw"}
        )

        assert (code, self.told(gate)) == (0, [("gw", "new-1", {"model": "co_unit"})])
        assert refusals(gate) == {}

    def test_tells_of_each_once_in_a_while(self, gate):
        self.announce(gate, {"code": "new-1"})
        self.announce(gate, {"code": "new-1"}, {"code": "new-2"})
        soon = self.told(gate)
        gate.now += 301

        self.announce(gate, {"code": "new-1"})

        assert [address for _, address, _ in soon] == ["new-1", "new-2"]
        assert [address for _, address, _ in self.told(gate)] == ["new-1"]

    def test_one_known_by_its_address_is_no_stranger(self, gate):
        entry = gate.devices["c0001"]
        gate.devices["c0001"] = msgspec.structs.replace(entry, address="7")

        self.announce(gate, {"address": 7})

        assert self.told(gate) == []

    def test_anothers_device_is_refused(self, gate):
        self.announce(gate, {"code": "d0001"})

        assert self.told(gate) == []
        assert refusals(gate) == {("gw", "not_own_child"): (1, False)}

    def test_refuses_rubbish_and_takes_what_is_beside_it(self, gate):
        codes = [
            plan_of(gate, "gw", "children").take(payload)
            for payload in (b"{", b"{}", b'[1, {"code": "new-1"}]', b"[{}]")
        ]

        assert codes == [0x99, 0x99, 0, 0x99]
        assert [address for _, address, _ in self.told(gate)] == ["new-1"]
        assert refusals(gate) == {
            ("gw", "not_json"): (1, False),
            ("gw", "not_children"): (1, False),
            ("gw", "bad_child"): (2, False),
        }

    def test_what_follows_is_the_same_each_time_it_is_heard(self, gate):
        self.announce(gate, {"code": "new-1", "serial": "SN1"})
        (signal,) = signals.decode(gate.safety.take_all().signal_body())

        (one,), (again,) = (spoken_of(signal, community="house") for _ in "ab")

        assert one == again
        assert (one.line, one.address, one.about, one.at) == ("gw", "new-1", {"serial": "SN1"}, NOW)

"""Readings that are late, wrong or double; silence; switches; overrides; snapshots."""

import msgspec
import numpy as np
import pytest

from linli.contracts.directory import LimitEntry
from linli.contracts.effects import DeviceSeen
from linli.devices.batch import Batch, Quality
from linli.scenes.faults import BadSnapshot, UnknownScene, UnknownSnapshot
from tests.scenes.town import NUMBER, START, Town, directory, scene

OVER = '[when]\npoint = "co"\nabove = 30'


def _seen(town: Town) -> list[tuple[float, str, bool, str]]:
    return [
        (effect.at - START, effect.device, effect.online, effect.reason)
        for effect in town.said
        if isinstance(effect, DeviceSeen)
    ]


class TestFeed:
    def test_does_not_show_a_late_reading_to_scenes(self):
        town = Town(scene(OVER))
        town.read(10, ("s1", "co", 5))

        said = town.read(11, ("s1", "co", 99), times=[9])

        assert said == []
        assert town.engine.quality.tolist() == [int(Quality.LATE)]
        assert town.engine.twin.last(town.engine.twin.slot_of(NUMBER["s1", "co"]))[1] == 5

    def test_flags_what_is_out_of_order_within_a_batch(self):
        town = Town(scene(OVER))

        said = town.read(
            10,
            ("s1", "co", 5),
            ("s1", "co", 99),
            ("s1", "co", 6),
            times=[8, 7, 9],
        )

        assert said == []
        assert town.engine.quality.tolist() == [0, int(Quality.LATE), 0]
        assert town.engine.twin.last(town.engine.twin.slot_of(NUMBER["s1", "co"]))[1] == 6

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e301])
    def test_does_not_show_what_is_no_number_to_scenes(self, value):
        town = Town(scene(OVER))
        town.read(1, ("s1", "co", 5))

        said = town.read(2, ("s1", "co", value))

        assert said == []
        assert town.engine.quality.tolist() == [int(Quality.OUT_OF_RANGE)]

    def test_keeps_a_reading_out_of_range_for_people_until_a_good_one_comes(self):
        town = Town(scene(OVER))
        slot = town.engine.twin.slot_of(NUMBER["s1", "co"])
        town.read(1, ("s1", "co", 5))
        odd = Batch(
            "t",
            START + 2,
            np.array([NUMBER["s1", "co"]], np.uint32),
            np.array([START + 2]),
            np.array([9000.0]),
            np.array([int(Quality.OUT_OF_RANGE)], np.uint8),
        )

        said = town.engine.feed(odd)
        shown = town.engine.twin.last(slot)
        town.read(3, ("s1", "co", 6))

        assert said == []
        assert shown == (START + 2, 9000.0, Quality.OUT_OF_RANGE)
        assert town.engine.twin.last(slot) == (START + 3, 6.0, Quality.GOOD)

    def test_passes_over_points_that_nobody_knows(self):
        town = Town(scene(OVER))
        batch = Batch(
            "t",
            START + 1,
            np.array([9_999_999, NUMBER["s1", "co"]], np.uint32),
            np.array([START, START]),
            np.array([99.0, 31.0]),
            np.zeros(2, np.uint8),
        )

        said = [type(one).__name__ for one in town.engine.feed(batch)]

        assert said == ["DeviceSeen", "AlarmRaised"]

    def test_takes_an_empty_batch_as_the_passing_of_time(self):
        town = Town(scene(OVER + '\nhold = "5s"'))
        town.read(1, ("s1", "co", 31))

        assert town.read(10) == ["6 raised s1"]

    def test_never_goes_back_in_time(self):
        town = Town(scene(OVER))
        town.wait(100)

        assert town.read(50, ("s1", "co", 31)) == ["100 raised s1"]

    def test_stamps_what_was_due_with_its_own_deadline_and_does_it_first(self):
        town = Town(scene(OVER + '\nhold = "5s"'))
        town.read(1, ("s1", "co", 31))

        assert town.read(90, ("s1", "co", 1)) == ["6 raised s1", "90 cleared"]


class TestSeen:
    def test_follows_the_period_of_the_model(self):
        town = Town(scene(OVER))
        town.read(1, ("s1", "co", 1))
        town.read(2, ("f1", "running", 1))
        town.wait(1000)
        town.read(1001, ("s1", "co", 1))

        assert _seen(town) == [
            (1, "s1", True, ""),
            (2, "f1", True, ""),
            (91, "s1", False, "silent"),
            (182, "f1", False, "silent"),
            (1001, "s1", True, ""),
        ]

    def test_hears_a_last_will_and_counts_silence_from_the_line(self):
        town = Town(scene(OVER))
        town.line(1, "s1", online=True)
        town.line(5, "s1", online=False)
        town.line(10, "s1", online=True)
        town.wait(200)

        assert _seen(town) == [
            (1, "s1", True, "will"),
            (5, "s1", False, "will"),
            (10, "s1", True, "will"),
            (100, "s1", False, "silent"),
        ]

    def test_says_each_change_once(self):
        town = Town(scene(OVER))
        town.line(1, "s1", online=True)
        town.line(2, "s1", online=True)
        town.read(3, ("s1", "co", 1))
        town.line(4, "s1", online=False)
        town.line(5, "s1", online=False)

        assert [row[2] for row in _seen(town)] == [True, False]

    def test_tells_who_is_on_line(self):
        town = Town(scene(OVER))
        town.read(1, ("s1", "co", 1))

        assert [code for code, on in town.engine.online().items() if on] == ["s1"]


class TestNextDeadline:
    def test_is_where_something_may_happen(self):
        town = Town(scene(OVER + '\nhold = "5s"'))
        town.wait(0)
        town.read(1, ("s1", "co", 31))

        assert town.engine.next_deadline() == START + 6

    def test_is_none_where_nothing_ever_will(self):
        town = Town(scene(OVER))
        town.wait(0)

        assert town.engine.next_deadline() is None


class TestOverrides:
    def _town(self, *limits: tuple[str, str, float], body: str = OVER) -> Town:
        entries = [
            LimitEntry(scene="safety.test.x", target=t, key=k, value=v) for t, k, v in limits
        ]
        return Town(scene(body), place=directory(limits=entries))

    def test_lets_the_nearest_place_win_and_the_device_beat_it(self):
        town = self._town(("e", "above", 50), ("e/g/z1", "above", 40), ("s1", "above", 20))

        said = town.read(1, *[(code, "co", 45.0) for code in ("s1", "s2", "s3", "s4")])

        assert said == ["1 raised s1", "1 raised s2"]
        assert [one.because.limit for one in town.said if hasattr(one, "because")] == [20, 40]

    def test_reach_holds_and_the_limits_of_clear(self):
        body = OVER + '\nhold = "10s"\n[clear]\nbelow = 20\nhold = "10s"'
        town = self._town(
            ("s1", "hold", 2), ("s1", "clear.below", 10), ("s1", "clear.hold", 3), body=body
        )

        said = [town.read(at, ("s1", "co", value)) for at, value in ((1, 31), (4, 15), (5, 9))]

        assert said == [[], ["3 raised s1"], []]
        assert town.wait(9) == ["8 cleared"]

    def test_act_at_once_when_they_change(self):
        town = Town(scene(OVER))
        town.read(1, ("s1", "co", 25), ("s2", "co", 35))
        entries = [
            LimitEntry(scene="safety.test.x", target="s1", key="above", value=20),
            LimitEntry(scene="safety.test.x", target="s2", key="above", value=40),
        ]

        said = town.rewire(2, directory(version=2, limits=entries))

        assert sorted(said) == ["2 cleared", "2 raised s1"]
        assert town.said[-1].cause == "directory:2"

    def test_count_with_their_hysteresis(self):
        town = self._town(("s1", "hysteresis", 10), body=OVER + "\nhysteresis = 1")

        said = [town.read(at, ("s1", "co", value)) for at, value in ((1, 31), (2, 22), (3, 19))]

        assert said == [["1 raised s1"], [], ["3 cleared"]]


class TestRewire:
    def test_keeps_what_stays_and_ends_what_goes(self):
        town = Town(scene(OVER + '\nhold = "10s"'))
        town.read(1, ("s1", "co", 31), ("s2", "co", 31))
        town.wait(12)

        said = town.rewire(13, directory(version=2, without="s1"))
        after = town.read(14, ("s2", "co", 1))

        assert (said, after) == (["13 cleared"], ["14 cleared"])

    def test_lets_a_hold_run_on(self):
        town = Town(scene(OVER + '\nhold = "10s"'))
        town.read(1, ("s2", "co", 31))

        town.rewire(5, directory(version=2, without="s1"))

        assert town.wait(20) == ["11 raised s2"]

    def test_forgets_commands_to_a_device_that_is_gone(self):
        body = OVER + '\n[[do]]\ncommand = "fan.on"\nwhere = "same zone"'
        town = Town(scene(body))
        town.read(1, ("s1", "co", 31))

        town.rewire(2, directory(version=2, without="f1"))

        assert town.read(3, ("s1", "co", 1)) == ["3 cleared"]


class TestSwitch:
    def test_ends_what_acts_and_stays_quiet_until_it_is_on_again(self):
        town = Town(scene(OVER + '\n[[do]]\ncommand = "fan.on"\nwhere = "same zone"'))
        town.read(1, ("s1", "co", 31))

        said = [
            town.switch(2, "safety.test.x", on=False),
            town.read(3, ("s2", "co", 50)),
            town.switch(4, "safety.test.x", on=True),
        ]

        assert said == [
            ["2 cleared", "2 f1 fan.off"],
            [],
            ["4 raised s1", "4 f1 fan.on", "4 raised s2", "4 f1 fan.on"],
        ]

    def test_heeds_no_scene_that_it_does_not_have(self):
        assert Town(scene(OVER)).switch(1, "safety.test.other", on=False) == []


class TestSnapshot:
    def test_refuses_another_version_by_name(self):
        town = Town(scene(OVER))
        state = msgspec.msgpack.decode(town.engine.snapshot())
        state["version"] = 99

        with pytest.raises(UnknownSnapshot) as refused:
            town.engine.restore(msgspec.msgpack.encode(state))

        assert refused.value.values == {"found": 99, "known": 1}

    @pytest.mark.parametrize("cut", [0, 1, 20, -1])
    def test_refuses_what_is_damaged(self, cut):
        town = Town(scene(OVER))
        data = town.engine.snapshot()[:cut]

        with pytest.raises(BadSnapshot):
            town.engine.restore(data)

    def test_ends_what_acted_when_its_scene_is_no_more(self):
        before = Town(scene(OVER + '\n[[do]]\ncommand = "fan.on"\nwhere = "same zone"'))
        before.read(1, ("s1", "co", 31))
        after = Town(scene(OVER, name="other"))

        after.engine.restore(before.engine.snapshot())

        assert after.wait(2) == ["1 cleared", "1 f1 fan.off"]

    def test_begins_a_hold_anew_when_its_scene_was_rewritten(self):
        before = Town(scene(OVER + '\nhold = "10s"'))
        before.read(1, ("s1", "co", 31))
        after = Town(scene(OVER + '\nhold = "20s"'))

        after.engine.restore(before.engine.snapshot())

        assert after.wait(19) == []
        assert after.wait(60) == ["21 raised s1"]

    def test_is_the_same_again_after_a_restart(self):
        town = Town(scene(OVER + '\nhold = "10s"'))
        town.read(1, ("s1", "co", 31), ("f1", "running", 1))
        data = town.engine.snapshot()

        town.restart()

        assert town.engine.snapshot() == data


class TestBindings:
    def test_tells_where_a_scene_stands(self):
        town = Town(
            scene(OVER, head='at = ["garage"]'), scene(OVER, name="z", head='scope = "zone"')
        )

        assert town.engine.bindings("safety.test.x") == ["s1", "s2", "s3"]
        assert town.engine.bindings("safety.test.z") == ["@e/g/z1", "@e/g/z2"]
        with pytest.raises(UnknownScene):
            town.engine.bindings("safety.test.none")

    def test_leaves_nothing_behind_where_all_is_normal(self):
        town = Town(scene(OVER + '\nhold = "5s"'))
        town.read(1, ("s1", "co", 31))
        town.read(2, ("s1", "co", 1))

        assert town.engine._world.live == {}
        assert town.engine.active() == []


class TestUnchanged:
    def test_a_directory_that_differs_only_in_its_version_costs_nothing(self):
        town = Town(scene(OVER))
        town.read(1, ("s1", "co", 31))
        wiring = town.engine.wiring

        said = town.rewire(2, directory(version=2))

        assert said == []
        assert town.engine.wiring is wiring


class TestSwitchedOn:
    def test_judges_a_value_at_which_other_scenes_pull_both_ways(self):
        low = scene('[when]\npoint = "co"\nbelow = 15', name="low")
        high = scene('[when]\npoint = "co"\nabove = 10', name="high")
        town = Town(low, high, scene(OVER + '\nhold = "5s"'))
        town.switch(1, "safety.test.x", on=False)
        town.read(2, ("s1", "co", 31))

        town.switch(3, "safety.test.x", on=True)

        assert town.wait(20) == ["8 raised s1"]

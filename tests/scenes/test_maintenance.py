"""Devices on which somebody works: heard, and neither looked at nor moved by any scene."""

import msgspec
import numpy as np

from linli.contracts.directory import LimitEntry
from linli.contracts.effects import DeviceSeen
from tests.scenes.town import NUMBER, START, Town, directory, scene

OVER = '[when]\npoint = "co"\nabove = 30'
FAN = OVER + '\n[[do]]\ncommand = "fan.on"\nwhere = "same zone"'


def worked_on(*codes, until=1000.0, version=2, **more):
    """Return the town with devices in maintenance until so many seconds after START."""
    town = directory(version=version, **more)
    devices = [
        msgspec.structs.replace(one, maintenance_until=START + until) if one.code in codes else one
        for one in town.devices
    ]
    return msgspec.structs.replace(town, devices=devices)


def seen(town):
    return [
        (effect.at - START, effect.device, effect.online)
        for effect in town.said
        if isinstance(effect, DeviceSeen)
    ]


class TestMaintain:
    def test_no_scene_sees_its_readings_and_the_last_value_is_kept(self):
        town = Town(scene(OVER), place=worked_on("s1"))

        said = town.read(1, ("s1", "co", 31), ("s2", "co", 31))

        assert said == ["1 raised s2"]
        assert town.engine.twin.last(town.engine.twin.slot_of(NUMBER["s1", "co"]))[1] == 31

    def test_ends_the_alarm_that_it_had_raised(self):
        town = Town(scene(OVER))
        town.read(1, ("s1", "co", 31))

        said = town.rewire(2, worked_on("s1"))

        assert said == ["2 cleared"]
        assert town.read(3, ("s1", "co", 99)) == []

    def test_a_scene_does_not_move_it_nor_what_it_had_moved(self):
        town = Town(scene(FAN))

        said = [
            town.read(1, ("s1", "co", 31)),
            town.rewire(2, worked_on("f1")),
            town.read(3, ("s1", "co", 5)),
            town.read(4, ("s1", "co", 31)),
        ]

        assert said == [["1 raised s1", "1 f1 fan.on"], [], ["3 cleared"], ["4 raised s1"]]

    def test_its_coming_and_going_is_told_and_fires_nothing(self):
        silent = scene('[when]\nsilent = "10s"', head='needs = { sensor = "co" }')
        town = Town(silent, place=worked_on("s1", until=500))

        said = [
            town.read(1, ("s1", "co", 5)),
            town.line(2, "s1", online=False),
            town.wait(300),
            town.read(301, ("s1", "co", 5)),
        ]

        assert all("s1" not in text for row in said for text in row)
        assert [row for row in seen(town) if row[1] == "s1"] == [
            (1, "s1", True), (2, "s1", False), (301, "s1", True),
        ]  # fmt: skip

    def test_a_scene_of_a_place_goes_by_the_others(self):
        town = Town(scene(OVER, head='scope = "zone"'))
        town.read(1, ("s1", "co", 31), ("s2", "co", 5))

        said = town.rewire(2, worked_on("s1"))

        assert said == ["2 cleared"]
        assert town.read(3, ("s2", "co", 31)) == ["3 raised e/g/z1"]

    def test_a_scene_of_a_place_with_no_other_sensor_is_at_rest(self):
        town = Town(scene(OVER, head='scope = "room"'))
        town.read(1, ("s4", "co", 31))

        said = town.rewire(2, worked_on("s4"))

        assert said == ["2 cleared"]
        assert town.read(3, ("s4", "co", 99)) == []

    def test_a_limit_of_its_own_wakes_nothing(self):
        own = [LimitEntry(scene="safety.test.x", target="s1", key="above", value=10)]
        town = Town(scene(OVER), place=worked_on("s1", limits=own))

        assert town.read(1, ("s1", "co", 11), ("s2", "co", 11)) == []

    def test_many_of_one_batch_are_kept_too(self):
        town = Town(scene(OVER), place=worked_on("s1", "s2", "s3"))

        said = town.read(1, *[(f"s{n}", "co", 99) for n in (1, 2, 3)])

        assert said == []
        assert np.count_nonzero(town.engine.twin.column("value") == 99) == 3


class TestReturn:
    def test_ends_by_itself_and_what_is_wrong_then_is_acted_upon_at_that_moment(self):
        town = Town(scene(FAN), place=worked_on("s1", until=100))
        town.read(90, ("s1", "co", 31))

        said = town.wait(101)

        assert said == ["100 raised s1", "100 f1 fan.on"]
        assert town.said[-1].cause == f"t:{round((START + 100) * 1000)}"

    def test_time_is_asked_for_when_it_ends(self):
        town = Town(scene(OVER), place=worked_on("s1", until=100))

        assert town.engine.next_deadline() <= START + 100

    def test_each_ends_in_its_turn(self):
        late = worked_on("s1", until=100)
        both = [
            msgspec.structs.replace(one, maintenance_until=START + 200) if one.code == "s2" else one
            for one in late.devices
        ]
        town = Town(scene(OVER), place=msgspec.structs.replace(late, devices=both))
        town.read(95, ("s1", "co", 31), ("s2", "co", 31))

        said = [town.wait(150), town.read(190, ("s2", "co", 32)), town.wait(250)]

        assert said == [["100 raised s1"], [], ["200 raised s2"]]

    def test_ends_earlier_when_the_register_says_so(self):
        town = Town(scene(OVER), place=worked_on("s1"))
        town.read(1, ("s1", "co", 31))

        assert town.rewire(2, directory(version=3)) == ["2 raised s1"]

    def test_word_of_an_end_that_it_knew_changes_nothing(self):
        town = Town(scene(OVER), place=worked_on("s1", until=100))
        town.wait(101)
        wiring = town.engine.wiring

        said = town.rewire(105, directory(version=3))

        assert (said, town.engine.wiring is wiring) == ([], True)

    def test_outlives_a_restart(self):
        town = Town(scene(OVER), place=worked_on("s1", until=5_000_000))
        town.read(1, ("s1", "co", 31))

        town.restart()

        assert town.read(2, ("s1", "co", 32)) == []

    def test_an_alarm_from_before_a_restart_ends_when_it_came_into_maintenance_meanwhile(self):
        town = Town(scene(FAN))
        town.read(1, ("s1", "co", 31))
        town.place = worked_on("s1", "f1", until=5_000_000)

        town.restart()

        assert town.wait(3) == ["1 cleared"]

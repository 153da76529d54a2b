"""Conflicts between scenes, found before they bite."""

import msgspec
import pytest

from linli.contracts.directory import LimitEntry
from linli.scenes.conflicts import find
from tests.scenes.town import MODELS, directory, scene

HOT = """
[when]
point = "temp"
above = 30
[[do]]
command = "fan.on"
where = "same zone"
"""
COLD = """
[when]
point = "temp"
below = 10
[[do]]
command = "fan.off"
where = "same zone"
"""
STALE = """
[when]
point = "co"
above = 40
[[do]]
command = "fan.off"
where = "same zone"
"""


def models(moves="running"):
    """Return the town's models; the fan's services are seen in a property."""
    fan = MODELS["fan"]
    services = {
        name: msgspec.structs.replace(one, moves=moves) for name, one in fan.services.items()
    }
    return {**MODELS, "fan": msgspec.structs.replace(fan, services=services)}


def found(*scenes, place=None, kind=None):
    told = find(scenes=scenes, models=models(), directory=place or directory())
    return [one for one in told if kind in (None, one.kind)]


class TestFights:
    def test_two_of_one_rank_that_may_both_hold_fight_over_the_fan(self):
        (one,) = found(scene(HOT, name="hot"), scene(STALE, name="stale"))

        assert (one.kind, one.scenes) == ("fight", ("safety.test.hot", "safety.test.stale"))
        assert (one.about, one.count) == (("f1", "f2"), 2)
        assert one.words.zh
        assert one.words.en

    def test_limits_that_exclude_one_another_are_no_fight(self):
        assert found(scene(HOT, name="hot"), scene(COLD, name="cold")) == []

    def test_a_higher_rank_wins_and_that_is_no_fight(self):
        assert found(scene(HOT, name="hot"), scene(STALE, name="stale", board="service")) == []

    @pytest.mark.parametrize(
        ("one", "other", "fights"),
        [
            ('{ mode = { work = "day" } }', '{ mode = { work = "night" } }', False),
            ('{ mode = { work = "day" } }', '{ mode = { work = ["day", "night"] } }', True),
            (
                '{ time = { from = "08:00", to = "12:00" } }',
                '{ time = { from = "12:00", to = "08:00" } }',
                False,
            ),
            (
                '{ time = { from = "22:00", to = "06:00" } }',
                '{ time = { from = "05:00", to = "07:00" } }',
                True,
            ),
            ('{ case = "fire" }', '{ case = "fire", open = false }', False),
        ],
    )
    def test_looks_at_hours_modes_and_cases(self, one, other, fights):
        def when(point, limit, also, service):
            return (
                f'[when]\nall = [{{ point = "{point}", above = {limit} }}, {also}]\n'
                f'[[do]]\ncommand = "{service}"\nwhere = "same zone"\n'
            )

        told = found(
            scene(when("temp", 30, one, "fan.on"), name="a"),
            scene(when("co", 40, other, "fan.off"), name="b"),
            kind="fight",
        )

        assert bool(told) is fights

    def test_one_that_is_switched_off_fights_nobody(self):
        off = directory(off=frozenset({"safety.test.stale"}))

        assert found(scene(HOT, name="hot"), scene(STALE, name="stale"), place=off) == []


RUNS = """
[when]
point = "running"
equals = {value}
[[do]]
command = "{service}"
where = "same device"
"""


class TestLoops:
    def test_two_that_set_one_another_off_are_a_loop(self):
        on = scene(RUNS.format(value=0, service="fan.on"), name="on")
        off = scene(RUNS.format(value=1, service="fan.off"), name="off")

        (one,) = found(on, off, kind="loop")

        assert set(one.scenes) == {"safety.test.on", "safety.test.off"}

    def test_one_that_mends_what_it_watches_is_none(self):
        assert found(scene(RUNS.format(value=0, service="fan.on"), name="on"), kind="loop") == []

    def test_one_that_brings_about_what_it_watches_is_one(self):
        (one,) = found(scene(RUNS.format(value=1, service="fan.on"), name="on"), kind="loop")

        assert one.scenes == ("safety.test.on",)

    def test_modes_carry_a_loop(self):
        def turns(mode, value, name):
            return scene(
                f'scope = "garage"\n[when]\nmode = {{ light = "{mode}" }}\n'
                f'[[do]]\nmode = {{ light = "{value}" }}\n',
                name=name,
            )

        (one,) = found(turns("day", "night", "a"), turns("night", "day", "b"), kind="loop")

        assert one.count == 2


class TestOutOfReach:
    def test_a_limit_beyond_the_sensor_never_holds(self):
        hot = scene('[when]\npoint = "temp"\nabove = 30\n')
        sensor = MODELS["sensor"]
        narrow = msgspec.structs.replace(
            sensor,
            properties={
                **sensor.properties,
                "temp": msgspec.structs.replace(sensor.properties["temp"], range=(-40.0, 20.0)),
            },
        )

        (one,) = find(scenes=[hot], models={**MODELS, "sensor": narrow}, directory=directory())

        assert (one.kind, one.count, one.scenes) == ("out_of_reach", 4, ("safety.test.x",))
        assert "永远不会触发" in one.words.zh

    def test_a_limit_below_all_that_it_shows_always_holds(self):
        (one,) = found(scene('[when]\npoint = "temp"\nat_least = -40\n'), kind="out_of_reach")

        assert "总会触发" in one.words.zh

    def test_an_override_is_looked_at_where_it_holds(self):
        place = directory(
            limits=[LimitEntry(scene="safety.test.x", target="s4", key="above", value=90.0)]
        )

        (one,) = found(
            scene('[when]\npoint = "temp"\nabove = 30\n'), place=place, kind="out_of_reach"
        )

        assert one.about == ("s4",)


class TestNever:
    def test_a_scene_of_a_place_that_is_not_there_says_which(self):
        (one,) = found(scene('at = ["floor"]\n[when]\npoint = "temp"\nabove = 30\n'), kind="never")

        assert "floor" in one.words.zh

"""Conflicts between scenes, found before they bite."""

import msgspec
import pytest

from linli.contracts.directory import LimitEntry, SceneEntry
from linli.devices.model import Argument, Service
from linli.scenes.concerned import concerned
from linli.scenes.conflicts import against, find
from linli.scenes.load import load
from tests.scenes.town import MODELS, W, directory, scene

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


class TestFightsThatNobodySettles:
    """No service undoes the other, and still the device cannot do both."""

    def town(self, *scenes, moves="state"):
        plain = msgspec.structs.replace
        fan = MODELS["fan"]
        slow, fast = Service(name=W, moves=moves), Service(name=W, moves=moves)
        said = Argument(name=W, type="text", required=False)
        speed = Service(name=W, arguments={"pct": Argument(name=W), "say": said})
        services = {**fan.services, "fan.slow": slow, "fan.fast": fast, "fan.set": speed}
        known = {**MODELS, "fan": plain(fan, services=services)}
        told = find(
            scenes=[load(one, file="x", models=known) for one in scenes],
            models=known,
            directory=directory(),
        )
        return [(one.scenes, one.count) for one in told if one.kind == "fight"]

    def text(self, name, service, *, args="", severity="major", board="safety"):
        body = (
            f'[when]\npoint = "co"\nabove = 30\n[[do]]\ncommand = "{service}"\n'
            f'where = "same zone"\nundo = false\nargs = {{ {args} }}\n'
        )
        made = scene(HOT, name=name, board=board).toml.replace(HOT, body)
        return made.replace('"major"', f'"{severity}"')

    BOTH = (("safety.test.fast", "safety.test.slow"), 2)

    def test_two_services_that_move_one_property(self):
        told = self.town(self.text("slow", "fan.slow"), self.text("fast", "fan.fast"))

        assert told == [self.BOTH]

    def test_whatever_their_ranks_for_the_engine_weighs_them_not(self):
        told = self.town(
            self.text("slow", "fan.slow", severity="minor"), self.text("fast", "fan.fast")
        )

        assert told == [self.BOTH]

    def test_not_where_nobody_knows_what_they_move(self):
        slow, fast = self.text("slow", "fan.slow"), self.text("fast", "fan.fast")

        assert self.town(slow, fast, moves=None) == []

    @pytest.mark.parametrize(
        ("one", "other", "fights"),
        [
            ("pct = 30", "pct = 80", True),
            ("pct = 30", "pct = 30", False),
            ('pct = 1, say = "a"', 'pct = 2, say = "b"', False),
        ],
    )
    def test_one_service_with_other_figures(self, one, other, fights):
        told = self.town(
            self.text("slow", "fan.set", args=one), self.text("fast", "fan.set", args=other)
        )

        assert told == ([self.BOTH] if fights else [])


class TestRank:
    def test_an_own_text_of_the_board_of_safety_is_weighed_as_the_engine_weighs_it(self):
        own = scene(STALE, name="stale", head='severity = "major"')
        other = scene(HOT, name="hot", board="service")
        place = msgspec.structs.replace(
            directory(), scenes=[SceneEntry(scene=own.id, version=1, toml=own.toml)]
        )

        assert found(own, other, kind="fight") == []
        assert len(found(own, other, place=place, kind="fight")) == 1


class TestNeverForAPart:
    def both(self, point, where="same zone", of=""):
        also = f'{{ point = "{point}", above = 0, where = "{where}"{of} }}'
        return scene(f'[when]\nall = [{{ point = "co", above = 1 }}, {also}]')

    def test_a_part_that_is_seen_from_nowhere(self):
        place = directory()
        lone = msgspec.structs.replace(
            place, devices=[one for one in place.devices if one.code.startswith("s")]
        )

        (one,) = found(self.both("running"), place=lone, kind="never")

        assert one.about == ("running",)

    def test_it_can_act_where_every_part_is_seen_from_one_place(self):
        assert found(self.both("running"), kind="never") == []

    def test_not_where_two_parts_are_seen_from_two_places(self):
        place = directory()
        apart = msgspec.structs.replace(
            place, devices=[one for one in place.devices if one.code in {"s4", "f1"}]
        )

        assert len(found(self.both("running"), place=apart, kind="never")) == 1

    @pytest.mark.parametrize(("of", "never"), [("1", False), ("9", True)])
    def test_it_needs_as_many_as_it_asks_for(self, of, never):
        told = found(self.both("temp", "same estate", f", of = {of}"), kind="never")

        assert bool(told) is never

    def test_one_part_of_any_is_enough(self):
        body = self.both("running", "same room").toml
        either = load(body.replace("all = [", "any = ["), file="x", models=MODELS)
        lone = msgspec.structs.replace(
            directory(), devices=[one for one in directory().devices if one.code == "s4"]
        )

        assert found(either, place=lone, kind="never") == []


class TestAgainst:
    """A draft is held against what is on."""

    def test_tells_only_what_the_draft_is_part_of(self):
        hot = scene(HOT, name="hot", board="service")
        stale = scene(STALE, name="stale", board="service")
        loop = runs(1, "fan.on", "own"), runs(1, "fan.on", "draft")

        told = against(
            draft=loop[1], scenes=[hot, stale, loop[0]], models=models(), directory=directory()
        )

        assert {(one.kind, *one.scenes) for one in told} == {
            ("fight", "safety.test.draft", "service.test.stale"),
            ("loop", "safety.test.draft"),
        }

    def test_takes_the_place_of_its_older_text(self):
        draft, older = scene(HOT, name="mine"), scene(STALE, name="mine")

        assert against(draft=draft, scenes=[older], models=models(), directory=directory()) == []

    def test_only_what_may_stand_against_it_by_name_is_concerned(self):
        hot, stale, cold = scene(HOT, name="a"), scene(STALE, name="b"), scene(HOT, name="c")
        on, off = runs(0, "fan.on", "on"), runs(1, "fan.off", "off")

        fights = concerned(draft=hot, scenes=[stale, cold], models=models())
        loops = concerned(draft=on, scenes=[off, cold, hot], models=models())

        assert [one.id for one in fights] == ["safety.test.b"]
        assert [one.id for one in loops] == ["safety.test.off"]


RUNS = """
[when]
point = "running"
equals = {value}
[[do]]
command = "{service}"
where = "same device"
undo = {undo}
"""


def runs(value, service, name, *, undo=False, clear=""):
    body = RUNS.format(value=value, service=service, undo=str(undo).lower())
    return scene(body.replace("[[do]]", clear + "[[do]]"), name=name)


class TestLoops:
    def test_two_that_set_one_another_off_are_a_loop(self):
        on, off = runs(0, "fan.on", "on"), runs(1, "fan.off", "off")

        (one,) = found(on, off, kind="loop")

        assert set(one.scenes) == {"safety.test.on", "safety.test.off"}

    def test_one_that_mends_what_it_watches_is_none(self):
        assert found(runs(0, "fan.on", "on"), kind="loop") == []

    def test_one_that_undoes_it_again_when_it_is_mended_is_one(self):
        (one,) = found(runs(0, "fan.on", "on", undo=True), kind="loop")

        assert one.scenes == ("safety.test.on",)

    def test_what_is_undone_is_none_where_the_end_leaves_no_beginning(self):
        over = '[clear]\nall = [{ point = "running", equals = 1 }, { mode = { fan = "free" } }]\n'

        assert found(runs(0, "fan.on", "on", undo=True, clear=over), kind="loop") == []

    def test_what_one_undoes_may_set_another_off_and_that_one_the_first(self):
        one = scene(
            '[when]\nmode = { air = "bad" }\n[[do]]\ncommand = "fan.on"\nwhere = "same device"\n',
            name="airs", head='needs = { actuator = "fan" }',
        )  # fmt: skip
        other = scene(
            '[when]\npoint = "running"\nequals = 0\n[[do]]\nmode = { air = "bad" }\n',
            name="stopped",
        )

        (loop,) = found(one, other, kind="loop")

        assert loop.scenes == ("safety.test.airs", "safety.test.stopped")

    def test_one_that_brings_about_what_it_watches_is_one(self):
        (one,) = found(runs(1, "fan.on", "on"), kind="loop")

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

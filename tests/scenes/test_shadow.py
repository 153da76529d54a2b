"""Scenes in shadow run and do nothing; another text or stage ends what was and begins anew."""

import msgspec

from linli.contracts.directory import SceneEntry
from linli.contracts.effects import ShadowActed, ShadowEnded
from linli.scenes.story_language import phrases
from tests.scenes.town import Town, directory, scene

HOT = scene(
    '[when]\npoint = "co"\nabove = 30\nhold = "5s"\n[clear]\nbelow = 24\nhold = "10s"\n'
    '[[do]]\ncommand = "fan.on"\nwhere = "same zone"\n'
    '[[do]]\ncase = "facility.air"\n[[do]]\nnotify = "guard"\nafter = "1m"\n'
    'text = { zh = "x", en = "x" }\n'
    '[[do]]\nmode = { lighting = "night" }',
    name="hot",
    head='cooldown = "20s"',
)
REFLEX = 'alarm = false\n[when]\npoint = "co"\nabove = {limit}\n[[do]]\ncommand = "fan.on"\n{rest}'


def reflex(limit, name="reflex", rest='where = "same zone"'):
    return scene(REFLEX.format(limit=limit, rest=rest), name=name, board="environment")


def own(made, version=1):
    return SceneEntry(scene=made.id, version=version, toml=made.toml)


def shadow(*scenes, **more):
    names = frozenset(one.id for one in scenes)
    return msgspec.structs.replace(directory(), scenes_shadow=names, **more)


class TestShadow:
    def test_tells_what_it_would_do_and_does_nothing(self):
        town = Town(HOT, place=shadow(HOT))

        town.read(0, ("s1", "co", 41))
        said = town.wait(5)

        would = "alarm raised, fan.on, case opened, mode lighting=night, 1m notify guard"
        assert said == [f"5 shadow s1: {would}"]
        assert not town.engine._arbiter.wants
        told = [one for one in town.said if isinstance(one, ShadowActed)]
        assert (told[0].because.value, told[0].place) == (41, "e/g/z1")

    def test_runs_wholly_with_hold_clear_and_cooldown(self):
        town = Town(HOT, place=shadow(HOT))
        town.read(0, ("s1", "co", 41))
        town.wait(5)

        said = town.read(6, ("s1", "co", 20)) + town.wait(16)
        quiet = town.read(17, ("s1", "co", 41)) + town.wait(35)
        again = town.wait(36)

        assert (said, quiet) == (["16 shadow ended"], [])
        assert [one.partition(":")[0] for one in again] == ["36 shadow s1"]
        began, over = [one for one in town.said if isinstance(one, (ShadowActed, ShadowEnded))][:2]
        assert over.began == began.id

    def test_takes_no_step_later_and_is_silent_in_stories(self):
        town = Town(HOT, place=shadow(HOT))
        town.read(0, ("s1", "co", 41))

        town.wait(5)

        assert town.wait(200) == []
        assert all(not phrases(one) for one in town.said)

    def test_of_a_moment_is_over_at_once(self):
        pressed = scene(
            '[when]\nevent = "pressed"\n[[do]]\ncommand = "fan.on"\nwhere = "same zone"',
            name="pressed",
        )
        town = Town(pressed, place=shadow(pressed))

        said = town.read(0, ("s1", "pressed", 1))

        assert said == ["0 shadow s1: alarm raised, fan.on", "0 shadow ended"]

    def test_leaves_a_command_out_that_nobody_there_can_do(self):
        alone = reflex(20, rest='where = "same room"')
        town = Town(alone, place=shadow(alone))

        assert town.read(0, ("s4", "co", 41)) == ["0 shadow s4: "]

    def test_changes_nothing_of_a_short_way_beside_it(self):
        plain, watched = reflex(20), reflex(25, "shadow")
        with_it = Town(plain, watched, place=shadow(watched))
        without = Town(plain)

        for town in (with_it, without):
            for at, value in enumerate((12, 41, 22, 12, 41)):
                town.read(at, ("s1", "co", value))

        real = [one for one in with_it.said if not isinstance(one, (ShadowActed, ShadowEnded))]
        assert real == without.said


class TestStage:
    def test_from_shadow_to_on_while_it_holds_begins_properly(self):
        town = Town(HOT, place=shadow(HOT))
        town.read(0, ("s1", "co", 41))
        town.wait(5)

        said = town.change(8, scenes_shadow=frozenset()) + town.wait(13)

        assert said == [
            "8 shadow ended",
            "13 raised s1",
            "13 f1 fan.on",
            "13 case facility.air",
            "13 mode lighting=night",
        ]

    def test_from_on_to_shadow_ends_what_it_did(self):
        town = Town(HOT)
        town.read(0, ("s1", "co", 41))
        town.wait(5)

        said = town.change(8, scenes_shadow=frozenset({HOT.id}))

        assert said == ["8 cleared", "8 f1 fan.off"]
        assert not town.engine._arbiter.wants
        assert [one.partition(":")[0] for one in town.wait(13)] == ["13 shadow s1"]

    def test_off_in_shadow_tells_the_end(self):
        town = Town(HOT, place=shadow(HOT))
        town.read(0, ("s1", "co", 41))
        town.wait(5)

        assert town.switch(8, HOT.id, on=False) == ["8 shadow ended"]
        assert town.wait(100) == []


class TestText:
    def test_a_new_text_ends_the_old_and_begins_anew(self):
        town = Town(HOT)
        town.read(0, ("s1", "co", 41))
        town.wait(5)
        sharper = scene('[when]\npoint = "co"\nabove = 40\n', name="hot")

        said = town.change(8, scenes=[own(sharper)])

        assert said == ["8 cleared", "8 f1 fan.off", "8 raised s1"]
        raised = [one for one in town.said if type(one).__name__ == "AlarmRaised"]
        assert [one.because.limit for one in raised] == [30.0, 40.0]
        assert raised[0].id != raised[1].id

    def test_what_no_longer_holds_only_ends(self):
        town = Town(HOT)
        town.read(0, ("s1", "co", 41))
        town.wait(5)
        milder = scene('[when]\npoint = "co"\nabove = 60\n', name="hot")

        assert town.change(8, scenes=[own(milder)]) == ["8 cleared", "8 f1 fan.off"]
        assert town.read(9, ("s1", "co", 61)) == ["9 raised s1"]

    def test_the_state_of_all_others_is_kept(self):
        other = scene('[when]\npoint = "co"\nabove = 35\nhold = "10s"\n', name="other")
        town = Town(HOT, other)
        town.read(0, ("s1", "co", 41))

        town.change(4, scenes=[own(scene('[when]\npoint = "co"\nabove = 60\n', name="hot"))])

        assert town.wait(10) == ["10 raised s1"]

    def test_the_same_text_under_another_number_changes_nothing(self):
        town = Town(HOT)
        town.change(0, scenes=[own(HOT, 1)])
        town.read(1, ("s1", "co", 41))
        town.wait(6)

        assert town.change(8, scenes=[own(HOT, 2)]) == []

    def test_an_own_scene_comes_and_goes(self):
        fresh = reflex(20, "fresh")
        town = Town(HOT)
        town.read(0, ("s1", "co", 25))

        assert town.change(1, scenes=[own(fresh)]) == ["1 f1 fan.on"]
        assert town.engine.bindings(fresh.id) == ["s4", "s1", "s2", "s3"]
        assert town.change(2, scenes=[]) == ["2 f1 fan.off"]

    def test_a_text_that_does_not_load_is_told_and_the_catalogues_stands(self):
        town = Town(HOT)

        town.change(0, scenes=[SceneEntry(scene=HOT.id, version=3, toml="id = 1")])

        assert [one.values["file"] for one in town.engine.wrong] == [f"{HOT.id}@3"]
        town.read(1, ("s1", "co", 41))
        assert "6 raised s1" in town.wait(6)

    def test_a_text_of_another_scene_is_not_taken_for_this(self):
        town = Town(HOT)

        town.change(0, scenes=[SceneEntry(scene=HOT.id, version=3, toml=reflex(1).toml)])

        assert [one.key for one in town.engine.wrong] == ["scenes.wrong_id"]


class TestRestore:
    def test_the_scenes_are_those_of_the_snapshot_until_the_register_speaks(self):
        town = Town(HOT, place=shadow(HOT))
        town.read(0, ("s1", "co", 41))
        town.wait(5)

        town.restart()

        assert town.read(6, ("s1", "co", 20)) + town.wait(16) == ["16 shadow ended"]

    def test_the_same_register_after_it_changes_nothing(self):
        town = Town(HOT)
        town.read(0, ("s1", "co", 41))
        town.wait(5)
        town.restart()

        assert town.rewire(6, town.place) == []

    def test_an_own_scene_that_is_no_more_ends(self):
        fresh = reflex(20, "fresh")
        town = Town(HOT, place=msgspec.structs.replace(directory(), scenes=[own(fresh)]))
        town.read(0, ("s1", "co", 25))
        town.restart()

        assert town.change(2, scenes=[]) == ["2 f1 fan.off"]

"""A changed limit is for what it was set for: where the text has something else, it lapses."""

import msgspec
import pytest

from linli.contracts.directory import LimitEntry, SceneEntry
from linli.scenes.limits import Meant, meant, stands
from tests.scenes.town import Town, directory, scene

EITHER = """
[when]
any = [{ point = "co", above = 60 }, { point = "temp", above = 70 }]
"""
SWAPPED = """
[when]
any = [{ point = "temp", above = 70 }, { point = "co", above = 60 }]
"""
OTHER_WAY = """
[when]
any = [{ point = "co", below = 60 }, { point = "temp", above = 70 }]
"""
HEAD = 'needs = { sensor = ["co"] }'


def entry(**parts):
    plain = {"scene": "safety.test.x", "target": "e", "key": "any.0.above", "value": 20}
    return LimitEntry(**{**plain, "point": "co", "operator": "above", **parts})


def written(body):
    text = scene(body, head=HEAD).toml
    return [SceneEntry(scene="safety.test.x", version=1, toml=text)]


class TestMeant:
    def test_says_the_point_and_how_it_is_compared(self):
        body = (
            '[when]\npoint = "co"\noutside = [5, 60]\nhysteresis = 2\nhold = "10s"\n'
            '[clear]\npoint = "temp"\nbelow = 20'
        )

        found = meant(scene(body))

        assert found == {
            "hold": Meant("co", "hold"),
            "outside.low": Meant("co", "outside.low"),
            "outside.high": Meant("co", "outside.high"),
            "hysteresis": Meant("co", "hysteresis"),
            "clear.below": Meant("temp", "below"),
        }

    def test_of_a_span_says_all_that_it_is_over(self):
        body = (
            '[when]\nall = [{ point = "temp", above = 1 }, { point = "co", above = 2 }]\n'
            'hold = "10s"'
        )

        assert meant(scene(body))["hold"] == Meant("co+temp", "hold")

    def test_of_a_count_says_what_is_counted(self):
        body = '[when]\npoint = "co"\nabove = 30\ncount = 3\nwithin = "5m"'

        assert meant(scene(body))["count"] == Meant("co", "count")


class TestStands:
    @pytest.mark.parametrize(
        ("key", "point", "operator", "still"),
        [
            ("any.0.above", "co", "above", True),
            ("any.0.above", "temp", "above", False),
            ("any.0.above", "co", "below", False),
            ("any.2.above", "co", "above", False),
            ("any.0.above", "", "above", True),
            ("any.0.above", "", "", True),
        ],
    )
    def test_where_point_and_operator_agree(self, key, point, operator, still):
        limits = meant(scene(EITHER, head=HEAD))

        assert stands(meant=limits, key=key, point=point, operator=operator) is still


class TestEngine:
    @pytest.mark.parametrize("body", [SWAPPED, OTHER_WAY])
    def test_a_text_with_something_else_there_lets_a_limit_lapse(self, body):
        place = msgspec.structs.replace(directory(limits=[entry()]), scenes=written(body))
        town = Town(place=place)

        assert town.read(0, ("s1", "temp", 30), ("s1", "co", 60)) == []

    def test_what_agrees_holds_on_in_a_new_text(self):
        body = EITHER.replace("70", "75")
        place = msgspec.structs.replace(directory(limits=[entry()]), scenes=written(body))
        town = Town(place=place)

        assert town.read(0, ("s1", "co", 30)) == ["0 raised s1"]

    def test_it_lapses_when_the_text_changes_and_holds_again_when_one_goes_back(self):
        place = msgspec.structs.replace(directory(limits=[entry()]), scenes=written(EITHER))
        town = Town(place=place)
        assert town.read(0, ("s1", "co", 30)) != []

        town.change(1, scenes=written(SWAPPED))
        silent = town.read(2, ("s1", "co", 31), ("s1", "temp", 31))
        back = town.change(3, scenes=written(EITHER))

        assert silent == []
        assert back != []

    def test_it_is_the_same_across_a_snapshot_of_another_text(self):
        place = msgspec.structs.replace(directory(limits=[entry()]), scenes=written(SWAPPED))
        town = Town(place=place)
        kept = town.engine.snapshot()
        town.place = msgspec.structs.replace(place, scenes=written(EITHER))
        town.engine = town.fresh()

        town.engine.restore(kept)

        assert town.read(1, ("s1", "temp", 30)) == []

    def test_one_of_which_only_the_key_is_known_holds_as_it_did(self):
        town = Town(
            scene(EITHER, head=HEAD), place=directory(limits=[entry(point="", operator="")])
        )

        assert town.read(0, ("s1", "co", 30)) != []

"""How long ago a mode was set, and what happened since: exit and entry delays stand on it."""

import msgspec
import pytest

from linli.contracts.directory import LimitEntry, ModeEntry
from linli.contracts.signals import ModeChanged
from linli.kernel.fault import Fault
from linli.scenes import limits, vocabulary
from linli.scenes.sentence import sentence
from tests.scenes.town import MODELS, START, Town, directory, scene, short

AWAY = 'mode = { home = "away" }\nsince = "60s"'
OPENED = (
    '[when]\npoint = "open"\nequals = 1\ncount = 1\nwithin = "10m"\nhold = "45s"\n'
    'while = { mode = { home = "away" }, since = "60s" }\n'
    '[clear]\nnot = { mode = { home = "away" } }'
)
ROOM = "e/b/r1"


def told(town, at, value, *, since=None):
    """Tell a mode as the records do: when it was set, and when it is heard."""
    signal = ModeChanged(
        id=f"m{at}", at=START + at, place=ROOM, mode="home", value=value,
        since=START + (at if since is None else since),
    )  # fmt: skip
    return short(town.engine.hear([signal], START + at))


class TestSince:
    def test_a_scene_that_waits_for_a_reading_knows_how_long_the_mode_has_been_so(self):
        town = Town(scene(f'[when]\nall = [{{ point = "open", equals = 1 }}, {{ {_inline()} }}]'))

        town.mode(10, ROOM, "home", "away")
        soon = town.read(50, ("s4", "open", 1)) + town.read(55, ("s4", "open", 0))
        later = town.read(100, ("s4", "open", 1))

        assert (soon, later) == ([], ["100 raised s4"])

    def test_what_goes_on_is_told_when_the_time_is_over(self):
        town = Town(scene(f'[when]\nall = [{{ point = "open", equals = 1 }}, {{ {_inline()} }}]'))

        town.mode(10, ROOM, "home", "away")
        said = town.read(50, ("s4", "open", 1)) + town.wait(90)

        assert said == ["70 raised s4"]

    def test_it_holds_by_time_alone(self):
        town = Town(scene(f'needs = {{ sensor = "open" }}\n[when]\n{AWAY}'))

        assert town.mode(10, ROOM, "home", "away") + town.wait(200) == ["70 raised s4"]
        assert town.mode(300, ROOM, "home", "home") == ["300 cleared"]

    def test_set_anew_it_begins_anew_and_told_twice_it_does_not(self):
        town = Town(scene(f'needs = {{ sensor = "open" }}\n[when]\n{AWAY}'))

        told(town, 10, "away")
        again = told(town, 40, "away", since=10) + town.wait(71)
        anew = told(town, 80, "away") + town.wait(141)

        assert again == ["70 raised s4"]
        assert anew == ["80 cleared", "140 raised s4"]

    def test_an_older_word_of_the_mode_that_comes_late_changes_nothing(self):
        town = Town(scene(f'needs = {{ sensor = "open" }}\n[when]\n{AWAY}'))

        told(town, 10, "home")
        late = told(town, 20, "away", since=5) + town.wait(200)

        assert late == []

    @pytest.mark.parametrize(
        ("since", "begins"), [(-300.0, "1 raised s4"), (-30.0, "30 raised s4")]
    )
    def test_the_directory_says_since_when(self, since, begins):
        modes = [ModeEntry(place=ROOM, mode="home", value="away", since=START + since)]
        body = f'[when]\nall = [{{ point = "open", equals = 1 }}, {{ {_inline()} }}]'
        town = Town(scene(body), place=directory(modes=modes))

        assert town.read(1, ("s4", "open", 1)) + town.wait(60) == [begins]

    def test_it_is_a_limit_that_may_be_changed_for_a_home(self):
        body = f'needs = {{ sensor = "open" }}\n[when]\n{AWAY}'
        entry = LimitEntry(scene="safety.test.x", target=ROOM, key="since", value=120.0)
        town = Town(scene(body), place=directory(limits=[entry]))

        said = town.mode(10, ROOM, "home", "away") + town.wait(300)

        assert limits.of_scene(scene(body)) == {"since": (60.0, "")}
        assert said == ["130 raised s4"]

    def test_a_state_from_before_this_was_known_has_modes_of_long_ago(self):
        town = Town(scene(f'[when]\nall = [{{ point = "open", equals = 1 }}, {{ {_inline()} }}]'))
        town.mode(10, ROOM, "home", "away")
        state = msgspec.msgpack.decode(town.engine.snapshot())
        del state["modes_since"]

        town.engine = town.fresh()
        town.engine.restore(msgspec.msgpack.encode(state))

        assert town.read(12, ("s4", "open", 1)) == ["12 raised s4"]


class TestWhile:
    def test_what_happened_before_does_not_count(self):
        town = Town(scene(OPENED))

        town.mode(10, ROOM, "home", "away")
        said = town.read(69, ("s4", "open", 1)) + town.read(75, ("s4", "open", 0)) + town.wait(900)

        assert said == []

    def test_what_happened_then_counts_though_it_is_over(self):
        town = Town(scene(OPENED))

        town.mode(10, ROOM, "home", "away")
        said = town.read(71, ("s4", "open", 1)) + town.read(72, ("s4", "open", 0)) + town.wait(200)

        assert said == ["116 raised s4"]

    def test_disarmed_in_time_it_is_nothing_and_later_it_ends(self):
        town = Town(scene(OPENED))

        town.mode(10, ROOM, "home", "away")
        in_time = town.read(100, ("s4", "open", 1)) + town.mode(140, ROOM, "home", "home")
        in_time += town.wait(300)
        town.mode(400, ROOM, "home", "away")
        town.read(450, ("s4", "open", 0))
        late = (
            town.read(500, ("s4", "open", 1)) + town.wait(545) + town.mode(550, ROOM, "home", "x")
        )

        assert in_time == []
        assert late == ["545 raised s4", "550 cleared"]

    def test_armed_anew_right_after_it_is_forgiven(self):
        """Somebody known came in: the house is armed anew, and the door had opened just before."""
        town = Town(scene(OPENED))
        told(town, 10, "away")

        said = town.read(100, ("s4", "open", 1)) + told(town, 101, "away") + town.wait(900)

        assert said == []

    @pytest.mark.parametrize("cut", [5, 50, 71, 90, 115])
    def test_a_restart_anywhere_changes_nothing(self, cut):
        steps = {10: "mode", 71: 1.0, 80: 0.0, 200: None}
        town, said = Town(scene(OPENED)), []
        for at, what in sorted([*steps.items(), (cut, "cut")], key=lambda one: one[0]):
            if what == "cut":
                said += town.wait(cut)
                town.restart()
            elif what == "mode":
                said += town.mode(at, ROOM, "home", "away")
            else:
                said += town.wait(at) if what is None else town.read(at, ("s4", "open", what))

        assert said == ["116 raised s4"]

    def test_its_limits_are_the_delays(self):
        found = limits.of_scene(scene(OPENED))

        assert found["while.since"] == (60.0, "")
        assert found["hold"] == (45.0, "")

    def test_it_is_said_in_both_languages(self):
        said = sentence(scene(OPENED), vocabulary.of(MODELS.values()))

        assert "在住家设为“外出”已满 1 分钟期间" in said.zh
        assert "all while the home was set to “away” at least 1 min" in said.en

    @pytest.mark.parametrize(
        "wrong",
        [
            "{ since = \"60s\" }",
            "{ point = \"open\", equals = 1 }",
            "{ mode = { home = \"away\" }, hold = \"5s\" }",
            "{ mode = { home = \"away\", lighting = \"night\" } }",
            "{ mode = { home = \"away\" }, since = \"400d\" }",
        ],
    )  # fmt: skip
    def test_it_is_one_mode_and_nothing_else(self, wrong):
        text = OPENED.replace('{ mode = { home = "away" }, since = "60s" }', wrong)

        with pytest.raises(Fault):
            scene(text)


def _inline():
    return AWAY.replace("\n", ", ")

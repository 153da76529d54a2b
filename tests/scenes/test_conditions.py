"""Every kind of condition, as a table of readings and of what comes of them."""

import pytest

from linli.contracts.directory import ModeEntry
from linli.scenes.state import ModeNow
from tests.scenes.town import START, Town, directory, scene

HOUR = 3600.0


def _told(body: str, *steps: tuple, head: str = "") -> list[str]:
    """Tell steps of (seconds, device, point, value) or (seconds,) to one scene."""
    town = Town(scene(body, head=head))
    said: list[str] = []
    for step in steps:
        said += town.wait(step[0]) if len(step) == 1 else town.read(step[0], step[1:])
    return said


class TestThreshold:
    @pytest.mark.parametrize(
        ("limit", "value", "met"),
        [
            ("above = 30", 30, False),
            ("above = 30", 30.0000001, True),
            ("at_least = 30", 30, True),
            ("at_least = 30", 29.999, False),
            ("below = 30", 30, False),
            ("below = 30", 29.999, True),
            ("at_most = 30", 30, True),
            ("at_most = 30", 30.001, False),
            ("equals = 30", 30, True),
            ("equals = 30", 31, False),
            ("not_equals = 30", 30, False),
            ("not_equals = 30", 29, True),
            ("outside = [10, 30]", 10, False),
            ("outside = [10, 30]", 30, False),
            ("outside = [10, 30]", 9.999, True),
            ("outside = [10, 30]", 30.001, True),
        ],
    )
    def test_meets_its_limit_exactly(self, limit, value, met):
        said = _told(f'[when]\npoint = "co"\n{limit}', (1, "s1", "co", value))

        assert said == (["1 raised s1"] if met else [])

    @pytest.mark.parametrize(
        ("limit", "inside", "edge", "out"),
        [
            ("above = 30", 31, 28.5, 28),
            ("at_least = 30", 30, 28, 27.9),
            ("below = 30", 29, 31.5, 32),
            ("at_most = 30", 30, 32, 32.1),
            ("equals = 30", 30, 32, 32.1),
            ("outside = [10, 30]", 31, 29, 28),
        ],
    )
    def test_ends_only_when_it_is_back_by_its_hysteresis(self, limit, inside, edge, out):
        said = _told(
            f'[when]\npoint = "co"\n{limit}\nhysteresis = 2',
            (1, "s1", "co", inside),
            (2, "s1", "co", edge),
            (3, "s1", "co", out),
        )

        assert said == ["1 raised s1", "3 cleared"]

    def test_takes_true_and_the_values_of_an_enum(self):
        said = _told('[when]\npoint = "open"\nequals = true', (1, "s1", "open", 1))
        fast = _told('[when]\npoint = "state"\nequals = "fast"', (1, "f1", "state", 2))

        assert (said, fast) == (["1 raised s1"], ["1 raised f1"])

    def test_watches_each_device_by_itself(self):
        said = _told('[when]\npoint = "co"\nabove = 30', (1, "s1", "co", 31), (2, "s2", "co", 31))

        assert said == ["1 raised s1", "2 raised s2"]

    def test_stays_where_at_says(self):
        said = _told(
            '[when]\npoint = "co"\nabove = 30',
            (1, "s4", "co", 31),
            (2, "s1", "co", 31),
            head='at = ["garage"]',
        )

        assert said == ["2 raised s1"]


class TestHold:
    BODY = '[when]\npoint = "co"\nabove = 30\nhold = "10s"'

    @pytest.mark.parametrize(
        ("steps", "said"),
        [
            ([(1, "s1", "co", 31), (11,)], ["11 raised s1"]),
            ([(1, "s1", "co", 31), (10.999,)], []),
            ([(1, "s1", "co", 31), (10, "s1", "co", 30), (30,)], []),
            ([(1, "s1", "co", 31), (5, "s1", "co", 80), (30,)], ["11 raised s1"]),
            ([(1, "s1", "co", 31), (5, "s1", "co", 3), (6, "s1", "co", 31), (30,)], ["16 raised s1"]),  # noqa: E501
            ([(1, "s1", "co", 31), (11, "s1", "co", 3)], ["11 raised s1", "11 cleared"]),
        ],
    )  # fmt: skip
    def test_acts_when_it_has_been_so_without_a_break(self, steps, said):
        assert _told(self.BODY, *steps) == said

    def test_names_the_reading_that_began_it_as_its_cause(self):
        town = Town(scene(self.BODY))
        town.read(1, ("s1", "co", 31))
        town.read(5, ("s1", "co", 80))
        town.wait(11)

        raised = town.said[-1]
        assert raised.cause == f"r:11:{round((START + 1) * 1000)}"
        assert (raised.because.value, raised.because.limit) == (31, 30)

    def test_does_not_run_on_over_a_value_that_is_stale(self):
        body = '[when]\npoint = "co"\nabove = 30\nhold = "5m"'

        said = _told(body, (1, "s1", "co", 31), (400,))

        assert said == []

    def test_begins_anew_when_a_stale_device_speaks_again(self):
        body = '[when]\npoint = "co"\nabove = 30\nhold = "60s"'

        said = _told(body, (1, "s1", "co", 31), (300, "s1", "temp", 9), (360,))

        assert said == ["61 raised s1"]
        late = _told(body.replace("60s", "2m"), (1, "s1", "co", 31), (300, "s1", "temp", 9), (389,))
        assert late == []


class TestClear:
    BODY = '[when]\npoint = "co"\nabove = 30\n[clear]\nbelow = 24\nhold = "5s"'

    @pytest.mark.parametrize(
        ("steps", "said"),
        [
            ([(2, "s1", "co", 25), (60,)], []),
            ([(2, "s1", "co", 23), (7,)], ["7 cleared"]),
            ([(2, "s1", "co", 23), (6, "s1", "co", 25), (60,)], []),
            ([(2, "s1", "co", 23), (6, "s1", "co", 40), (7, "s1", "co", 1), (60,)], ["12 cleared"]),
        ],
    )
    def test_ends_by_its_own_condition(self, steps, said):
        assert _told(self.BODY, (1, "s1", "co", 31), *steps)[1:] == said

    def test_ends_after_a_time(self):
        body = '[when]\nevent = "pressed"\n[clear]\nafter = "10s"'

        assert _told(body, (1, "s1", "pressed", 1), (20,)) == ["1 raised s1", "11 cleared"]

    def test_waits_with_a_bare_hold_until_it_has_not_been_so_for_so_long(self):
        body = '[when]\npoint = "co"\nabove = 30\nhysteresis = 2\n[clear]\nhold = "5s"'

        said = _told(
            body,
            (1, "s1", "co", 31),
            (2, "s1", "co", 29),
            (20, "s1", "co", 27),
            (24, "s1", "co", 31),
            (30, "s1", "co", 27),
            (40,),
        )

        assert said == ["1 raised s1", "35 cleared"]

    def test_does_not_begin_again_before_it_has_been_otherwise(self):
        body = '[when]\npoint = "co"\nabove = 30\n[clear]\nafter = "10s"'

        said = _told(
            body,
            (1, "s1", "co", 31),
            (15, "s1", "co", 50),
            (20, "s1", "co", 9),
            (21, "s1", "co", 31),
        )

        assert said == ["1 raised s1", "11 cleared", "21 raised s1"]


class TestRate:
    BODY = '[when]\npoint = "temp"\nrises = 10\nwithin = "1m"'

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ([(0, 20), (30, 29.9)], []),
            ([(0, 20), (30, 30)], ["30 raised s1"]),
            ([(0, 20), (61, 30)], []),
            ([(0, 30), (30, 20), (40, 29)], []),
            ([(0, 30), (30, 20), (40, 30)], ["40 raised s1"]),
            ([(0, 20), (20, 31), (50, 31)], ["20 raised s1"]),
        ],
    )
    def test_acts_when_it_rises_so_much_within_the_window(self, values, said):
        steps = [(at + 1, "s1", "temp", value) for at, value in values]

        assert _told(self.BODY, *steps) == [_later(text, 1) for text in said]

    def test_lapses_when_nothing_more_comes(self):
        said = _told(self.BODY, (1, "s1", "temp", 1), (2, "s1", "temp", 20), (100,))

        assert said == ["2 raised s1", "62 cleared"]

    def test_sees_a_fall(self):
        body = '[when]\npoint = "temp"\nfalls = 10\nwithin = "1m"'

        assert _told(body, (1, "s1", "temp", 30), (2, "s1", "temp", 20)) == ["2 raised s1"]


class TestSilence:
    def test_acts_when_a_device_says_nothing_and_ends_when_it_speaks(self):
        said = _told(
            '[when]\nsilent = "10s"',
            (1, "s1", "co", 1),
            (5, "s1", "temp", 1),
            (14.999,),
            (15,),
            (20, "s1", "co", 1),
            head='needs = { sensor = "co" }\nat = ["zone"]',
        )

        assert [text for text in said if "s2" not in text and "s3" not in text] == [
            "15 raised s1",
            "20 cleared",
        ]

    def test_counts_from_the_start_for_what_was_never_heard(self):
        said = _told('[when]\npoint = "running"\nsilent = "10s"', (9,), (10,))

        assert said == ["10 raised f1", "10 raised f2"]

    def test_hears_one_point_only_where_it_is_asked(self):
        said = _told('[when]\npoint = "running"\nsilent = "10s"', (9, "f1", "state", 1), (10,))

        assert said == ["10 raised f1", "10 raised f2"]


class TestCount:
    PRESSES = '[when]\nevent = "pressed"\ncount = 3\nwithin = "10s"'

    @pytest.mark.parametrize(
        ("times", "said"),
        [
            ([1, 2, 3], ["3 raised s1"]),
            ([1, 2, 11], ["11 cleared"][:0]),
            ([1, 5, 10.9], ["10.9 raised s1"]),
            ([1, 2, 12, 12.1], []),
        ],
    )
    def test_counts_events_in_a_window(self, times, said):
        steps = [(at, "s1", "pressed", 1) for at in times]

        assert _told(self.PRESSES, *steps)[:1] == said

    def test_ends_when_the_window_has_passed(self):
        steps = [(at, "s1", "pressed", 1) for at in (1, 2, 3)]

        assert _told(self.PRESSES, *steps, (60,)) == ["3 raised s1", "11 cleared"]

    def test_counts_a_limit_once_each_time_it_is_newly_met(self):
        body = '[when]\npoint = "open"\nequals = true\ncount = 2\nwithin = "1m"'

        said = _told(
            body,
            (1, "s1", "open", 1),
            (2, "s1", "open", 1),
            (3, "s1", "open", 0),
            (4, "s1", "open", 1),
        )

        assert said == ["4 raised s1"]

    def test_does_not_count_presses_of_two_devices_together(self):
        said = _told(self.PRESSES, *[(at, f"s{1 + at % 2}", "pressed", 1) for at in (1, 2, 3, 4)])

        assert said == []


class TestCombination:
    def test_looks_at_the_other_devices_of_the_same_zone(self):
        body = """[when]
        all = [{ point = "co", above = 30 }, { point = "co", above = 20, where = "same zone" }]"""

        said = _told(
            body,
            (1, "s1", "co", 31),
            (2, "s3", "co", 31),
            (3, "s2", "co", 21),
            (4, "s2", "co", 19),
        )

        assert said == ["3 raised s1", "4 cleared"]

    def test_takes_any_of_several(self):
        body = '[when]\nany = [{ point = "co", above = 30 }, { point = "temp", above = 60 }]'

        assert _told(body, (1, "s1", "temp", 61)) == ["1 raised s1"]

    def test_takes_not_only_where_it_is_known(self):
        body = """[when]
        all = [{ point = "co", above = 30 },
               { not = { point = "running", equals = true, where = "same zone" } }]"""

        said = _told(body, (1, "s1", "co", 31), (2, "f1", "running", 0), (3, "f1", "running", 1))

        assert said == ["2 raised s1", "3 cleared"]

    @pytest.mark.parametrize(
        ("of", "said"),
        [
            ('"any"', ["1 raised e/g/z1", "3 cleared"]),
            ('"all"', ["1 raised e/g/z1", "2 cleared"]),
            ("2", []),
        ],
    )
    def test_combines_the_points_of_a_place(self, of, said):
        told = _told(
            f'[when]\npoint = "co"\nabove = 30\nof = {of}',
            (1, "s1", "co", 31),
            (2, "s2", "co", 5),
            (3, "s1", "co", 5),
            head='scope = "zone"',
        )

        assert told == said

    def test_wants_two_of_a_place_where_it_is_said(self):
        told = _told(
            '[when]\npoint = "co"\nabove = 30\nof = 2',
            (1, "s1", "co", 31),
            (2, "s3", "co", 31),
            (3, "s2", "co", 31),
            head='scope = "zone"',
        )

        assert told == ["3 raised e/g/z1"]


class TestTime:
    def test_acts_in_its_hours_and_ends_with_them(self):
        body = '[when]\npoint = "open"\nequals = true\ntime = { from = "14:00", to = "15:00" }'
        open_door = [(at, "s1", "open", 1) for at in range(1, 9000, 60)]

        said = _told(body, *open_door)

        assert said == ["3600 raised s1", "7200 cleared"]

    def test_lets_a_window_over_midnight_belong_to_the_day_on_which_it_starts(self):
        body = '[when]\ntime = { from = "22:00", to = "06:00", days = "working" }'
        town = Town(scene(body, head='scope = "estate"'))

        said = town.wait(6 * 24 * HOUR)

        nights = [(9 + 24 * day) * HOUR for day in range(6)]
        friday_and_back = [nights[0], nights[1], nights[2], nights[5]]
        assert [text for text in said if "raised" in text] == [
            f"{at:g} raised e" for at in friday_and_back
        ]
        assert [text for text in said if "cleared" in text] == [
            f"{at + 8 * HOUR:g} cleared" for at in friday_and_back
        ]

    def test_keeps_to_named_days(self):
        body = '[when]\ntime = { from = "09:00", to = "10:00", days = "thu,sat" }'
        town = Town(scene(body, head='scope = "estate"'))

        said = town.wait(4 * 24 * HOUR)

        assert said == [
            "72000 raised e",
            "75600 cleared",
            "244800 raised e",
            "248400 cleared",
        ]


class TestModeAndCase:
    def test_asks_the_nearest_place_that_has_the_mode(self):
        body = '[when]\npoint = "open"\nequals = true\nmode = { home = "away" }'
        town = Town(
            scene(body), place=directory(modes=[ModeEntry(place="e", mode="home", value="away")])
        )

        first = town.read(1, ("s1", "open", 1), ("s4", "open", 1))
        nearer = town.mode(2, "e/b/r1", "home", "home")
        back = town.mode(3, "e/b", "home", "home")

        assert (first, nearer, back) == (["1 raised s1", "1 raised s4"], ["2 cleared"], [])

    def test_asks_for_a_case_at_above_or_below_the_place(self):
        body = '[when]\npoint = "open"\nequals = true\ncase = "facility.air"\nopen = false'
        town = Town(scene(body))

        said = [
            town.read(1, ("s1", "open", 1)),
            town.case(2, "facility.air", "e/b", is_open=True),
            town.case(3, "facility.air", "e/g", is_open=True),
            town.case(4, "facility.air", "e/g", is_open=False),
        ]

        assert said == [["1 raised s1"], [], ["3 cleared"], ["4 raised s1"]]

    def test_of_two_cases_of_a_kind_at_a_place_each_closes_itself_alone(self):
        body = '[when]\npoint = "open"\nequals = true\ncase = "facility.air"\nopen = false'
        town = Town(scene(body), place=directory(cases=frozenset({("facility.air", "e/g", 7)})))
        town.case(1, "facility.air", "e/g", is_open=True, number=8)
        town.case(2, "facility.air", "e/g", is_open=True, number=8)

        town.case(3, "facility.air", "e/g", is_open=False, number=8)
        one_open = town.read(4, ("s1", "open", 1))
        town.restart()
        none_open = town.case(5, "facility.air", "e/g", is_open=False, number=7)

        assert (one_open, none_open) == ([], ["5 raised s1"])

    def test_modes_and_cases_go_with_a_place_that_moved(self):
        body = '[when]\npoint = "open"\nequals = true\nmode = { home = "away" }'
        town = Town(scene(body))
        town.mode(1, "e/g", "home", "away")
        first = town.read(2, ("s1", "open", 1))
        moved = ("e/g", "e/h")

        behind = [ModeEntry(place="e/g", mode="home", value="away")]
        before = town.rewire(3, directory(version=2, moved=moved, modes=behind))
        followed = town.rewire(
            4,
            directory(
                version=3,
                moved=moved,
                modes=[ModeEntry(place="e/h", mode="home", value="away")],
                cases=frozenset({("facility.air", "e/h", 7)}),
            ),
        )

        assert (first, before, followed) == (["2 raised s1"], ["3 cleared"], ["4 raised s1"])
        assert town.engine._world.cases == {("facility.air", "e/h", 7)}

    def test_modes_stay_as_they_were_told_while_their_places_stay(self):
        town = Town()
        town.mode(1, "e/g", "home", "away")

        town.rewire(2, directory(version=2, without="s1"))

        assert town.engine._world.modes == {("e/g", "home"): ModeNow("away", START + 1)}


def _later(text: str, by: float) -> str:
    at, _, rest = text.partition(" ")
    return f"{float(at) + by:g} {rest}"

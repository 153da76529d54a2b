"""Limits found by trying them."""

import msgspec
import numpy as np
import pytest

from linli.contracts.directory import LimitEntry
from linli.scenes import fitting
from linli.scenes.backtest import Firing
from linli.scenes.fitting import Judged, Number
from tests.scenes.town import START, scene

OVER = '[when]\npoint = "co"\nabove = 30\nhold = "20s"\n[clear]\nbelow = 20\nhold = "1m"'
ABOVE = Number(key="above", value=30.0, point="co", up=True)
BELOW = Number(key="below", value=5.0, point="co", up=False)


def firing(at):
    return Firing(began=START + at, ended=START + at + 60, device="s1", place="e", because=None)


def judged(at, *, right):
    return Judged(target="s1", at=START + at, until=START + at + 60, right=right)


class TestNumbers:
    def test_are_the_limits_and_holds_of_the_beginning(self):
        found = [(one.key, one.value, one.up) for one in fitting.numbers(scene(OVER))]

        assert found == [("above", 30.0, True), ("hold", 20.0, True)]

    def test_of_a_span_go_both_ways(self):
        found = fitting.numbers(scene('[when]\npoint = "co"\noutside = [5, 30]'))

        assert [(one.key, one.up) for one in found] == [
            ("outside.low", False), ("outside.high", True),
        ]  # fmt: skip

    def test_leave_out_what_stands_under_not(self):
        body = (
            '[when]\nall = [{ point = "co", above = 30 }, { not = { point = "temp", above = 9 } }]'
        )

        assert [one.key for one in fitting.numbers(scene(body))] == ["all.0.above"]


class TestEntries:
    def entries(self, number, value, **standing):
        found = fitting.entries(
            scene=scene(OVER), target="s1", number=number, value=value, standing=standing
        )
        return [(one.key, one.value) for one in found]

    def test_what_ends_the_scene_moves_as_far(self):
        assert self.entries(ABOVE, 36.0) == [("above", 36.0), ("clear.below", 26.0)]

    def test_what_people_set_is_moved_from_and_not_overwritten(self):
        stands = msgspec.structs.replace(ABOVE, value=40.0)

        found = self.entries(stands, 45.0, **{"above": 40.0, "clear.below": 33.0})

        assert found == [("above", 45.0), ("clear.below", 38.0)]

    def test_a_hold_moves_alone(self):
        hold = fitting.numbers(scene(OVER))[1]

        assert self.entries(hold, 40.0) == [("hold", 40.0)]


class TestTightest:
    def test_of_few_values_stands_between_two(self):
        seen = np.array([31.0, 32.0, 33.0] * 50)

        found = fitting.tightest(number=BELOW, seen=seen, quiet=lambda one: one < 32)

        assert found == 31.5

    def test_of_many_values_stands_outside_them_by_a_quarter(self):
        seen = np.linspace(10, 20, 200)

        assert fitting.tightest(number=ABOVE, seen=seen, quiet=lambda one: True) == 22.5
        assert fitting.tightest(number=BELOW, seen=seen, quiet=lambda one: True) == 7.5

    def test_is_none_where_nothing_was_seen_or_nothing_is_quiet(self):
        assert fitting.tightest(number=ABOVE, seen=np.zeros(0), quiet=lambda one: True) is None
        assert fitting.tightest(number=ABOVE, seen=np.ones(5), quiet=lambda one: False) is None


class TestCalmer:
    def best(self, kept_by_limit, people, most_lost=1):
        """Return the choice where a limit keeps the firings at these times."""

        def again(entries):
            return [firing(at) for at in kept_by_limit[entries[0].value]]

        return fitting.calmer(
            changes=[
                (ABOVE, value, [LimitEntry(scene="x", target="s1", key="above", value=value)])
                for value in kept_by_limit
            ],
            judged=people,
            most_lost=most_lost,
            try_=again,
        )

    def test_is_none_where_more_right_ones_are_lost_than_may_be(self):
        people = [judged(0, right=True), judged(10_000, right=False)]

        assert self.best({35.0: []}, people, most_lost=0) is None

    def test_keeps_what_is_right_before_it_drops_what_is_wrong(self):
        people = [judged(0, right=True), judged(10_000, right=False), judged(20_000, right=False)]

        found = self.best({35.0: [0, 10_000], 45.0: []}, people)

        assert (found.value, found.right_lost, found.wrong_dropped) == (35.0, 0, 1)

    def test_drops_most_by_the_least_change(self):
        people = [judged(0, right=True), judged(10_000, right=False)]

        assert self.best({33.0: [0], 39.0: [0]}, people).value == 33.0

    def test_is_none_where_nothing_wrong_would_go(self):
        assert self.best({35.0: [0]}, [judged(0, right=False)]) is None

    def test_says_what_is_lost_where_all_of_them_lose_something(self):
        people = [judged(0, right=True), judged(10_000, right=False)]

        found = self.best({35.0: []}, people)

        assert (found.right_lost, found.right_kept, found.wrong_dropped) == (1, 0, 1)


class TestCandidates:
    @pytest.mark.parametrize(
        ("number", "marks", "expected"),
        [
            (ABOVE, [33.0, 60.0], [34.7, 46.5]),
            (BELOW, [4.0, 1.0], [2.5, 3.8]),
        ],
    )
    def test_lie_between_what_was_reached_and_beyond_the_wrong(self, number, marks, expected):
        people = [judged(0, right=False), judged(10_000, right=True)]

        found = fitting.candidates(number=number, judged=people, marks=marks)

        assert sorted({value for _, value in found}) == expected

    def test_are_none_where_nothing_was_seen_of_it(self):
        people = [judged(0, right=False)]

        assert fitting.candidates(number=ABOVE, judged=people, marks=[float("nan")]) == []

"""Who gets which case: the costs, and the solver that weighs them."""

import itertools
import random

import pytest

from linli.adapters.assignment import assign
from linli.contracts.effects import Severity
from linli.domains.cases.logic import assigning
from linli.domains.cases.logic.assigning import OnDuty, Waiting


def member(id=1, *, skills=("engineer",), position=None, place="hml"):
    return OnDuty(
        id=id, name="n", account=id, skills=frozenset(skills), position=position, place=place
    )


def waiting(case=1, *, severity=Severity.MINOR, place="hml/b01", position=None, tried=()):
    return Waiting(
        case=case,
        skill="engineer",
        severity=severity,
        place=place,
        position=position,
        tried=frozenset(tried),
    )


def solved(cases, staff, load=None):
    problem = assigning.problem(cases=cases, staff=staff, load=load or {})
    return [
        None if column is None else staff[problem.staff[column]].id
        for column in assign(problem.costs, problem.waiting)
    ]


class TestDistance:
    def test_over_the_ground_where_both_are_known(self):
        found = assigning.distance_m(
            place="a", position=(121.47, 31.23), other_place="b", other_position=(121.48, 31.23)
        )

        assert found == pytest.approx(950.8, abs=1)

    @pytest.mark.parametrize(
        ("one", "other", "steps"),
        [
            ("hml/b01", "hml/b01", 0),
            ("hml/b01", "hml", 1),
            ("hml/b01", "hml/b02", 2),
            ("hml/b01/u1", "hml/b02", 3),
            ("hml/b01", "", 2),
        ],
    )
    def test_along_the_tree_of_places_otherwise(self, one, other, steps):
        found = assigning.distance_m(
            place=one, position=None, other_place=other, other_position=(121.47, 31.23)
        )

        assert found == steps * assigning.STEP_M


class TestProblem:
    def test_gives_the_case_to_the_nearest_with_the_skill(self):
        staff = [
            member(1, place="hml/b02"),
            member(2, place="hml/b01"),
            member(3, place="hml/b01", skills=("guard",)),
        ]

        assert solved([waiting()], staff) == [2]

    def test_a_near_one_with_cases_at_hand_yields_to_a_free_one(self):
        staff = [member(1, place="hml/b01"), member(2, place="hml/b02")]

        assert solved([waiting()], staff, {1: 3}) == [2]

    def test_the_nearest_goes_to_the_worst(self):
        near, far = member(1, place="hml/b01"), member(2, place="hml/b02/u1/f9/901")
        cases = [waiting(1), waiting(2, severity=Severity.CRITICAL)]

        assert solved(cases, [near, far]) == [2, 1]

    def test_many_cases_are_spread_over_few_people(self):
        found = solved([waiting(i) for i in range(6)], [member(1), member(2)])

        assert sorted(found) == [1, 1, 1, 2, 2, 2]

    def test_a_full_person_is_given_only_emergencies(self):
        full = {1: assigning.FULL_AT}

        assert solved([waiting()], [member(1)], full) == [None]
        assert solved([waiting(severity=Severity.MAJOR)], [member(1)], full) == [1]

    def test_whoever_handed_it_back_does_not_get_it_again(self):
        assert solved([waiting(tried=[1])], [member(1)]) == [None]

    def test_the_worse_case_is_not_the_one_left_waiting(self):
        load = {1: assigning.FULL_AT - 1}
        cases = [waiting(1), waiting(2, severity=Severity.CRITICAL), waiting(3)]

        found = solved(cases, [member(1)], load)

        assert found[1] == 1
        assert found.count(None) == 2


class TestSolver:
    def test_costs_as_little_as_the_best_of_all_ways(self):
        dice = random.Random(7)
        for _ in range(60):
            rows, columns = dice.randint(1, 4), dice.randint(1, 4)
            costs = [[dice.choice([None, *range(20)]) for _ in range(columns)] for _ in range(rows)]
            idle = [dice.randint(0, 40) for _ in range(rows)]

            found = assign(costs, idle)

            assert cost(costs, idle, found) == min(
                cost(costs, idle, way) for way in ways(rows, columns)
            )

    def test_nobody_at_all_leaves_all_waiting(self):
        assert assign([[], []], [1, 1]) == [None, None]
        assert assign([], []) == []


def ways(rows, columns):
    for way in itertools.product([None, *range(columns)], repeat=rows):
        taken = [column for column in way if column is not None]
        if len(taken) == len(set(taken)):
            yield list(way)


def cost(costs, idle, way):
    total = 0
    for row, column in enumerate(way):
        price = idle[row] if column is None else costs[row][column]
        total += float("inf") if price is None else price
    return total

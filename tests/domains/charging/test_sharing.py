"""The load limit of a community, shared: never above it, nobody below 6 A, everybody in turn."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.domains.charging.logic.sharing import LEAST_DA, TURN_S, Draw, Told, share, steps

PHASES = ("1", "2", "3", "12", "123")


@st.composite
def loads(draw):
    count = draw(st.integers(0, 12))
    limits = {phase: draw(st.integers(0, 1500)) for phase in "123"}
    return limits, [
        Draw(
            id=number,
            phases=draw(st.sampled_from(PHASES)),
            most_da=draw(st.integers(0, 640)),
            running_s=draw(st.sampled_from([0, 60, 899, 901, 5000])),
            waited_s=draw(st.integers(0, 4000)),
            needs_da=draw(st.none() | st.integers(0, 640)),
        )
        for number in range(count)
    ]


def _load(draws, found, phase):
    return sum(found[one.id] for one in draws if phase in one.phases)


@settings(max_examples=200, deadline=None)
@given(loads())
def test_never_above_the_limit_and_nobody_below_what_he_can_charge_with(case):
    limits, draws = case

    found = share(limits_da=limits, draws=draws)

    assert set(found) == {one.id for one in draws}
    assert all(_load(draws, found, phase) <= limits[phase] for phase in "123")
    assert all(found[one.id] == 0 or LEAST_DA <= found[one.id] <= one.most_da for one in draws)


@settings(max_examples=200, deadline=None)
@given(loads())
def test_whoever_has_less_than_another_could_not_have_more(case):
    """Max-min fair: one who is not at his most is on a phase that is full, with nobody above."""
    limits, draws = case

    found = share(limits_da=limits, draws=draws)

    for one in (each for each in draws if 0 < found[each.id] < each.most_da):
        full = [
            phase
            for phase in one.phases
            if limits[phase] - _load(draws, found, phase)
            < sum(1 for each in draws if phase in each.phases and found[each.id])
        ]
        assert any(
            found[other.id] <= found[one.id]
            for phase in full
            for other in draws
            if phase in other.phases and found[other.id]
        )
        assert full


@pytest.mark.parametrize("cars", [3, 5, 9])
def test_where_not_all_can_charge_everybody_has_his_turn(cars):
    waited, running, turns = dict.fromkeys(range(cars), 0.0), dict.fromkeys(range(cars), 0.0), {}

    for _ in range(cars * 4):
        draws = [
            Draw(id=n, running_s=running[n], waited_s=waited[n], had_wh=turns.get(n, 0))
            for n in range(cars)
        ]
        found = share(limits_da=dict.fromkeys("123", 130), draws=draws)
        for n in range(cars):
            on = found[n] > 0
            turns[n] = turns.get(n, 0) + on
            running[n] = running[n] + TURN_S if on else 0.0
            waited[n] = 0.0 if on else waited[n] + TURN_S

    assert sum(turns.values()) == 2 * cars * 4
    assert max(turns.values()) - min(turns.values()) <= 2


def test_nobody_is_paused_before_his_turn_is_over():
    draws = [
        Draw(id=1, running_s=TURN_S - 1),
        Draw(id=2, waited_s=3000),
        Draw(id=3, running_s=TURN_S + 1),
    ]

    found = share(limits_da=dict.fromkeys("123", 120), draws=draws)

    assert found == {1: 60, 2: 60, 3: 0}


def test_whoever_is_late_for_his_time_goes_first():
    draws = [Draw(id=1, running_s=10), Draw(id=2, needs_da=320, most_da=320)]

    found = share(limits_da=dict.fromkeys("123", 100), draws=draws)

    assert found == {1: 0, 2: 100}


def test_single_phase_cars_take_what_three_phase_cars_cannot():
    draws = [Draw(id=1), Draw(id=2, phases="1"), Draw(id=3, phases="2", most_da=160)]

    found = share(limits_da={"1": 400, "2": 600, "3": 600}, draws=draws)

    assert found == {1: 200, 2: 200, 3: 160}


@settings(max_examples=200, deadline=None)
@given(loads(), st.randoms(use_true_random=False))
def test_a_step_never_lets_more_flow_than_a_limit_allows(case, chance):
    """Whatever flows now: where it is below a limit, it stays so, confirmed or not."""
    limits, draws = case
    flows, left = {}, dict(limits)
    for one in draws:
        flows[one.id] = chance.randint(0, max(0, min(left[phase] for phase in one.phases)))
        for phase in one.phases:
            left[phase] -= flows[one.id]
    targets = share(limits_da=limits, draws=draws)
    told = [
        Told(
            id=one.id,
            phases=one.phases,
            target_da=targets[one.id],
            told_da=chance.choice([None, flows[one.id]]),
            flows_da=flows[one.id],
            busy=chance.random() < 0.3,
        )
        for one in draws
    ]

    found = steps(limits_da=limits, told=told)

    may_flow = {one: max(before, found.get(one, 0)) for one, before in flows.items()}
    assert all(_load(draws, may_flow, phase) <= limits[phase] for phase in "123")
    assert not [one.id for one in told if one.busy and one.id in found]

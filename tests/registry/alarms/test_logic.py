from datetime import timedelta

import pytest

from linli.registry.alarms import logic
from tests.registry.conftest import NOW

FORBIDDEN = [
    ("acknowledge", "acknowledged", "alarms.already_acknowledged"),
    ("acknowledge", "shelved", "alarms.on_the_shelf"),
    ("acknowledge", "closed", "alarms.already_closed"),
    ("shelve", "shelved", "alarms.already_shelved"),
    ("shelve", "cleared", "alarms.nothing_to_shelve"),
    ("shelve", "closed", "alarms.already_closed"),
    ("unshelve", "raised", "alarms.not_shelved"),
    ("unshelve", "acknowledged", "alarms.not_shelved"),
    ("unshelve", "cleared", "alarms.not_shelved"),
    ("unshelve", "closed", "alarms.already_closed"),
    ("close", "closed", "alarms.already_closed"),
]
VERBS = ("acknowledge", "shelve", "unshelve", "close")
ALLOWED = [
    (verb, state)
    for verb in VERBS
    for state in logic.STATES
    if (verb, state) not in {(v, s) for v, s, _ in FORBIDDEN}
]


@pytest.mark.parametrize(("verb", "state", "key"), FORBIDDEN)
def test_every_forbidden_step_is_refused_by_name(verb, state, key):
    with pytest.raises(logic.Fault) as refused:
        logic.check(verb=verb, state=state, alarm=7)

    assert (refused.value.key, refused.value.values) == (key, {"alarm": 7})


@pytest.mark.parametrize(("verb", "state"), ALLOWED)
def test_every_other_step_is_allowed(verb, state):
    logic.check(verb=verb, state=state, alarm=7)


@pytest.mark.parametrize(
    ("there", "acknowledged", "state"),
    [
        (True, False, "raised"),
        (True, True, "acknowledged"),
        (False, False, "cleared"),
        (False, True, "closed"),
    ],
)
def test_where_an_alarm_comes_to_rest(there, acknowledged, state):
    assert logic.resting(there=there, acknowledged=acknowledged) == state


@pytest.mark.parametrize(
    ("state", "acknowledged", "flapping", "after"),
    [
        ("raised", False, False, "cleared"),
        ("acknowledged", True, False, "closed"),
        ("raised", False, True, "raised"),
        ("acknowledged", True, True, "acknowledged"),
        ("shelved", False, False, "shelved"),
        ("closed", False, False, "closed"),
    ],
)
def test_what_a_clearing_does(state, acknowledged, flapping, after):
    found = logic.after_clearing(state=state, acknowledged=acknowledged, flapping=flapping)

    assert found == after


def test_five_raisings_in_ten_minutes_are_flapping_and_four_are_not():
    times = [NOW + timedelta(minutes=n) for n in range(5)]

    assert logic.flaps(raisings=times, at=times[-1])
    assert not logic.flaps(raisings=times[1:], at=times[-1])
    assert not logic.flaps(raisings=times, at=NOW + timedelta(minutes=12))


@pytest.mark.parametrize(
    ("others", "place"),
    [
        (["hml/b03/u1"] * 4, "hml/b03/u1"),
        (["hml/b03/u1"] * 3 + ["hml/b03/u2"], "hml/b03"),
        (["hml/b03/u1"] * 3 + ["hml/b04"], "hml"),
        (["hml/b03/u1"] * 3, None),
        (["hml/b031/u1"] * 4, "hml"),
    ],
)
def test_a_storm_is_the_smallest_place_that_holds_five(others, place):
    assert logic.storm_place(place="hml/b03/u1", others=others) == place


@pytest.mark.parametrize(("value", "text"), [(41.0, "41"), (41.25, "41.25"), (0.1 + 0.2, "0.3")])
def test_a_figure_has_no_more_digits_than_it_needs(value, text):
    assert logic.figure(value) == text

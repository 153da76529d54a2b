"""The rules of calls for help, as tables."""

from datetime import UTC, datetime, timedelta

import pytest

from linli.domains.sos import logic
from linli.domains.sos.logic import Helper, Rung

NOW = datetime(2026, 6, 1, 14, tzinfo=UTC)
HERE = (121.4700, 31.2300)
NEAR, FAR, FURTHER = (121.4701, 31.2300), (121.4720, 31.2300), (121.4800, 31.2300)


def helper(account, position=None, minutes=1, post=None):
    return Helper(
        account=account, position=position, position_at=NOW - timedelta(minutes=minutes), post=post
    )


class TestNearest:
    @pytest.mark.parametrize(
        ("helpers", "at", "expected"),
        [
            ([helper(1, FAR), helper(2, NEAR)], HERE, [2, 1]),
            ([helper(1, NEAR, minutes=16, post=FURTHER), helper(2, FAR)], HERE, [2, 1]),
            ([helper(1), helper(2, post=FAR)], HERE, [2, 1]),
            ([helper(1, FAR), helper(2, NEAR), helper(3, FURTHER), helper(4)], HERE, [2, 1, 3]),
            ([helper(2, NEAR), helper(1, FAR)], None, [1, 2]),
            ([], HERE, []),
        ],
        ids=["by way", "an old position", "by post", "three", "no place", "nobody"],
    )
    def test_is_by_the_shortest_way(self, helpers, at, expected):
        assert logic.nearest(helpers=helpers, at=at, now=NOW) == expected


class TestCheck:
    @pytest.mark.parametrize("state", ["ringing", "answered", "arrived", "closed", "cancelled"])
    @pytest.mark.parametrize(
        ("step", "able"),
        [
            ("answer", {"ringing"}),
            ("hand_on", {"answered"}),
            ("arrive", {"ringing", "answered"}),
            ("close", {"ringing", "answered", "arrived"}),
            ("cancel", {"ringing", "answered", "arrived"}),
        ],
    )
    def test_lets_a_step_be_taken_from_some_states(self, step, able, state):
        def check():
            logic.check(step=step, state=state, now=NOW, started_at=NOW)

        if state in able:
            check()
        else:
            with pytest.raises(logic.NotNow):
                check()

    def test_is_taken_back_within_seconds_only(self):
        logic.check(step="cancel", state="ringing", now=NOW, started_at=NOW - timedelta(seconds=20))

        with pytest.raises(logic.TooLate):
            logic.check(
                step="cancel", state="ringing", now=NOW, started_at=NOW - timedelta(seconds=21)
            )


def test_the_last_rung_rings_for_half_an_hour():
    started = NOW - timedelta(minutes=29)

    assert logic.after_last(started_at=started, now=NOW) == NOW + timedelta(minutes=1)
    assert logic.after_last(started_at=started, now=NOW + timedelta(minutes=1)) is None


@pytest.mark.parametrize(
    ("waits", "rings", "at_s"),
    [
        ((30, 30, 60), (True, True, True), [0, 30, 60]),
        ((30, 45, 60), (True, False, True), [0, 30, 30]),
        ((30, 45, 60), (False, False, True), [0, 0, 0]),
        ((), (), []),
    ],
)
def test_a_rung_that_reaches_nobody_is_passed_over_at_once(waits, rings, at_s):
    rungs = [Rung(whom=logic.DUTY, target="guard", wait_s=wait_s) for wait_s in waits]

    assert logic.rings_at(rungs=rungs, rings=rings) == at_s

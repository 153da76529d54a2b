"""The life of a command, step by step, and every step that may not be."""

from itertools import pairwise

import pytest

from linli.devices.ledger import (
    ALLOWED,
    Entry,
    State,
    Step,
    StepForbidden,
    moved,
    wait_s,
)

ENTRY = Entry(id="c1", expires_at=120.0)


def _in(state: State) -> Entry:
    return Entry(id="c1", state=state, expires_at=120.0, attempts=1, sent_at=1.0)


class TestMoved:
    @pytest.mark.parametrize(("state", "step"), sorted(ALLOWED))
    def test_takes_every_step_of_the_table(self, state, step):
        assert moved(_in(state), step, now=5).state is ALLOWED[state, step]

    @pytest.mark.parametrize(
        ("state", "step"),
        [
            (State.ACKNOWLEDGED, Step.SEND),
            (State.ACKNOWLEDGED, Step.FAIL),
            (State.ACKNOWLEDGED, Step.EXPIRE),
            (State.FAILED, Step.SEND),
            (State.FAILED, Step.ACKNOWLEDGE),
            (State.EXPIRED, Step.SEND),
            (State.EXPIRED, Step.FAIL),
            (State.OVERRULED, Step.SEND),
            (State.SENT, Step.OVERRULE),
        ],
    )
    def test_refuses_every_other_by_name(self, state, step):
        with pytest.raises(StepForbidden) as refused:
            moved(_in(state), step, now=5)

        assert refused.value.values == {"command": "c1", "state": state, "step": step}

    @pytest.mark.parametrize(
        ("state", "step"),
        [
            (State.ACKNOWLEDGED, Step.ACKNOWLEDGE),
            (State.FAILED, Step.FAIL),
            (State.EXPIRED, Step.EXPIRE),
        ],
    )
    def test_changes_nothing_when_an_end_is_told_twice(self, state, step):
        assert moved(_in(state), step, now=9) == _in(state)

    def test_counts_sendings_under_one_id(self):
        twice = moved(moved(ENTRY, Step.SEND, now=1), Step.SEND, now=3)

        assert (twice.id, twice.attempts, twice.sent_at) == ("c1", 2, 3)

    def test_holds_done_what_needs_no_answer(self):
        entry = Entry(id="c1", expires_at=120.0, acked=False)

        assert moved(entry, Step.SEND, now=1).state is State.ACKNOWLEDGED


class TestWait:
    def test_grows_and_never_passes_a_minute(self):
        waits = [wait_s(attempt) for attempt in range(1, 40)]

        assert waits[0] == 2
        assert waits[-1] == 60
        assert all(later >= earlier for earlier, later in pairwise(waits))

"""The domains beside the one that is tested: they take what it asks, and answer as they would."""

from contextlib import contextmanager

from linli.contracts import cases, directory, notices
from linli.contracts.cases import CaseBrief
from linli.foundation.outbox import operations as outbox


class Neighbours:
    """What was asked of cases and notices; a case that is asked for is in `state`."""

    def __init__(self, state):
        self.cases, self.remarks, self.notices = [], [], []
        self._state = state

    def case(self, asked):
        self.cases.append(asked)
        return CaseBrief(id=len(self.cases), number="2026-000001", state=self._state)


@contextmanager
def neighbours(state, *, community="hml", more=None):
    """Let neighbours answer, `more` ports as said; take the answers away again afterwards."""
    made = Neighbours(state)
    answers = {
        cases.ask: made.case,
        cases.remark: made.remarks.append,
        notices.post: made.notices.append,
        directory.communities: lambda: [community],
        outbox.wake: lambda: None,
        **(more or {}),
    }
    before = {port: port._answer for port in answers}
    for port, answer in answers.items():
        port.answer_with(answer)
    try:
        yield made
    finally:
        for port, answer in before.items():
            port._answer = answer

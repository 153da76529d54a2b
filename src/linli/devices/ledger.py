"""The life of a command: what may follow what, when it is sent again, when it is given up."""

from enum import StrEnum

import msgspec

from linli.kernel.fault import Fault

FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 60.0


class State(StrEnum):
    """Where a command stands."""

    QUEUED = "queued"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"
    EXPIRED = "expired"
    OVERRULED = "overruled"


class Step(StrEnum):
    """What may happen to a command."""

    SEND = "send"
    ACKNOWLEDGE = "acknowledge"
    FAIL = "fail"
    EXPIRE = "expire"
    OVERRULE = "overrule"


ALLOWED: dict[tuple[State, Step], State] = {
    (State.QUEUED, Step.SEND): State.SENT,
    (State.QUEUED, Step.ACKNOWLEDGE): State.ACKNOWLEDGED,
    (State.QUEUED, Step.FAIL): State.FAILED,
    (State.QUEUED, Step.EXPIRE): State.EXPIRED,
    (State.QUEUED, Step.OVERRULE): State.OVERRULED,
    (State.SENT, Step.SEND): State.SENT,
    (State.SENT, Step.ACKNOWLEDGE): State.ACKNOWLEDGED,
    (State.SENT, Step.FAIL): State.FAILED,
    (State.SENT, Step.EXPIRE): State.EXPIRED,
    (State.EXPIRED, Step.ACKNOWLEDGE): State.ACKNOWLEDGED,
}
"""An answer that overtakes the note of the sending counts, and so does one that comes after the
time: the device did it, and people must know."""

FINAL = frozenset({State.ACKNOWLEDGED, State.FAILED, State.EXPIRED, State.OVERRULED})


class StepForbidden(Fault):
    key = "devices.step_forbidden"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A command as the ledger has it. `attempts` counts sendings, `sent_at` is the last one.

    `acked` tells whether the device answers; else a command is done when it is sent.
    """

    id: str
    state: State = State.QUEUED
    acked: bool = True
    expires_at: float
    attempts: int = 0
    sent_at: float = 0.0


def moved(entry: Entry, step: Step, *, now: float) -> Entry:
    """Return the entry after a step.

    What is final stays as it is when the same end is told again.

    :raises StepForbidden: if the step may not follow
    """
    after = ALLOWED.get((entry.state, step))
    if after is None:
        if ALLOWED.get((State.SENT, step)) is entry.state and entry.state in FINAL:
            return entry
        raise StepForbidden(command=entry.id, state=entry.state.value, step=step.value)
    if step is not Step.SEND:
        return msgspec.structs.replace(entry, state=after)
    if not entry.acked:
        after = State.ACKNOWLEDGED
    return msgspec.structs.replace(entry, state=after, attempts=entry.attempts + 1, sent_at=now)


def wait_s(attempts: int) -> float:
    """Return how long to wait for the answer to the latest of so many sendings."""
    return float(min(FIRST_WAIT_S * 2 ** max(0, min(attempts - 1, 16)), LONGEST_WAIT_S))

"""States of campaigns and of their devices, and what may be done in which."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import msgspec

from linli.registry.campaigns.logic.faults import WrongState

DRAFT, RUNNING, PAUSED, FINISHED = "draft", "running", "paused", "finished"
ROLLING_BACK, ROLLED_BACK, CANCELLED = "rolling_back", "rolled_back", "cancelled"
STATES = (DRAFT, RUNNING, PAUSED, FINISHED, ROLLING_BACK, ROLLED_BACK, CANCELLED)
AT_WORK = (RUNNING, ROLLING_BACK)

WAITING, TOLD, DOWNLOADING, INSTALLING = "waiting", "told", "downloading", "installing"
DONE, FAILED, SKIPPED = "done", "failed", "skipped"
UNDER_WAY = (TOLD, DOWNLOADING, INSTALLING)

STEPS: Mapping[str, frozenset[str]] = {
    "start": frozenset({DRAFT}),
    "pause": frozenset({RUNNING}),
    "resume": frozenset({PAUSED}),
    "retry": frozenset({RUNNING, PAUSED, FINISHED}),
    "roll-back": frozenset({RUNNING, PAUSED, FINISHED, CANCELLED, ROLLED_BACK}),
    "cancel": frozenset({DRAFT, RUNNING, PAUSED, ROLLING_BACK}),
}
"""By step: the states from which it can be taken."""

SAYS: Mapping[str, str] = {
    "downloading": DOWNLOADING,
    "downloadscheduled": DOWNLOADING,
    "downloadpaused": DOWNLOADING,
    "downloaded": INSTALLING,
    "signatureverified": INSTALLING,
    "installscheduled": INSTALLING,
    "installing": INSTALLING,
    "installrebooting": INSTALLING,
    "installed": DONE,
    "downloadfailed": FAILED,
    "installationfailed": FAILED,
    "installverificationfailed": FAILED,
    "invalidsignature": FAILED,
    "failed": FAILED,
}
"""What a device's own word for how far it is means: those of OCPP 1.6 and 2.0.1, in any case."""

NO_REPORT, EXPIRED = "no_report", "expired"
PROVED_LATE = frozenset({NO_REPORT, EXPIRED})
"""Failures of time alone: a device that tells the right version afterwards has done it."""


def check_step(*, step: str, state: str) -> None:
    """Refuse a step that cannot be taken now.

    :raises WrongState: if it cannot
    """
    if state not in STEPS[step]:
        raise WrongState(step=step, state=state)


def allowed(state: str) -> list[str]:
    """Return the steps that can be taken in a state."""
    return [step for step, states in STEPS.items() if state in states]


def meant(status: str) -> str | None:
    """Return the state of a device's update that its own word means; None where it is unknown."""
    return SAYS.get(status.replace("_", "").replace("-", "").lower())


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a device that was told: `command` is the state of its command, `reported`
    whether the device itself has told the wanted version since.
    """

    state: str
    command: str
    command_reason: str
    reported: bool
    moved_at: datetime


def progressed(
    *, known: Progress, by_acknowledgement: bool, give_up_after: timedelta, now: datetime
) -> tuple[str, str]:
    """Return (state, reason) of a device that was told.

    The device's own word of its version outranks what became of the command: an answer may be lost
    on the way. Patience comes last, so that an answer that came in time is never called late.
    """
    acknowledged = known.command == "acknowledged"
    if known.reported or (acknowledged and by_acknowledgement):
        return DONE, ""
    if known.command in ("failed", "overruled"):
        return FAILED, known.command_reason or known.command
    if known.command == "expired" and known.state == TOLD:
        return FAILED, EXPIRED
    if now - known.moved_at >= give_up_after:
        return FAILED, NO_REPORT
    return (INSTALLING if acknowledged and known.state == TOLD else known.state), ""


def counted(counts: Mapping[str, int], states: Collection[str]) -> int:
    """Return how many devices are in one of these states."""
    return sum(count for state, count in counts.items() if state in states)

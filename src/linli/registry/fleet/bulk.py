"""Rules of what is done to many devices: what can be done, how fast, who may, which state leads
where. Values in, values out.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from linli.kernel.fault import Fault

COMMAND = "command"
CREDENTIAL = "credential"
ACTIONS = ("enable", "disable", "move", "maintain", "release", CREDENTIAL)
"""What can be done to many besides commanding them."""

MOST_DEVICES = 20_000
COMMANDS_AT_ONCE = 20
CHANGES_AT_ONCE = 500
"""How many devices a part deals with; there is a part a second (`app.handlers.JOBS`)."""

TIME_TO_CONFIRM = timedelta(minutes=2)
PATIENCE = timedelta(minutes=5)
"""How long after a command has expired its end is waited for, before the device has failed."""

UNCONFIRMED, RUNNING, PAUSED = "unconfirmed", "running", "paused"
CANCELLED, DONE, EXPIRED = "cancelled", "done", "expired"
STATES = (UNCONFIRMED, RUNNING, PAUSED, CANCELLED, DONE, EXPIRED)
OPEN = (UNCONFIRMED, RUNNING, PAUSED, CANCELLED)
"""States in which something may be left to do; of those cancelled, to hear of what was asked."""

WAITING, ASKED, FAILED, LEFT_OUT = "waiting", "asked", "failed", "cancelled"
ITEM_STATES = (WAITING, ASKED, DONE, FAILED, LEFT_OUT)

STEPS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "pause": (PAUSED, (RUNNING,)),
    "resume": (RUNNING, (PAUSED,)),
    "cancel": (CANCELLED, (UNCONFIRMED, RUNNING, PAUSED)),
    "confirm": (RUNNING, (UNCONFIRMED,)),
}
"""Where each step leads, and from where."""


class BulkNotFound(Fault):
    key = "fleet.bulk_not_found"
    status = 404


class DeviceBroke(Fault):
    """Something that nobody expected; the log has it."""

    key = "fleet.device_broke"
    status = 500


class NothingSelected(Fault):
    """Neither codes nor a filter that narrows were given, or both were."""

    key = "fleet.nothing_selected"
    status = 422


class NobodySelected(Fault):
    key = "fleet.nobody_selected"
    status = 422


class TooManySelected(Fault):
    key = "fleet.too_many_selected"
    status = 422


class BadAction(Fault):
    """What is to be done lacks what it needs: `needs` names it."""

    key = "fleet.bad_action"
    status = 422


class BulkKeyUsed(Fault):
    key = "fleet.bulk_key_used"


class WrongStep(Fault):
    key = "fleet.wrong_step"


class TooLateToConfirm(Fault):
    key = "fleet.too_late_to_confirm"


class NotItsMaker(Fault):
    """Only who asked for it confirms it, or is told its secrets."""

    key = "fleet.not_its_maker"
    status = 403


class NotFinished(Fault):
    key = "fleet.not_finished"


class NothingToCollect(Fault):
    """Its secrets were collected, or it made none."""

    key = "fleet.nothing_to_collect"


class BadBulkState(Fault):
    key = "fleet.bad_bulk_state"
    status = 422


def permission(action: str) -> str:
    """Return what somebody must hold to have this done, or to pause and cancel it."""
    return "devices.command" if action == COMMAND else "devices.write"


def check_action(*, action: str, said: Mapping[str, Any]) -> None:
    """Refuse an action without what it needs, or with what it does not.

    :raises BadAction: if it is so
    """
    needs: dict[str, set[str]] = {"move": {"place"}, "maintain": {"until", "reason"}}
    wanted = needs.get(action, set())
    given = {name for name, value in said.items() if value not in {None, ""}}
    if action not in ACTIONS or given != wanted:
        raise BadAction(
            action=action[:16], needs=", ".join(sorted(wanted)) or "—", known=", ".join(ACTIONS)
        )


def check_selection(*, codes: Sequence[str], narrows: bool) -> None:
    """Refuse a selection of everything by mistake: either codes, or a filter that narrows.

    :raises NothingSelected: if it is neither or both
    :raises TooManySelected: if more codes are given than one bulk takes
    """
    if bool(codes) == narrows:
        raise NothingSelected
    check_count(len(codes))


def check_count(count: int) -> None:
    """Refuse more devices than one bulk takes.

    :raises TooManySelected: if there are more
    """
    if count > MOST_DEVICES:
        raise TooManySelected(count=count, most=MOST_DEVICES)


def check_step(*, step: str, state: str) -> bool:
    """Tell whether a step still changes anything: taken twice it is taken once.

    :raises WrongStep: if it cannot be taken in this state
    """
    after, before = STEPS[step]
    if state == after:
        return False
    if state not in before:
        raise WrongStep(step=step, state=state)
    return True


def check_states(*, state: str, known: Sequence[str]) -> None:
    """Refuse a state to list by that does not exist.

    :raises BadBulkState: if it does not
    """
    if state and state not in known:
        raise BadBulkState(state=state[:40], known=", ".join(known))

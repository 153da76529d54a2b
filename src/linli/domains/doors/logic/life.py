"""The life of a credential: which step leads from which state to which. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from linli.contracts.doors import Way
from linli.domains.doors.logic.deciding import Known
from linli.kernel.fault import Fault
from linli.kernel.words import Words


class Step(StrEnum):
    """What happens to a credential."""

    OPENED = "opened"
    HANDED_OVER = "handed_over"
    LOST = "lost"
    FOUND = "found"
    REPLACED = "replaced"
    RETURNED = "returned"
    ENDED = "ended"


STEPS: Mapping[Step, Words] = {
    Step.OPENED: Words(zh="开卡", en="opened"),
    Step.HANDED_OVER: Words(zh="领取", en="handed over"),
    Step.LOST: Words(zh="挂失", en="lost"),
    Step.FOUND: Words(zh="找回", en="found"),
    Step.REPLACED: Words(zh="换新", en="replaced"),
    Step.RETURNED: Words(zh="退还", en="returned"),
    Step.ENDED: Words(zh="注销", en="ended"),
}

_ALLOWED: Mapping[tuple[Known, Step], Known] = {
    (Known.WAITING, Step.HANDED_OVER): Known.OPEN,
    (Known.WAITING, Step.ENDED): Known.ENDED,
    (Known.OPEN, Step.LOST): Known.LOST,
    (Known.OPEN, Step.REPLACED): Known.REPLACED,
    (Known.OPEN, Step.RETURNED): Known.RETURNED,
    (Known.OPEN, Step.ENDED): Known.ENDED,
    (Known.LOST, Step.FOUND): Known.OPEN,
    (Known.LOST, Step.REPLACED): Known.REPLACED,
    (Known.LOST, Step.RETURNED): Known.RETURNED,
    (Known.LOST, Step.ENDED): Known.ENDED,
}


HELD = (
    Known.OPEN, Known.WAITING, Known.LOST, Known.REPLACED, Known.RETURNED, Known.ENDED,
)  # fmt: skip
"""States that a credential can be in."""


RENEWED = frozenset({Way.CARD, Way.SIM, Way.BLUETOOTH})
"""What has a number of its own is replaced by another. A PIN is made anew by its holder, who alone
knows what his old one was for; a code of half a minute needs none.
"""


class NotNow(Fault):
    """A credential in this state does not take this step."""

    key = "doors.not_now"


def after(*, state: str, step: Step) -> str:
    """Return the state after a step.

    :raises NotNow: if it does not lead anywhere from there
    """
    found = _ALLOWED.get((Known(state), step))
    if found is None:
        raise NotNow(state=state, step=step.value)
    return found.value


def steps(*, state: str, way: str) -> list[Step]:
    """Return the steps that a credential of a way takes in a state."""
    allowed = [step for (known, step) in _ALLOWED if known.value == state]
    return [step for step in allowed if step is not Step.REPLACED or way in RENEWED]

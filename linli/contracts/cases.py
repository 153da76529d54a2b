"""What the rest of the system may know of cases."""

from enum import StrEnum

from linli.kernel.event import Event


class Matter(StrEnum):
    """Whose matter it is: 自家事, 大家事, 公家事."""

    OWN = "own"
    SHARED = "shared"
    PUBLIC = "public"


class CaseState(StrEnum):
    """Modelled on city management's seven steps of a case (GB/T 30428.8, read second-hand)."""

    REPORTED = "reported"
    VERIFIED = "verified"
    FILED = "filed"
    DISPATCHED = "dispatched"
    RETURNED = "returned"
    HANDLING = "handling"
    DELAYED = "delayed"
    PARKED = "parked"
    FEEDBACK = "feedback"
    RECHECKED = "rechecked"
    REWORK = "rework"
    CLOSED = "closed"
    VOID = "void"
    EVALUATED = "evaluated"


class CaseMoved(Event, frozen=True, kw_only=True):
    """A case went from one state to another; `step` names what was done, as `file`."""

    case: int
    kind: str
    place: str
    step: str
    before: CaseState | None
    after: CaseState
    by: int | None
    assignee: int | None = None


class CaseOverdue(Event, frozen=True, kw_only=True):
    """A service clock ran out; `level` counts the escalations."""

    case: int
    clock: str
    level: int

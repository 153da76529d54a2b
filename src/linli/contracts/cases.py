"""What the rest of the system may know of cases."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from linli.contracts.effects import Severity
from linli.kernel.event import Event
from linli.kernel.port import Port
from linli.kernel.words import Words


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
    number: str = ""
    place: str = ""
    due_at: float = 0.0


class CaseWaits(Event, frozen=True, kw_only=True):
    """A filed case found nobody on duty with its skill, and waits; told once a waiting."""

    case: int
    number: str
    kind: str
    place: str
    skill: str


class CaseBrief(msgspec.Struct, frozen=True, kw_only=True):
    """A case, as others may show it beside their own things."""

    id: int
    number: str
    state: CaseState


case_of_alarm: Port[[str, Sequence[int]], dict[int, CaseBrief]] = Port("cases.of_alarm")
"""Asked with a community and numbers of alarms: the newest case of each that has one."""

open_cases: Port[[str], frozenset[tuple[str, str, int]]] = Port("cases.open")
"""Asked with a community: (kind, place, case) of what is not closed, for scenes that ask."""


class CaseHappened(msgspec.Struct, frozen=True, kw_only=True):
    """A case as a thing that happened: `void` says that it was none. `alarm` opened it, if one did.
    Times are epoch seconds; `closed_at` is None while it is open.
    """

    id: int
    kind: str
    title: Words
    place: str
    device: str
    at: float
    closed_at: float | None
    alarm: int | None
    void: bool


cases_between: Port[[str, Sequence[str], float, float], Sequence[CaseHappened]] = Port(
    "cases.between"
)
"""Asked with a community, kinds, and two times (epoch seconds): the cases of these kinds that were
opened between them, or open when the span began; the oldest first."""


class CaseTold(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it may be told outside: nothing of who reported it is in it. `place_name` and
    `position`, (longitude, latitude) in WGS 84, are the building's where it is about a room, while
    `place` is the place itself and stays here. `cause` is the id of what happened to it last.
    """

    id: int
    number: str
    kind: str
    kind_name: Words
    title: str
    description: str
    matter: Matter
    severity: str
    state: CaseState
    place: str
    place_name: Words
    position: tuple[float, float] | None
    event_code: str
    reported_at: datetime
    cause: str


case_told: Port[[str, int], CaseTold | None] = Port("cases.told")
"""Asked with a community and the number of a row: the case; None where there is none."""


reporter_of: Port[[str, int], int | None] = Port("cases.reporter")
"""Asked with a community and the number of a row: the account that reported the case; None where
there is none.
"""


class CaseRemark(msgspec.Struct, frozen=True, kw_only=True):
    """What another domain has to write into a case's history: the fact behind it, in words, and
    whose doing it was; without an account, nobody's.
    """

    case: int
    step: str
    fact: Event
    note: Words
    by: int | None = None
    by_name: str = ""


remark: Port[[CaseRemark], None] = Port("cases.remark")
"""Write it, in the asker's transaction; the case stays as it is."""


class CaseAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A case that another domain wants opened: `fact` is what happened, and of one fact there is
    one case. `to` is a skill or a role; empty leaves it to the kind.
    """

    kind: str
    fact: Event
    place: str
    description: Words
    severity: Severity
    device: str = ""
    to: str = ""


ask: Port[[CaseAsked], CaseBrief] = Port("cases.ask")
"""Open it, in the asker's transaction; what is critical is filed and dispatched at once."""

"""Cases over HTTP: one request in, one domain call, one answer out."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Field, File, Form, Query, Router, Schema, Status, UploadedFile

from linli.contracts.cases import CaseState, Matter
from linli.domains.cases import pages, queries
from linli.domains.cases.logic.clocks import Calendar, Clock
from linli.domains.cases.logic.steps import Given
from linli.domains.cases.operations import opening, photographing, stepping
from linli.foundation.files.showing import shown
from linli.foundation.identity.guard import Visit, may
from linli.foundation.scope.paging import NumberPage
from linli.foundation.shapes import TwoLanguages

router = Router(tags=["cases"])

_MAY_SEE = may("cases.read", "cases.report")
"""Whoever may report sees his own cases; the queries open more to those who hold `cases.read`."""


class Name(Schema):
    id: int
    name: str


class ClockOut(Schema):
    """A service clock. `known` is false where weekends stood in for an unpublished calendar."""

    name: Clock
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    paused: bool
    overdue: bool
    remaining_s: float | None
    level: int
    known: bool


class CaseOut(Schema):
    """A case in a list. `title` is in the reader's language where the system wrote it."""

    id: int
    number: str
    kind: str
    kind_name: TwoLanguages
    title: str
    matter: Matter
    state: CaseState
    state_name: TwoLanguages
    severity: str
    place: str
    place_name: TwoLanguages
    assignee: Name | None
    reporter_name: str
    created_at: datetime
    clocks: list[ClockOut]
    overdue: bool
    rating: int | None

    @staticmethod
    def resolve_title(line: pages.CaseLine) -> str:
        return line.title.in_(get_language() or "zh")


class CasesOut(Schema):
    items: list[CaseOut]
    next: str | None


class MoveOut(Schema):
    """A line of history. `fact` is its link in the chain of causes."""

    at: datetime
    step: str
    step_name: TwoLanguages
    before: str
    after: str
    by: int | None
    by_name: str
    note: str
    reason: str
    automatic: bool
    fact: str

    @staticmethod
    def resolve_note(line: pages.MoveLine) -> str:
        return line.note.in_(get_language() or "zh")


class PhotoOut(Schema):
    id: int
    url: str
    stage: str
    at: datetime


class AllowedOut(Schema):
    step: str
    name: TwoLanguages
    needs: list[str]


class HistoryOut(Schema):
    """A part of the history of a case, the newest line first."""

    items: list[MoveOut]
    next: int | None


class CaseDetailOut(CaseOut):
    """A case on its own page, with what this reader may do now. `history` are its newest lines, 500
    at most; `history_next` is the cursor of those before them (`GET …/cases/{case}/history`).
    """

    description: str
    device: str
    alarm: int | None
    effect: str
    scene: str
    cause: str
    event_code: str
    group: str
    reporter_contact: str
    rating_words: str
    reopened: int
    delay_until: datetime | None
    delay_asked: bool
    closed_at: datetime | None
    history: list[MoveOut]
    history_next: int | None
    photos: list[PhotoOut]
    allowed: list[AllowedOut]

    @staticmethod
    def resolve_description(detail: pages.CaseDetail) -> str:
        return detail.description.in_(get_language() or "zh")


class ColumnOut(Schema):
    state: CaseState
    name: TwoLanguages
    count: int
    overdue: int
    items: list[CaseOut]


class BoardOut(Schema):
    columns: list[ColumnOut]


class KindOut(Schema):
    id: str
    name: TwoLanguages
    matter: Matter
    skill: str
    respond_s: float
    handle_s: float
    check_s: float
    calendar: Calendar
    event_code: str


class KindsOut(Schema):
    items: list[KindOut]


class Brief(Schema):
    """A case after it was written to."""

    id: int
    number: str
    state: CaseState


class ListIn(Schema):
    """Which cases; what is left out does not narrow."""

    state: str = ""
    open: bool | None = None
    kind: str = ""
    mine: bool = False
    matter: str = ""
    place: str = ""
    overdue: bool = False
    q: str = Field("", max_length=100)
    cursor: str = ""
    limit: int = Field(50, ge=1, le=500)


class ReportIn(Schema):
    """A report. The same `key` sent again is the same report. Photographs are added to the case."""

    kind: str = Field(max_length=64)
    place: str = Field(max_length=200)
    title: str = Field("", max_length=200)
    description: str = Field("", max_length=4000)
    matter: Matter | None = None
    contact: str = Field("", max_length=32)
    key: str = Field("", max_length=64)


class StepIn(Schema):
    """What a step may need: see `allowed` of the case."""

    note: str = Field("", max_length=4000)
    reason: str = Field("", max_length=4000)
    assignee: int | None = None
    rating: int | None = None
    agrees: bool | None = None
    until: datetime | None = None


class AlarmCaseIn(Schema):
    kind: str = Field("", max_length=64)


@router.get("/{community}/cases", response=CasesOut, auth=_MAY_SEE)
def cases(request: Visit, community: str, wanted: Query[ListIn]) -> pages.Page:
    """List cases, newest first: those of the reader's area, his reports and his work."""
    asked = wanted.dict(exclude={"cursor", "limit"})
    return pages.cases(
        actor=request.auth,
        wanted=queries.Wanted(**asked),
        now=timezone.now(),
        cursor=wanted.cursor,
        limit=wanted.limit,
    )


@router.get("/{community}/cases/board", response=BoardOut, auth=_MAY_SEE)
def board(request: Visit, community: str) -> dict[str, Any]:
    """Show the states as columns: how many cases, how many late, and the newest of each."""
    return {"columns": pages.board(actor=request.auth, now=timezone.now())}


@router.get("/{community}/case-kinds", response=KindsOut, auth=_MAY_SEE)
def kinds(request: Visit, community: str) -> dict[str, Any]:
    """List the kinds of case of the catalogue, with their limits."""
    return {"items": pages.kinds()}


@router.get("/{community}/cases/{int:case}", response=CaseDetailOut, auth=_MAY_SEE)
def case(request: Visit, community: str, case: int) -> pages.CaseDetail:
    """Show a case: what is the matter, its history, its clocks, and what the reader may do."""
    return pages.case(actor=request.auth, id=case, now=timezone.now())


@router.get("/{community}/cases/{int:case}/history", response=HistoryOut, auth=_MAY_SEE)
def history(request: Visit, community: str, case: int, wanted: Query[NumberPage]) -> pages.History:
    """List what happened in a case, the newest first."""
    return pages.history(actor=request.auth, id=case, wanted=wanted)


@router.post("/{community}/cases", response={201: Brief}, auth=may("cases.report"))
def report(request: Visit, community: str, body: ReportIn) -> Any:
    """Report that something is the matter."""
    given = opening.Report(**body.dict())
    made = opening.report(actor=request.auth, report=given, now=timezone.now())
    return Status(201, made)


@router.post("/{community}/alarms/{int:alarm}/case", response=Brief, auth=may("cases.report"))
def from_alarm(request: Visit, community: str, alarm: int, body: AlarmCaseIn) -> Any:
    """Make an alarm a case; if it has an open one, answer that."""
    return opening.from_alarm(actor=request.auth, alarm=alarm, kind=body.kind, now=timezone.now())


@router.post("/{community}/cases/{int:case}/steps/{step}", response=Brief, auth=_MAY_SEE)
def step(request: Visit, community: str, case: int, step: str, body: StepIn) -> Any:
    """Take a step with a case. What is not allowed is refused by name."""
    return stepping.take(
        actor=request.auth, case=case, step=step, given=Given(**body.dict()), now=timezone.now()
    )


@router.post(
    "/{community}/cases/{int:case}/photos", response={201: PhotoOut}, auth=may("cases.report")
)
def attach(
    request: Visit,
    community: str,
    case: int,
    file: File[UploadedFile],
    stage: Form[photographing.Stage] = photographing.Stage.BEFORE,
) -> Any:
    """Add a photograph to a case: before, during, after, or at the check."""
    added = photographing.attach(
        actor=request.auth, case=case, content=file.read(), stage=stage, now=timezone.now()
    )
    return Status(201, pages.photo_line(added))


@router.get("/{community}/cases/{int:case}/photos/{int:photo}", auth=_MAY_SEE)
def photo(request: Visit, community: str, case: int, photo: int) -> HttpResponse:
    """Show a photograph of a case."""
    found = pages.photo(actor=request.auth, case=case, id=photo)
    return shown(found.content, content_type=found.content_type)

"""What the screens show of cases: rows put together with names, clocks and what may be done."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from linli.contracts.cases import CaseState, Matter
from linli.domains.cases import ports, queries
from linli.domains.cases.logic import steps
from linli.domains.cases.logic.clocks import Calendar
from linli.domains.cases.logic.clocks import Clock as Name
from linli.domains.cases.models import Case, Clock, Move, Photo
from linli.foundation.files import queries as files
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.paging import NumberPage
from linli.foundation.vault import sealed
from linli.kernel.words import Words
from linli.registry.places import queries as places

_ON_THE_BOARD = 20
_STEPS = 500
"""So many lines of its history does a case bear; all are asked for page by page."""
_NOTHING = Words(zh="", en="")


class ClockLine(msgspec.Struct, frozen=True, kw_only=True):
    """A service clock. `remaining_s` is below nought when it has run out, None when it stopped."""

    name: Name
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    paused: bool
    overdue: bool
    remaining_s: float | None
    level: int
    known: bool


class Person(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    name: str


class CaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """A case in a list. Who is not told what was written reads the kind for its title."""

    id: int
    number: str
    kind: str
    kind_name: Words
    title: Words
    description: Words
    matter: Matter
    state: CaseState
    state_name: Words
    severity: str
    place: str
    place_name: Words
    assignee: Person | None
    reporter_name: str
    created_at: datetime
    clocks: list[ClockLine]
    overdue: bool
    rating: int | None


class MoveLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of history; `fact` is its link in the chain of causes."""

    at: datetime
    step: str
    step_name: Words
    before: str
    after: str
    by: int | None
    by_name: str
    note: Words
    reason: str
    automatic: bool
    fact: str


class PhotoLine(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    url: str
    stage: str
    at: datetime


class Allowed(msgspec.Struct, frozen=True, kw_only=True):
    """A step that this reader may take now, and the fields that it needs."""

    step: str
    name: Words
    needs: tuple[str, ...]


class CaseDetail(CaseLine, frozen=True, kw_only=True):
    """A case on its own page; the contact is masked for all but who has the case in hand. Of its
    history these are the newest lines, and `history_next` is the cursor of those before them.
    """

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
    history: list[MoveLine]
    history_next: int | None
    photos: list[PhotoLine]
    allowed: list[Allowed]


class History(msgspec.Struct, frozen=True, kw_only=True):
    items: list[MoveLine]
    next: int | None


class PhotoFile(msgspec.Struct, frozen=True, kw_only=True):
    """A photograph's bytes, and what they are."""

    content: bytes
    content_type: str


class Page(msgspec.Struct, frozen=True, kw_only=True):
    items: list[CaseLine]
    next: str | None


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A state on the board: how many cases, how many of them late, and the newest."""

    state: CaseState
    name: Words
    count: int
    overdue: int
    items: list[CaseLine]


class KindLine(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: Words
    matter: Matter
    skill: str
    respond_s: float
    handle_s: float
    check_s: float
    calendar: Calendar
    event_code: str


def cases(*, actor: Actor, wanted: queries.Wanted, now: datetime, cursor: str, limit: int) -> Page:
    """Return a page of the list.

    :raises BadCursor: if the cursor is not one that was given out
    """
    rows, after = queries.cases(actor=actor, wanted=wanted, now=now, cursor=cursor, limit=limit)
    return Page(items=lines(actor=actor, rows=rows, now=now), next=after)


def board(*, actor: Actor, now: datetime) -> list[Column]:
    """Return the states in the order of a case's life, each with its newest cases."""
    counted = queries.columns(actor=actor, now=now)
    found: dict[CaseState, list[CaseLine]] = {}
    for state in (state for state, (count, _) in counted.items() if count):
        rows, _ = queries.cases(
            actor=actor, wanted=queries.Wanted(state=state), now=now, limit=_ON_THE_BOARD
        )
        found[state] = lines(actor=actor, rows=rows, now=now)
    return [
        Column(
            state=state,
            name=steps.STATES[state],
            count=count,
            overdue=late,
            items=found.get(state, []),
        )
        for state, (count, late) in counted.items()
    ]


def kinds() -> list[KindLine]:
    """Return the kinds of the catalogue."""
    return [
        KindLine(
            id=kind.id,
            name=kind.name,
            matter=kind.matter,
            skill=kind.skill,
            respond_s=kind.limits_s[Name.RESPOND],
            handle_s=kind.limits_s[Name.HANDLE],
            check_s=kind.limits_s[Name.CHECK],
            calendar=kind.calendar,
            event_code=kind.event_code,
        )
        for kind in ports.case_kinds().values()
    ]


def case(*, actor: Actor, id: int, now: datetime) -> CaseDetail:
    """Return all that a case's page shows to this reader.

    :raises CaseNotFound: if there is none, or it is not for his eyes
    """
    row = queries.case(actor=actor, id=id)
    (line,) = lines(actor=actor, rows=[row], now=now)
    hand = queries.hand(actor=actor, row=row)
    open_steps = steps.allowed(case=queries.standing(row), hand=hand, now=now)
    sealed.open_all([row], community=actor.community, purpose="report")
    nameless, told = _nameless(actor, row), _told(actor, row)
    moves, earlier = queries.moves(
        community=actor.community, case=id, wanted=NumberPage(cursor=None, limit=_STEPS)
    )
    return CaseDetail(
        **msgspec.structs.asdict(line),
        device=row.device,
        alarm=row.alarm_id,
        effect=row.effect,
        scene=row.scene,
        cause=row.cause,
        event_code=row.event_code,
        group=row.group,
        reporter_contact=_contact(row, actor),
        rating_words="" if nameless or not told else row.rating_words,
        reopened=row.reopened,
        delay_until=row.delay_until,
        delay_asked=row.delay_asked,
        closed_at=row.closed_at,
        history=[_move(move, nameless=nameless, told=told) for move in reversed(moves)],
        history_next=earlier,
        photos=_photos(actor, row) if told else [],
        allowed=[
            Allowed(step=step, name=steps.STEPS[step].name, needs=steps.STEPS[step].needs)
            for step in open_steps
        ],
    )


def history(*, actor: Actor, id: int, wanted: NumberPage) -> History:
    """Return a page of the history of a case, the newest line first, as its page shows it.

    :raises CaseNotFound: if there is none, or it is not for the reader's eyes
    """
    row = queries.case(actor=actor, id=id)
    nameless, told = _nameless(actor, row), _told(actor, row)
    moves, after = queries.moves(community=actor.community, case=id, wanted=wanted)
    return History(items=[_move(one, nameless=nameless, told=told) for one in moves], next=after)


def photo(*, actor: Actor, case: int, id: int) -> PhotoFile:
    """Return a photograph of a case that the actor may see.

    :raises CaseNotFound: if the case is not for his eyes
    :raises PhotoNotFound: if the case has no such photograph, or a program is not told of it
    """
    row = queries.photo(actor=actor, case=case, id=id)
    if not _told(actor, row.case):
        raise queries.PhotoNotFound(photo=id)
    content = files.content(community=actor.community, id=row.file_id)
    return PhotoFile(content=content, content_type=row.file.content_type)


def lines(*, actor: Actor, rows: Sequence[Case], now: datetime) -> list[CaseLine]:
    """Return cases as a list shows them to somebody; three queries, however many they are."""
    clocks = queries.clocks(community=actor.community, cases=[row.pk for row in rows])
    names = places.full_names(community=actor.community, paths=[row.place for row in rows])
    told = queries.told(actor=actor, rows=rows)
    return [
        _line(row, clocks.get(row.pk, []), names.get(row.place), Reader(actor, row.pk in told), now)
        for row in rows
    ]


class Reader(msgspec.Struct, frozen=True):
    """Who reads a case, and whether he is told what was written in it."""

    actor: Actor
    told: bool


def _nameless(actor: Actor, row: Case) -> bool:
    """Tell whether a reader learns what is the matter, and of nobody who he is: a program does not,
    but of what the person reported for whom it asks.
    """
    return actor.program and row.reporter_id != actor.account


def _told(actor: Actor, row: Case) -> bool:
    return row.pk in queries.told(actor=actor, rows=[row])


def _written(row: Case) -> Words:
    return Words(zh=row.description, en=row.description_en or row.description)


def _photos(actor: Actor, row: Case) -> list[PhotoLine]:
    rows = queries.photos(community=actor.community, case=row.pk)
    return [photo_line(photo) for photo in rows]


def _line(
    row: Case, clocks: list[Clock], place: tuple[str, str] | None, reader: Reader, now: datetime
) -> CaseLine:
    nameless = _nameless(reader.actor, row)
    assignee = None if nameless else row.assignee
    zh, en = place or (row.place, row.place)
    kind = ports.case_kinds().get(row.kind)
    shown = [_clock(clock, now) for clock in clocks]
    state = CaseState(row.state)
    kind_name = kind.name if kind else Words(zh=row.kind, en=row.kind)
    return CaseLine(
        id=row.pk,
        number=row.number,
        kind=row.kind,
        kind_name=kind_name,
        title=Words(zh=row.title, en=row.title_en or row.title) if reader.told else kind_name,
        description=_written(row) if reader.told else _NOTHING,
        matter=Matter(row.matter),
        state=state,
        state_name=steps.STATES[state],
        severity=row.severity,
        place=row.place,
        place_name=Words(zh=zh, en=en),
        assignee=Person(id=assignee.pk, name=assignee.name) if assignee else None,
        reporter_name="" if nameless else row.reporter_name,
        created_at=row.created_at,
        clocks=shown,
        overdue=any(clock.overdue and not clock.stopped_at for clock in shown),
        rating=row.rating,
    )


def _clock(row: Clock, now: datetime) -> ClockLine:
    paused = row.paused_at is not None
    if row.stopped_at:
        remaining, overdue = None, row.stopped_at > row.due_at
    elif paused:
        remaining, overdue = row.remaining_s, (row.remaining_s or 0) < 0
    else:
        remaining = (row.due_at - now).total_seconds()
        overdue = remaining < 0
    return ClockLine(
        name=Name(row.name),
        started_at=row.started_at,
        due_at=row.due_at,
        stopped_at=row.stopped_at,
        paused=paused,
        overdue=overdue,
        remaining_s=remaining,
        level=row.level,
        known=row.known,
    )


def _move(row: Move, *, nameless: bool, told: bool) -> MoveLine:
    return MoveLine(
        at=row.at,
        step=row.step,
        step_name=steps.name(row.step),
        before=row.before,
        after=row.after,
        by=None if nameless else row.by_id,
        by_name="" if nameless else row.by_name,
        note=_NOTHING if nameless or not told else Words(zh=row.note, en=row.note_en or row.note),
        reason=row.reason if told else "",
        automatic=row.automatic,
        fact=row.fact,
    )


def photo_line(row: Photo) -> PhotoLine:
    """Return a photograph as a case's page shows it."""
    url = f"/api/v1/{row.community}/cases/{row.case_id}/photos/{row.pk}"
    return PhotoLine(id=row.pk, url=url, stage=row.stage, at=row.at)


def _contact(row: Case, actor: Actor) -> str:
    """Whoever has the case in hand must be able to call; nobody else reads the whole number."""
    in_hand = row.state in {CaseState.DISPATCHED, CaseState.HANDLING, CaseState.REWORK}
    is_handler = row.assignee is not None and row.assignee.account_id == actor.account
    if _nameless(actor, row):
        return ""
    if row.reporter_id == actor.account or (in_hand and is_handler):
        return row.reporter_contact
    return steps.masked(row.reporter_contact)

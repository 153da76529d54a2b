"""Finding cases, by what the reader may see."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from django.db.models import Count, Max, Q

from linli.contracts.cases import CaseBrief, CaseHappened, CaseState
from linli.contracts.openapi import agreed_to
from linli.domains.cases.logic import steps
from linli.domains.cases.models import Case, Clock, Move, Photo
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.models import ScopedRows
from linli.foundation.scope.paging import NumberPage, by_number
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.places import queries as places

TEXT = "cases.text"
"""The scope by which a program is told what people wrote in their reports."""
_VERBS = frozenset().union(*(step.may for step in steps.STEPS.values()))
_OPEN = [state for state in CaseState if state not in steps.OVER]


class CaseNotFound(Fault):
    key = "cases.not_found"
    status = 404


class PhotoNotFound(Fault):
    key = "cases.photo_not_found"
    status = 404


class BadCursor(Fault):
    key = "cases.bad_cursor"
    status = 422


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases a list is to hold; whatever is left empty does not narrow it."""

    state: str = ""
    open: bool | None = None
    kind: str = ""
    mine: bool = False
    matter: str = ""
    place: str = ""
    overdue: bool = False
    q: str = ""


def seen_by(actor: Actor) -> Q:
    """Return the condition that an actor may see a case: his area, his report, or his work."""
    own = Q(reporter=actor.account) | Q(assignee__account=actor.account)
    area = actor.places_for("cases.read")
    if area is None:
        return own
    return own | places.within(area, "place") if area else Q()


def standing(row: Case) -> steps.Standing:
    """Return a case as the rules see it."""
    return steps.Standing(
        state=CaseState(row.state),
        reporter=row.reporter_id,
        handler=row.assignee.account_id if row.assignee else None,
        filed_by=row.filed_by_id,
        assigned=row.assignee_id is not None,
        delay_asked=row.delay_asked,
        closed_at=row.closed_at,
    )


def hand(*, actor: Actor, row: Case) -> steps.Hand:
    """Return what the actor may do with a case: by his role in his area, elsewhere only as its
    reporter or as who has it in hand.
    """
    handler = row.assignee.account_id if row.assignee else None
    may = {verb for verb in _VERBS if actor.may_at(verb, row.place)}
    elsewhere = ["cases.report", "cases.handle"] if handler == actor.account else ["cases.report"]
    may |= {verb for verb in elsewhere if actor.holds(verb)}
    return steps.Hand(account=actor.account, may=frozenset(may))


def case(*, actor: Actor, id: int, lock: bool = False) -> Case:
    """Return a case that the actor may see.

    :raises CaseNotFound: if there is none, or it is not for his eyes
    """
    rows = Case.rows.of(actor.community).filter(seen_by(actor))
    return _one(rows, id=id, lock=lock)


def case_by_id(*, community: str, id: int, lock: bool = False) -> Case:
    """Return a case, for the system's own acts.

    :raises CaseNotFound: if there is none
    """
    return _one(Case.rows.of(community), id=id, lock=lock)


def _one(rows: ScopedRows[Case], *, id: int, lock: bool) -> Case:
    rows = rows.select_related("assignee")
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.filter(pk=id).first()
    if row is None:
        raise CaseNotFound(case=id)
    return row


def cases(
    *, actor: Actor, wanted: Wanted, now: datetime, cursor: str = "", limit: int = 50
) -> tuple[list[Case], str | None]:
    """Return a page of the cases that the actor may see, newest first, and the cursor after it.

    :raises BadCursor: if the cursor is not one that was given out
    """
    rows = Case.rows.of(actor.community).filter(seen_by(actor))
    rows = _narrowed(rows, actor=actor, wanted=wanted, now=now)
    if cursor:
        if not cursor.isdecimal():
            raise BadCursor(cursor=cursor[:40])
        rows = rows.filter(pk__lt=int(cursor))
    found = list(rows.select_related("assignee").order_by("-pk")[: limit + 1])
    more = len(found) > limit
    return found[:limit], str(found[limit - 1].pk) if more else None


def told(*, actor: Actor, rows: Sequence[Case]) -> frozenset[int]:
    """Return the cases (pk) of which the actor is told what was written in them. A person who sees
    a case is; a program is of its own reports, and of those of people who agreed to that.
    """
    if not actor.program:
        return frozenset(row.pk for row in rows)
    heard = frozenset[int]() if actor.agreed else frozenset([actor.account])
    if actor.holds(TEXT):
        reporters = sorted({row.reporter_id for row in rows if row.reporter_id is not None})
        heard |= agreed_to(actor.community, actor.party, TEXT, reporters)
    return frozenset(row.pk for row in rows if row.reporter_id in heard)


def cases_told(
    *,
    actor: Actor,
    numbers: Sequence[str],
    kinds: Sequence[str],
    states: Sequence[CaseState],
    start: datetime,
    end: datetime | None,
    page: int,
    page_size: int,
) -> list[Case]:
    """Return a page of the cases that the actor may see, newest first: those of these numbers, or
    else of these kinds (none: all) and states, that were opened in a span.
    """
    rows = Case.rows.of(actor.community).filter(seen_by(actor)).select_related("assignee")
    if numbers:
        rows = rows.filter(number__in=list(numbers))
    else:
        rows = rows.filter(created_at__gte=start, state__in=list(states))
        rows = rows.filter(kind__in=list(kinds)) if kinds else rows
        rows = rows.filter(created_at__lte=end) if end else rows
    first = (page - 1) * page_size
    return list(rows.order_by("-pk")[first : first + page_size])


def last_moved(*, community: str, cases: Sequence[int]) -> dict[int, datetime]:
    """Return when something happened to each case last."""
    rows = Move.rows.of(community).filter(case__in=list(cases)).order_by()
    return dict(rows.values_list("case").annotate(at=Max("at")))


def _narrowed(
    rows: ScopedRows[Case], *, actor: Actor, wanted: Wanted, now: datetime
) -> ScopedRows[Case]:
    exact = {"state": wanted.state, "kind": wanted.kind, "matter": wanted.matter}
    rows = rows.filter(**{field: value for field, value in exact.items() if value})
    if wanted.open is not None:
        rows = rows.filter(state__in=_OPEN if wanted.open else list(steps.OVER))
    if wanted.mine:
        rows = rows.filter(Q(reporter=actor.account) | Q(assignee__account=actor.account))
    if wanted.place:
        rows = rows.filter(places.below(wanted.place, "place"))
    if wanted.overdue:
        rows = rows.filter(pk__in=_overdue(actor.community, now).values("case"))
    for part in wanted.q.split():
        number = Q(number__contains=part)
        rows = rows.filter(number if actor.program else number | _says(part))
    return rows


def _says(part: str) -> Q:
    """Return the condition that something was written; programs ask by number alone, or they would
    learn by asking what they are not told.
    """
    return Q(title__icontains=part) | Q(title_en__icontains=part) | Q(description__icontains=part)


def _overdue(community: str, now: datetime) -> ScopedRows[Clock]:
    return Clock.rows.of(community).filter(stopped_at=None, paused_at=None, due_at__lt=now)


def columns(*, actor: Actor, now: datetime) -> dict[CaseState, tuple[int, int]]:
    """Return for each state how many cases the actor may see in it, and how many are overdue."""
    rows = Case.rows.of(actor.community).filter(seen_by(actor)).order_by()
    late = rows.filter(pk__in=_overdue(actor.community, now).values("case"))
    counted, overdue = _by_state(rows), _by_state(late)
    return {state: (counted.get(state, 0), overdue.get(state, 0)) for state in CaseState}


def _by_state(rows: ScopedRows[Case]) -> dict[str, int]:
    return dict(rows.values_list("state").annotate(n=Count("pk")))


def counts(*, community: str, now: datetime, seen: Sequence[str] = ()) -> dict[str, object]:
    """Return how a community stands, or these places of it: `open`, `overdue`, and `by_state`."""
    rows = Case.rows.of(community).filter(places.within(seen, "place")).order_by()
    by_state = _by_state(rows)
    return {
        "open": sum(by_state.get(state, 0) for state in _OPEN),
        "overdue": rows.filter(pk__in=_overdue(community, now).values("case")).count(),
        "by_state": by_state,
    }


def open_cases(community: str) -> frozenset[tuple[str, str, int]]:
    """Answer `contracts.cases.open_cases`: kind, place and pk of every case that is not closed."""
    rows = Case.rows.of(community).filter(state__in=_OPEN)
    return frozenset(rows.values_list("kind", "place", "pk"))


def case_of_alarm(community: str, alarms: Sequence[int]) -> dict[int, CaseBrief]:
    """Answer `contracts.cases.case_of_alarm`: the newest case of each alarm that has one."""
    rows = Case.rows.of(community).filter(alarm__in=list(alarms)).order_by("pk")
    return {
        alarm: CaseBrief(id=pk, number=number, state=CaseState(state))
        for pk, number, state, alarm in rows.values_list("pk", "number", "state", "alarm_id")
    }


def cases_between(
    community: str, kinds: Sequence[str], start: float, end: float
) -> list[CaseHappened]:
    """Answer `contracts.cases.cases_between`: what happened of these kinds in a span."""
    first, last = datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)
    rows = Case.rows.of(community).filter(kind__in=list(kinds), created_at__lt=last)
    rows = rows.filter(
        Q(created_at__gte=first) | Q(closed_at__isnull=True) | Q(closed_at__gte=first)
    )
    return [
        CaseHappened(
            id=row.pk,
            kind=row.kind,
            title=Words(zh=row.title, en=row.title_en or row.title),
            place=row.place,
            device=row.device,
            at=row.created_at.timestamp(),
            closed_at=row.closed_at.timestamp() if row.closed_at else None,
            alarm=row.alarm_id,
            void=row.state == CaseState.VOID,
        )
        for row in rows.order_by("created_at", "pk")
    ]


def open_case_of_alarm(*, community: str, alarm: int, lock: bool = False) -> Case | None:
    """Return the case of an alarm that is not closed, if there is one."""
    rows = Case.rows.of(community).filter(alarm=alarm, state__in=_OPEN)
    if lock:
        rows = rows.select_for_update(of=("self",))
    return rows.first()


def open_cases_of_device(*, community: str, device: str) -> list[Case]:
    """Return the cases of a device that are not closed, the newest first, locked."""
    rows = Case.rows.of(community).filter(device=device, state__in=_OPEN)
    return list(rows.select_for_update(of=("self",)).order_by("-pk"))


def case_of_effect(*, community: str, effect: str) -> Case | None:
    """Return the case that an effect opened, or into whose history it was written, if any."""
    found = Case.rows.of(community).filter(effect=effect).first()
    if found is not None:
        return found
    told = Move.rows.of(community).filter(fact=effect).select_related("case").first()
    return told.case if told is not None else None


def case_of_key(*, actor: Actor, key: str) -> Case | None:
    """Return the case that the actor reported under a key of his own, if he did."""
    if not key:
        return None
    return Case.rows.of(actor.community).filter(reporter=actor.account, key=key).first()


def moves(*, community: str, case: int, wanted: NumberPage) -> tuple[list[Move], int | None]:
    """Return a page of the history of a case, newest first, and the cursor after it."""
    return by_number(Move.rows.of(community).filter(case=case), wanted=wanted)


def photos(*, community: str, case: int) -> list[Photo]:
    """Return the photographs of a case, oldest first."""
    return list(Photo.rows.of(community).filter(case=case).order_by("pk"))


def photo(*, actor: Actor, case: int, id: int) -> Photo:
    """Return a photograph of a case that the actor may see.

    :raises CaseNotFound: if the case is not for his eyes
    :raises PhotoNotFound: if the case has no such photograph
    """
    row = _one(Case.rows.of(actor.community).filter(seen_by(actor)), id=case, lock=False)
    rows = Photo.rows.of(actor.community).select_related("file")
    found = rows.filter(case=row, pk=id).first()
    if found is None:
        raise PhotoNotFound(photo=id)
    return found

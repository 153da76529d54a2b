"""Every read of cases, scoped by community and by what the reader may see."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec
from django.db.models import Count, Exists, OuterRef, Q

from linli.contracts.cases import CaseBrief, CaseState
from linli.contracts.effects import Because, Severity
from linli.domains.cases.logic import assigning, opening, steps
from linli.domains.cases.models import Case, Clock, Move, Photo
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.models import ScopedRows
from linli.kernel.fault import Fault
from linli.kernel.place import lineage, under
from linli.kernel.words import Words
from linli.registry.alarms.models import Alarm, Episode
from linli.registry.devices import queries as devices
from linli.registry.devices.catalogue import models
from linli.registry.people import queries as people
from linli.registry.people.models import Staff
from linli.registry.places import queries as places

GRAB_WITHIN = timedelta(minutes=3)
"""A filed case that is no emergency waits so long for somebody to take it of himself."""

_MOST_WAITING = 200
_VERBS = frozenset().union(*(step.may for step in steps.STEPS.values()))
_OPEN = [state for state in CaseState if state not in steps.OVER]


class CaseNotFound(Fault):
    key = "cases.not_found"
    status = 404


class AlarmNotFound(Fault):
    key = "cases.alarm_not_found"
    status = 404


class StaffNotFound(Fault):
    key = "cases.staff_not_found"
    status = 404


class NotStaff(Fault):
    key = "cases.not_staff"
    status = 403


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
    if not actor.may("cases.read"):
        return own
    return own | places.within(actor.places, "place") if actor.places else Q()


def in_area(*, actor: Actor, place: str) -> bool:
    """Tell whether a place is one where the actor may act by his role."""
    return not actor.places or any(under(path=place, ancestor=area) for area in actor.places)


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
    may = {verb for verb in _VERBS if actor.may(verb)}
    if not in_area(actor=actor, place=row.place):
        may &= {"cases.report", "cases.handle"} if handler == actor.account else {"cases.report"}
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
        rows = rows.filter(Exists(_overdue(actor.community, now).filter(case=OuterRef("pk"))))
    for part in wanted.q.split():
        rows = rows.filter(
            Q(number__contains=part)
            | Q(title__icontains=part)
            | Q(title_en__icontains=part)
            | Q(description__icontains=part)
        )
    return rows


def _overdue(community: str, now: datetime) -> ScopedRows[Clock]:
    return Clock.rows.of(community).filter(stopped_at=None, paused_at=None, due_at__lt=now)


def columns(*, actor: Actor, now: datetime) -> dict[CaseState, tuple[int, int]]:
    """Return for each state how many cases the actor may see in it, and how many are overdue."""
    rows = Case.rows.of(actor.community).filter(seen_by(actor)).order_by()
    late = Q(Exists(_overdue(actor.community, now).filter(case=OuterRef("pk"))))
    counted = rows.values("state").annotate(n=Count("pk"), late=Count("pk", filter=late))
    found = {CaseState(line["state"]): (line["n"], line["late"]) for line in counted}
    return {state: found.get(state, (0, 0)) for state in CaseState}


def counts(*, community: str, now: datetime) -> dict[str, object]:
    """Return how a community stands: `open`, `overdue`, and `by_state`."""
    by_state = dict(Case.rows.of(community).order_by().values_list("state").annotate(n=Count("pk")))
    overdue = _overdue(community, now).aggregate(n=Count("case", distinct=True))["n"]
    return {
        "open": sum(by_state.get(state, 0) for state in _OPEN),
        "overdue": overdue,
        "by_state": by_state,
    }


def open_cases(community: str) -> frozenset[tuple[str, str]]:
    """Answer `contracts.cases.open_cases`: (kind, place) of every case that is not closed."""
    rows = Case.rows.of(community).filter(state__in=_OPEN)
    return frozenset(rows.values_list("kind", "place"))


def case_of_alarm(community: str, alarms: Sequence[int]) -> dict[int, CaseBrief]:
    """Answer `contracts.cases.case_of_alarm`: the newest case of each alarm that has one."""
    rows = Case.rows.of(community).filter(alarm__in=list(alarms)).order_by("pk")
    return {
        alarm: CaseBrief(id=pk, number=number, state=CaseState(state))
        for pk, number, state, alarm in rows.values_list("pk", "number", "state", "alarm_id")
    }


def open_case_of_alarm(*, community: str, alarm: int, lock: bool = False) -> Case | None:
    """Return the case of an alarm that is not closed, if there is one."""
    rows = Case.rows.of(community).filter(alarm=alarm, state__in=_OPEN)
    if lock:
        rows = rows.select_for_update(of=("self",))
    return rows.first()


def case_of_effect(*, community: str, effect: str) -> Case | None:
    """Return the case that an effect opened, if it did."""
    return Case.rows.of(community).filter(effect=effect).first()


def case_of_key(*, actor: Actor, key: str) -> Case | None:
    """Return the case that the actor reported under a key of his own, if he did."""
    if not key:
        return None
    return Case.rows.of(actor.community).filter(reporter=actor.account, key=key).first()


def alarm(*, actor: Actor, id: int) -> Alarm:
    """Return an alarm in the actor's area.

    :raises AlarmNotFound: if there is none
    """
    row = Alarm.rows.of(actor.community).filter(pk=id).first()
    if row is None or not in_area(actor=actor, place=row.place):
        raise AlarmNotFound(alarm=id)
    return row


def named(*, community: str, reading: Because | None) -> opening.Named | None:
    """Return what the device of a reading and its point are called, if the register knows them."""
    if reading is None:
        return None
    row = devices.by_code(community=community, codes=[reading.device]).get(reading.device)
    model = models().get(row.model) if row else None
    if row is None or model is None:
        return None
    device = Words(zh=row.name_zh, en=row.name_en or row.name_zh)
    if reading.point in model.properties:
        measured = model.properties[reading.point]
        return opening.Named(device=device, point=measured.name, unit=measured.unit)
    point = model.events[reading.point].name if reading.point in model.events else None
    code = Words(zh=reading.point, en=reading.point)
    return opening.Named(device=device, point=point or code)


def alarm_of_effect(*, community: str, effect: str | None) -> int | None:
    """Return the number of the alarm to which a raising belongs, if the desk has it."""
    if not effect:
        return None
    rows = Episode.rows.of(community).filter(effect=effect)
    return rows.values_list("alarm_id", flat=True).first()


def moves(*, community: str, case: int) -> list[Move]:
    """Return the history of a case, oldest first."""
    return list(Move.rows.of(community).filter(case=case).order_by("pk"))


def clocks(*, community: str, cases: Iterable[int], lock: bool = False) -> dict[int, list[Clock]]:
    """Return for each case its clocks, the newest round of each name."""
    rows = Clock.rows.of(community).filter(case__in=list(cases)).order_by("pk")
    if lock:
        rows = rows.select_for_update(of=("self",))
    newest: dict[tuple[int, str], Clock] = {}
    for row in rows:
        newest[row.case_id, row.name] = row
    found: dict[int, list[Clock]] = {}
    for row in newest.values():
        found.setdefault(row.case_id, []).append(row)
    return found


def ringing(*, community: str, now: datetime) -> list[tuple[int, int]]:
    """Return (case, clock) of every clock whose next escalation is due."""
    rows = Clock.rows.of(community).filter(rings_at__lte=now).order_by("rings_at", "pk")
    return list(rows.values_list("case_id", "pk"))


def clock(*, community: str, id: int) -> Clock | None:
    """Return a clock, locked, if it is there."""
    return Clock.rows.of(community).select_for_update(of=("self",)).filter(pk=id).first()


def delays_over(*, community: str, now: datetime) -> list[int]:
    """Return the cases whose granted delay has run out."""
    rows = Case.rows.of(community).filter(state=CaseState.DELAYED, delay_until__lte=now)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def waiting(*, community: str, now: datetime) -> list[Case]:
    """Return, locked, the cases that the system is to dispatch, the severest and oldest first.

    An emergency that was handed back goes to the next at once; any other handed back is a person's
    to judge.
    """
    emergency = Q(severity__in=[str(s) for s in assigning.EMERGENCIES]) & ~Q(scene="")
    due = Q(state=CaseState.FILED) & (emergency | Q(filed_at__lte=now - GRAB_WITHIN))
    rows = Case.rows.of(community).filter(due | (Q(state=CaseState.RETURNED) & emergency))
    found = rows.select_for_update(of=("self",)).order_by("pk")[:_MOST_WAITING]
    return sorted(found, key=lambda row: (-assigning.WEIGHT[Severity(row.severity)], row.pk))


def tried(*, community: str, cases: Iterable[int]) -> dict[int, frozenset[int]]:
    """Return for each case the staff who have handed it back."""
    rows = Move.rows.of(community).filter(case__in=list(cases), step="hand_back")
    found: dict[int, set[int]] = {}
    for pk, assignee in rows.values_list("case_id", "assignee_id"):
        found.setdefault(pk, set()).add(assignee)
    return {pk: frozenset(who) for pk, who in found.items()}


def load(*, community: str) -> dict[int, int]:
    """Return for each staff member how many cases are at hand."""
    at_hand = [CaseState.DISPATCHED, CaseState.HANDLING, CaseState.REWORK]
    rows = Case.rows.of(community).filter(state__in=at_hand).exclude(assignee=None)
    return dict(rows.order_by().values_list("assignee").annotate(n=Count("pk")))


def on_duty(*, community: str, at: datetime) -> list[assigning.OnDuty]:
    """Return who can be given work now, and where they are."""
    found = people.staff_on_duty(community=community, at=at)
    ids = [member.staff for member in found]
    posted = dict(Staff.rows.of(community).filter(pk__in=ids).values_list("pk", "place__path"))
    return [
        assigning.OnDuty(
            id=member.staff,
            name=member.name,
            account=member.account,
            skills=frozenset(member.skills),
            position=member.position,
            place=posted.get(member.staff) or (member.cells[0] if member.cells else ""),
        )
        for member in found
    ]


def staff(*, community: str, id: int) -> Staff:
    """Return somebody who works in the community.

    :raises StaffNotFound: if he does not, or no more
    """
    row = Staff.rows.of(community).filter(pk=id, employed=True).first()
    if row is None:
        raise StaffNotFound(staff=id)
    return row


def staff_of(*, actor: Actor) -> Staff:
    """Return whom of the staff the actor is.

    :raises NotStaff: if none
    """
    row = Staff.rows.of(actor.community).filter(account=actor.account, employed=True).first()
    if row is None:
        raise NotStaff
    return row


def positions(*, community: str, paths: Iterable[str]) -> dict[str, tuple[float, float]]:
    """Return the middle of each place, or of the nearest above it that has a shape."""
    wanted = list(paths)
    rows = places.by_path(community=community, paths=[up for p in wanted for up in lineage(p)])
    shapes = {path: assigning.middle(row.geometry) for path, row in rows.items()}
    found = {}
    for path in wanted:
        middle = next((shapes[up] for up in lineage(path) if shapes.get(up)), None)
        if middle is not None:
            found[path] = middle
    return found


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

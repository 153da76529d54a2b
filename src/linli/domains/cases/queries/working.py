"""Clocks that run, cases that wait, and how much everybody has at hand."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Q

from linli.contracts.cases import CaseState
from linli.contracts.effects import Severity
from linli.domains.cases.logic import assigning
from linli.domains.cases.models import Case, Clock, Move

GRAB_WITHIN = timedelta(minutes=3)
"""A filed case that is no emergency waits so long for somebody to take it of himself."""
_MOST_WAITING = 200


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
    by_the_system = ~Q(scene="") | Q(reporter=None)
    emergency = Q(severity__in=[str(s) for s in assigning.EMERGENCIES]) & by_the_system
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

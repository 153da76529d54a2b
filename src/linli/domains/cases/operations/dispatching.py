"""Giving cases to people without a person: the automatic dispatcher."""

from datetime import datetime
from functools import partial

from django.db import transaction

from linli.contracts.cases import CaseState, CaseWaits
from linli.contracts.effects import Severity
from linli.domains.cases import ports, queries
from linli.domains.cases.logic import assigning
from linli.domains.cases.models import Case
from linli.domains.cases.operations import recording, timing
from linli.domains.cases.operations.trying import alone
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.kernel.words import Words
from linli.registry.places import queries as places


@transaction.atomic
def dispatch_waiting(*, community: str, now: datetime) -> int:
    """Give every waiting case to somebody on duty with its skill, so that the whole costs least.

    A case for whom there is nobody waits, and the dispatcher is told once. Returns how many cases
    were given; one that cannot be is told in the log, and holds up no other.
    """
    rows = queries.waiting(community=community, now=now)
    if not rows:
        return 0
    staff = queries.on_duty(community=community, at=now)
    problem = assigning.problem(
        cases=_waiting(community, rows), staff=staff, load=queries.load(community=community)
    )
    return sum(
        alone(f"dispatching case {row.pk}", partial(_wait, row, now))
        if column is None
        else alone(
            f"dispatching case {row.pk}", partial(_give, row, staff[problem.staff[column]], now)
        )
        for row, column in zip(rows, _answer(problem), strict=True)
    )


def _answer(problem: assigning.Problem) -> list[int | None]:
    if not problem.staff:
        return [None] * len(problem.costs)
    return ports.assign(problem.costs, problem.waiting)


def _waiting(community: str, rows: list[Case]) -> list[assigning.Waiting]:
    tried = queries.tried(community=community, cases=[row.pk for row in rows])
    where = places.middles(community=community, paths={row.place for row in rows})
    return [
        assigning.Waiting(
            case=row.pk,
            skill=row.group,
            severity=Severity(row.severity),
            place=row.place,
            position=where.get(row.place),
            tried=tried.get(row.pk, frozenset()),
        )
        for row in rows
    ]


def _give(row: Case, member: assigning.OnDuty, now: datetime) -> int:
    before, row.state = row.state, CaseState.DISPATCHED
    row.assignee_id, row.dispatched_by, row.waiting_told = member.id, None, False
    row.save()
    timing.settle(row=row, now=now)
    recording.moved(
        row=row,
        step="dispatch",
        before=before,
        by=recording.SYSTEM,
        now=now,
        note=Words(zh=f"自动派给 {member.name}", en=f"given to {member.name} automatically"),
    )
    return 1


def _wait(row: Case, now: datetime) -> None:
    if row.waiting_told:
        return
    row.waiting_told = True
    row.save(update_fields=["waiting_told"])
    fact = CaseWaits(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=row.cause or None,
        case=row.pk,
        number=row.number,
        kind=row.kind,
        place=row.place,
        skill=row.group,
    )
    note = Words(
        zh=f"没有具备“{row.group}”技能且能接单的值班人员，已通知调度员",
        en=f"nobody on duty with the skill {row.group} is free; the dispatcher has been told",
    )
    recording.remarked(row=row, step="waiting", fact=fact, note=note)
    outbox.record(fact)

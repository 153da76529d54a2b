"""What time does to cases: delays run out, clocks ring, waiting cases are tried again."""

from datetime import datetime
from functools import partial

from linli.contracts.cases import CaseOverdue, CaseState
from linli.contracts.directory import communities
from linli.domains.cases import queries
from linli.domains.cases.logic import steps
from linli.domains.cases.models import Case, Clock
from linli.domains.cases.operations import recording, timing
from linli.domains.cases.operations.dispatching import dispatch_waiting
from linli.domains.cases.operations.trying import alone
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.kernel.words import Words

_CLOCKS = {
    "respond": Words(zh="响应", en="response"),
    "handle": Words(zh="处理", en="handling"),
    "check": Words(zh="核查", en="check"),
}
_LEVELS = {
    1: Words(zh="已上报主管", en="the supervisor has been told"),
    2: Words(zh="已上报经理", en="the manager has been told"),
}
LAST_LEVEL = max(_LEVELS)


def tick(*, now: datetime) -> int:
    """Let time pass in every community; told the same time twice, nothing is done twice.

    Returns how many things were done.
    """
    return sum(tick_community(community=community, now=now) for community in communities())


def tick_community(*, community: str, now: datetime) -> int:
    """Resume delays that are over, ring clocks that have run out, dispatch cases that wait.

    Each case is a transaction of its own: one that fails is told in the log, and holds up no other.
    """
    resumed = [
        alone(f"resuming case {case}", partial(_resume, community=community, case=case, now=now))
        for case in queries.delays_over(community=community, now=now)
    ]
    rung = [
        alone(
            f"ringing clock {clock} of case {case}",
            partial(_ring, community=community, case=case, clock=clock, now=now),
        )
        for case, clock in queries.ringing(community=community, now=now)
    ]
    given = alone(
        f"dispatching in {community}", partial(dispatch_waiting, community=community, now=now)
    )
    return sum(resumed) + sum(rung) + given


def _resume(*, community: str, case: int, now: datetime) -> bool:
    row = queries.case_by_id(community=community, id=case, lock=True)
    if row.state != CaseState.DELAYED or row.delay_until is None or row.delay_until > now:
        return False
    steps.check(
        step="resume",
        case=queries.standing(row),
        hand=steps.Hand(account=None),
        given=steps.Given(),
        now=now,
    )
    row.state, row.delay_until = CaseState.HANDLING, None
    row.save()
    timing.settle(row=row, now=now)
    note = Words(zh="延期已到", en="the delay is over")
    recording.moved(
        row=row, step="resume", before=CaseState.DELAYED, by=recording.SYSTEM, now=now, note=note
    )
    return True


def _ring(*, community: str, case: int, clock: int, now: datetime) -> bool:
    row = queries.case_by_id(community=community, id=case, lock=True)
    found = queries.clock(community=community, id=clock)
    if found is None or found.rings_at is None or found.rings_at > now:
        return False
    found.level += 1
    found.rings_at = timing.next_ring(row=row, clock=found) if found.level < LAST_LEVEL else None
    found.save(update_fields=["level", "rings_at"])
    _escalate(row, found, now)
    return True


def _escalate(row: Case, clock: Clock, now: datetime) -> None:
    fact = CaseOverdue(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=row.cause or None,
        case=row.pk,
        clock=clock.name,
        level=clock.level,
        number=row.number,
        place=row.place,
        due_at=clock.due_at.timestamp(),
    )
    name, told = _CLOCKS[clock.name], _LEVELS[clock.level]
    note = Words(zh=f"{name.zh}超时，{told.zh}", en=f"{name.en} overdue, {told.en}")
    recording.remarked(row=row, step="overdue", fact=fact, note=note)
    outbox.record(fact)

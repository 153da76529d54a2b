"""Taking a step with a case: one function for all, the table decides."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from linli.domains.cases import queries
from linli.domains.cases.logic import steps
from linli.domains.cases.logic.steps import Given
from linli.domains.cases.models import Case
from linli.domains.cases.operations import recording, timing
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault
from linli.kernel.words import Words


class AlarmHasCase(Fault):
    key = "cases.alarm_has_case"


@transaction.atomic
def take(*, actor: Actor, case: int, step: str, given: Given, now: datetime) -> Case:
    """Do one thing to a case, as the table of steps allows it, and let the rest know.

    :raises CaseNotFound: if there is none, or it is not for his eyes
    :raises Fault: by name, whatever of `logic.refusals` forbids it; nothing is written then
    """
    row = queries.case(actor=actor, id=case, lock=True)
    hand = queries.hand(actor=actor, row=row)
    steps.check(step=step, case=queries.standing(row), hand=hand, given=given, now=now)
    before = row.state
    row.state = steps.after(step=step, state=queries.standing(row).state, agrees=given.agrees)
    if step in _DOES:
        _DOES[step](row, actor, given, now)
    row.save()
    timing.settle(row=row, now=now, afresh=step == "reopen")
    recording.moved(
        row=row,
        step=step,
        before=before,
        by=recording.by(actor),
        now=now,
        note=Words(zh=given.note.strip(), en=given.note.strip()),
        reason=given.reason.strip(),
    )
    if step == "hand_back":
        row.assignee = None
        row.save(update_fields=["assignee"])
    return row


def _file(row: Case, actor: Actor, given: Given, now: datetime) -> None:
    row.filed_by_id, row.filed_at = actor.account, now


def _dispatch(row: Case, actor: Actor, given: Given, now: datetime) -> None:
    row.assignee = queries.staff(community=row.community, id=given.assignee or 0)
    _sent(row, actor)


def _grab(row: Case, actor: Actor, given: Given, now: datetime) -> None:
    row.assignee = queries.staff_of(actor=actor)
    _sent(row, actor)


def _sent(row: Case, actor: Actor) -> None:
    row.dispatched_by_id, row.waiting_told = actor.account, False
    row.delay_asked, row.delay_until = False, None


def _hand_back(row: Case, actor: Actor, given: Given, now: datetime) -> None:
    row.delay_asked, row.delay_until = False, None


def _ask_delay(row: Case, actor: Actor, given: Given, now: datetime) -> None:
    row.delay_asked, row.delay_until = True, given.until


def _grant_delay(row: Case, actor: Actor, given: Given, now: datetime) -> None:
    row.delay_asked = False
    row.delay_until = given.until or row.delay_until


def _no_delay(row: Case, actor: Actor, given: Given, now: datetime) -> None:
    row.delay_asked, row.delay_until = False, None


def _close(row: Case, actor: Actor, given: Given, now: datetime) -> None:
    row.closed_at = now


def _rate(row: Case, actor: Actor, given: Given, now: datetime) -> None:
    row.rating, row.rating_words = given.rating, given.note.strip()


def _reopen(row: Case, actor: Actor, given: Given, now: datetime) -> None:
    if row.alarm_id is not None:
        other = queries.open_case_of_alarm(community=row.community, alarm=row.alarm_id)
        if other is not None and other.pk != row.pk:
            raise AlarmHasCase(alarm=row.alarm_id, number=other.number)
    row.closed_at, row.rating, row.rating_words = None, None, ""
    row.reopened += 1


_DOES: dict[str, Callable[[Case, Actor, Given, datetime], None]] = {
    "void": _close,
    "file": _file,
    "dispatch": _dispatch,
    "grab": _grab,
    "hand_back": _hand_back,
    "ask_delay": _ask_delay,
    "grant_delay": _grant_delay,
    "refuse_delay": _no_delay,
    "resume": _no_delay,
    "park": _no_delay,
    "feedback": _no_delay,
    "close": _close,
    "rate": _rate,
    "reopen": _reopen,
}
"""What a step changes beside the state."""

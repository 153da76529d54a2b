"""Writing down what happened to a case: the line of history, its fact, its cause, in one commit."""

from datetime import datetime

import msgspec

from linli.contracts.cases import CaseMoved, CaseState
from linli.domains.cases.logic import steps
from linli.domains.cases.models import Case, Move
from linli.foundation import ids
from linli.foundation.causes import operations as causes
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.kernel.event import Event
from linli.kernel.words import Words

_NOTHING = Words(zh="", en="")


class By(msgspec.Struct, frozen=True, kw_only=True):
    """Who did it; without an account, the system."""

    account: int | None = None
    name: str = ""


SYSTEM = By()


def by(actor: Actor) -> By:
    """Return the actor as history names him."""
    return By(account=actor.account, name=actor.name)


def moved(
    *,
    row: Case,
    step: str,
    before: str,
    by: By,
    now: datetime,
    note: Words = _NOTHING,
    reason: str = "",
) -> None:
    """Record that a case was moved. Call it with the row saved; it saves the row's cause."""
    fact = CaseMoved(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=row.cause or row.effect or None,
        case=row.pk,
        kind=row.kind,
        place=row.place,
        step=step,
        before=CaseState(before) if before else None,
        after=CaseState(row.state),
        by=by.account,
        assignee=row.assignee_id,
    )
    _write(row=row, fact=fact, step=step, before=before, by=by, note=note, reason=reason)
    outbox.record(fact)
    row.cause = fact.id
    row.save(update_fields=["cause"])


def remarked(*, row: Case, step: str, fact: Event, note: Words, by: By = SYSTEM) -> None:
    """Record what there is to say of a case that stays as it is, and the fact behind it."""
    _write(row=row, fact=fact, step=step, before=row.state, by=by, note=note)


def _write(
    *, row: Case, fact: Event, step: str, before: str, by: By, note: Words, reason: str = ""
) -> None:
    causes.note(
        id=fact.id,
        cause=fact.cause,
        community=row.community,
        kind=type(fact).__name__,
        at=fact.at,
        about=about(row=row, step=step),
    )
    Move.rows.create(
        community=row.community,
        case=row,
        at=fact.at,
        step=step,
        before=before,
        after=row.state,
        by_id=by.account,
        by_name=by.name,
        assignee_id=row.assignee_id,
        note=note.zh,
        note_en=note.en if note.en != note.zh else "",
        reason=reason,
        automatic=by.account is None,
        fact=fact.id,
    )


def about(*, row: Case, step: str) -> dict[str, object]:
    """Return what a link of the chain of causes says for people; no personal data."""
    did, state = steps.name(step), steps.STATES[CaseState(row.state)]
    return {
        "zh": f"案件 {row.number}：{did.zh}（{state.zh}）",
        "en": f"Case {row.number}: {did.en} ({state.en})",
        "case": row.pk,
        "place": row.place,
        "link": f"/cases/{row.pk}",
    }

"""Every write to requests that take a second person."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec
from django.db import transaction

from linli.contracts.approvals import (
    KINDS,
    ApprovalAsked,
    ApprovalDecided,
    LetPass,
    Reader,
    beside,
    carry_out,
)
from linli.foundation import ids
from linli.foundation.approvals import queries
from linli.foundation.approvals.models import Approval, State
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.kernel.words import Words

_SEES_PEOPLE = "register.people"


class ApprovalWanted(Fault):
    """A second person must let it pass first; `kind` says what kind of request that is."""

    key = "approvals.wanted"
    status = 403


class OwnRequest(Fault):
    key = "approvals.own_request"
    status = 403


class DecidedAlready(Fault):
    key = "approvals.decided_already"


class Lapsed(Fault):
    key = "approvals.lapsed"


class RequestChanged(Fault):
    """What was read is not what is asked for now."""

    key = "approvals.request_changed"


class ReasonNeeded(Fault):
    key = "approvals.reason_needed"
    status = 422


class NotItsAsker(Fault):
    key = "approvals.not_its_asker"
    status = 403


def digest_of(request: Mapping[str, Any]) -> str:
    """Return the digest of a request: the same for the same words in whichever order."""
    return sha256(msgspec.json.encode(request, order="sorted")).hexdigest()


@transaction.atomic
def ask(
    *,
    kind: str,
    community: str,
    about: str,
    words: Words,
    request: Mapping[str, Any],
    by: int,
    reason: str = "",
    now: datetime,
) -> Approval:
    """Ask for something that a second person must let pass. Asked again while it waits it is one;
    asked otherwise, what waited is void.

    :param about: names the thing, as `place:hml/b03`; nothing personal
    :param request: what `carry_out` needs to do it; plain JSON, nothing personal
    """
    digest = digest_of(request)
    rows = Approval.rows.of(community).select_for_update()
    waiting = rows.filter(kind=kind, about=about, asked_by=by, state=State.WAITING).first()
    if waiting is not None and waiting.digest == digest and now < waiting.until:
        return waiting
    if waiting is not None:
        waiting.state, waiting.decided_at = State.CHANGED, now
        waiting.save(update_fields=["state", "decided_at"])
    row = Approval(
        community=community,
        kind=kind,
        about=about,
        words_zh=words.zh[:300],
        words_en=words.en[:300],
        request=dict(request),
        digest=digest,
        reason=reason.strip()[:300],
        asked_by_id=by,
        asked_at=now,
        until=now + timedelta(hours=KINDS[kind].hours),
    )
    row.save()
    outbox.record(
        ApprovalAsked(id=ids.new(), at=now, community=community, approval=row.pk, kind=kind, by=by)
    )
    return row


@transaction.atomic
def decide(
    *, actor: Actor, id: int, approve: bool, digest: str, reason: str = "", now: datetime
) -> Approval:
    """Let a request pass and carry it out, or turn it down and say why: as the second person.

    :param digest: of the request as it was read
    :raises queries.ApprovalNotFound: if the actor may see none of this number
    :raises OwnRequest: if the actor asked for it
    :raises DecidedAlready, Lapsed, RequestChanged: if it is too late
    :raises ReasonNeeded: if it is turned down without a word
    """
    row = _waiting(actor, id, now)
    if row.asked_by_id == actor.account:
        raise OwnRequest
    if digest != row.digest or digest_of(row.request) != row.digest:
        raise RequestChanged
    if not approve and not reason.strip():
        raise ReasonNeeded
    state = State.APPROVED if approve else State.REFUSED
    fact = _close(row, state=state, reason=reason, by=actor.account, now=now)
    if approve:
        row.until = now + timedelta(hours=KINDS[row.kind].hours)
        row.save(update_fields=["until"])
        carry_out(_let_pass(row, actor.account, fact, now))
    return row


@transaction.atomic
def withdraw(*, actor: Actor, id: int, now: datetime) -> Approval:
    """Take back what one has asked for oneself.

    :raises queries.ApprovalNotFound: if the actor may see none of this number
    :raises NotItsAsker: if another asked for it
    :raises DecidedAlready, Lapsed: if it is too late
    """
    row = _waiting(actor, id, now)
    if row.asked_by_id != actor.account:
        raise NotItsAsker
    _close(row, state=State.WITHDRAWN, reason="", by=actor.account, now=now)
    return row


@transaction.atomic
def use(
    *, kind: str, community: str, about: str, request: Mapping[str, Any], by: int, now: datetime
) -> None:
    """Use what a second person let pass: once, soon, exactly as it was asked for, by who asked.

    :raises ApprovalWanted: if there is nothing of the kind
    """
    rows = Approval.rows.of(community).select_for_update()
    passed = rows.filter(kind=kind, about=about, asked_by=by, state=State.APPROVED, used_at=None)
    row = passed.filter(digest=digest_of(request), until__gt=now).order_by("pk").first()
    if row is None:
        raise ApprovalWanted(kind=kind)
    row.used_at = now
    row.save(update_fields=["used_at"])


def told(*, actor: Actor, rows: Sequence[Approval], now: datetime) -> Mapping[int, Sequence[Words]]:
    """Return what is told beside requests to who may let them pass, while they wait. Whoever tells
    of people remembers who was told: so this is no read.
    """
    found: dict[int, Sequence[Words]] = {}
    names = actor.places_for(_SEES_PEOPLE) == ()
    reader = Reader(community=actor.community, account=actor.account, names=names)
    for kind in queries.decides(actor=actor):
        if KINDS[kind].beside:
            waits = [row for row in rows if row.kind == kind and row.waits(now)]
            said = beside(reader, kind, [row.about for row in waits], now) if waits else {}
            found |= {row.pk: said.get(row.about, ()) for row in waits}
    return found


def _waiting(actor: Actor, id: int, now: datetime) -> Approval:
    """Return one that can still be decided; its row is locked, so that one of two decides."""
    queries.approval(actor=actor, id=id)
    row: Approval = Approval.rows.of(actor.community).select_for_update().get(pk=id)
    if row.state != State.WAITING:
        raise DecidedAlready(state=row.state)
    if now >= row.until:
        raise Lapsed
    return row


def _close(row: Approval, *, state: State, reason: str, by: int, now: datetime) -> str:
    """Write how it was decided; return the id of the fact."""
    row.state, row.decided_by_id, row.decided_at = state, by, now
    row.decision = reason.strip()[:300]
    row.save(update_fields=["state", "decided_by", "decided_at", "decision"])
    fact = ApprovalDecided(
        id=ids.new(),
        at=now,
        community=row.community,
        approval=row.pk,
        kind=row.kind,
        state=state.value,
        by=by,
    )
    outbox.record(fact)
    return fact.id


def _let_pass(row: Approval, approved_by: int, cause: str, now: datetime) -> LetPass:
    return LetPass(
        approval=row.pk,
        kind=row.kind,
        community=row.community,
        about=row.about,
        request=row.request,
        by=row.asked_by_id,
        approved_by=approved_by,
        reason=row.reason,
        cause=cause,
        now=now,
    )

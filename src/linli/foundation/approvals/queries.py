"""Every read of requests that take a second person."""

from datetime import datetime

from django.db.models import Q, QuerySet

from linli.contracts.approvals import KINDS
from linli.foundation.approvals.models import Approval, State
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault


class ApprovalNotFound(Fault):
    key = "approvals.not_found"
    status = 404


def decides(*, actor: Actor) -> list[str]:
    """Return the kinds that the actor may let pass, by a right in the whole community."""
    return [name for name, kind in KINDS.items() if actor.places_for(kind.approves) == ()]


def _seen(actor: Actor) -> QuerySet[Approval]:
    """Return what the actor has asked for, and what he may decide."""
    mine = Q(asked_by=actor.account) | Q(kind__in=decides(actor=actor))
    rows: QuerySet[Approval] = Approval.rows.of(actor.community).filter(mine)
    return rows.select_related("asked_by", "decided_by")


def approvals(
    *, actor: Actor, waiting: bool, before: int | None, limit: int, now: datetime
) -> tuple[list[Approval], int | None]:
    """Return a page of what the actor may see, the newest first, and the cursor after it.

    :param waiting: only what can still be decided
    """
    rows = _seen(actor)
    if waiting:
        rows = rows.filter(state=State.WAITING, until__gt=now)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def approval(*, actor: Actor, id: int) -> Approval:
    """Return one that the actor may see.

    :raises ApprovalNotFound: if there is none
    """
    row = _seen(actor).filter(pk=id).first()
    if row is None:
        raise ApprovalNotFound(approval=id)
    return row

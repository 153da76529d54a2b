"""Requests that take a second person, over HTTP."""

from django.utils import timezone
from ninja import Query, Router, Schema

from linli.foundation.approvals import operations, pages, schemas
from linli.foundation.identity.guard import Visit, may
from linli.foundation.identity.sensitive import Sensitive

router = Router(tags=["approvals"])


class ApprovalsWanted(Schema):
    """Which: `waiting` leaves those that can still be decided; `cursor` is the `next` before."""

    waiting: bool = False
    cursor: int | None = None
    limit: int = 50


@router.get("/{community}/approvals", response=schemas.Approvals, auth=may("approvals.read"))
def approvals(request: Visit, community: str, wanted: Query[ApprovalsWanted]) -> object:
    """List what one has asked for and what one may decide, the newest first."""
    return pages.page(
        actor=request.auth,
        waiting=wanted.waiting,
        before=wanted.cursor,
        limit=max(1, min(wanted.limit, 500)),
        now=timezone.now(),
    )


@router.get(
    "/{community}/approvals/{int:id}", response=schemas.ApprovalOut, auth=may("approvals.read")
)
def approval(request: Visit, community: str, id: int) -> object:
    """Return one request."""
    return pages.one(actor=request.auth, id=id, now=timezone.now())


@router.post("/{community}/approvals/{int:id}/approve", response=schemas.ApprovalOut,
             auth=may("approvals.read", fresh=Sensitive.APPROVAL))  # fmt: skip
def approve(request: Visit, community: str, id: int, body: schemas.ApprovalDecision) -> object:
    """Let a request pass, as the second person; what it asks for is done at once."""
    now = timezone.now()
    row = operations.decide(
        actor=request.auth, id=id, approve=True, digest=body.digest, reason=body.reason, now=now
    )
    return schemas.approval_out(row, now)


@router.post("/{community}/approvals/{int:id}/refuse", response=schemas.ApprovalOut,
             auth=may("approvals.read", fresh=Sensitive.APPROVAL))  # fmt: skip
def refuse(request: Visit, community: str, id: int, body: schemas.ApprovalDecision) -> object:
    """Turn a request down, as the second person, and say why."""
    now = timezone.now()
    row = operations.decide(
        actor=request.auth, id=id, approve=False, digest=body.digest, reason=body.reason, now=now
    )
    return schemas.approval_out(row, now)


@router.post("/{community}/approvals/{int:id}/withdraw", response=schemas.ApprovalOut,
             auth=may("approvals.read"))  # fmt: skip
def withdraw(request: Visit, community: str, id: int) -> object:
    """Take back what one has asked for oneself."""
    now = timezone.now()
    return schemas.approval_out(operations.withdraw(actor=request.auth, id=id, now=now), now)

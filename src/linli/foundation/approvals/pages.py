"""What is shown of requests that take a second person, with what is told beside them."""

from datetime import datetime

from linli.foundation.approvals import operations, queries, schemas
from linli.foundation.identity.queries import Actor


def page(
    *, actor: Actor, waiting: bool, before: int | None, limit: int, now: datetime
) -> dict[str, object]:
    """Return a page of what the actor may see, the newest first, and which kinds he lets pass."""
    rows, after = queries.approvals(
        actor=actor, waiting=waiting, before=before, limit=limit, now=now
    )
    told = operations.told(actor=actor, rows=rows, now=now)
    return {
        "items": [schemas.approval_out(row, now, told.get(row.pk, ())) for row in rows],
        "next": after,
        "decides": queries.decides(actor=actor),
    }


def one(*, actor: Actor, id: int, now: datetime) -> dict[str, object]:
    """Return one that the actor may see.

    :raises queries.ApprovalNotFound: if there is none
    """
    row = queries.approval(actor=actor, id=id)
    told = operations.told(actor=actor, rows=[row], now=now)
    return schemas.approval_out(row, now, told.get(row.pk, ()))

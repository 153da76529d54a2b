"""Incidents over HTTP."""

from django.utils import timezone
from ninja import Query, Router, Status

from linli.domains.incidents import operations, queries, schemas
from linli.foundation.identity.guard import Visit, may_everywhere
from linli.foundation.scope.paging import NumberPage

router = Router(tags=["incidents"])


@router.get("/{community}/incidents", response=schemas.Incidents,
            auth=may_everywhere("alarms.handle"))  # fmt: skip
def incidents(request: Visit, community: str, cursor: int | None = None, limit: int = 50) -> object:
    """List incidents, the newest first, and what became of what was written down."""
    size = max(1, min(limit, 500))
    rows = queries.incidents(community=community, before=cursor, limit=size + 1)
    after = rows[size - 1].pk if len(rows) > size else None
    return {"items": [schemas.incident_out(row) for row in rows[:size]], "next": after}


@router.post("/{community}/incidents", response={201: schemas.IncidentOut},
             auth=may_everywhere("cases.dispatch"))  # fmt: skip
def begin(request: Visit, community: str, body: schemas.IncidentIn) -> Status[object]:
    """Open an emergency: what it takes may now be written down about people."""
    row = operations.begin(
        actor=request.auth,
        title=body.title,
        place=body.place,
        keep_days=body.keep_days,
        now=timezone.now(),
    )
    return Status(201, schemas.incident_out(row))


@router.post("/{community}/incidents/{int:id}/close", response=schemas.IncidentOut,
             auth=may_everywhere("cases.dispatch"))  # fmt: skip
def close(request: Visit, community: str, id: int) -> object:
    """Close an emergency; what was written down is destroyed some days later, with proof."""
    return schemas.incident_out(operations.close(actor=request.auth, id=id, now=timezone.now()))


@router.get("/{community}/incidents/{int:id}/notes", response=schemas.IncidentNotes,
            auth=may_everywhere("alarms.handle"))  # fmt: skip
def notes(request: Visit, community: str, id: int, wanted: Query[NumberPage]) -> object:
    """Return what was written down, the oldest first; who reads it is remembered."""
    found, after = operations.read(actor=request.auth, id=id, wanted=wanted, now=timezone.now())
    return {"items": found, "next": after}


@router.post("/{community}/incidents/{int:id}/notes", response={201: schemas.IncidentNoteOut},
             auth=may_everywhere("alarms.handle"))  # fmt: skip
def write(request: Visit, community: str, id: int, body: schemas.IncidentNoteIn) -> Status[object]:
    """Write something down about somebody, while it lasts."""
    row = operations.write(
        actor=request.auth, id=id, subject=body.subject, text=body.text, now=timezone.now()
    )
    return Status(
        201,
        {"id": row.pk, "subject": row.subject, "text": body.text.strip(),
         "by": request.auth.name, "at": row.at},
    )  # fmt: skip

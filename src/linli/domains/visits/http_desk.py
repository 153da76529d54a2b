"""Visits and calls over HTTP, for the gate desk."""

from datetime import date
from typing import Literal

from django.utils import timezone
from ninja import Query, Router, Schema, Status

from linli.domains.visits import pages, queries, schemas, viewing
from linli.domains.visits.operations import calling, gate, inviting
from linli.domains.visits.operations import unheard as attending
from linli.foundation.identity.guard import Visit, may

router = Router(tags=["visits"])
_DESK = queries.HANDLE
_MOST = 200


class VisitsWanted(Schema):
    """Which visits: of a day, in a state, below a place; by a whole telephone number or plate."""

    day: date | None = None
    state: Literal["", "asked", "expected", "refused", "withdrawn", "over"] = ""
    place: str = ""
    phone: str = ""
    plate: str = ""
    cursor: int | None = None
    limit: int = 50


@router.get("/{community}/visits", response=schemas.VisitsOut, auth=may(_DESK))
def visits(request: Visit, community: str, wanted: Query[VisitsWanted]) -> object:
    """List visits, the newest first; who the guests are is masked."""
    return pages.desk(
        actor=request.auth,
        wanted=queries.Wanted(
            day=wanted.day, state=wanted.state, place=wanted.place, phone=wanted.phone,
            plate=wanted.plate,
        ),
        before=wanted.cursor,
        limit=max(1, min(wanted.limit, _MOST)),
        now=timezone.now(),
    )  # fmt: skip


@router.get("/{community}/visits/{int:id}", response=schemas.VisitOut, auth=may(_DESK))
def visit(request: Visit, community: str, id: int, purpose: str = "") -> object:
    """Return one visit, masked; opened for the purpose `visitors` or `emergency`, and who looked is
    remembered.
    """
    return viewing.look(actor=request.auth, id=id, purpose=purpose, now=timezone.now())


@router.post("/{community}/visits/walk-ins", response={201: schemas.VisitOut}, auth=may(_DESK))
def walk_in(request: Visit, community: str, body: schemas.WalkInIn) -> Status[object]:
    """Write down who stands at the gate; the home is asked."""
    now = timezone.now()
    row = gate.walk_in(actor=request.auth, place=body.place, guest=body.guest.guest(), now=now)
    return Status(201, pages.desk_one(row=row, purpose="", now=now))


@router.post("/{community}/visits/{int:id}/decide", response=schemas.VisitOut, auth=may(_DESK))
def decide(request: Visit, community: str, id: int, body: schemas.GateDecisionIn) -> object:
    """Decide when nobody at home answers; why is kept."""
    now = timezone.now()
    row = gate.decide(actor=request.auth, id=id, agreed=body.agreed, why=body.why, now=now)
    return pages.desk_one(row=row, purpose="", now=now)


@router.post("/{community}/visits/{int:id}/withdraw", response=schemas.VisitOut,
             auth=may(_DESK))  # fmt: skip
def turn_away(request: Visit, community: str, id: int) -> object:
    """Take back what a guest was given."""
    now = timezone.now()
    row = inviting.turn_away(actor=request.auth, id=id, now=now)
    return pages.desk_one(row=row, purpose="", now=now)


@router.get("/{community}/visits/unheard", response=schemas.UnheardsOut, auth=may(_DESK))
def unheard(request: Visit, community: str) -> object:
    """List who came to see a home in which nobody lives, within the last half hour: nobody is asked
    there, and the screen tells no difference.
    """
    return pages.unheard(actor=request.auth, now=timezone.now())


@router.post("/{community}/visits/unheard/{int:id}/attend", response=schemas.UnheardOut,
             auth=may(_DESK))  # fmt: skip
def attend(request: Visit, community: str, id: int) -> object:
    """See to whoever stands there. Of two guards it is who said so first."""
    return pages.unheard_one(attending.attend(actor=request.auth, id=id, now=timezone.now()))


@router.get("/{community}/calls", response=schemas.CallsOut, auth=may(_DESK))
def calls(request: Visit, community: str, limit: int = 50) -> object:
    """List the last calls from doors, the newest first."""
    return pages.calls(actor=request.auth, limit=max(1, min(limit, _MOST)))


@router.post("/{community}/calls/{int:id}/answer", response=schemas.CallOut, auth=may(_DESK))
def answer(request: Visit, community: str, id: int) -> object:
    """Answer a call that nobody at home did."""
    row = calling.answer_as_guard(actor=request.auth, id=id, now=timezone.now())
    return pages.call(row, request.auth)


@router.post("/{community}/calls/{int:id}/open", response=schemas.CallOut, auth=may(_DESK))
def open_door(request: Visit, community: str, id: int) -> object:
    """Open the door as the guard."""
    row = calling.open_as_guard(actor=request.auth, id=id, now=timezone.now())
    return pages.call(row, request.auth)


@router.post("/{community}/calls/{int:id}/refuse", response=schemas.CallOut, auth=may(_DESK))
def refuse(request: Visit, community: str, id: int) -> object:
    """Do not open, as the guard."""
    row = calling.refuse_as_guard(actor=request.auth, id=id, now=timezone.now())
    return pages.call(row, request.auth)


@router.post("/{community}/calls/{int:id}/picture", response=schemas.DoorPictureOut,
             auth=may(_DESK))  # fmt: skip
def picture(request: Visit, community: str, id: int, body: schemas.DoorPictureIn) -> object:
    """Answer the browser's offer to see who rings, while he does (WebRTC, picture only)."""
    return viewing.picture_at_desk(actor=request.auth, id=id, sdp=body.sdp)

"""Visits and calls over HTTP, for the gate desk."""

from datetime import date
from typing import Literal

from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from linli.domains.visits import pages, queries, schemas, schemas_talk, speaking, viewing
from linli.domains.visits.operations import calling, gate, inviting, talking
from linli.domains.visits.operations import unheard as attending
from linli.foundation.identity.addresses import refuse_numbers
from linli.foundation.identity.guard import Visit, may
from linli.foundation.identity.sensitive import Sensitive
from linli.foundation.scope.paging import NumberPage

router = Router(tags=["visits"])
_DESK = queries.HANDLE
_MOST = 200


class VisitsWanted(Schema):
    """Which visits: of a day, in a state, below a place."""

    day: date | None = None
    state: Literal["", "asked", "expected", "refused", "withdrawn", "over"] = ""
    place: str = ""
    cursor: int | None = None
    limit: int = 50


class VisitsSought(VisitsWanted):
    """The same, by a whole telephone number or plate too."""

    phone: str = Field("", max_length=40)
    plate: str = Field("", max_length=40)


class CallsWanted(NumberPage):
    limit: int = Field(50, ge=1, le=500)


@router.get("/{community}/visits", response=schemas.VisitsOut, auth=may(_DESK))
def visits(request: Visit, community: str, wanted: Query[VisitsWanted]) -> object:
    """List visits, the newest first; who the guests are is masked."""
    refuse_numbers(request)
    return _page(request, VisitsSought(**wanted.dict()))


@router.post("/{community}/visits/search", response=schemas.VisitsOut, auth=may(_DESK))
def search_visits(request: Visit, community: str, body: VisitsSought) -> object:
    """Find visits by a whole number, which stands in no address; as the list, and nothing of it is
    kept.
    """
    return _page(request, body)


def _page(request: Visit, sought: VisitsSought) -> object:
    said = sought.dict(exclude={"cursor", "limit"})
    return pages.desk(
        actor=request.auth,
        wanted=queries.Wanted(**said),
        before=sought.cursor,
        limit=max(1, min(sought.limit, _MOST)),
        now=timezone.now(),
    )


@router.get("/{community}/visits/{int:id}", response=schemas.VisitOut,
            auth=may(_DESK, fresh=Sensitive.GUEST, when="purpose"))  # fmt: skip
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
def unheard(request: Visit, community: str, wanted: Query[NumberPage]) -> object:
    """List who came to see a home in which nobody lives, within the last half hour: nobody is asked
    there, and the screen tells no difference.
    """
    return pages.unheard(actor=request.auth, wanted=wanted, now=timezone.now())


@router.post("/{community}/visits/unheard/{int:id}/attend", response=schemas.UnheardOut,
             auth=may(_DESK))  # fmt: skip
def attend(request: Visit, community: str, id: int) -> object:
    """See to whoever stands there. Of two guards it is who said so first."""
    return pages.unheard_one(attending.attend(actor=request.auth, id=id, now=timezone.now()))


@router.get("/{community}/calls", response=schemas.CallsOut, auth=may(_DESK))
def calls(request: Visit, community: str, wanted: Query[CallsWanted]) -> object:
    """List the calls from doors, the newest first."""
    return pages.calls(actor=request.auth, wanted=wanted)


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


@router.post("/{community}/calls/{int:id}/talk", response=schemas_talk.TalkOut,
             auth=may(_DESK))  # fmt: skip
def talk(request: Visit, community: str, id: int, body: schemas_talk.TalkIn) -> object:
    """Answer the browser's offer to talk with who rings, once the guard has answered (WebRTC, sound
    both ways).
    """
    return speaking.from_desk(actor=request.auth, id=id, sdp=body.sdp, now=timezone.now())


@router.post("/{community}/calls/{int:id}/say", response=schemas.CallOut, auth=may(_DESK))
def say(request: Visit, community: str, id: int, body: schemas_talk.PhraseIn) -> object:
    """Have the door say and show a phrase, instead of speaking."""
    now = timezone.now()
    row = talking.say_from_desk(actor=request.auth, id=id, phrase=body.phrase, now=now)
    return pages.call(row, request.auth)

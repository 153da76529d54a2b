"""Visits and calls over HTTP, for who lives here and for the guest himself."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Status

from linli.domains.visits import pages, schemas, schemas_guest, schemas_talk, speaking, viewing
from linli.domains.visits.operations import calling, gate, inviting, talking
from linli.foundation.identity.guard import Visit, may, stranger
from linli.foundation.scope.paging import NumberPage

router = Router(tags=["visits"])
_OWN = "visits.own"
_MOST = 100


class OwnCallsWanted(NumberPage):
    limit: int = Field(30, ge=1, le=500)


@router.get("/guest/{link}", response=schemas_guest.GuestPassOut, auth=stranger)
def guest(request: HttpRequest, link: str, ahead: int = 0) -> object:
    """Return what a guest sees at the address that his host sent him: the way, the hours, the QR
    code of this half minute, and those of as many half minutes ahead (20 at most), for a telephone
    that has no line at the gate. Once the visit is over, what his car owes and how it gets out,
    while it is in or owes, and nothing else. Without an account.
    """
    base = settings.DEVICE_URL or f"{request.scheme}://{request.get_host()}"
    return pages.guest(link=link, base=base, ahead=ahead, now=timezone.now())


@router.get("/{community}/my/homes", response=schemas.MyHomesOut, auth=may(_OWN))
def my_homes(request: Visit, community: str) -> object:
    """List the homes for which the asker speaks, and the doors on the way to each."""
    return pages.my_homes(actor=request.auth, now=timezone.now())


@router.get("/{community}/my/visits", response=schemas.VisitsOut, auth=may(_OWN))
def my_visits(request: Visit, community: str, cursor: int | None = None, limit: int = 30) -> object:
    """List the visits to the asker's homes, the newest first."""
    size = max(1, min(limit, _MOST))
    return pages.own(actor=request.auth, before=cursor, limit=size, now=timezone.now())


@router.post("/{community}/my/visits", response={201: schemas.OwnVisitOut}, auth=may(_OWN))
def invite(request: Visit, community: str, body: schemas.VisitIn) -> Status[object]:
    """Invite a guest: his doors open from then until then, and no others."""
    now = timezone.now()
    row = inviting.invite(actor=request.auth, wish=body.wish(), now=now)
    return Status(201, pages.own_one(actor=request.auth, row=row, now=now))


@router.get("/{community}/my/visits/{int:id}", response=schemas.OwnVisitOut, auth=may(_OWN))
def my_visit(request: Visit, community: str, id: int) -> object:
    """Return one visit, where the guest passed, and his address."""
    return viewing.own(actor=request.auth, id=id, now=timezone.now())


@router.post("/{community}/my/visits/{int:id}/withdraw", response=schemas.OwnVisitOut,
             auth=may(_OWN))  # fmt: skip
def withdraw(request: Visit, community: str, id: int) -> object:
    """Take an invitation back; its address and its QR code open nothing any more."""
    now = timezone.now()
    row = inviting.withdraw(actor=request.auth, id=id, now=now)
    return pages.own_one(actor=request.auth, row=row, now=now)


@router.post("/{community}/my/visits/{int:id}/link", response=schemas.OwnVisitOut, auth=may(_OWN))
def new_link(request: Visit, community: str, id: int) -> object:
    """Give the guest another address; the one before opens nothing any more."""
    now = timezone.now()
    row = inviting.new_link(actor=request.auth, id=id, now=now)
    return pages.own_one(actor=request.auth, row=row, now=now)


@router.put("/{community}/my/visits/{int:id}/tell", response=schemas.OwnVisitOut, auth=may(_OWN))
def set_tell(request: Visit, community: str, id: int, body: schemas.VisitTellIn) -> object:
    """Say whether the asker is told when this guest comes; another of the home is refused."""
    now = timezone.now()
    row = inviting.set_tell(actor=request.auth, id=id, tell=body.tell, now=now)
    return pages.own_one(actor=request.auth, row=row, now=now)


@router.post("/{community}/my/visits/{int:id}/answer", response=schemas.OwnVisitOut,
             auth=may(_OWN))  # fmt: skip
def answer_guest(request: Visit, community: str, id: int, body: schemas.AgreedIn) -> object:
    """Say whether somebody who stands at the gate may come."""
    now = timezone.now()
    row = gate.answer(actor=request.auth, id=id, agreed=body.agreed, now=now)
    return pages.own_one(actor=request.auth, row=row, now=now)


@router.get("/{community}/my/calls", response=schemas.CallsOut, auth=may(_OWN))
def my_calls(request: Visit, community: str, wanted: Query[OwnCallsWanted]) -> object:
    """List the calls to the asker's homes, missed ones among them, the newest first."""
    return pages.my_calls(actor=request.auth, wanted=wanted, now=timezone.now())


@router.post("/{community}/my/calls/{int:id}/answer", response=schemas.CallOut, auth=may(_OWN))
def my_answer(request: Visit, community: str, id: int) -> object:
    """Answer a call; the other telephones fall silent."""
    row = calling.answer(actor=request.auth, id=id, now=timezone.now())
    return pages.call(row, request.auth)


@router.post("/{community}/my/calls/{int:id}/open", response=schemas.CallOut, auth=may(_OWN))
def my_open(request: Visit, community: str, id: int) -> object:
    """Open the door at which somebody rings."""
    row = calling.open_door(actor=request.auth, id=id, now=timezone.now())
    return pages.call(row, request.auth)


@router.post("/{community}/my/calls/{int:id}/refuse", response=schemas.CallOut, auth=may(_OWN))
def my_refuse(request: Visit, community: str, id: int) -> object:
    """Do not open."""
    row = calling.refuse(actor=request.auth, id=id, now=timezone.now())
    return pages.call(row, request.auth)


@router.post("/{community}/my/calls/{int:id}/picture", response=schemas.DoorPictureOut,
             auth=may(_OWN))  # fmt: skip
def my_picture(request: Visit, community: str, id: int, body: schemas.DoorPictureIn) -> object:
    """Answer the browser's offer to see who rings, while he does (WebRTC, picture only)."""
    return viewing.picture_at_home(actor=request.auth, id=id, sdp=body.sdp, now=timezone.now())


@router.post("/{community}/my/calls/{int:id}/talk", response=schemas_talk.TalkOut,
             auth=may(_OWN))  # fmt: skip
def my_talk(request: Visit, community: str, id: int, body: schemas_talk.TalkIn) -> object:
    """Answer the browser's offer to talk with who rings, once one has answered (WebRTC, sound both
    ways). Another offer of the same person takes the place of the one before.
    """
    return speaking.from_home(actor=request.auth, id=id, sdp=body.sdp, now=timezone.now())


@router.post("/{community}/my/calls/{int:id}/say", response=schemas.CallOut, auth=may(_OWN))
def my_say(request: Visit, community: str, id: int, body: schemas_talk.PhraseIn) -> object:
    """Have the door say and show a phrase, instead of speaking."""
    now = timezone.now()
    row = talking.say_from_home(actor=request.auth, id=id, phrase=body.phrase, now=now)
    return pages.call(row, request.auth)

"""A resident's own doors over HTTP: his and nobody else's; a stranger's number is 404."""

from datetime import UTC, datetime
from typing import Any, Literal

from django.utils import timezone
from ninja import Field, Query, Router, Schema

from linli.contracts.doors import WAYS, Way
from linli.domains.doors import schemas, schemas_holding
from linli.domains.doors.http import made_out, opened_out
from linli.domains.doors.logic.life import Step
from linli.domains.doors.operations import opening, own
from linli.domains.doors.queries import listing, passages
from linli.domains.doors.schemas import DoorOpened, DoorOpenIn, PassagesOut
from linli.domains.doors.schemas_base import picture_of
from linli.domains.doors.schemas_holding import CredentialMade, DoorCredential
from linli.foundation.identity.guard import Visit, may
from linli.foundation.identity.sensitive import Sensitive
from linli.foundation.shapes import TwoLanguages
from linli.kernel.words import both

router = Router(tags=["doors"])
_OWN = may("doors.own")
_HIMSELF = may("doors.own", himself=True)
_MAKES = may("doors.own", fresh=Sensitive.DOORS, himself=True)


class OwnDoor(Schema):
    """A door of mine; `tap`: the telephone opens it from here, or frees my floor at a lift."""

    code: str
    name: TwoLanguages
    kind: str
    mode: str
    online: bool
    tap: bool


class OwnDoors(Schema):
    items: list[OwnDoor]
    next: str | None


class OwnCode(Schema):
    """The text of a QR code and its picture, good until then; ask for the next one in time."""

    token: str
    picture: str
    until: datetime


class DoorWay(Schema):
    way: str
    name: TwoLanguages


class OwnWays(Schema):
    """What opens my doors. `others` are the ways that need no face: they are as good."""

    credentials: list[DoorCredential]
    face: bool
    faces_at: list[str]
    others: list[DoorWay]


class OwnStepIn(Schema):
    step: Literal["lost", "found"]


class OwnPinIn(Schema):
    """`duress`: the PIN that I give when I am made to; it opens, and calls the guards."""

    duress: bool = False


class OwnFaceIn(Schema):
    """`confirmed`: I know what the devices keep, and that every other way stays open to me."""

    agree: bool
    confirmed: bool = False


class OwnFaceTaken(Schema):
    door: str


class OwnPassagesWanted(Schema):
    cursor: str = Field("", max_length=40)
    limit: int = Field(50, ge=1, le=200)


@router.get("/{community}/my/doors", response=OwnDoors, auth=_OWN)
def own_doors(request: Visit, community: str) -> Any:
    """List the doors that I may pass."""
    rows = listing.mine(actor=request.auth, now=timezone.now())
    return {"items": [door_out(row) for row in rows], "next": None}


def door_out(row: listing.Mine) -> dict[str, object]:
    """Return a door as whoever may pass it sees it."""
    return {
        "code": row.door.device.code,
        "name": both(row.door.device.name),
        "kind": row.door.kind,
        "mode": row.mode,
        "online": row.door.device.online,
        "tap": row.tap,
    }


@router.post("/{community}/my/doors/{door}/open", response=DoorOpened, auth=_HIMSELF)
def open_own_door(request: Visit, community: str, door: str, body: DoorOpenIn) -> Any:
    """Open a door of mine, from here; of a lift, free my floor for five minutes."""
    told = opening.open_own(actor=request.auth, door=door, key=body.key, now=timezone.now())
    return opened_out(told)


@router.post("/{community}/my/door-code", response=OwnCode, auth=_HIMSELF)
def own_door_code(request: Visit, community: str) -> Any:
    """Show my QR code of this half minute."""
    return code_out(own.code(actor=request.auth, now=timezone.now()))


def code_out(made: own.Code) -> dict[str, object]:
    """Return a QR code, and its picture."""
    return {
        "token": made.token,
        "picture": picture_of(made.token),
        "until": datetime.fromtimestamp(made.until, UTC),
    }


@router.get("/{community}/my/door-ways", response=OwnWays, auth=_OWN)
def own_door_ways(request: Visit, community: str) -> Any:
    """Show what opens my doors: cards, PINs, my face if I agreed to it, and every other way."""
    found = listing.my_ways(actor=request.auth, now=timezone.now())
    return {
        "credentials": schemas_holding.credentials_out(found.credentials, found.kept_lost),
        "face": found.face,
        "faces_at": found.faces_at,
        "others": [{"way": way.value, "name": both(WAYS[Way(way)])} for way in found.others],
    }


@router.post(
    "/{community}/my/credentials/{int:credential}/steps", response=DoorCredential, auth=_HIMSELF
)
def own_credential_step(request: Visit, community: str, credential: int, body: OwnStepIn) -> Any:
    """Report a card of mine lost, or found again; a guardian finds what he himself reported."""
    row = own.step(actor=request.auth, id=credential, step=Step(body.step), now=timezone.now())
    return schemas_holding.credential_out(row)


@router.post("/{community}/my/pin", response=CredentialMade, auth=_MAKES)
def own_pin(request: Visit, community: str, body: OwnPinIn) -> Any:
    """Make me a new PIN; the old one dies. Its digits are answered here and nowhere else."""
    made = own.new_pin(actor=request.auth, duress=body.duress, now=timezone.now())
    return made_out(made)


@router.put("/{community}/my/face", response=OwnWays, auth=_HIMSELF)
def own_face(request: Visit, community: str, body: OwnFaceIn) -> Any:
    """Agree that doors know my face, or withdraw: then every device deletes it and confirms."""
    own.face(actor=request.auth, agree=body.agree, confirmed=body.confirmed, now=timezone.now())
    return own_door_ways(request, community)


@router.post("/{community}/my/doors/{door}/face", response=OwnFaceTaken, auth=_HIMSELF)
def take_own_face(request: Visit, community: str, door: str) -> Any:
    """Let the device before which I stand take my face; the template stays in it."""
    own.enrol(actor=request.auth, door=door, now=timezone.now())
    return {"door": door}


@router.get("/{community}/my/passages", response=PassagesOut, auth=_OWN)
def own_passages(request: Visit, community: str, wanted: Query[OwnPassagesWanted]) -> Any:
    """List my own passages, the newest first."""
    rows, more = listing.my_passages(
        actor=request.auth, wanted=passages.Wanted(cursor=wanted.cursor, limit=wanted.limit)
    )
    items = [schemas.passage_out(row, named=True, his_own=True) for row in rows]
    return {"items": items, "next": more}

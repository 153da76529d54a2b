"""The doors of somebody at work over HTTP: his own and nobody else's, as his rights and his shift
are. They are apart from those of his home, if he lives here too.
"""

from typing import Any

from django.utils import timezone
from ninja import Query, Router

from linli.domains.doors import http_own, schemas, schemas_holding
from linli.domains.doors.http import made_out, opened_out
from linli.domains.doors.logic.life import Step
from linli.domains.doors.operations import opening, own
from linli.domains.doors.queries import listing, passages
from linli.domains.doors.schemas import DoorOpened, DoorOpenIn, PassagesOut
from linli.domains.doors.schemas_holding import CredentialMade, DoorCredential, DoorCredentials
from linli.foundation.identity.guard import Visit, may
from linli.foundation.identity.sensitive import Sensitive

router = Router(tags=["doors"])
_DUTY = may("doors.duty")
_HIMSELF = may("doors.duty", himself=True)
_MAKES = may("doors.duty", fresh=Sensitive.DOORS, himself=True)


class DutyDoors(http_own.OwnDoors):
    """`on_duty`: my shift runs now. Rights that go by shift hold only then."""

    on_duty: bool


@router.get("/{community}/duty/doors", response=DutyDoors, auth=_DUTY)
def duty_doors(request: Visit, community: str) -> Any:
    """List the doors that I may pass at work."""
    found = listing.on_duty(actor=request.auth, now=timezone.now())
    items = [http_own.door_out(row) for row in found.doors]
    return {"items": items, "next": None, "on_duty": found.now}


@router.post("/{community}/duty/doors/{door}/open", response=DoorOpened, auth=_HIMSELF)
def open_duty_door(request: Visit, community: str, door: str, body: DoorOpenIn) -> Any:
    """Open a door that I may pass at work, from here."""
    told = opening.open_own(
        actor=request.auth, at_work=True, door=door, key=body.key, now=timezone.now()
    )
    return opened_out(told)


@router.post("/{community}/duty/door-code", response=http_own.OwnCode, auth=_HIMSELF)
def duty_door_code(request: Visit, community: str) -> Any:
    """Show my QR code at work, of this half minute."""
    return http_own.code_out(own.code(actor=request.auth, at_work=True, now=timezone.now()))


@router.get("/{community}/duty/credentials", response=DoorCredentials, auth=_DUTY)
def duty_credentials(request: Visit, community: str) -> Any:
    """Show my cards and PINs at work; which PIN calls for help is not told."""
    rows = listing.duty_ways(actor=request.auth)
    return {"items": schemas_holding.credentials_out(rows), "next": None}


@router.post(
    "/{community}/duty/credentials/{int:credential}/steps", response=DoorCredential, auth=_HIMSELF
)
def duty_credential_step(
    request: Visit, community: str, credential: int, body: http_own.OwnStepIn
) -> Any:
    """Report a card of mine at work lost, at all doors at once; or found again."""
    row = own.step(
        actor=request.auth,
        at_work=True,
        id=credential,
        step=Step(body.step),
        now=timezone.now(),
    )
    return schemas_holding.credential_out(row)


@router.post("/{community}/duty/pin", response=CredentialMade, auth=_MAKES)
def duty_pin(request: Visit, community: str, body: http_own.OwnPinIn) -> Any:
    """Make me a new PIN at work; the old one dies. Its digits are answered here and nowhere
    else.
    """
    made = own.new_pin(actor=request.auth, at_work=True, duress=body.duress, now=timezone.now())
    return made_out(made)


@router.get("/{community}/duty/passages", response=PassagesOut, auth=_DUTY)
def duty_passages(request: Visit, community: str, wanted: Query[http_own.OwnPassagesWanted]) -> Any:
    """List my own passages at work, the newest first."""
    rows, more = listing.my_passages(
        actor=request.auth,
        at_work=True,
        wanted=passages.Wanted(cursor=wanted.cursor, limit=wanted.limit),
    )
    items = [schemas.passage_out(row, named=True, his_own=True) for row in rows]
    return {"items": items, "next": more}

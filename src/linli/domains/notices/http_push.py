"""The devices that ring for somebody when no page is open, over HTTP: his own alone."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from ninja import Router, Status

from linli.domains.notices import queries, schemas_push
from linli.domains.notices.operations import pushing
from linli.foundation.identity.guard import Visit, line_of, may
from linli.foundation.identity.logic import device_words

router = Router(tags=["notices"])
_OWN = may("notices.read", himself=True)


@router.get("/{community}/my/push", response=schemas_push.HearersOut, auth=_OWN)
def hearers(request: Visit, community: str) -> Any:
    """List the asker's devices that ring when no page is open."""
    rows = queries.hearers(community=community, accounts=[request.auth.account])
    return {
        "on": settings.PUSH,
        "key": pushing.public_key() if settings.PUSH else "",
        "items": [schemas_push.hearer_out(row) for row in rows],
    }


@router.post("/{community}/my/push", response={201: schemas_push.HearerOut}, auth=_OWN)
def agree(request: Visit, community: str, body: schemas_push.HearerIn) -> Status[Any]:
    """Let this device be rung, of the asker's own will; it is rung once at once, to try it."""
    offered = pushing.Offered(
        endpoint=body.endpoint,
        point=body.keys.p256dh,
        auth=body.keys.auth,
        device=device_words(request.headers.get("user-agent", "")),
        line=line_of(request),
    )
    row = pushing.agree(actor=request.auth, offered=offered, agreed=body.agreed, now=timezone.now())
    return Status(201, schemas_push.hearer_out(row))


@router.put("/{community}/my/push/{int:id}/quiet", response=schemas_push.HearerOut, auth=_OWN)
def hush(request: Visit, community: str, id: int, body: schemas_push.QuietHours) -> Any:
    """Set the hours in which a device is rung for help only."""
    row = pushing.hush(actor=request.auth, id=id, starts=body.quiet_from, ends=body.quiet_to)
    return schemas_push.hearer_out(row)


@router.put("/{community}/my/push/{int:id}/here", response=schemas_push.HearerOut, auth=_OWN)
def stay(request: Visit, community: str, id: int) -> Any:
    """Say that this device is the one that the asker is signed in on now: as soon as this session
    is ended it is rung no more.
    """
    row = pushing.stay(actor=request.auth, id=id, line=line_of(request))
    return schemas_push.hearer_out(row)


@router.delete("/{community}/my/push/{int:id}", response={204: None}, auth=_OWN)
def withdraw(request: Visit, community: str, id: int) -> Status[None]:
    """Let a device not be rung any more."""
    pushing.withdraw(actor=request.auth, id=id, now=timezone.now())
    return Status(204, None)

"""Seeing by the nearest camera what goes on where help is called for, while it is."""

from datetime import datetime

from django.db import transaction

from linli.contracts.sos import picture
from linli.contracts.visits import Offer
from linli.domains.sos import logic, queries
from linli.domains.sos.operations import recording
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault

_FOR = "emergency"


class NoLivePicture(Fault):
    """No camera near the call sends a live picture."""

    key = "sos.no_live_picture"
    status = 404


def look(*, actor: Actor, call: int, sdp: str, now: datetime) -> str:
    """Return the answer to a browser's offer to see the camera nearest to a call (SDP). Who looks
    is remembered before anything is shown, and stands in the record of the call once it was.

    :raises queries.CallNotFound: if there is none, or it is not the actor's matter
    :raises logic.NotNow: if it is over
    :raises NoLivePicture: if the camera has no live picture, or it is a test
    """
    row = queries.call_for(actor=actor, id=call, permission="sos.answer")
    logic.check(step="look", state=row.state, now=now, started_at=row.started_at)
    source = queries.live_source(row=row)
    if not source:
        raise NoLivePicture(camera=row.camera)
    with transaction.atomic():
        identity.look(
            community=row.community, account=actor.account, subject=f"camera:{row.camera}",
            purpose=_FOR, now=now,
        )  # fmt: skip
    answer = picture(Offer(community=row.community, call=row.pk, source=source, sdp=sdp))
    recording.deed(row, "looked", now=now, by=actor.account)
    return answer

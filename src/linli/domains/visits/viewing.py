"""Looking: at a visit, which is remembered, and at who rings, while he does."""

from datetime import datetime
from typing import Any

from linli.contracts.visits import Offer, picture
from linli.domains.visits import logic, pages, queries
from linli.domains.visits.models import Call
from linli.domains.visits.operations.calling import CallIsOver, refuse_early
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import Actor
from linli.foundation.privacy import purposes
from linli.kernel.fault import Fault

_OPENS = (queries.PURPOSE, "emergency")
_READS = "visits.handle"


class NoPicture(Fault):
    """There is no camera at this door."""

    key = "visits.no_picture"
    status = 404


def own(*, actor: Actor, id: int, now: datetime) -> dict[str, Any]:
    """Return a visit to a home of the asker's.

    :raises queries.VisitNotFound: if it is none
    """
    return pages.own_one(actor=actor, row=queries.own_visit(actor=actor, id=id, now=now), now=now)


def look(*, actor: Actor, id: int, purpose: str, now: datetime) -> dict[str, Any]:
    """Return a visit to the staff: masked, or opened for a purpose, which is remembered.

    :raises queries.VisitNotFound: if there is none in the asker's area
    :raises purposes.UnknownPurpose: if it is opened for none of the two
    :raises PurposeNotGranted: if the asker's rights do not reach to it
    """
    row = queries.seen_visit(actor=actor, id=id)
    if purpose:
        purposes.purpose(purpose, among=_OPENS)
        actor.opening(_READS, purpose)
        identity.look(
            community=actor.community, account=actor.account,
            subject=queries.subject_of(row.pk), purpose=purpose, now=now,
        )  # fmt: skip
    return pages.desk_one(row=row, purpose=purpose, now=now)


def picture_at_home(*, actor: Actor, id: int, sdp: str, now: datetime) -> dict[str, str]:
    """Let who is at home see who rings.

    :raises queries.CallNotFound: if it is no call to a home of the asker's
    :raises CallIsOver: if nobody rings any more
    :raises NoPicture: if there is no camera
    """
    row, _ = queries.own_call(actor=actor, id=id, now=now)
    return _picture(row, sdp)


def picture_at_desk(*, actor: Actor, id: int, sdp: str) -> dict[str, str]:
    """Let the guard see who rings, once the call is his.

    :raises queries.CallNotFound, CallIsOver, NotPassedOn, NoPicture: as `picture_at_home`
    """
    row = queries.seen_call(actor=actor, id=id)
    refuse_early(row)
    return _picture(row, sdp)


def _picture(row: Call, sdp: str) -> dict[str, str]:
    if row.state not in logic.OPEN_CALLS:
        raise CallIsOver(outcome=row.state)
    source = queries.picture_of(row)
    if not source:
        raise NoPicture(door=row.door)
    return {"sdp": picture(Offer(community=row.community, call=row.pk, source=source, sdp=sdp))}

"""Talking with who rings, once one has answered."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from linli.contracts.visits import TalkOffer, talk
from linli.domains.visits import queries
from linli.domains.visits.models import Call
from linli.domains.visits.operations import talking
from linli.foundation import ids
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault

Begin = Callable[[str], Call]


def from_home(*, actor: Actor, id: int, sdp: str, now: datetime) -> dict[str, Any]:
    """Let whoever answered at home talk with the door.

    :raises queries.CallNotFound: if it is no call to a home of the asker's
    :raises talking.AnswerFirst, calling.CallTaken, calling.CallIsOver: if he has not answered
    :raises talking.NoSound: if nobody can talk there
    """

    def begin(line: str) -> Call:
        return talking.begin_at_home(actor=actor, id=id, line=line, now=now)

    return _talk(begin, sdp, now)


def from_desk(*, actor: Actor, id: int, sdp: str, now: datetime) -> dict[str, Any]:
    """Let the guard who answered talk with the door.

    :raises queries.CallNotFound, AnswerFirst, CallTaken, CallIsOver, NoSound: as `from_home`
    """

    def begin(line: str) -> Call:
        return talking.begin_at_desk(actor=actor, id=id, line=line, now=now)

    return _talk(begin, sdp, now)


def _talk(begin: Begin, sdp: str, now: datetime) -> dict[str, Any]:
    """Begin a line, and carry it; one that cannot be carried ends at once."""
    line = ids.new()
    row = begin(line)
    offer = TalkOffer(
        community=row.community, call=row.pk, line=line, sdp=sdp, source=queries.picture_of(row),
        panel=queries.panel_of(row),
    )  # fmt: skip
    try:
        answer = talk(offer)
    except Fault:
        talking.ended(community=row.community, id=row.pk, line=line, spoke_s=0, now=now)
        raise
    told: dict[str, Any] = msgspec.to_builtins(answer)
    return told

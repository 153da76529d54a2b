"""Where whoever calls for help is: as he says, as his telephone says, or as is likely; and said
better afterwards.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from linli.contracts.sos import SosMoved
from linli.domains.sos import logic, queries
from linli.domains.sos.models import Call
from linli.domains.sos.operations import recording
from linli.domains.sos.operations.ringing import ring_here
from linli.domains.sos.operations.telling_devices import photograph, silence, sound
from linli.foundation import ids
from linli.foundation.identity.queries import Actor
from linli.foundation.vault import operations as vault
from linli.foundation.vault import sealed
from linli.kernel.fault import Fault
from linli.kernel.geometry import Position
from linli.kernel.words import Words
from linli.registry.places.models import Place

_MOVED = Words(
    zh="求助人更正：人在这里，请改到这里", en="the caller says that he is here: go here instead"
)


class NotYourPlace(Fault):
    """It is none of the places at which whoever calls may be."""

    key = "sos.not_your_place"
    status = 404


def found(
    *, actor: Actor, named: str, at_home: bool, position: Position | None, now: datetime
) -> Place:
    """Return where he is: which of his places he names, his home, the place around his position,
    else where he is taken to be. No call is refused for a place that is not his: it is as if he had
    named none.
    """
    spots = queries.spots(actor=actor, now=now)
    chosen = next((one for one in spots if one.place.path == named), None)
    if chosen is None and at_home:
        chosen = next((one for one in spots if one.kind == logic.HOME), None)
    if chosen is None and position is None:
        chosen = next((one for one in spots if one.here), None)
    if chosen is not None and chosen.kind != logic.ELSEWHERE:
        return chosen.place
    return _around(actor.community, position)


def _around(community: str, position: Position | None) -> Place:
    around = queries.where(community=community, position=position) if position else None
    return around or queries.estate(community=community)


def put_position(*, row: Call, position: Position, now: datetime) -> None:
    """Seal where the telephone of a call is. The row is not saved."""
    row.position = f"{position[0]:.6f},{position[1]:.6f}"
    sealed.seal_all([row], community=row.community, today=timezone.localdate(now))


@transaction.atomic
def move(*, actor: Actor, call: int, place: str, position: Position | None, now: datetime) -> Call:
    """Say at which of one's places one really is; elsewhere, where the telephone is. Whoever rang
    hears of it, and who is nearest there rings too. Said again, nothing. Who said elsewhere may say
    at any time where that is; to another place he may go a few times, then there is a pause.

    :raises queries.CallNotFound: if the call is not the actor's own
    :raises NotYourPlace: if the place is none of his
    :raises logic.NotNow: if it is over
    :raises logic.MovedJustNow: if he said another place too often lately
    """
    row = queries.own_call(actor=actor, id=call, lock=True)
    logic.check(step="move", state=row.state, now=now, started_at=row.started_at)
    spots = {one.place.path: one for one in queries.spots(actor=actor, now=now)}
    if place not in spots:
        raise NotYourPlace
    spot, before = spots[place], row.place
    elsewhere = spot.kind == logic.ELSEWHERE
    row.place = _around(row.community, position) if elsewhere and position else spot.place
    moved = row.place.pk != before.pk
    if moved and not (elsewhere and before.pk == spot.place.pk):
        moves = queries.last_said(row=row, what="moved", most=logic.MOST_MOVES)
        logic.check_move(moves=moves, now=now)
    if not elsewhere:
        _forget_position(row, actor, now)
    elif position is not None:
        put_position(row=row, position=position, now=now)
    if moved:
        _go_there(row, before, actor, now)
    row.save()
    return row


def _forget_position(row: Call, actor: Actor, now: datetime) -> None:
    """Destroy a position at which he is not: it would lead whoever comes astray."""
    if row.vault_key:
        vault.destroy(
            community=row.community, subject=row.vault_key, account=actor.account,
            words=f"call:{row.pk}", now=now,
        )  # fmt: skip
    row.position_sealed, row.vault_key = "", ""


def _go_there(row: Call, before: Place, actor: Actor, now: datetime) -> None:
    rang = queries.rung_accounts(row=row)
    row.camera = queries.camera(row=row)
    fact = SosMoved(
        id=ids.new(), at=now, community=row.community, cause=row.cause or None, call=row.pk,
        before=before.path, place=row.place.path, going=tuple(sorted(rang)),
        told=queries.concerned(row=row),
    )  # fmt: skip
    recording.deed(row, "moved", now=now, by=actor.account, said={"place": row.place.path})
    recording.tell(row, fact, "moved")
    if not row.test:
        recording.remark(row, fact, "moved", by=actor.account, by_name=actor.name)
        recording.post(row, fact, _MOVED, now)
        photograph(row=row, cause=fact.id, now=now)
    if row.state == logic.RINGING:
        silence(row=row, cause=fact.id, now=now)
        if not row.test:
            sound(row=row, cause=fact.id, now=now)
        ring_here(row, rang, now)

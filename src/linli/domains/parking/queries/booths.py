"""Booths, who sits in them, and what he did there."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from django.db.models import Count, Prefetch, Q

from linli.domains.parking.models import Booth, BoothShift, Lane, StayMark
from linli.domains.parking.queries import lots
from linli.foundation.identity.queries import Actor
from linli.foundation.money import cash
from linli.foundation.scope.models import ScopedRows
from linli.foundation.scope.paging import CodePage, NumberPage, by_code, by_number
from linli.kernel.fault import Fault

OPENED = "opened"
_OWED = 5
"""So many shifts of one's own that were not handed over are shown, the newest first."""
LONGEST = timedelta(hours=48)
"""So long a shift lasts at most: one of a day and a night that nobody ended is over then."""


class BoothNotFound(Fault):
    key = "parking.booth_not_found"
    status = 404


class ShiftNotFound(Fault):
    key = "parking.shift_not_found"
    status = 404


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What a clerk did by hand in a shift: arms raised, stays put right, cash taken less given."""

    opened: int
    mended: int
    cash_fen: int


def booth(*, community: str, code: str, lock: bool = False) -> Booth:
    """Return a booth.

    :raises BoothNotFound: if there is none of this code
    """
    rows = Booth.rows.of(community).select_related("lot", "lot__place").filter(code=code)
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise BoothNotFound(booth=code[:32])
    return row


def booth_of(*, actor: Actor, code: str, lock: bool = False) -> Booth:
    """Return a booth of a lot where the actor may act.

    :raises BoothNotFound: if there is none
    """
    row = booth(community=actor.community, code=code, lock=lock)
    if not lots.acts_at(actor, row.lot):
        raise BoothNotFound(booth=code[:32])
    return row


def booths(*, actor: Actor, wanted: CodePage) -> tuple[list[Booth], str | None]:
    """Return a page of the booths that the actor sees by code, and the cursor after it."""
    rows = Booth.rows.of(actor.community).filter(lots.seen(actor, "lot__place__path"))
    lanes = Prefetch("lanes", queryset=Lane.rows.of(actor.community).order_by("code"))
    return by_code(rows.select_related("lot").prefetch_related(lanes), wanted=wanted)


def on_duty(*, community: str, booths: Sequence[Booth]) -> dict[int, BoothShift]:
    """Return who sits in each of these booths in which somebody does."""
    rows = BoothShift.rows.of(community).filter(booth__in=[row.pk for row in booths], ended_at=None)
    return {row.booth_id: row for row in rows.select_related("clerk")}


def shift_of(*, actor: Actor, id: int, lock: bool = False) -> BoothShift:
    """Return a shift in a booth where the actor may act.

    :raises ShiftNotFound: if there is none
    """
    rows = _shown(BoothShift.rows.of(actor.community)).filter(pk=id)
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None or not lots.acts_at(actor, row.booth.lot):
        raise ShiftNotFound(shift=id)
    return row


def sitting(*, booth: Booth, lock: bool = False) -> BoothShift | None:
    """Return the shift of whoever sits in a booth."""
    rows = _shown(BoothShift.rows.of(booth.community)).filter(booth=booth, ended_at=None)
    return (rows.select_for_update(of=("self",)) if lock else rows).first()


def long(*, community: str, now: datetime) -> list[int]:
    """Return the shifts that last longer than one does."""
    rows = BoothShift.rows.of(community).filter(ended_at=None, began_at__lte=now - LONGEST)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def running(*, community: str, id: int) -> BoothShift | None:
    """Return a shift, locked, if nobody ended it."""
    rows = _shown(BoothShift.rows.of(community)).filter(pk=id, ended_at=None)
    return rows.select_for_update(of=("self",)).first()


def own(*, actor: Actor) -> list[BoothShift]:
    """Return the shifts of the actor that he has not handed over, the newest first: the one that
    runs, if one does, and the last few in which he was relieved.
    """
    rows = _shown(BoothShift.rows.of(actor.community))
    return list(rows.filter(clerk=actor.account, handed_at=None).order_by("-pk")[:_OWED])


def shifts(*, actor: Actor, wanted: NumberPage) -> tuple[list[BoothShift], int | None]:
    """Return a page of the shifts where the actor may look, the newest first."""
    rows = _shown(BoothShift.rows.of(actor.community))
    rows = rows.filter(lots.seen(actor, "booth__lot__place__path"))
    return by_number(rows, wanted=wanted)


def _shown(rows: ScopedRows[BoothShift]) -> ScopedRows[BoothShift]:
    return rows.select_related(
        "booth__lot__place", "clerk", "relieved_by", "counted_by", "received_by"
    )


def done(*, shift: BoothShift, now: datetime) -> Done:
    """Return what a clerk did in a shift, until its end or until now, and no longer than one lasts:
    a shift that was left open is not counted through for months.
    """
    until = min(shift.ended_at or now, shift.began_at + LONGEST)
    marks = StayMark.rows.of(shift.community).filter(
        by=shift.clerk_id, at__gte=shift.began_at, at__lte=until
    )
    by_hand = Q(step=OPENED)
    counted = marks.aggregate(
        opened=Count("pk", filter=by_hand), mended=Count("pk", filter=~by_hand)
    )
    cash_fen = cash.taken(
        community=shift.community, by=shift.clerk_id, since=shift.began_at, until=until
    )
    return Done(**counted, cash_fen=cash_fen)

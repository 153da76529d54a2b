"""Cars in lots and at lanes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from django.db.models import F, OuterRef, Q, Subquery

from linli.domains.parking.models import Bay, Lane, Lot, Paid, Sighting, Stay, StayMark
from linli.domains.parking.queries import lots
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.built_once import built_once
from linli.foundation.scope.models import ScopedRows
from linli.kernel.checks import check
from linli.kernel.fault import Fault

SAME_CAR = timedelta(seconds=60)
SAME_NO_PLATE = timedelta(seconds=20)
_ONLY: Mapping[str, dict[str, object]] = {
    "shut": {"opened": False},
    "unread": {"read": False},
    "followed": {"reason": "followed"},
}
CLOCKS_DIFFER = timedelta(minutes=5)
"""By so much the clock of a camera that tells late may be wrong: nearer, it is the same passage."""
WAITS = timedelta(minutes=10)
"""So long after it was last seen a car may still stand at a lane."""


class StayNotFound(Fault):
    key = "parking.stay_not_found"
    status = 404


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which stays; what is left empty does not narrow. A plate is looked for whole."""

    lot: str = ""
    state: str = ""
    plate: str = ""
    mend: bool = False
    cursor: int | None = None
    limit: int = 50


def stay(*, community: str, id: int, lock: bool = False) -> Stay:
    """Return a stay.

    :raises StayNotFound: if there is none of this number
    """
    rows = Stay.rows.of(community)
    rows = rows.select_related("lot__place", "permit", "entered_by", "left_by", "bay")
    row = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=id).first()
    if row is None:
        raise StayNotFound(stay=id)
    return row


def stay_of(*, actor: Actor, id: int, lock: bool = False) -> Stay:
    """Return a stay in a lot where the actor may act.

    :raises StayNotFound: if there is none
    """
    row = stay(community=actor.community, id=id, lock=lock)
    if not lots.acts_at(actor, row.lot):
        raise StayNotFound(stay=id)
    return row


def stay_of_ticket(*, community: str, ticket: str, lock: bool = False) -> Stay:
    """Return the stay of a car without a plate.

    :raises StayNotFound: if there is none
    """
    rows = Stay.rows.of(community).select_related("lot", "permit").exclude(ticket="")
    row = (rows.select_for_update(of=("self",)) if lock else rows).filter(ticket=ticket).first()
    if row is None:
        raise StayNotFound(stay=0)
    return row


def inside(*, lot: Lot, plate: str, lock: bool = False) -> Stay | None:
    """Return the stay of a car that is in a lot."""
    question = _inside_locked if lock else _inside
    return question.first(community=lot.community, lot=lot.pk, plate=plate)


def _in_lot(community: str, lot: int, plate: str) -> ScopedRows[Stay]:
    rows = Stay.rows.of(community).filter(lot=lot, plate=plate, state="inside")
    return rows.select_related("lot", "permit", "entered_by").order_by("pk")[:1]


@built_once
def _inside(*, community: str, lot: int, plate: str) -> ScopedRows[Stay]:
    return _in_lot(community, lot, plate)


@built_once
def _inside_locked(*, community: str, lot: int, plate: str) -> ScopedRows[Stay]:
    return _in_lot(community, lot, plate).select_for_update(of=("self",))


def of_visit(*, community: str, visit: int) -> Stay | None:
    """Return the stay of a car that is in by the right of a visit, the newest; None if none is.
    Sought among the cars that are in: those are few, and told by lot.
    """
    lots_here = Lot.rows.of(community).values("pk")
    rows = Stay.rows.of(community).filter(lot__in=lots_here, state="inside", kind="visitor")
    return rows.filter(visit=visit).select_related("lot").order_by("-pk").first()


def unpaid_of_visit(*, community: str, visit: int) -> Stay | None:
    """Return the newest stay that began by the right of a visit, is over and was not paid for; None
    if none is. Sought among those of which something is still asked.
    """
    rows = Stay.rows.of(community).filter(settled=False, state="left", kind="visitor")
    rows = rows.exclude(why="").filter(visit=visit, fee_fen__gt=F("paid_fen"))
    return rows.select_related("lot").order_by("-pk").first()


def same(one: Stay, other: Stay | None) -> bool:
    """Tell whether two reads of a stay found the same: it was not written in between."""
    fields = [field.attname for field in Stay._meta.concrete_fields]  # noqa: SLF001 - public
    return other is not None and all(getattr(one, name) == getattr(other, name) for name in fields)


def others_on(*, bay: Bay, but: Stay) -> bool:
    """Tell whether another car that is in stands on a place."""
    rows = Stay.rows.of(bay.community).filter(bay=bay, state="inside")
    return bool(rows.exclude(pk=but.pk).exists())


def inside_any(*, lot: Lot, plates: Collection[str]) -> set[str]:
    """Return those of these cars that are in a lot."""
    rows = Stay.rows.of(lot.community).filter(lot=lot, plate__in=list(plates), state="inside")
    return set(rows.values_list("plate", flat=True))


def entry_missing(*, lot: Lot, plate: str, after: datetime) -> Stay | None:
    """Return the stay of a car that left after a time without anybody having seen it come."""
    return _no_entry.first(community=lot.community, lot=lot.pk, plate=plate, after=after)


@built_once
def _no_entry(*, community: str, lot: int, plate: str, after: datetime) -> ScopedRows[Stay]:
    rows = Stay.rows.of(community).filter(lot=lot, plate=plate, entered_at=None)
    rows = rows.filter(Q(left_at__gte=after) | Q(state="inside")).select_related("lot", "permit")
    soonest = F("left_at").asc(nulls_last=True)
    return rows.select_for_update(of=("self",)).order_by(soonest, "pk")[:1]


def exit_missing(*, lot: Lot, plate: str, at: datetime) -> Stay | None:
    """Return the last stay of a car before a time, if nobody saw it leave nor saw the car again
    since: else whatever ends then began later.
    """
    rows = Stay.rows.of(lot.community).filter(lot=lot, plate=plate, entered_at__lte=at)
    rows = rows.exclude(state="void").select_related("lot", "permit")
    row = rows.select_for_update(of=("self",)).order_by("-entered_at", "-pk").first()
    if row is None or row.entered_at is None or (row.state, row.why) != ("lost", "no_exit"):
        return None
    seen = Sighting.rows.of(lot.community).filter(lane__lot=lot, plate=plate)
    seen = seen.filter(at__gt=row.entered_at + CLOCKS_DIFFER, at__lt=at - CLOCKS_DIFFER)
    return None if seen.exists() else row


def ended_late(*, lot: Lot, plate: str, at: datetime) -> Stay | None:
    """Return the stay over a time whose exit was told late, if nothing was paid for it and nobody
    put a hand to it: its exit may be that of a car that came again.
    """
    rows = Stay.rows.of(lot.community).filter(lot=lot, plate=plate, state="left", paid_at=None)
    rows = rows.filter(entered_at__lt=at - CLOCKS_DIFFER, left_at__gt=at)
    rows = rows.exclude(pk__in=StayMark.rows.of(lot.community).values("stay"))
    rows = rows.select_related("lot", "permit", "left_by").select_for_update(of=("self",))
    row = rows.order_by("-entered_at", "-pk").first()
    if row is None or row.left_at is None:
        return None
    told = Sighting.rows.of(lot.community).filter(stay=row, direction="out", reason="late")
    return row if told.filter(at=row.left_at).exists() else None


def spans(*, lot: Lot, plate: str, at: datetime) -> bool:
    """Tell whether a stay that is over spans a time: its passage is known already."""
    rows = Stay.rows.of(lot.community).filter(lot=lot, plate=plate, state="left")
    return bool(rows.filter(entered_at__lte=at + SAME_CAR, left_at__gte=at - SAME_CAR).exists())


def came_about(*, lot: Lot, plate: str, at: datetime) -> Stay | None:
    """Return the stay that is over, or was lost, of a car that came at about a time."""
    rows = Stay.rows.of(lot.community).filter(lot=lot, plate=plate, state__in=["left", "lost"])
    near = (at - CLOCKS_DIFFER, at + CLOCKS_DIFFER)
    return rows.filter(entered_at__range=near).select_related("lot", "permit").first()


def left_about(*, lot: Lot, plate: str, at: datetime) -> bool:
    """Tell whether a car is known to have left at about a time."""
    rows = Stay.rows.of(lot.community).filter(lot=lot, plate=plate, state__in=["left", "lost"])
    return bool(rows.filter(left_at__range=(at - CLOCKS_DIFFER, at + CLOCKS_DIFFER)).exists())


def before(*, lot: Lot, plate: str, since: datetime, until: datetime) -> bool:
    """Tell whether a car left a lot in a span: it comes back."""
    rows = Stay.rows.of(lot.community).filter(lot=lot, plate=plate, state="left")
    return bool(plate) and bool(rows.filter(left_at__gte=since, left_at__lte=until).exists())


def sighting_of_ask(*, community: str, device: str, ask: str) -> Sighting | None:
    """Return what a camera told under an id of its own, if it did."""
    return _asked.first(community=community, device=device, ask=ask)


@built_once
def _asked(*, community: str, device: str, ask: str) -> ScopedRows[Sighting]:
    rows = Sighting.rows.of(community).select_related("lane", "stay")
    return rows.filter(device=device, ask=ask)


def same_car(
    *, lane: Lane, plate: str, plate_read: str, direction: str, at: datetime
) -> Sighting | None:
    """Return the sighting that this one only says again: the same car, the same lane and way."""
    near = SAME_CAR if plate else SAME_NO_PLATE
    return _near.first(
        community=lane.community, lane=lane.pk, plate=plate, plate_read=plate_read,
        direction=direction, since=at - near, until=at + near,
    )  # fmt: skip


@built_once
def _near(
    *,
    community: str,
    lane: int,
    plate: str,
    plate_read: str,
    direction: str,
    since: datetime,
    until: datetime,
) -> ScopedRows[Sighting]:
    rows = Sighting.rows.of(community).filter(lane=lane, plate__in=[plate, plate_read])
    rows = rows.filter(at__gte=since, at__lte=until, direction=direction)
    rows = rows.exclude(plate="", reason="followed")
    return rows.select_related("lane", "stay").order_by("-at")[:1]


def followed(
    *, lane: Lane, plate: str, direction: str, at: datetime, near: timedelta
) -> Sighting | None:
    """Return the sighting of a car that followed another, told a moment ago."""
    rows = Sighting.rows.of(lane.community).filter(
        lane=lane, direction=direction, reason="followed", at__gte=at - near, at__lte=at + near
    )
    rows = rows.filter(plate=plate) if plate else rows
    return rows.select_related("lane", "stay").order_by("-at").first()


def shut_at(*, lane: Lane, now: datetime) -> Sighting | None:
    """Return the car that was told last at a lane, if it was not let pass a moment ago."""
    row = _told_last(lane, now)
    return row if row is not None and not row.opened and row.reason != "followed" else None


def opened_at(*, lane: Lane, now: datetime) -> Sighting | None:
    """Return the car that was let pass last at a lane, a moment ago."""
    rows = Sighting.rows.of(lane.community).filter(lane=lane, opened=True, told_at__gte=now - WAITS)
    return rows.order_by("-pk").first()


def _told_last(lane: Lane, now: datetime) -> Sighting | None:
    rows = Sighting.rows.of(lane.community).filter(lane=lane, told_at__gte=now - SAME_CAR)
    return rows.order_by("-pk").first()


def last_seen(*, community: str, plate: str, until: datetime) -> Sighting | None:
    """Return where a car was seen last."""
    rows = Sighting.rows.of(community).filter(plate=plate, at__lte=until)
    return rows.select_related("lane").order_by("-at").first() if plate else None


def waiting_at(*, stay: Stay, now: datetime) -> Sighting | None:
    """Return the sighting of a car that stands at a lane to go out, and may not yet."""
    rows = Sighting.rows.of(stay.community).filter(stay=stay, direction="out", opened=False)
    rows = (
        rows.exclude(reason="followed")
        .filter(told_at__gte=now - WAITS)
        .select_related("lane", "lane__lot")
    )
    return rows.order_by("-pk").first()


def nameless_at(*, lane: Lane, now: datetime) -> Sighting | None:
    """Return the car without a plate that stands at a lane."""
    rows = (
        Sighting.rows.of(lane.community)
        .filter(lane=lane, plate="", opened=False, told_at__gte=now - WAITS)
        .exclude(reason="followed")
    )
    return rows.select_for_update(of=("self",)).order_by("-pk").first()


def stays(*, actor: Actor, wanted: Wanted) -> tuple[list[Stay], int | None]:
    """Return a page of stays, the newest first, and the cursor after it."""
    rows = Stay.rows.of(actor.community).filter(lots.seen(actor, "lot__place__path"))
    rows = rows.select_related("lot", "entered_by", "left_by")
    for name, value in (("lot__code", wanted.lot), ("state", wanted.state)):
        rows = rows.filter(**{name: value}) if value else rows
    if wanted.plate:
        rows = rows.filter(plate=check("plate", wanted.plate).value)
    if wanted.mend:
        rows = rows.filter(~Q(why=""), settled=False)
    if wanted.cursor is not None:
        rows = rows.filter(pk__lt=wanted.cursor)
    found = list(rows.order_by("-pk")[: wanted.limit + 1])
    more = len(found) > wanted.limit
    return found[: wanted.limit], found[wanted.limit - 1].pk if more else None


def sightings(
    *, actor: Actor, lane: str, plate: str, what: str, cursor: int | None, limit: int
) -> tuple[list[Sighting], int | None]:
    """Return a page of what cameras told, the newest first, and the cursor after it. `what`: only
    what was not let pass (`shut`), whose plate was not read (`unread`), or that followed another
    car (`followed`).
    """
    rows = Sighting.rows.of(actor.community).filter(lots.seen(actor, "lane__lot__place__path"))
    rows = rows.select_related("lane", "lane__lot")
    if lane:
        known = Lane.rows.of(actor.community).filter(code=lane).values_list("pk", flat=True)
        rows = rows.filter(lane__in=list(known))
    if plate:
        rows = rows.filter(plate=check("plate", plate).value)
    rows = rows.filter(**_ONLY.get(what, {}))
    if cursor is not None:
        rows = rows.filter(pk__lt=cursor)
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def newest(*, community: str, lanes: Sequence[int]) -> dict[int, Sighting]:
    """Return what each lane told last."""
    told = Sighting.rows.of(community).filter(lane=OuterRef("pk")).order_by("-pk").values("pk")
    last = Lane.rows.of(community).filter(pk__in=list(lanes)).values(last=Subquery(told[:1]))
    rows = Sighting.rows.of(community).select_related("lane").filter(pk__in=last)
    return {row.lane_id: row for row in rows}


def opened_by_hand(*, lane: Lane, by: int, reason: str) -> StayMark:
    """Return what somebody wrote when he raised an arm last, for a reason."""
    rows = StayMark.rows.of(lane.community).select_related("stay", "stay__lot")
    row: StayMark = rows.filter(lane=lane, by=by, reason=reason, step="opened").latest("pk")
    return row


def marks(*, stay: Stay) -> list[StayMark]:
    """Return what people did to a stay, the oldest first."""
    rows = StayMark.rows.of(stay.community).filter(stay=stay).select_related("by")
    return list(rows.order_by("pk"))


def payments(*, stay: Stay) -> list[Paid]:
    """Return what was paid for a stay."""
    return list(Paid.rows.of(stay.community).filter(stay=stay).order_by("pk"))


def seen_of(*, stay: Stay) -> list[Sighting]:
    """Return what cameras told of a stay, the oldest first."""
    rows = Sighting.rows.of(stay.community).filter(stay=stay).select_related("lane")
    return list(rows.order_by("at", "pk")[:50])

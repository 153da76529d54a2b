"""A car stands where it must not: its owner is told by the plate, then a case, then a tow."""

from datetime import datetime, timedelta

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts import cases, notices
from linli.contracts.effects import Severity
from linli.contracts.parking import CarMisparked, MisparkedMoved
from linli.contracts.visits import cars_of_host
from linli.domains.parking.logic import plates
from linli.domains.parking.models import Misparked, Zone
from linli.domains.parking.operations.minding import reason_of
from linli.domains.parking.queries import known, zones
from linli.domains.parking.queries.known import Concerned
from linli.foundation import ids
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.kernel.words import Words

URGENT = frozenset({"fire_lane"})
_CASE = {"fire_lane": "traffic.fire_lane"}
_GONE_AFTER = timedelta(minutes=30)
"""Seen by no camera any more for so long, a car that one did see is taken for gone."""
_GONE_AFTER_A_GUARD = timedelta(hours=8)
"""Seen by nobody for so long, a car that guards alone saw is: a shift, in which they come by."""
_ONE_IN_DOUBT = timedelta(minutes=10)
"""So long another plate that the same camera doubts is taken for the one that was seen before."""
_STANDS_STILL = timedelta(minutes=2)
"""Seen again after so long, a car whose plate is in doubt does stand there."""


class _Sight(msgspec.Struct, frozen=True, kw_only=True):
    """A car in the zone of a code, or of one of its cameras; `sure`: its plate was read without
    doubt. `by` is the guard who saw it.
    """

    zone: str
    device: str
    reading: plates.Reading
    sure: bool
    by: int | None


def see(
    *,
    community: str,
    plate: str,
    zone: str = "",
    device: str = "",
    by: int | None = None,
    confidence_milli: int = 1000,
    now: datetime,
) -> Misparked:
    """Take that a car stands in a zone: seen by one of its cameras, or by a guard. Its owner is
    told once; seen again, by whichever of them, it is counted. Of a plate that its camera doubts
    (`confidence_milli`) nobody is told: it might be another's; no case is opened either, until it
    is read well or is there still minutes later. Of several that one camera doubts shortly after
    each other the first is written down.

    :raises ZoneNotFound: if there is no such zone
    """
    reading = plates.read(plate=plate)
    sure = plates.clear(reading=reading, confidence_milli=confidence_milli)
    sight = _Sight(zone=zone, device=device, reading=reading, sure=sure, by=by)
    try:
        return _see(community, sight, now)
    except IntegrityError:  # somebody was quicker: this time his is found
        return _see(community, sight, now)


def report(*, actor: Actor, plate: str, zone: str, now: datetime) -> Misparked:
    """Take from a guard that a car stands in a zone where he may act; then as `see`.

    :raises ZoneNotFound: if there is no such zone there
    """
    row = zones.of_code(community=actor.community, code=zone)
    if row is None or not actor.sees(row.place.path):
        raise zones.ZoneNotFound(zone=zone[:32])
    return see(community=actor.community, plate=plate, zone=zone, by=actor.account, now=now)


@transaction.atomic
def _see(community: str, sight: _Sight, now: datetime) -> Misparked:
    zone = zones.zone(community=community, code=sight.zone, device=sight.device)
    reading, sure = sight.reading, sight.sure
    row = zones.standing(zone=zone, plate=reading.plate)
    if row is not None and _stands(row, now, eye=sight.device):
        return _again(row, sight, now)
    if row is not None:
        _gone(row, None, now)
    doubted = not sure and sight.by is None
    since = now - _ONE_IN_DOUBT
    same = zones.in_doubt(zone=zone, device=sight.device, since=since) if doubted else None
    if same is not None:
        return same
    row = Misparked(
        community=community,
        zone=zone,
        plate=reading.plate,
        colour=reading.colour,
        device=sight.device,
        first_at=now,
        last_at=now,
        doubted=doubted,
        by_id=sight.by,
    )
    row.save(force_insert=True)
    told = _concerned(row, now) if sure and not _quiet(row, now) else Concerned(accounts=[])
    fact = CarMisparked(
        id=ids.new(),
        at=now,
        community=community,
        misparked=row.pk,
        zone=zone.code,
        place=zone.place.path,
        urgent=zone.kind in URGENT and not doubted,
        told=len(told.accounts),
    )
    outbox.record_all([fact], about={fact.id: _about(zone)})
    row.cause = fact.id
    _tell(row, zone, told, fact.id, now)
    if fact.urgent:
        _open_case(row, zone, fact)
    row.save()
    return row


def _stands(row: Misparked, now: datetime, *, eye: str = "") -> bool:
    """Tell whether a car was seen so lately that it is taken to stand there still. What a camera
    (`eye`) sees now, and none saw since a guard did, came anew: a lane is blocked again rather once
    too often than never.
    """
    after = _GONE_AFTER if row.device or eye else _GONE_AFTER_A_GUARD
    return row.last_at >= now - after


def _again(row: Misparked, sight: _Sight, now: datetime) -> Misparked:
    """Count a car that stands there still; where nobody could be told yet, somebody may be now. One
    that was doubted, and is there after all, is dealt with as any other.
    """
    row.times += 1
    row.last_at, row.device = max(row.last_at, now), sight.device or row.device
    if sight.sure and not row.told and not _quiet(row, now):
        told = _concerned(row, now)
        if told.accounts:
            _tell(row, row.zone, told, _moved(row, "told", None, now).id, now)
    sure = sight.sure or sight.by is not None or now - row.first_at >= _STANDS_STILL
    if row.doubted and sure:
        row.doubted = False
        if row.zone.kind in URGENT:
            _open_case(row, row.zone, _moved(row, "case", None, now))
    row.save()
    return row


def confirm(*, actor: Actor, misparked: int, plate: str, now: datetime) -> Misparked:
    """Take from a guard the plate of a car that its camera doubts, as he reads it there: from then
    on it is a car as any other, its owner told and its case opened. Where he reads the plate of one
    that is known to stand there, it is that one. Of a car in no doubt any more nothing changes.

    :raises MisparkedNotFound: if there is none where the actor may act
    """
    try:
        return _confirm(actor, misparked, plate, now)
    except IntegrityError:  # that very plate was seen at the same time: this time it is found
        return _confirm(actor, misparked, plate, now)


@transaction.atomic
def _confirm(actor: Actor, misparked: int, plate: str, now: datetime) -> Misparked:
    row = zones.misparked_of(actor=actor, id=misparked, lock=True)
    if row.state != "standing" or not row.doubted:
        return row
    reading = plates.read(plate=plate)
    sure = plates.clear(reading=reading, confidence_milli=plates.SURE_MILLI)
    sight = _Sight(zone=row.zone.code, device="", reading=reading, sure=sure, by=actor.account)
    other = zones.standing(zone=row.zone, plate=reading.plate)
    if other is not None and other.pk != row.pk:
        _gone(row, actor.account, now)
        return _again(other, sight, now)
    row.plate, row.colour, row.by_id = reading.plate, reading.colour, actor.account
    _moved(row, "confirmed", actor.account, now)
    return _again(row, sight, now)


def _quiet(row: Misparked, now: datetime) -> bool:
    return zones.lately(zone=row.zone, plate=row.plate, now=now)


def _concerned(row: Misparked, now: datetime) -> Concerned:
    return known.concerned(community=row.community, plate=row.plate, at=now)


def _about(zone: Zone) -> dict[str, object]:
    return {
        "zh": f"{zone.name.zh} 有车违停",
        "en": f"a car stands at {zone.name.en}",
        "place": zone.place.path,
    }


def _tell(row: Misparked, zone: Zone, told: Concerned, fact: str, now: datetime) -> None:
    """Tell the owner, or whose guest it is, on his own page: who he is, nobody else learns."""
    urgent = zone.kind in URGENT
    plate = plates.masked(row.plate)
    zh = f"您的车 {plate} 停在{zone.name.zh}，请尽快移走"
    en = f"Your car {plate} stands at {zone.name.en}: please move it"
    if told.hosted:
        zh = f"您访客的车 {plate} 停在{zone.name.zh}，请让他尽快移走"
        en = f"Your guest's car {plate} stands at {zone.name.en}: please have it moved"
    if urgent:
        zh, en = f"{zh}，这里是消防通道", f"{en}; it is a fire lane"
    for account in told.accounts:
        notices.post(
            notices.Posting(
                community=row.community,
                to=f"account:{account}",
                place=zone.place.path,
                text=Words(zh=zh, en=en),
                severity=Severity.MAJOR if urgent else Severity.MINOR,
                source=fact,
                link="/my/car",
                now=now,
                rings=notices.CAR,
            )
        )
    row.told, row.hosted = len(told.accounts), told.hosted
    row.told_at = now if told.accounts else None


def _open_case(row: Misparked, zone: Zone, fact: CarMisparked | MisparkedMoved) -> None:
    told = (f"已通知车主或被访人 {row.told} 部手机", f"its owner or host was told ({row.told})")
    if not row.told:
        told = ("没有通知到人，请现场联系", "nobody could be told: look on the spot")
    plate = plates.masked(row.plate)
    row.case = cases.ask(
        cases.CaseAsked(
            kind=_CASE.get(zone.kind, "public.parking"),
            fact=fact,
            place=zone.place.path,
            description=Words(
                zh=f"{zone.name.zh} 违停 {plate or '无牌车'}；{told[0]}",
                en=f"{plate or 'A car without a plate'} stands at {zone.name.en}; {told[1]}",
            ),
            severity=Severity.MAJOR if zone.kind in URGENT else Severity.MINOR,
            device=row.device or next(iter(zones.cameras(zone=zone)), ""),
        )
    ).id


@transaction.atomic
def coming(*, community: str, account: int, misparked: int, now: datetime) -> Misparked:
    """Say that one comes to move one's car, or that one's guest does.

    :raises MisparkedNotFound: if it is neither one's own nor one's guest's
    """
    row = zones.misparked(community=community, id=misparked, lock=True)
    told = _concerned(row, now)
    his_guest = told.hosted and row.plate in cars_of_host(community, account, now)
    if account not in told.accounts and not his_guest:
        raise zones.MisparkedNotFound(misparked=misparked)
    if row.moved_at is None:
        row.moved_at = now
        _moved(row, "coming", None, now)
        row.save()
    return row


@transaction.atomic
def gone(*, actor: Actor, misparked: int, now: datetime) -> Misparked:
    """Say that a car is gone; said twice it is gone.

    :raises MisparkedNotFound: if there is none where the actor may act
    """
    row = zones.misparked_of(actor=actor, id=misparked, lock=True)
    _gone(row, actor.account, now)
    return row


def _gone(row: Misparked, by: int | None, now: datetime) -> None:
    if row.state == "standing":
        row.state, row.gone_at = "gone", now
        _moved(row, "gone", by, now)
        row.save()


@transaction.atomic
def tow(*, actor: Actor, misparked: int, note: str, now: datetime) -> Misparked:
    """Write down that a car was had towed: by whom, where to, on whose word.

    :raises MisparkedNotFound: if there is none where the actor may act
    :raises ReasonNeeded: without a note
    """
    row = zones.misparked_of(actor=actor, id=misparked, lock=True)
    said = reason_of(note)
    if row.state == "standing":
        row.state, row.towed_at, row.tow_note = "towed", now, said
        row.towed_by_id = actor.account
        _moved(row, "towed", actor.account, now)
        row.save()
    return row


def _moved(row: Misparked, step: str, by: int | None, now: datetime) -> MisparkedMoved:
    fact = MisparkedMoved(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=row.cause or None,
        misparked=row.pk,
        zone=row.zone.code,
        place=row.zone.place.path,
        step=step,
        by=by,
    )
    outbox.record(fact)
    row.cause = fact.id
    if row.case is not None and step != "case":
        note = _UNSEEN if step == "gone" and by is None else _SAID[step]
        cases.remark(cases.CaseRemark(case=row.case, step="car", fact=fact, note=note, by=by))
    return fact


_SAID = {
    "confirmed": Words(zh="保安已核实车牌", en="a guard read its plate"),
    "told": Words(zh="已通知车主或被访人", en="its owner or host was told"),
    "coming": Words(zh="车主或被访人表示马上来移车", en="its owner or host says that it is moved"),
    "gone": Words(zh="车已离开", en="the car is gone"),
    "towed": Words(zh="已联系拖车", en="it was towed"),
}
_UNSEEN = Words(zh="没有再看到，按已离开处理", en="it was seen no more, and is taken for gone")


def tick(*, community: str, now: datetime) -> int:
    """Open the case of a car that stands still after the grace of its zone; say of one that a
    camera saw, and none sees any more, that it is gone, and hours later of one that guards alone
    saw: where they looked there is perhaps no camera. Return how many moved.
    """
    due = zones.due(
        community=community,
        unseen=now - _GONE_AFTER,
        unseen_by_guards=now - _GONE_AFTER_A_GUARD,
        now=now,
    )
    return sum(_tick(community, one, now) for one in due)


@transaction.atomic
def _tick(community: str, id: int, now: datetime) -> bool:
    row = zones.misparked(community=community, id=id, lock=True)
    zone = row.zone
    if row.state != "standing":
        return False
    if not _stands(row, now):
        _gone(row, None, now)
        return True
    grace = timedelta(minutes=zone.grace_minutes)
    if row.case is None and not row.doubted and row.first_at <= now - grace:
        fact = _moved(row, "case", None, now)
        _open_case(row, zone, fact)
        row.save()
        return True
    return False

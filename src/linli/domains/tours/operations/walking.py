"""Who walks: tours taken, points scanned or left out, with or without network."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts import cases
from linli.domains.tours import beacons, logic, queries, signing
from linli.domains.tours.logic import PointRule, Shown, Stand, Verdict
from linli.domains.tours.models import Mark, Point, Scan, Tour
from linli.domains.tours.operations import alarming, recording
from linli.domains.tours.operations.planning import finish
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault
from linli.kernel.geometry import distance_m

_KEY_SIGNS = 64


class NotOnDuty(Fault):
    key = "tours.not_on_duty"
    status = 403


class TakenByAnother(Fault):
    key = "tours.taken"


class TourOver(Fault):
    key = "tours.over"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a telephone has to tell, under a key of its own.

    `text` is what was scanned. With `skip` it is the reason why a point was left out: `tour` and
    `point` (a code) say which. `position` is (longitude, latitude) in degrees, give or take
    `accuracy_m`. `at` is by the telephone's clock. `serial` is that of the tag by NFC that was
    read; a beacon was heard as strong as `rssi_dbm`, for `dwell_s`. What a device heard says which
    (`reader`): it is believed to have been where it stands.
    """

    key: str
    at: datetime
    text: str = ""
    way: str = "qr"
    tour: int | None = None
    point: str = ""
    skip: str = ""
    position: tuple[float, float] | None = None
    accuracy_m: float = 0.0
    serial: str = ""
    rssi_dbm: int | None = None
    dwell_s: float | None = None
    reader: str = ""


@transaction.atomic
def take(*, actor: Actor, tour: int, now: datetime) -> Tour:
    """Set out on a tour; taken by the same person again, nothing happens.

    :raises queries.TourNotFound: if there is none in the actor's area
    :raises TourOver: if its time is over, or has not come
    :raises NotOnDuty: if the actor is not on duty now
    :raises TakenByAnother: if somebody else walks it
    """
    row = queries.tour(community=actor.community, id=tour, seen=actor.places, lock=True)
    if row.walker_id == actor.account:
        return row
    if row.walker_id is not None:
        raise TakenByAnother(tour=tour)
    if row.state not in logic.OPEN or not row.starts_at - logic.EARLY <= now < row.ends_at:
        raise TourOver(tour=tour)
    if not queries.on_duty(community=actor.community, account=actor.account, at=now):
        raise NotOnDuty
    _set_out(row, actor, now, now)
    row.save(update_fields=["walker", "begun_at", "state"])
    return row


def tell(*, actor: Actor, told: Sequence[Told], phone_at: datetime, now: datetime) -> list[Scan]:
    """Take what a telephone has kept, in the order in which it happened; what was told before is
    answered as it was. `phone_at` is the telephone's clock as it tells.
    """
    by_time = sorted(told, key=lambda one: (one.at, one.key))
    found = {one.key: _tell_once(actor, one, phone_at, now) for one in by_time}
    return [found[one.key] for one in told]


def _tell_once(actor: Actor, told: Told, phone_at: datetime, now: datetime) -> Scan:
    mine = partial(
        queries.scan_of_key,
        community=actor.community,
        account=actor.account,
        key=told.key[:_KEY_SIGNS],
    )
    try:
        with transaction.atomic():
            return mine() or _tell(actor, told, phone_at, now)
    except IntegrityError:
        found = mine()
        if found is None:
            raise
        return found


def _tell(actor: Actor, told: Told, phone_at: datetime, now: datetime) -> Scan:
    at, _, wrong = logic.corrected(at=told.at, phone_at=phone_at, now=now)
    code = logic.read(told.text)
    scan = Scan(
        community=actor.community, by_id=actor.account, key=told.key[:_KEY_SIGNS], at=at,
        told_at=now, way=_way(told, code), flags=["clock"] if wrong else [],
        rssi_dbm=told.rssi_dbm, reader=told.reader,
    )  # fmt: skip
    scan.point = _point(actor.community, told, code)
    if scan.point is None:
        scan.verdict = "unknown"
    elif code is not None and not signing.genuine(scan.point, code):
        scan.verdict = "old_code"
    else:
        shown_at = _shown_at(code, now)
        scan.distance_m = _distance_m(scan.point, told)
        scan.tour = queries.tour_of_scan(
            community=actor.community, point=scan.point, at=shown_at or at, account=actor.account,
            wanted=told.tour,
        )  # fmt: skip
        _settle(actor, scan, told, shown_at)
    scan.save(force_insert=True)
    return scan


def heard(*, actor: Actor, told: Told, now: datetime) -> Scan:
    """Take what a device heard of somebody's badge at a point of the tour that he took; heard
    again, it is answered as it was.
    """
    return _tell_once(actor, told, now, now)


def _way(told: Told, code: logic.Code | None) -> str:
    """Return how it was read. What stands on tags by NFC alone was read there, or typed off."""
    return "nfc" if code and code.tag and told.way != "typed" else told.way


def _point(community: str, told: Told, code: logic.Code | None) -> Point | None:
    """Return the point: by its signed code, by its beacon or the word of its tag, or named: to be
    left out, or by the device that stands there.
    """
    if told.skip or told.way == "badge":
        return queries.point_said(community=community, code=told.point)
    beacon = beacons.read(told.text)
    if beacon is not None:
        heard_now = told.way == "beacon"
        return queries.point_said(community=community, beacon=beacon if heard_now else "")
    tag = "" if code else told.text.strip()[:64]
    return queries.point_said(community=community, code=code.point if code else "", tag=tag)


def _shown_at(code: logic.Code | None, now: datetime) -> datetime | None:
    if code is None or not code.rotating:
        return None
    return min(datetime.fromtimestamp(code.number * logic.STEP_S, now.tzinfo), now)


def _distance_m(point: Point, told: Told) -> int | None:
    here = _where(point)
    if told.position is None or here is None:
        return None
    return round(distance_m(here, told.position))


def _settle(actor: Actor, scan: Scan, told: Told, shown_at: datetime | None) -> None:
    """Write a scan down at its tour, if it counts."""
    row, point = scan.tour, scan.point
    if row is None or point is None or not actor.sees(row.route.place.path):
        scan.tour, scan.verdict = None, "no_tour"
        return
    marks = queries.marks(community=row.community, tours=[row.pk])[row.pk]
    mark = next(one for one in marks if one.point_id == point.pk)
    said = _judged(row, point, scan, told, shown_at)
    scan.at = said.at
    scan.flags = list(dict.fromkeys([*scan.flags, *said.flags, *_manners(row, marks, mark, scan)]))
    if said.refusal:
        scan.verdict = said.refusal
    elif mark.state in {logic.VISITED, logic.SKIPPED, logic.LATE}:
        scan.verdict = "repeat"
    else:
        _count(row, marks, mark, scan, told.skip)


def _judged(row: Tour, point: Point, scan: Scan, told: Told, shown_at: datetime | None) -> Verdict:
    rule = PointRule(
        proof=logic.NONE if told.skip or told.reader else point.proof,
        radius_m=point.radius_m,
        serial=point.serial,
        least_dbm=point.least_dbm,
        dwell_s=point.dwell_s,
    )
    shown = Shown(
        at=scan.at,
        shown_at=shown_at,
        distance_m=scan.distance_m,
        accuracy_m=told.accuracy_m,
        by_tag=scan.way == "nfc",
        serial=told.serial.strip().lower()[:40],
        by_beacon=scan.way == "beacon" and beacons.read(told.text) is not None,
        rssi_dbm=told.rssi_dbm,
        dwell_s=told.dwell_s,
    )
    return logic.verdict(
        shown=shown, rule=rule, starts_at=row.starts_at, ends_at=row.ends_at, told_at=scan.told_at
    )


def _manners(row: Tour, marks: Sequence[Mark], mark: Mark, scan: Scan) -> list[str]:
    stands = [Stand(number=one.number, state=one.state) for one in marks]
    found = []
    if logic.out_of_order(order=row.route.order, stands=stands, number=mark.number):
        found.append("order")
    if _too_fast(marks, mark, scan):
        found.append("fast")
    if row.walker_id != scan.by_id and not queries.on_duty(
        community=row.community, account=scan.by_id, at=scan.at
    ):
        found.append("off_duty")
    return found


def _too_fast(marks: Sequence[Mark], mark: Mark, scan: Scan) -> bool:
    """Tell whether nobody goes so fast from where the same person was last, or to where he was
    next: what was kept without network comes in its order, but not before what came meanwhile.
    """
    here = _where(mark.point)
    if here is None:
        return False
    for other in marks:
        there = _where(other.point)
        if other.at is None or other.by_id != scan.by_id or other.pk == mark.pk or there is None:
            continue
        seconds = abs((scan.at - other.at).total_seconds())
        if other.state != logic.SKIPPED and logic.too_fast(
            metres=distance_m(here, there), seconds=seconds
        ):
            return True
    return False


def _where(point: Point) -> tuple[float, float] | None:
    if point.longitude is None or point.latitude is None:
        return None
    return point.longitude, point.latitude


def _count(row: Tour, marks: list[Mark], mark: Mark, scan: Scan, skip: str) -> None:
    missed = mark.state == logic.UNSEEN
    scan.verdict = "skipped" if skip else "counted"
    mark.state = logic.SKIPPED if skip else logic.VISITED
    if "late" in scan.flags:
        mark.state = logic.LATE
    mark.at, mark.told_at, mark.way, mark.flags = scan.at, scan.told_at, scan.way, scan.flags
    mark.reason, mark.by_id = skip.strip()[:200], scan.by_id
    mark.save()
    if not skip:
        recording.visited(row, mark=mark, at=scan.at, now=scan.told_at)
    if row.walker_id is None or row.begun_at is None:
        _set_out_by(row, scan)
    if row.state in logic.OPEN:
        _go_on(row, marks, scan)
    elif missed and mark.state != logic.LATE:
        _make_good(row, marks, mark, scan.told_at)
    row.save()


def _go_on(row: Tour, marks: list[Mark], scan: Scan) -> None:
    row.state = logic.outcome(states=[one.state for one in marks], over=False)
    if row.state == logic.DONE:
        finish(row, marks, scan.told_at)
        row.ended_at = scan.at


def _make_good(row: Tour, marks: list[Mark], mark: Mark, now: datetime) -> None:
    row.state = logic.outcome(states=[one.state for one in marks], over=True)
    missed = sum(one.state == logic.UNSEEN for one in marks)
    fact = recording.made_good(row, mark=mark, missed=missed, now=now)
    if not missed:
        alarming.made_good(row, cause=fact.id, now=now)
    if row.case is not None:
        note = recording.made_good_words(mark)
        cases.remark(cases.CaseRemark(case=row.case, step=recording.REMARK, fact=fact, note=note))


def _set_out_by(row: Tour, scan: Scan) -> None:
    row.walker_id, row.begun_at = scan.by_id, scan.at
    if row.state == logic.WAITING:
        row.state = logic.WALKING
    recording.begun(row, by=scan.by_id, now=scan.told_at)


def _set_out(row: Tour, actor: Actor, at: datetime, now: datetime) -> None:
    row.walker_id, row.begun_at, row.state = actor.account, at, logic.WALKING
    recording.begun(row, by=actor.account, now=now)

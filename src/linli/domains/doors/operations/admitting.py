"""Guests: what whoever invites them asks of doors (`contracts.doors`)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from linli.contracts.doors import Admission, Admitted, GuestPass, Leave, Way
from linli.domains.doors.logic.deciding import Grant, Holder, Term
from linli.domains.doors.logic.life import Step
from linli.domains.doors.logic.tokens import MOST_DOORS
from linli.domains.doors.models import Credential, Door, Right
from linli.domains.doors.operations import granting, issuing, signing
from linli.domains.doors.operations.granting import NewRight
from linli.domains.doors.operations.issuing import NewCredential
from linli.domains.doors.queries import finding, hosts, standing
from linli.domains.doors.queries.standing import Bearing
from linli.foundation.vault import sealed
from linli.kernel.fault import Fault

_OUTERMOST = "estate"


class NotYours(Fault):
    """Nobody lets a guest through a door that he may not pass himself."""

    key = "doors.not_yours_to_give"
    status = 403


class NoDoors(Fault):
    """No door leads there, or there are too many for one guest."""

    key = "doors.no_doors"
    status = 422


@transaction.atomic
def admit(asked: Admission) -> Admitted:
    """Answer `contracts.doors.admit`.

    :raises finding.DoorNotFound: if one of the doors is none
    :raises NoDoors: if none leads there
    :raises NotYours: if the host may not pass one of them himself
    """
    doors = _doors(asked)
    if asked.host is not None:
        _check_host(asked, doors)
    serial = _take_back(asked.community, asked.subject, asked.by, asked.cause, asked.now)
    for door in doors:
        right = NewRight(
            guest=asked.subject,
            door=door.device.code,
            hours=asked.hours,
            floors=granting.floors_for(door=door, place=asked.place),
            since=asked.since,
            until=asked.until,
            source="guest",
        )
        granting.write(community=asked.community, new=right, by=asked.by, now=asked.now)
    rings = {door.ring for door in doors}
    ring = _OUTERMOST if _OUTERMOST in rings else min(rings)
    row = _make(asked, Way.QR, ring).row
    row.serial = serial + 1
    row.save(update_fields=["serial"])
    code = _make(asked, Way.CODE, ring).digits if asked.with_code else ""
    shown = signing.guest_codes(
        row=row, doors=[door.pk for door in doors], moments=[asked.now], now=asked.now
    )
    return Admitted(token=shown[0].token, code=code, doors=[door.device.code for door in doors])


def _make(asked: Admission, way: Way, ring: str) -> issuing.Made:
    new = NewCredential(
        way=way,
        guest=asked.subject,
        host=asked.host if asked.household else None,
        home=asked.household,
        since=asked.since,
        until=asked.until,
        uses=asked.uses,
        ring=ring,
    )
    return issuing.make(
        community=asked.community, new=new, by=asked.by, cause=asked.cause, now=asked.now
    )


def _doors(asked: Admission) -> list[Door]:
    if asked.doors:
        found = finding.all_doors(community=asked.community, codes=asked.doors)
        missing = sorted(set(asked.doors) - {door.device.code for door in found})
        if missing:
            raise finding.DoorNotFound(door=missing[0][:48])
    else:
        found = finding.way_to(community=asked.community, place=asked.place)
    if not 0 < len(found) <= MOST_DOORS:
        raise NoDoors(place=asked.place, most=MOST_DOORS)
    return found


def _check_host(asked: Admission, doors: Sequence[Door]) -> None:
    bearing = Bearing(person=asked.host)
    stands = standing.standing(community=asked.community, bearing=bearing, now=asked.now)
    for door in doors:
        rights = standing.rights_of(
            community=asked.community, bearing=bearing, households=stands.households, door=door
        )
        may = standing.allowed(rights=rights, standing=stands, floor="", now=asked.now)
        stands_now = stands.holder is Holder.HERE and may.term is Term.NOW
        if not stands_now or may.grant is Grant.NONE:
            raise NotYours(door=door.device.code)


@transaction.atomic
def withdraw(leave: Leave) -> None:
    """Answer `contracts.doors.withdraw`."""
    _take_back(leave.community, leave.subject, leave.by, leave.cause, leave.now)


def _take_back(community: str, guest: str, by: int | None, cause: str, now: datetime) -> int:
    """End what a guest was given; return the serial of his QR code."""
    rights = Right.rows.of(community).filter(guest=guest, ended_at=None)
    rights.exclude(guest="").update(ended_at=now)
    held = finding.of_guest(community=community, guest=guest, lock=True)
    if held:
        issuing.move(rows=held, step=Step.ENDED, by=by, cause=cause, now=now)
    return max((row.serial for row in held), default=0)


def guest_pass(community: str, guest: str, moments: Sequence[datetime], now: datetime) -> GuestPass:
    """Answer `contracts.doors.guest_pass`."""
    rows = _good(community, guest, now)
    if Way.QR not in rows:
        return GuestPass()
    row = rows[Way.QR]
    until = hosts.stays(community=community, rows=[row], now=now).get(row.pk, hosts.EVER)
    his = [one for one in moments if one < until]
    codes = signing.guest_codes(row=row, doors=_his(row), moments=his, now=now)
    return GuestPass(codes=codes, digits=_digits(rows.get(Way.CODE)))


def guest_picture(community: str, guest: str, now: datetime) -> str:
    """Answer `contracts.doors.guest_picture`."""
    row = _good(community, guest, now).get(Way.QR)
    if row is None:
        return ""
    ends: dict[int, datetime] = {}
    for door in Door.rows.of(community).filter(pk__in=_his(row)):
        found = hosts.hosted_until(door=door, rows=[row], now=now).get(row.pk, hosts.EVER)
        if found > now:
            ends[door.pk] = found
    if not ends:
        return ""
    until = min(row.until or hosts.EVER, *ends.values())
    return signing.guest_picture(row=row, doors=sorted(ends), until=until, now=now)


def _good(community: str, guest: str, now: datetime) -> dict[str, Credential]:
    """Return what a guest was given that is not over, by its way; of one whose host has left,
    nothing.
    """
    held = finding.of_guest(community=community, guest=guest)
    ends = hosts.stays(community=community, rows=held, now=now)
    return {
        row.way: row
        for row in held
        if row.state == "open" and now < min(row.until or hosts.EVER, ends.get(row.pk, hosts.EVER))
    }


def _his(row: Credential) -> list[int]:
    rights = Right.rows.of(row.community).filter(guest=row.guest, ended_at=None)
    return sorted({right.door_id for right in rights if right.door_id})


def _digits(row: Credential | None) -> str:
    """Return the digits of a guest, who is shown them each time that he looks at his pass."""
    if row is None:
        return ""
    sealed.open_all([row], community=row.community, purpose="access")
    return row.value if row.value != sealed.ERASED else ""

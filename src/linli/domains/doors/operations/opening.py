"""Doors opened from afar: a tap on the telephone, a word at home, the intercom, the guard. The same
decision as at the door, and a command in the ledger. A lift is no door to open: a floor is freed at
it, for a while; with a door that is opened for who comes to a home, so is the floor of that home.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts.doors import OpenTold, OpenWanted, Way
from linli.domains.doors.logic.deciding import (
    Grant,
    Holder,
    Situation,
    Term,
    decide,
)
from linli.domains.doors.models import LONGEST_LANDING, Door, Passage
from linli.domains.doors.operations import deciding, freeing
from linli.domains.doors.operations.granting import floors_for
from linli.domains.doors.queries import finding, situation, standing
from linli.domains.doors.queries.situation import Found
from linli.domains.doors.queries.standing import FREES, LIFT, Bearing, himself
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault
from linli.registry.devices import operations as devices
from linli.registry.devices.catalogue import models as thing_models
from linli.registry.people.models import Staff

OPENS = ("door.unlock", "barrier.open")
"""Services that let somebody through; a device has one of them, or cannot be opened from afar."""
FREED_S = 300
"""So long a floor is free: for the walk from the door, and the wait for the lift."""
_log = logging.getLogger("linli.doors")


class NotFromAfar(Fault):
    """This door has no way of being told to open."""

    key = "doors.not_from_afar"
    status = 422


def open_for(wanted: OpenWanted) -> OpenTold:
    """Answer `contracts.doors.open_for`.

    :raises finding.DoorNotFound: if there is none
    :raises NotFromAfar: if it cannot be opened from afar
    """
    try:
        with transaction.atomic():
            return _open(wanted)
    except IntegrityError:
        door = finding.door(community=wanted.community, code=wanted.door)
        before = _before(wanted, door)
        if before is None:
            raise
        return _told(before)


def _open(wanted: OpenWanted) -> OpenTold:
    door = finding.door(community=wanted.community, code=wanted.door)
    told = _told(_decided(wanted, door))
    if told.opened and wanted.home and door.kind != LIFT:
        for lift in _lifts(wanted):
            _call(lift, wanted)
    return told


def _call(lift: Door, wanted: OpenWanted) -> None:
    """Have a floor freed at a lift; one that refuses takes nobody up and keeps no door shut."""
    try:
        with transaction.atomic():
            _decided(wanted, lift)
    except Fault as fault:
        _log.warning("%s was not called to %s: %s", lift.device.code, wanted.home, fault.key)


def _decided(wanted: OpenWanted, door: Door) -> Passage:
    """Decide at a door, and have it told; asked again, return what was decided before."""
    service = _service(door)
    before = _before(wanted, door)
    if before is not None:
        return before
    landings = _landings(wanted, door) if service == FREES else []
    found = _situation(wanted, door, landings)
    if service == FREES and not landings and decide(found.case).opens:
        raise NotFromAfar(door=door.device.code)
    told = deciding.Told(
        ask=_ask(wanted),
        floor=",".join(landings)[:LONGEST_LANDING],
        at=wanted.now,
        came_at=wanted.now,
        guest=wanted.guest,
        cause=wanted.cause or None,
    )
    row, verdict = deciding.write(door=door, found=found, verdict=decide(found.case), told=told)
    if verdict.opens:
        row.command = _command(wanted, door, row, _said(service, landings))
        row.save(update_fields=["command"])
    return row


def _situation(wanted: OpenWanted, door: Door, landings: Sequence[str]) -> Found:
    """Return the situation of who opens; at a lift, whether it burns in its building."""
    found = situation.of_bearing(
        door=door,
        bearing=_bearing(wanted),
        way=wanted.way,
        direction="in",
        floor=landings[0] if landings else "",
        now=wanted.now,
    )
    case = found.case
    if door.kind == LIFT:
        fire = freeing.burns_at(community=door.community, place=door.device.place.path)
        case = msgspec.structs.replace(case, lift=True, fire=fire)
    if wanted.way is Way.STAFF:
        case = _on_duty(case)
    return msgspec.structs.replace(found, case=case)


def _lifts(wanted: OpenWanted) -> list[Door]:
    """Return the lifts on the way to a home that can be told to go to its floor. One that cannot
    keeps no door from opening.
    """
    way = finding.way_to(community=wanted.community, place=wanted.home)
    return [
        door
        for door in way
        if standing.frees_floors(door) and door.device.enabled and _landings(wanted, door)
    ]


def _landings(wanted: OpenWanted, door: Door) -> list[str]:
    """Return the landings that are freed at a lift: those of a home, or those to which his own
    right takes who asks; none where his right is to all of them, or he has none.
    """
    found: Sequence[str]
    if wanted.home:
        found = floors_for(door=door, place=wanted.home)
    else:
        found = standing.landings(door=door, bearing=_bearing(wanted), now=wanted.now)
    return [one for one in found if len(one) <= LONGEST_LANDING]


def _bearing(wanted: OpenWanted) -> Bearing:
    """Return who opens: a resident, or staff by his account."""
    if wanted.person is not None:
        return Bearing(person=wanted.person)
    staff = Staff.rows.of(wanted.community).filter(account=wanted.account, employed=True)
    number = staff.values_list("pk", flat=True).first() if wanted.account else None
    return Bearing(staff=number)


def _on_duty(case: Situation) -> Situation:
    """Return the situation of staff who open for somebody: by their permission, which who asks has
    checked, at any door that is in use.
    """
    return msgspec.structs.replace(
        case, ways=tuple(Way), staff=True, grant=Grant.YES, term=Term.NOW, holder=Holder.HERE
    )


def _service(door: Door) -> str:
    model = thing_models().get(door.device.model)
    able = model.services if model is not None else {}
    found = next((one for one in (*OPENS, FREES) if one in able), None)
    if found is None:
        raise NotFromAfar(door=door.device.code)
    return found


def _ask(wanted: OpenWanted) -> str:
    return f"{wanted.way.value}:{wanted.person or wanted.account or 0}:{wanted.key}"[:64]


def _before(wanted: OpenWanted, door: Door) -> Passage | None:
    rows = Passage.rows.of(wanted.community)
    return rows.filter(device=door.device.code, ask=_ask(wanted)).first()


_Order = tuple[str, dict[str, float | str | bool]]


def _said(service: str, landings: Sequence[str]) -> list[_Order]:
    """Return what a device is told: to open, or of each landing that it is free, and how long."""
    if service != FREES:
        return [(service, {})]
    return [(service, {"floor": landing, "seconds": FREED_S}) for landing in landings]


def _command(wanted: OpenWanted, door: Door, row: Passage, orders: Sequence[_Order]) -> str:
    """Have a device told; return the number of the first command."""
    given = [
        devices.request_command(
            community=wanted.community,
            device=door.device.code,
            service=service,
            args=args,
            key=f"passage:{row.pk}:{number}" if number else f"passage:{row.pk}",
            by=wanted.account,
            cause=row.fact,
            confirmed=True,
            now=wanted.now,
        )
        for number, (service, args) in enumerate(orders)
    ]
    return str(given[0].pk)


def _told(row: Passage) -> OpenTold:
    return OpenTold(opened=row.opened, reason=row.reason, passage=row.pk, command=row.command)


def open_by_staff(*, actor: Actor, door: str, guest: str = "", key: str, now: datetime) -> OpenTold:
    """Have a door opened by somebody on duty, for whoever stands there.

    :raises finding.DoorNotFound: if there is none where he may act
    """
    finding.door(community=actor.community, code=door, seen=actor.places)
    return open_for(
        OpenWanted(
            community=actor.community,
            door=door,
            way=Way.STAFF,
            key=key,
            account=actor.account,
            guest=guest[:48],
            cause="",
            now=now,
        )
    )


def open_own(
    *, actor: Actor, at_work: bool = False, door: str, key: str, now: datetime
) -> OpenTold:
    """Have a door opened by a tap of a resident, or of somebody at work, as his rights are; at a
    lift, his own floor freed.

    :raises standing.NotHere: if the account is nobody's in the register
    :raises finding.DoorNotFound: if there is none
    """
    return open_for(
        OpenWanted(
            community=actor.community,
            door=door,
            way=Way.PHONE,
            key=key,
            person=himself(actor=actor, at_work=at_work).person,
            account=actor.account,
            cause="",
            now=now,
        )
    )

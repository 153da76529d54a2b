"""Doors opened from afar: a tap on the telephone, a word at home, the intercom, the guard. The same
decision as at the door, and a command in the ledger.
"""

from datetime import datetime

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts.doors import OpenTold, OpenWanted, Way
from linli.domains.doors.logic.deciding import Grant, Holder, Situation, Term, decide
from linli.domains.doors.models import Door, Passage
from linli.domains.doors.operations import deciding
from linli.domains.doors.queries import finding, situation
from linli.domains.doors.queries.standing import Bearing, himself
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault
from linli.registry.devices import operations as devices
from linli.registry.devices import queries as device_queries
from linli.registry.people.models import Staff

OPENS = ("door.unlock", "barrier.open")
"""Services that let somebody through; a device has one of them, or cannot be opened from afar."""


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
        before = _before(wanted)
        if before is None:
            raise
        return _told(before)


def _open(wanted: OpenWanted) -> OpenTold:
    door = finding.door(community=wanted.community, code=wanted.door)
    service = _service(door)
    before = _before(wanted)
    if before is not None:
        return _told(before)
    found = situation.of_bearing(
        door=door, bearing=_bearing(wanted), way=wanted.way, direction="in", now=wanted.now
    )
    if wanted.way is Way.STAFF:
        found = msgspec.structs.replace(found, case=_on_duty(found.case))
    told = deciding.Told(
        ask=_ask(wanted),
        at=wanted.now,
        came_at=wanted.now,
        guest=wanted.guest,
        cause=wanted.cause or None,
    )
    row, verdict = deciding.write(door=door, found=found, verdict=decide(found.case), told=told)
    if verdict.opens:
        row.command = _command(wanted, door, service, row)
        row.save(update_fields=["command"])
    return _told(row)


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
    able = device_queries.model(id=door.device.model).services
    found = next((one for one in OPENS if one in able), None)
    if found is None:
        raise NotFromAfar(door=door.device.code)
    return found


def _ask(wanted: OpenWanted) -> str:
    return f"{wanted.way.value}:{wanted.person or wanted.account or 0}:{wanted.key}"[:64]


def _before(wanted: OpenWanted) -> Passage | None:
    rows = Passage.rows.of(wanted.community)
    return rows.filter(device=wanted.door, ask=_ask(wanted)).first()


def _command(wanted: OpenWanted, door: Door, service: str, row: Passage) -> str:
    command = devices.request_command(
        community=wanted.community,
        device=door.device.code,
        service=service,
        args={},
        key=f"passage:{row.pk}",
        by=wanted.account,
        cause=row.fact,
        confirmed=True,
        now=wanted.now,
    )
    return str(command.pk)


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
    """Have a door opened by a tap of a resident, or of somebody at work, as his rights are.

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

"""What cases read of the register: names, staff, where things are."""

from datetime import datetime

from linli.contracts.effects import Because
from linli.domains.cases.logic import assigning, opening
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.devices import queries as devices
from linli.registry.devices.catalogue import models
from linli.registry.people import queries as people
from linli.registry.people.models import Staff


class StaffNotFound(Fault):
    key = "cases.staff_not_found"
    status = 404


class NotStaff(Fault):
    key = "cases.not_staff"
    status = 403


def named(*, community: str, reading: Because | None) -> opening.Named | None:
    """Return what the device of a reading and its point are called, if the register knows them."""
    if reading is None:
        return None
    row = devices.by_code(community=community, codes=[reading.device]).get(reading.device)
    model = models().get(row.model) if row else None
    if row is None or model is None:
        return None
    device = Words(zh=row.name_zh, en=row.name_en or row.name_zh)
    if reading.point in model.properties:
        measured = model.properties[reading.point]
        return opening.Named(device=device, point=measured.name, unit=measured.unit)
    point = model.events[reading.point].name if reading.point in model.events else None
    code = Words(zh=reading.point, en=reading.point)
    return opening.Named(device=device, point=point or code)


def on_duty(*, community: str, at: datetime) -> list[assigning.OnDuty]:
    """Return who can be given work now, and where they are."""
    found = people.staff_on_duty(community=community, at=at)
    ids = [member.staff for member in found]
    posted = dict(Staff.rows.of(community).filter(pk__in=ids).values_list("pk", "place__path"))
    return [
        assigning.OnDuty(
            id=member.staff,
            name=member.name,
            account=member.account,
            skills=frozenset(member.skills),
            position=member.position,
            place=posted.get(member.staff) or (member.cells[0] if member.cells else ""),
        )
        for member in found
    ]


def staff(*, community: str, id: int) -> Staff:
    """Return somebody who works in the community.

    :raises StaffNotFound: if he does not, or no more
    """
    row = Staff.rows.of(community).filter(pk=id, employed=True).first()
    if row is None:
        raise StaffNotFound(staff=id)
    return row


def staff_of(*, actor: Actor) -> Staff:
    """Return whom of the staff the actor is.

    :raises NotStaff: if none
    """
    row = Staff.rows.of(actor.community).filter(account=actor.account, employed=True).first()
    if row is None:
        raise NotStaff
    return row

"""The plan in the shapes that the register takes."""

from collections.abc import Mapping, Sequence
from datetime import date

from linli.app.demo import credentials, wires
from linli.app.demo.devices import Thing
from linli.app.demo.names import INVENTED_NOTE
from linli.app.demo.people import Home
from linli.app.demo.staff import Firm, Machine, Worker
from linli.kernel.words import Words
from linli.registry.devices.operations import NewDevice
from linli.registry.people.entries import (
    EquipmentEntry,
    GroupEntry,
    HouseholdEntry,
    MembershipEntry,
    OrganisationEntry,
    PersonEntry,
    StaffEntry,
    VehicleEntry,
)
from linli.registry.people.logic import ShiftHours


def people(homes: Sequence[Home]) -> list[PersonEntry]:
    """Return everybody who lives here."""
    return [
        PersonEntry(
            code=person.code,
            name=person.name,
            sex=person.sex,
            born_on=person.born_on,
            id_number=person.id_number,
            phone=person.phone,
            note=INVENTED_NOTE,
        )
        for home in homes
        for person in home.people
    ]


def households(homes: Sequence[Home]) -> list[HouseholdEntry]:
    """Return the households."""
    return [
        HouseholdEntry(room=home.room, occupancy=home.occupancy, moved_in_on=home.moved_in_on)
        for home in homes
    ]


def memberships(homes: Sequence[Home]) -> list[MembershipEntry]:
    """Return who belongs to which household."""
    return [
        MembershipEntry(
            room=home.room, person=person.code, relation=person.relation, since=home.moved_in_on
        )
        for home in homes
        for person in home.people
    ]


def groups(homes: Sequence[Home]) -> list[GroupEntry]:
    """Return who belongs to which special group."""
    return [
        GroupEntry(person=person.code, group=group, source="演示数据")
        for home in homes
        for person in home.people
        for group in person.groups
    ]


def vehicles(homes: Sequence[Home]) -> list[VehicleEntry]:
    """Return the cars of the households."""
    return [
        VehicleEntry(
            plate=car.plate,
            colour=car.colour,
            kind=car.kind,
            household=home.room,
            owner=home.people[0].code,
            parking=car.parking,
            garage=car.garage,
        )
        for home in homes
        for car in home.cars
    ]


def organisations(firms: Sequence[Firm]) -> list[OrganisationEntry]:
    """Return the firms and shops."""
    return [
        OrganisationEntry(
            code=firm.code,
            name=firm.name,
            kind=firm.kind,
            uscc=firm.uscc,
            business=firm.business,
            place=firm.place,
            contact=firm.contact,
            phone=firm.phone,
        )
        for firm in firms
    ]


def staff(workers: Sequence[Worker], accounts: Mapping[str, int]) -> list[StaffEntry]:
    """Return the staff; `accounts` are the numbers of their accounts by code."""
    return [
        StaffEntry(
            code=worker.code,
            name=worker.name,
            account=accounts.get(worker.code),
            organisation=worker.firm,
            post=worker.zh,
            place=worker.place,
            skills=worker.skills,
            phone=worker.phone,
            cells=worker.cells,
            shifts=tuple(
                ShiftHours(days=shift.days, starts=shift.starts, ends=shift.ends)
                for shift in worker.hours
            ),
        )
        for worker in workers
    ]


def equipment(machines: Sequence[Machine]) -> list[EquipmentEntry]:
    """Return the ledger of equipment."""
    return [
        EquipmentEntry(
            code=machine.code,
            name=machine.name,
            kind=machine.kind,
            place=machine.place,
            installed_on=date.fromisoformat(machine.installed_on),
            inspect_by=date.fromisoformat(machine.inspect_by),
        )
        for machine in machines
    ]


def devices(things: Sequence[Thing], *, key: str) -> list[NewDevice]:
    """Return the devices, those with a line of their own with their secret's hash."""
    return [
        NewDevice(
            code=thing.code,
            model=thing.model,
            name=Words(zh=thing.zh, en=thing.en),
            place=thing.place,
            gateway=thing.above,
            position=thing.position,
            secret_hash=credentials.kept(key=key, code=thing.code) if thing.credential else "",
            driver=thing.wire.driver if thing.wire else "",
            address=thing.wire.address if thing.wire else "",
            options=wires.options(wire=thing.wire, code=thing.code, key=key) if thing.wire else {},
        )
        for thing in things
    ]

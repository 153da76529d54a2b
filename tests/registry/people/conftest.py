"""Invented people of the invented estate; their ID numbers are invented too."""

from datetime import date, time

import pytest

from linli.contracts import places as places_contract
from linli.foundation.consent import recording
from linli.foundation.consent.models import How
from linli.foundation.consent.recording import Told
from linli.foundation.identity.models import Account
from linli.foundation.vault import sealed
from linli.kernel.checks import id_check_sign
from linli.registry.people import consenting, operations
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
from linli.registry.people.models import Person
from tests.registry.conftest import NOW

TODAY = date(2026, 6, 1)
ROOM = "hml/b03/u1/f02/201"


def invented_id(born_on, serial):
    """Return an ID number of nobody: region 330199 does not exist."""
    digits = f"330199{born_on:%Y%m%d}{serial:03}"
    return digits + id_check_sign(digits)


ELDER_ID = invented_id(date(1941, 3, 2), 12)


def household():
    return [
        HouseholdEntry(room=ROOM, occupancy="owner"),
        PersonEntry(code="p1", name="周桂兰", id_number=ELDER_ID, phone="13800008000"),
        MembershipEntry(room=ROOM, person="p1", relation="owner", since=date(2001, 5, 1)),
        GroupEntry(person="p1", group="lone_elder", source="社区台账", since=date(2020, 1, 1)),
        VehicleEntry(
            plate="浙A12345", owner="p1", household=ROOM, parking="B1-017", garage="hml/p1"
        ),
    ]


def working():
    return [
        OrganisationEntry(code="wy", name="和睦物业", kind="property", uscc="91330106673959654P"),
        OrganisationEntry(
            code="s1", name="小李便利店", kind="shop", business="便利店", place="hml/b03"
        ),
        StaffEntry(
            code="e01", name="张工", post="水电工", skills=("engineer", "electrician"),
            phone="13900009000", organisation="wy", place="hml/p1", cells=("hml/g1",),
            shifts=(ShiftHours(days="12345", starts=time(8), ends=time(17)),),
        ),
        StaffEntry(
            code="g01", name="孙安", post="夜班保安", skills=("guard",),
            shifts=(ShiftHours(days="1234567", starts=time(20), ends=time(8)),),
        ),
        EquipmentEntry(code="EQ-1", name="1号电梯", kind="lift", place="hml/b03", keeper="e01"),
    ]  # fmt: skip


def put(entries, community="hml"):
    return operations.put_many(community=community, entries=entries, today=TODAY)


def person(code, purpose="correction"):
    """Return a person of the register, opened for a purpose."""
    row = Person.rows.of("hml").get(code=code)
    sealed.open_all([row], community="hml", purpose=purpose)
    return row


@pytest.fixture
def lived_in(estate):
    put(household() + working())
    return estate


def agrees(*codes, given=True, purpose="visit"):
    """Let persons of these codes have said on paper whether they want visits."""
    by, _ = Account.objects.get_or_create(username="recorder", defaults={"name": "登记员"})
    for subject in consenting.persons(community="hml", codes=codes, today=TODAY).values():
        told = Told(
            purpose=purpose, given=given, how=How.PAPER, said_on=TODAY, sheet="T-1", guardian=True
        )  # fmt: skip
        recording.record(community="hml", account=by.pk, subject=subject, told=told, now=NOW)


@pytest.fixture(autouse=True)
def no_devices(monkeypatch):
    monkeypatch.setattr(places_contract.devices_below, "_answer", lambda community, path: [])

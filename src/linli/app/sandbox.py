"""`./linli sandbox`: a small invented community in which third parties try their programs.

Whoever registers there is let in at once, by nobody: its data are nobody's.
"""

from datetime import date, datetime

import click
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from linli.contracts import places as estates
from linli.contracts.outbox import wake
from linli.foundation.identity import operations as identity
from linli.kernel.words import Words
from linli.registry.devices import operations as devices
from linli.registry.devices.operations import NewDevice
from linli.registry.people import operations as people
from linli.registry.people.entries import Entry, HouseholdEntry, MembershipEntry, PersonEntry
from linli.registry.places import operations as places
from linli.registry.places.logic import NewPlace

_NOTE = "虚构人物，不是真人"
_NAMES = (("甲一", "F"), ("乙二", "M"), ("丙三", "F"), ("丁四", "M"))
_FLOORS = 2


@click.command()
def sandbox() -> None:
    """Make the sandbox community that LINLI_SANDBOX names; print how to sign in, once."""
    wake.answer_with(lambda: None)
    community = settings.SANDBOX
    if not community:
        raise click.ClickException("set LINLI_SANDBOX to the code of the community, as `sandbox`")
    if community in estates.estates():
        raise click.ClickException(f"{community} is there already")
    username, password, secret = sow(community=community, now=timezone.now())
    click.echo(f"resident  {username} {password}")
    click.echo(f"device    {community}/lift-1 {secret}")


@transaction.atomic
def sow(*, community: str, now: datetime) -> tuple[str, str, str]:
    """Enter an estate with one house, four flats, four invented people and three devices; return
    the name and password of a resident, and the secret of the lift.
    """
    rooms = _places(community, now)
    opened = identity.open_account(username=f"{community}-resident", name=_NAMES[0][0])
    identity.grant(account=opened.account, role="resident", community=community, now=now)
    entries: list[Entry] = []
    for number, (room, (name, sex)) in enumerate(zip(rooms, _NAMES, strict=True), 1):
        person = PersonEntry(
            code=f"p{number}", name=name, sex=sex, born_on=date(1980, number, 1), note=_NOTE,
            account=opened.account if number == 1 else None,
        )  # fmt: skip
        home = MembershipEntry(room=room, person=person.code, relation="owner")
        entries += [person, HouseholdEntry(room=room, occupancy="owner"), home]
    people.put_many(community=community, entries=entries, today=timezone.localdate(now))
    return opened.username, opened.password, _devices(community, now)


def _places(community: str, now: datetime) -> list[str]:
    """Enter the places; return the paths of the flats."""
    unit = f"{community}/b1/u1"
    made = [
        NewPlace(kind="estate", code=community, parent="", name_zh="沙盒小区", name_en="Sandbox"),
        NewPlace(kind="building", code="b1", parent=community, name_zh="1号楼", name_en="House 1"),
        NewPlace(kind="unit", code="u1", parent=f"{community}/b1", name_zh="1单元", name_en="1"),
    ]
    rooms = []
    for level in range(1, _FLOORS + 1):
        floor = f"{unit}/f{level}"
        made.append(
            NewPlace(kind="floor", code=f"f{level}", parent=unit, name_zh=f"{level}层",
                     name_en=f"Floor {level}", level=level)
        )  # fmt: skip
        for flat in (1, 2):
            code = f"{level}0{flat}"
            rooms.append(f"{floor}/{code}")
            made.append(NewPlace(kind="room", code=code, parent=floor, name_zh=f"{code}室"))
    places.add_many(community=community, places=made, now=now)
    return rooms


def _devices(community: str, now: datetime) -> str:
    """Enter the devices; return the secret by which the lift speaks."""
    unit = f"{community}/b1/u1"
    entered = [
        NewDevice(code="lift-1", model="lift", name=Words(zh="电梯", en="Lift"), place=unit),
        NewDevice(code="co-1", model="garage_co_sensor", name=Words(zh="一氧化碳", en="CO"),
                  place=unit),
        NewDevice(code="door-1", model="access_door", name=Words(zh="单元门", en="Door"),
                  place=unit),
    ]  # fmt: skip
    devices.register_many(community=community, devices=entered, now=now)
    return devices.rotate_credential(community=community, code="lift-1", now=now).secret

"""Two communities with something of everything, and marks by which each thing says where it is."""

import asyncio
import gc
import threading
from contextlib import contextmanager

import msgspec
from django.db import transaction

from linli.adapters.bus import Unheard
from linli.app import serving
from linli.contracts.effects import AlarmRaised, Because, CommandIssued, Severity
from linli.contracts.outbox import wake
from linli.domains.cases.operations import opening as cases
from linli.domains.cases.operations.opening import Report
from linli.domains.notices import operations as notices
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account
from linli.foundation.identity.queries import Actor
from linli.foundation.identity.roles import PERMISSIONS
from linli.kernel.port import Port
from linli.kernel.words import Words
from linli.registry.alarms import operations as alarms
from linli.registry.devices import operations as devices
from linli.registry.devices.operations import NewDevice
from linli.registry.people import operations as people
from linli.registry.people.entries import (
    EquipmentEntry,
    GroupEntry,
    HouseholdEntry,
    MembershipEntry,
    PersonEntry,
    StaffEntry,
    VehicleEntry,
)
from linli.registry.places import operations as places
from linli.registry.places.logic import NewPlace
from tests.registry.conftest import NOW, tree
from tests.registry.people.conftest import TODAY, invented_id

HOUSE, GARAGE, STRANGE = "QHOUSEQ", "QGARAGEQ", "QSTRANGEQ"
"""What stands in the name of each thing in the house, in the garage, in the other community."""

HERE, THERE = "hml", "other"
SCENE = "safety.garage_air.co_over_limit"
NOW_S = NOW.timestamp()


class SilentBus:
    """A bus on which history and the live half know of nothing."""

    async def ask(self, *, subject, body=b"", timeout_s=0):
        if subject.startswith("linli.ask.twin."):
            return msgspec.msgpack.encode([])
        raise Unheard(subject=subject)

    async def publish(self, *, subject, body):
        """Nobody listens."""

    async def state(self, *, stream):
        raise Unheard(subject=stream)


@contextmanager
def wired():
    """Wire the record half as the web process does; put back what was before afterwards."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    ports = [one for one in gc.get_objects() if type(one) is Port]
    before = [(port, port._answer) for port in ports]
    serving.wire(SilentBus(), loop)
    wake.answer_with(lambda: None)
    yield
    for port, answer in before:
        port._answer = answer
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


def sow():
    """Enter both communities."""
    for community, house, garage in ((HERE, HOUSE, GARAGE), (THERE, STRANGE, STRANGE)):
        places.add_many(community=community, places=[*_tree(community, house, garage)], now=NOW)
        opened = identity.open_account(
            username=f"sower-{community}", name="王小和", password="long enough 7"
        )
        manager = Actor(
            account=opened.account, name="王小和", community=community,
            roles=frozenset({"manager"}),
        ).acting("register.read")  # fmt: skip
        for mark, path, room in (
            (house, f"{community}/b03", f"{community}/b03/u1/f02/201"),
            (garage, f"{community}/p1", f"{community}/p1"),
        ):
            _things(community, mark, path)
            _people(community, mark, path, room)
            _happenings(manager, mark, path)


def _tree(community, house, garage):
    """The estate of other tests, its names marked by where they are, and a zone."""
    for place in tree(community):
        branch = f"{place.parent}/{place.code}"
        mark = house if "/b03" in branch else garage if "/p1" in branch else ""
        yield msgspec.structs.replace(place, name_zh=f"{place.name_zh}{mark}", name_en=mark)
    yield NewPlace(
        kind="zone", code="z1", parent=f"{community}/p1", name_zh=f"东区{garage}", name_en=garage
    )


def _things(community, mark, path):
    made = [
        NewDevice(code=f"{mark}-co".lower(), model="garage_co_sensor", name=_named(mark),
                  place=path),
        NewDevice(code=f"{mark}-fan".lower(), model="garage_fan", name=_named(mark), place=path),
    ]  # fmt: skip
    devices.register_many(
        community=community,
        devices=[msgspec.structs.replace(one, code=_code(one.code, path)) for one in made],
        now=NOW,
    )


def _named(mark):
    return Words(zh=f"名{mark}", en=mark)


def _code(code, path):
    return f"{code}-{path.rpartition('/')[2]}"


def _people(community, mark, path, room):
    code = _code(f"{mark}-p".lower(), path)
    is_house = path.endswith("b03")
    number = invented_id(TODAY.replace(year=1950 + is_house), 12 + (community == THERE))
    entries = [
        PersonEntry(code=code, name=f"周{mark}", id_number=number, phone="13800008000"),
        StaffEntry(code=_code(f"{mark}-s".lower(), path), name=f"张{mark}", post="水电工",
                   skills=("engineer",), phone="13900009000", place=path),
        EquipmentEntry(code=_code(f"{mark}-e".lower(), path), name=f"电梯{mark}", kind="lift",
                       place=path),
    ]  # fmt: skip
    if is_house:
        entries += [
            HouseholdEntry(room=room, occupancy="owner"),
            MembershipEntry(room=room, person=code, relation="owner", since=TODAY),
            GroupEntry(person=code, group="lone_elder", source="社区台账", since=TODAY),
            VehicleEntry(plate="浙A12345", owner=code, household=room),
        ]
    people.put_many(community=community, entries=entries, today=TODAY)


def _happenings(actor, mark, path):
    community, code = actor.community, _code(f"{mark}-co".lower(), path)
    alarms.raised(
        effect=AlarmRaised(
            id=f"alarm-{code}", at=NOW_S, community=community, cause=f"r:1:{int(NOW_S)}",
            severity=Severity.MAJOR, device=code, place=path, scene=SCENE,
            because=Because(device=code, point="co_mg_m3", value=41.0, limit=30.0),
        )
    )  # fmt: skip
    devices.command_issued(
        effect=CommandIssued(
            id=f"command-{code}", at=NOW_S, community=community, cause=f"alarm-{code}",
            device=_code(f"{mark}-fan".lower(), path), service="fan.on", scene=SCENE,
            expires_at=NOW_S + 120, safety=True,
        )
    )  # fmt: skip
    said = Report(kind="general", place=path, title=f"灯坏{mark}", description=mark)
    with transaction.atomic():
        cases.report(actor=actor, report=said, now=NOW)
    wish = notices.Wish(place=path, text=_named(mark), key=f"say-{mark}-{path}")
    notices.speak(actor=actor, wish=wish, now=NOW)


def enter(client, *, role, community=HERE, place=""):
    """Sign somebody with one role in to a client."""
    name = f"{role}-{community}-{place.rpartition('/')[2]}".replace("_", "-")
    account = Account.objects.filter(username=name).first()
    if account is None:
        opened = identity.open_account(username=name, name="王小和", password="long enough 7")
        number = opened.account
        identity.grant(account=number, role=role, community=community, place=place, now=NOW)
        account = Account.objects.get(pk=number)
    client.force_login(account)
    return client


def role_for(door):
    """Return a role to which a door opens: the manager where it may be, for he sees the most."""
    fit = [role for role, own in PERMISSIONS.items() if set(door.permissions) & own]
    return "manager" if "manager" in fit or not fit else fit[0]


ROLES = tuple(PERMISSIONS)

"""The community of a rehearsal: 和睦里 sown into records of its own, or a register copied there."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.utils import timezone

from linli.app import catalogue, wiring
from linli.app.demo import entries
from linli.app.demo.devices import Thing
from linli.app.demo.plan import SEED, Plan, plan
from linli.app.demo.staff import Worker
from linli.app.demo.wires import Wire
from linli.app.rehearsal.run import Cast
from linli.contracts import calendar, directory
from linli.contracts.directory import DeviceEntry, Directory
from linli.contracts.outbox import wake
from linli.devices.interlocks import Interlocks
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account
from linli.kernel.place import lineage, under
from linli.registry.devices import operations as devices
from linli.registry.people import operations as people
from linli.registry.people.entries import Entry
from linli.registry.people.models import Staff
from linli.registry.places import operations as places
from linli.registry.places.logic import NewPlace
from linli.scenes.engine import Engine

_KEY = "rehearsal"
_LARGE = 2
"""So many steps below the estate are its buildings, garages and gardens."""


def prepare() -> None:
    """Bring the records of this process up to date, and join what they ask."""
    call_command("migrate", verbosity=0, interactive=False)
    wiring.wire_records()
    wake.answer_with(lambda: None)


def sow(*, part: Sequence[str], now: datetime) -> str:
    """Enter 和睦里, or a part of it: places, staff and devices, no residents. Return its code.

    Nobody can sign in and no device connect: passwords and secrets are for nobody.
    """
    sown = plan(SEED)
    things = _cut(sown.things, part)
    places.add_many(community=sown.community, places=_around(sown, things, part), now=now)
    accounts = {
        worker.code: _account(worker, sown.community, now)
        for worker in sown.workers
        if worker.account
    }
    staff: list[Entry] = [
        *entries.organisations(sown.firms),
        *entries.staff(sown.workers, accounts),
    ]
    people.put_many(community=sown.community, entries=staff, today=timezone.localdate(now))
    made = entries.devices(things, key=_KEY)
    devices.register_many(community=sown.community, devices=made, now=now)
    return sown.community


def _account(worker: Worker, community: str, now: datetime) -> int:
    """Open an account with which nobody can sign in."""
    row = Account.objects.create(
        username=worker.code, name=worker.name, password=make_password(None)
    )
    identity.grant(account=row.pk, role=worker.role, community=community, now=now)
    return int(row.pk)


def _cut(things: Sequence[Thing], part: Sequence[str]) -> list[Thing]:
    """Return the devices below any of these paths, and whoever speaks for them."""
    if not part:
        return list(things)
    of = {thing.code: thing for thing in things}
    kept = {t.code for t in things if any(under(path=t.place, ancestor=p) for p in part)}
    for code in list(kept):
        above = of[code].above
        while above:
            kept.add(above)
            above = of[above].above
    return [thing for thing in things if thing.code in kept]


def _around(sown: Plan, things: Sequence[Thing], part: Sequence[str]) -> list[NewPlace]:
    """Return the places of a part: where its devices are, what is below it, and all large ones."""
    if not part:
        return list(sown.places)
    needed = {path for thing in things for path in lineage(thing.place)}
    return [
        place
        for place in sown.places
        if place.path.count("/") < _LARGE
        or place.path in needed
        or any(under(path=place.path, ancestor=one) for one in part)
    ]


def cast(community: str, *, part: Sequence[str] = ()) -> Cast:
    """Return who takes part, as the register has it: everything, or what a part of it needs."""
    register = directory.directory(community)
    things = _cut([_thing(entry) for entry in register.devices if entry.enabled], part)
    known = wiring.the_catalogue()

    def engine(found: Directory, now: float) -> Engine:
        return Engine(
            scenes=known.scenes,
            models=known.models,
            directory=found,
            now=now,
            working_day=lambda day: calendar.working_day(day).worked,
        )

    return Cast(
        directory=register,
        things=things,
        models=known.models,
        interlocks=Interlocks(catalogue.interlocks(settings.CATALOG)),
        make_engine=engine,
        accounts=[
            number
            for number in Staff.rows.of(community)
            .filter(employed=True)
            .exclude(account=None)
            .order_by("code")
            .values_list("account_id", flat=True)
            if number is not None
        ],
    )


def _thing(entry: DeviceEntry) -> Thing:
    """Return a device of the register as the world has it."""
    wire = None
    if entry.driver:
        wire = Wire(entry.gateway or "", entry.driver, entry.address, entry.options)
    gateway = None if wire else entry.gateway
    return Thing(entry.code, entry.model, "", "", entry.place, (0.0, 0.0), gateway, wire)

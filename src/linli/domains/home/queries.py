"""Every read of one's own home."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Q
from django.utils import timezone

from linli.domains.home import logic
from linli.domains.home.logic import Left
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.models import ScopedRows
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.alarms import queries as alarms
from linli.registry.alarms import shown
from linli.registry.devices import asks
from linli.registry.devices import queries as devices
from linli.registry.people import wards
from linli.registry.people.models import Membership
from linli.registry.places import queries as places
from linli.registry.places.models import Place
from linli.registry.scenes import queries as scenes
from linli.registry.scenes.models import Mode

MODE = "home"
SHUTS = ("gas_valve.close", "water_valve.close")
"""What a resident may do to a device of his home from afar: shut it. Opened it is by hand, or by
somebody who has looked.
"""
_MOST, _SOME = 100, 10


class HomeNotFound(Fault):
    """The place is no home, or not one of his: a stranger is told no more."""

    key = "home.not_found"
    status = 404


class HomePoint(msgspec.Struct, frozen=True, kw_only=True):
    """The last value of a property. `at` is epoch seconds; `says` the word of a value of words."""

    point: str
    name: Words
    value: float
    unit: str
    says: Words | None
    at: float


class HomeDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A device of a home. `shuts` is the service that shuts it, empty where there is none."""

    code: str
    name: Words
    model: str
    icon: str
    online: bool
    shuts: str
    points: Sequence[HomePoint]


class HomeAlarm(msgspec.Struct, frozen=True, kw_only=True):
    """An open alarm of a home."""

    id: int
    severity: str
    at: datetime
    sentence: Words


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """A home as whoever lives there sees it. `mode` is `home` where none was ever set; `left` is
    what remains to leave it, or to disarm it.
    """

    place: str
    name: Words
    mode: str
    mode_at: datetime | None
    left: Left
    devices: Sequence[HomeDevice]
    alarms: Sequence[HomeAlarm]


def rooms(*, actor: Actor, today: datetime) -> list[Place]:
    """Return the rooms in which an account's person, or its ward, lives now: of a home that is let,
    its tenants alone say in which mode it is.
    """
    rows = _living(actor.community, today).filter(wards.himself(actor, "person__"))
    found = rows.select_related("household__room").order_by("pk")
    return list({row.household.room.path: row.household.room for row in found}.values())


def _living(community: str, today: datetime) -> ScopedRows[Membership]:
    day = timezone.localdate(today)
    standing = (Q(until=None) | Q(until__gt=day)) & (Q(since=None) | Q(since__lte=day))
    rows = Membership.rows.of(community).filter(standing)
    return rows.exclude(relation="owner", household__occupancy="rented").exclude(relation="other")


def lives_in(*, community: str, person: int, place: str, today: datetime) -> bool:
    """Tell whether a person lives in a room now."""
    rows = _living(community, today).filter(person=person, household__room__path=place)
    return rows.exists()


def armed(*, community: str, place: str) -> Mode | None:
    """Return the mode of a home whose front door is watched; None where it is not."""
    row = scenes.mode(community=community, place=place, mode=MODE)
    return row if row is not None and row.value in logic.WATCHES else None


def room(*, actor: Actor, place: str, today: datetime) -> Place:
    """Return one of the actor's own rooms.

    :raises HomeNotFound: if it is none of his
    """
    found = {row.path: row for row in rooms(actor=actor, today=today)}
    if place not in found:
        raise HomeNotFound
    return found[place]


def homes(*, actor: Actor, now: datetime) -> list[Home]:
    """Return the actor's homes, with their devices and last values."""
    mine = rooms(actor=actor, today=now)
    names = places.full_names(community=actor.community, paths=[row.path for row in mine])
    return [_home(actor.community, row, names, now) for row in mine]


def _home(community: str, room: Place, names: dict[str, tuple[str, str]], now: datetime) -> Home:
    mode = scenes.mode(community=community, place=room.path, mode=MODE)
    zh, en = names[room.path]
    devices = _devices(community, room.path)
    return Home(
        place=room.path,
        name=Words(zh=zh, en=en or zh),
        mode=mode.value if mode else "home",
        mode_at=mode.at if mode else None,
        left=_left(community, room.path, mode, devices, now) if mode else Left(),
        devices=devices,
        alarms=_alarms(community, room.path),
    )


def _left(
    community: str, place: str, mode: Mode, devices: Sequence[HomeDevice], now: datetime
) -> Left:
    """Return what remains to leave or to disarm, by the limits in force at this home."""
    watch = logic.WATCHES.get(mode.value)
    if watch is None:
        return Left()
    entry = scenes.mode(community=community, place=place, mode=logic.ENTRY)
    delays = scenes.limits_here(
        community=community,
        scene=watch.scene,
        place=place,
        devices=[one.code for one in devices],
    )
    return logic.left(
        mode=logic.Set(mode.value, mode.at),
        entry=logic.Set(entry.value, entry.at) if entry else None,
        delays=delays,
        now=now,
    )


def _alarms(community: str, place: str) -> list[HomeAlarm]:
    sought = alarms.Sought(place=place, state="open")
    rows, _ = alarms.alarms(community=community, sought=sought, limit=_SOME)
    return [
        HomeAlarm(
            id=one.row.pk,
            severity=one.row.severity,
            at=one.row.last_at,
            sentence=one.sentence,
        )
        for one in shown.dress(community=community, rows=rows)
    ]


def _devices(community: str, place: str) -> list[HomeDevice]:
    sought = devices.Sought(place=place)
    rows, _ = devices.devices(community=community, sought=sought, limit=_MOST)
    last: dict[str, list[asks.LastValue]] = {}
    for value in asks.twin(community, [row.code for row in rows]) if rows else ():
        last.setdefault(value.device, []).append(value)
    return [_device(row, last.get(row.code, [])) for row in rows]


def _device(row: Any, values: Sequence[asks.LastValue]) -> HomeDevice:
    model = devices.model(id=row.model)
    return HomeDevice(
        code=row.code,
        name=Words(zh=row.name_zh, en=row.name_en or row.name_zh),
        model=row.model,
        icon=model.icon,
        online=row.online,
        shuts=next((one for one in SHUTS if one in model.services), ""),
        points=[_point(model, value) for value in values if value.point in model.properties],
    )


def _point(model: Any, value: asks.LastValue) -> HomePoint:
    known = model.properties[value.point]
    index = int(value.value)
    named = known.value_names[index] if 0 <= index < len(known.value_names) else None
    return HomePoint(
        point=value.point,
        name=known.name,
        value=value.value,
        unit=known.unit,
        says=named,
        at=value.at,
    )

"""What a visitors' screen may know: houses and numbers, never who lives there."""

from datetime import datetime

import msgspec
from django.db.models import Q

from linli.contracts import doors
from linli.domains.visits import logic
from linli.domains.visits.logic import State
from linli.domains.visits.models import Call, Unheard, Visit
from linli.kernel.words import Words, both
from linli.registry.devices import queries as devices
from linli.registry.devices.models import Device
from linli.registry.places import queries as places
from linli.registry.places.models import Place

_MOST_HOUSES, _MOST_ROOMS = 500, 12


class AskedLately(msgspec.Struct, frozen=True, kw_only=True):
    """How often one screen asked within a while, and how often screens asked of one home."""

    of_device: int
    of_home: int


def estate(*, community: str) -> dict[str, object]:
    """Return what the estate is called, and the number of its duty room."""
    found = places.estate(community=community)
    if found is None:
        return {"name": both(Words(zh="", en="")), "phone": ""}
    return {"name": _name(found), "phone": found.phone}


def houses(*, community: str) -> list[dict[str, object]]:
    """Return the buildings of an estate: path and name."""
    rows = Place.rows.of(community).filter(kind="building").order_by("path")[:_MOST_HOUSES]
    return [{"path": one.path, "name": _name(one)} for one in rows]


def rooms_numbered(*, community: str, house: str, number: str) -> list[dict[str, object]]:
    """Return the rooms of a building that have a number, and the name of the unit of each."""
    rows = Place.rows.of(community).filter(kind="room", code=number, path__startswith=f"{house}/")
    found = list(rows.order_by("path")[:_MOST_ROOMS])
    units = list(Place.rows.of(community).filter(kind="unit", path__startswith=f"{house}/"))
    return [
        {
            "path": one.path,
            "code": one.code,
            "unit": next(
                (_name(unit) for unit in units if one.path.startswith(f"{unit.path}/")), None
            ),
        }
        for one in found
    ]


def _name(row: Place) -> object:
    return both(row.name)


def is_room(*, community: str, path: str) -> bool:
    """Tell whether there is a room of this path, lived in or not."""
    return Place.rows.of(community).filter(kind="room", path=path).exists()


def hold(*, community: str, device: str, room: str) -> None:
    """Let whoever asks at this screen, or about this room at another, wait until the transaction of
    now is over: the screen first, then the room.
    """
    screens = Device.rows.of(community).select_for_update(no_key=True).filter(code=device)
    rooms = Place.rows.of(community).select_for_update(no_key=True).filter(path=room)
    for rows in (screens, rooms):
        list(rows.values_list("pk", flat=True))


def unheard_at(*, community: str, device: str, ask: str) -> datetime | None:
    """Return when a screen asked a question that was put to nobody; None if it did not."""
    rows = Unheard.rows.of(community).filter(device=device, ask=ask)
    return rows.values_list("at", flat=True).first()


def asked_lately(*, community: str, device: str, home: int, now: datetime) -> AskedLately:
    """Return how often a screen asked lately, and how often screens asked of a home."""
    since = now - logic.KIOSK_WITHIN
    screens = Q(source="kiosk", asked_at__gt=since)
    visits = Visit.rows.of(community).filter(screens, state__in=list(State), until__gt=since)
    calls = Call.rows.of(community).filter(rang_at__gt=since)
    rang = devices.codes(community=community, sought=devices.Sought(model=logic.KIOSK))
    return AskedLately(
        of_device=visits.filter(ask__startswith=f"{device} ").count()
        + Unheard.rows.of(community).filter(at__gt=since, device=device).count()
        + calls.filter(door=device).count(),
        of_home=visits.filter(household=home).count()
        + calls.filter(household=home, door__in=rang).count(),
    )


def door_opened(row: Call) -> str:
    """Return the door that a call opens: where a screen rang, the one at its gate."""
    found = devices.by_code(community=row.community, codes=[row.door]).get(row.door)
    if found is None or found.model != logic.KIOSK:
        return row.door
    outer = [one.code for one in doors.way_to(row.community, row.room) if one.kind in logic.OUTER]
    stand = devices.by_code(community=row.community, codes=outer)
    gate = found.place.path
    return next(
        (code for code in outer if code in stand and stand[code].place.path == gate), row.door
    )

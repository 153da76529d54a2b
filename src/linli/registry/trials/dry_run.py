"""A draft tried on the community as it is now: where it would act this moment, and how near it is
elsewhere. Nothing acts and nothing is written.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from linli.contracts.calendar import working_day
from linli.contracts.directory import Directory
from linli.registry.devices import asks
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.devices import queries as devices
from linli.registry.places import queries as places
from linli.registry.trials import reading
from linli.registry.trials.around import around, points_of
from linli.scenes.model import Scene
from linli.scenes.probe import Found, Last, probe

_AT_ONCE = 500
"""Devices whose last values one message tells."""
_SHOWN = 200


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What an anchor is called: the device's name, or the place's, and where it is."""

    name: tuple[str, str]
    place_name: tuple[str, str]


class DryRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a scene would do now. `bound` counts where it stands, `holds` where it holds, `unknown`
    where nobody can know; `items` are the first of them.
    """

    scene: Scene
    bound: int
    holds: int
    unknown: int
    items: Sequence[tuple[Found, Place]]
    checked_at: datetime


def run(*, community: str, toml: str, seen: Sequence[str], now: datetime) -> DryRun:
    """Try a draft on the last values of now, as far as the asker may look.

    :raises Fault: if it is not said when it acts or what it does, naming the first mistake
    :raises TooManyDevices: if it looks at more than a trial may
    """
    models = device_catalogue.models()
    scene = reading.begun(toml, models=models)
    directory = around(community=community, scene=scene)
    found = probe(
        scene=scene,
        models=models,
        directory=directory,
        values=_values(community, scene, directory),
        lost=lost(community=community, directory=directory),
        now=now.timestamp(),
        working_day=is_worked,
    )
    mine = [one for one in found if devices.in_sight(path=one.place, seen=seen)]
    where = {one.code: one.place for one in directory.devices}
    items = [_within_sight(one, where, seen) for one in mine[:_SHOWN]]
    return DryRun(
        scene=scene,
        bound=len(mine),
        holds=sum(one.holds is True for one in mine),
        unknown=sum(one.holds is None for one in mine),
        items=list(zip(items, _named(community, items), strict=True)),
        checked_at=now,
    )


def is_worked(day: date) -> bool:
    """Tell whether a day is worked, by the calendar of the country."""
    return working_day(day).worked


def _values(community: str, scene: Scene, directory: Directory) -> list[Last]:
    names = points_of(scene)
    codes = list(dict.fromkeys(point.device for point in directory.points))
    return [
        Last(device=one.device, point=one.point, at=one.at, value=one.value, quality=one.quality)
        for start in range(0, len(codes), _AT_ONCE)
        for one in asks.twin(community, codes[start : start + _AT_ONCE])
        if names is None or one.point in names
    ]


def lost(*, community: str, directory: Directory) -> dict[str, float]:
    """Return when the devices that are off line went so: epoch seconds, by code."""
    return devices.off_line(community=community, models={one.model for one in directory.devices})


def _within_sight(one: Found, where: Mapping[str, str], seen: Sequence[str]) -> Found:
    """Return what was found without the values of devices that the asker may not see."""
    kept = [
        value
        for value in one.values
        if devices.in_sight(path=where.get(value.device, ""), seen=seen)
    ]
    return msgspec.structs.replace(one, values=kept)


def _named(community: str, items: Sequence[Found]) -> list[Place]:
    rows = devices.by_code(community=community, codes=[one.device for one in items if one.device])
    names = places.full_names(community=community, paths=[one.place for one in items])
    found = []
    for one in items:
        place = names.get(one.place, (one.place, one.place))
        row = rows.get(one.device or "")
        found.append(Place(name=(row.name.zh, row.name.en) if row else place, place_name=place))
    return found

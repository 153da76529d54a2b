"""The part of a community that one scene can see or move: no more is read of it."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf

import msgspec

from linli.contracts.cases import open_cases
from linli.contracts.directory import Directory, LimitEntry, ModeEntry, PlaceEntry
from linli.contracts.things import ThingModel
from linli.kernel.fault import Fault
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.devices import entries
from linli.registry.devices import queries as devices
from linli.registry.places import queries as places
from linli.registry.scenes import queries as scenes_here
from linli.registry.scenes.remembering import Remembered
from linli.scenes.model import Command, Scene
from linli.scenes.plan import Plan
from linli.scenes.vocabulary import family
from linli.scenes.wiring import Wiring

_KEPT = 4
_wired: Remembered[Wiring] = Remembered(kept=_KEPT)
MOST_DEVICES = 20_000
"""What one trial in the web process may look at: some twenty megabytes while it lasts."""


class TooManyDevices(Fault):
    key = "trials.too_many_devices"
    status = 422


def around(*, community: str, scene: Scene) -> Directory:
    """Return a directory of what a scene looks at and commands, with its limits in force.

    :raises TooManyDevices: if that is more than a trial may look at
    """
    names = points_of(scene)
    wanted = _models(community, [scene])
    limits = scenes_here.overrides(community=community, scene=scene.id)
    modes = scenes_here.modes(community=community)
    return msgspec.structs.replace(
        _ground(community, wanted, names),
        limits=[
            LimitEntry(
                scene=row.scene,
                target=row.target,
                key=row.key,
                value=row.value,
                point=row.point,
                operator=row.operator,
            )
            for row in limits
        ],
        modes=[
            ModeEntry(place=row.place, mode=row.mode, value=row.value, since=row.at.timestamp())
            for row in modes
        ],
        open_cases=open_cases(community),
    )


def wired(*, community: str, scenes: Sequence[Scene]) -> Wiring:
    """Return what some scenes look at and command, as the engine wires it; nobody is away.

    It is remembered until the register changes: whoever writes a draft asks for it again and again.

    :raises TooManyDevices: if that is more than a trial may look at
    :raises StillLooking: if somebody else is having it wired, and it takes too long
    """
    wanted = _models(community, scenes)
    every = [points_of(one) for one in scenes]
    names = None if None in every else {name for one in every for name in one or ()}
    key = (
        community,
        devices.version(community=community),
        frozenset(wanted),
        None if names is None else frozenset(names),
    )
    return _wired.get(
        lane=community,
        key=key,
        find=lambda: Wiring(
            directory=_ground(community, wanted, names),
            models=device_catalogue.models(),
            now=inf,
        ),
    )


def forget() -> None:
    """Forget what was wired."""
    _wired.forget()


def _models(community: str, scenes: Sequence[Scene]) -> set[str]:
    """Return the thing models here that scenes watch, look at or command."""
    here = devices.counts_by_model(community=community)
    wanted = {
        one.id for scene in scenes for one in _concerned(scene, points_of(scene)) if one.id in here
    }
    count = sum(here[model] for model in wanted)
    if count > MOST_DEVICES:
        raise TooManyDevices(count=count, most=MOST_DEVICES)
    return wanted


def _ground(community: str, models: set[str], names: set[str] | None) -> Directory:
    kinds = places.kinds_by_path(community=community)
    return Directory(
        community=community,
        version=devices.version(community=community),
        places=[PlaceEntry(path=path, kind=kind) for path, kind in kinds.items()],
        devices=entries.device_entries(community=community, models=models),
        points=entries.points_of_models(community=community, models=models, names=names),
    )


def points_of(scene: Scene) -> set[str] | None:
    """Return the names of the points that matter to a scene; None where all of a device do."""
    plan = Plan(scene)
    looked = {look.point for look in (*plan.when_looks, *plan.clear_looks)}
    return None if "" in looked else looked | set(scene.sensors)


def _concerned(scene: Scene, names: set[str] | None) -> Iterable[ThingModel]:
    """Yield the thing models that a scene watches, looks at or commands."""
    services = {step.service for step in scene.do if isinstance(step, Command)}
    every: Mapping[str, ThingModel] = device_catalogue.models()
    plan = Plan(scene)
    far = any(not look.point and look.where not in (None, "device") for look in plan.when_looks)
    for model in every.values():
        points = set(model.points())
        watched = bool(points & (set(scene.sensors) if names is None else names))
        acts = any(family(name) in scene.actuators or name in services for name in model.services)
        if far or watched or acts or (names is None and not scene.sensors):
            yield model

"""The invented community of a story: which places there are, and which devices take part."""

from collections.abc import Mapping

import msgspec

from linli.contracts.directory import PlaceEntry
from linli.contracts.things import ThingModel
from linli.scenes.model import PLACE_KINDS, Command, Scene
from linli.scenes.vocabulary import family
from linli.scenes.walk import looks

_FOREVER = "3650d"
_KINDS = ("estate", "garage", "zone", "building", "unit", "floor", "room")


def places_of(scene: Scene) -> list[PlaceEntry]:
    """Return one place of every kind, each within the one before."""
    others = [kind for kind in scene.at if kind not in _KINDS]
    scope = [kind for kind in (scene.scope,) if kind in PLACE_KINDS]
    kinds = [*_KINDS, *dict.fromkeys(others)]
    deepest = [kind for kind in kinds if kind not in scope] + scope
    places, path = [], ""
    for kind in deepest if scope == ["room"] else kinds:
        path = f"{path}/{kind}" if path else kind
        places.append(PlaceEntry(path=path, kind=kind))
    return places


def cast(scene: Scene, models: Mapping[str, ThingModel], named: set[str]) -> dict[str, ThingModel]:
    """Return the models on the stage of a story: what is watched first, then what else is named.

    :param named: points that the story names; they choose where the scene does not
    """
    seen = {look.point for look in (*looks(scene.when), *looks(scene.clear)) if look.point}
    services = [step.service for step in scene.do if isinstance(step, Command)]
    found: dict[str, ThingModel] = {}
    first = _best(scene, models, seen, named)
    if first is not None:
        found[first.id] = first
    for name in sorted(seen):
        if not any(name in model.points() for model in found.values()):
            _join(found, [one for one in models.values() if name in one.points()])
    for service in services:
        if not any(service in model.services for model in found.values()):
            _join(found, [one for one in models.values() if service in one.services])
    if not found:
        _join(found, [one for one in models.values() if _tells(one, named)] or [*models.values()])
    return found


def _best(
    scene: Scene, models: Mapping[str, ThingModel], seen: set[str], named: set[str]
) -> ThingModel | None:
    """Return the model bound to: it has the sensors, and most of what is looked at and told."""
    sensors, families = set(scene.sensors), set(scene.actuators)
    able = [one for one in models.values() if sensors <= set(one.points())]
    if not sensors and families:
        able = [one for one in able if families & {family(name) for name in one.services}]
    return min(
        able,
        key=lambda one: (
            -len(seen & set(one.points())),
            not _tells(one, named),
            len(one.points()),
            one.id,
        ),
        default=None,
    )


def _tells(model: ThingModel, named: set[str]) -> bool:
    return all(any(point.startswith(name) for point in model.points()) for name in named)


def _join(cast: dict[str, ThingModel], able: list[ThingModel]) -> None:
    if able:
        chosen = min(able, key=lambda one: (len(one.points()), one.id))
        cast[chosen.id] = chosen


def talkative(models: Mapping[str, ThingModel]) -> dict[str, ThingModel]:
    """Return the models as if their devices were never taken for silent.

    A story tells changes only; its devices go on saying the same in between.
    """
    return {
        name: msgspec.structs.replace(model, offline_after=_FOREVER)
        for name, model in models.items()
    }

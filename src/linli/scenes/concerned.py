"""Which scenes a draft may stand against, told by names alone: only those are then bound to
devices, which costs.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from linli.contracts.things import ThingModel
from linli.scenes.circles import hears_case, hears_mode
from linli.scenes.model import Command, OpenCase, Scene, SetMode, Threshold
from linli.scenes.opposing import agree, opposed
from linli.scenes.walk import looks


def concerned(
    *, draft: Scene, scenes: Sequence[Scene], models: Mapping[str, ThingModel]
) -> list[Scene]:
    """Return those of the scenes that might fight with a draft, or be in one loop with it."""
    others = [one for one in scenes if one.id != draft.id]
    every = {one.id: one for one in (draft, *others)}
    moved = {one.id: _moved(one, models) for one in every.values()}
    edges = {
        key: {other for other, heard in every.items() if _may_wake(one, moved[key], heard)}
        for key, one in every.items()
    }
    back: dict[str, set[str]] = {key: set() for key in every}
    for key, following in edges.items():
        for other in following:
            back[other].add(key)
    circle = _reach(draft.id, edges) & _reach(draft.id, back)
    return [one for one in others if one.id in circle or _may_fight(draft, one, models)]


def _commands(scene: Scene) -> Iterator[Command]:
    return (step for step in scene.do if isinstance(step, Command))


def _moved(scene: Scene, models: Mapping[str, ThingModel]) -> set[str]:
    """Return the properties that a scene may move, on any device that has the services."""
    named = {step.service for step in _commands(scene)}
    return {
        service.moves
        for model in models.values()
        for name, service in model.services.items()
        if service.moves is not None and (name in named or service.inverse in named)
    }


def _may_wake(one: Scene, moved: set[str], heard: Scene) -> bool:
    modes = {(step.mode, step.value) for step in one.do if isinstance(step, SetMode)}
    cases = {step.kind for step in one.do if isinstance(step, OpenCase)}
    watched = {look.point for look in looks(heard.when) if isinstance(look, Threshold)}
    return bool(moved & watched) or hears_mode(heard, modes) or hears_case(heard, cases)


def _reach(start: str, edges: Mapping[str, Iterable[str]]) -> set[str]:
    """Return what can be reached from a scene by a step or more."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for one in edges[waiting.pop()]:
            if one not in found:
                found.add(one)
                waiting.append(one)
    return found


def _may_fight(draft: Scene, other: Scene, models: Mapping[str, ThingModel]) -> bool:
    return any(
        _opposed(first, second, model)
        for first in _commands(draft)
        for second in _commands(other)
        for model in models.values()
    )


def _opposed(first: Command, second: Command, model: ThingModel) -> bool:
    one, other = model.services.get(first.service), model.services.get(second.service)
    if one is None or other is None:
        return False
    same = agree(first.args, second.args)
    return opposed(first.service, one, second.service, other, same=same) is not None

"""What each scene watches in a community, found as the engine finds it."""

from collections.abc import Callable, Mapping, Sequence

from linli.contracts.directory import Directory
from linli.registry.devices import catalogue as device_catalogue
from linli.scenes.binding import Binding
from linli.scenes.conflicts import Conflict, find
from linli.scenes.model import Scene
from linli.scenes.plan import Plan
from linli.scenes.wiring import Wiring

_KEPT = 16
_known: dict[tuple[str, int, int], Mapping[str, Sequence[str]]] = {}
_conflicts: dict[tuple[str, int, int], Sequence[Conflict]] = {}


def bound(
    *,
    community: str,
    version: int,
    scenes: Mapping[str, Scene],
    read: Callable[[], Directory],
) -> Mapping[str, Sequence[str]]:
    """Return for each of these scenes its devices' codes, or its places' paths, in order.

    The answer for a version of the register is remembered; the oldest is let go.
    """
    key = (community, version, id(scenes))
    if key not in _known:
        _known[key] = _find(scenes, read())
        while len(_known) > _KEPT:
            del _known[next(iter(_known))]
    return _known[key]


def conflicts(
    *,
    community: str,
    version: int,
    scenes: Mapping[str, Scene],
    read: Callable[[], Directory],
) -> Sequence[Conflict]:
    """Return the conflicts of those of the scenes that are on, or in shadow; remembered as `bound`
    is.
    """
    key = (community, version, id(scenes))
    if key not in _conflicts:
        _conflicts[key] = find(
            scenes=list(scenes.values()), models=device_catalogue.models(), directory=read()
        )
        while len(_conflicts) > _KEPT:
            del _conflicts[next(iter(_conflicts))]
    return _conflicts[key]


def forget() -> None:
    """Forget what was found."""
    _known.clear()
    _conflicts.clear()


def _find(scenes: Mapping[str, Scene], directory: Directory) -> dict[str, Sequence[str]]:
    models = dict(device_catalogue.models())
    plans = {one.id: Plan(one) for one in scenes.values()}
    binding = Binding(plans=plans, wiring=Wiring(directory=directory, models=models), models=models)
    return {
        scene: tuple(anchor.name.removeprefix("@") for anchor in binding.anchors(plan))
        for scene, plan in plans.items()
    }

"""What each scene watches in a community, found as the engine finds it."""

from collections.abc import Callable, Mapping, Sequence

from linli.contracts.directory import Directory
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.scenes import catalogue
from linli.scenes.binding import Binding
from linli.scenes.conflicts import Conflict, find
from linli.scenes.plan import Plan
from linli.scenes.wiring import Wiring

_KEPT = 16
_known: dict[tuple[str, int, int], Mapping[str, Sequence[str]]] = {}
_conflicts: dict[tuple[str, int, int], Sequence[Conflict]] = {}


def bound(
    *, community: str, version: int, read: Callable[[], Directory]
) -> Mapping[str, Sequence[str]]:
    """Return for each scene its devices' codes, or its places' paths, in order.

    The answer for a version of the register is remembered; the oldest is let go.
    """
    key = (community, version, id(catalogue.scenes()))
    if key not in _known:
        _known[key] = _find(read())
        while len(_known) > _KEPT:
            del _known[next(iter(_known))]
    return _known[key]


def conflicts(*, community: str, version: int, read: Callable[[], Directory]) -> Sequence[Conflict]:
    """Return the conflicts of the scenes that are on; remembered as `bound` is."""
    key = (community, version, id(catalogue.scenes()))
    if key not in _conflicts:
        _conflicts[key] = find(
            scenes=list(catalogue.scenes().values()),
            models=device_catalogue.models(),
            directory=read(),
        )
        while len(_conflicts) > _KEPT:
            del _conflicts[next(iter(_conflicts))]
    return _conflicts[key]


def _find(directory: Directory) -> dict[str, Sequence[str]]:
    models = dict(device_catalogue.models())
    plans = {one.id: Plan(one) for one in catalogue.scenes().values()}
    binding = Binding(plans=plans, wiring=Wiring(directory=directory, models=models), models=models)
    return {
        scene: tuple(anchor.name.removeprefix("@") for anchor in binding.anchors(plan))
        for scene, plan in plans.items()
    }

"""What each scene watches in a community, found as the engine finds it, and what stands against
what. It takes seconds in a large community: it is found once for each shape of the register, and
by one at a time.
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from math import inf

from linli.contracts.directory import Directory
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.scenes.remembering import Remembered
from linli.scenes.binding import Binding
from linli.scenes.conflicts import Conflict, find
from linli.scenes.model import Scene
from linli.scenes.plan import Plan
from linli.scenes.shape import shape
from linli.scenes.wiring import Wiring

_KEPT = 16
Bound = Mapping[str, Sequence[str]]

_bound: Remembered[Bound] = Remembered(kept=_KEPT)
_bound_shapes: Remembered[Bound] = Remembered(kept=_KEPT)
_conflicts: Remembered[Sequence[Conflict]] = Remembered(kept=_KEPT)
_conflict_shapes: Remembered[Sequence[Conflict]] = Remembered(kept=_KEPT)
"""By version of the register; and, for a version that is new, by the shape that it has."""


def bound(
    *,
    community: str,
    version: int,
    scenes: Mapping[str, Scene],
    read: Callable[[], Directory],
) -> Bound:
    """Return for each of these scenes its devices' codes, or its places' paths, in order.

    :raises StillLooking: if somebody else is having it found, and it takes too long
    """
    texts = _texts(scenes)

    def anew() -> Bound:
        place = read()
        key = (community, texts, shape(place, now=0.0).ground)
        return _bound_shapes.get(lane=community, key=key, find=lambda: _find(scenes, place))

    return _bound.get(lane=community, key=(community, version, texts), find=anew)


def conflicts(
    *,
    community: str,
    version: int,
    scenes: Mapping[str, Scene],
    read: Callable[[], Directory],
) -> Sequence[Conflict]:
    """Return the conflicts of those of the scenes that are on, or in shadow; remembered as `bound`
    is.

    :raises StillLooking: as `bound`
    """
    texts = _texts(scenes)

    def anew() -> Sequence[Conflict]:
        place = read()
        return _conflict_shapes.get(
            lane=community,
            key=(community, texts, shape(place, now=inf)),
            find=lambda: find(
                scenes=list(scenes.values()), models=device_catalogue.models(), directory=place
            ),
        )

    return _conflicts.get(lane=community, key=(community, version, texts), find=anew)


def forget() -> None:
    """Forget what was found."""
    for one in (_bound, _bound_shapes, _conflicts, _conflict_shapes):
        one.forget()


def _texts(scenes: Mapping[str, Scene]) -> bytes:
    """Return a digest of the texts of scenes."""
    digest = sha256()
    for name in sorted(scenes):
        text = f"{name}\n{scenes[name].toml}\n".encode()
        digest.update(len(text).to_bytes(8, "big") + text)
    return digest.digest()


def _find(scenes: Mapping[str, Scene], directory: Directory) -> dict[str, Sequence[str]]:
    models = dict(device_catalogue.models())
    plans = {one.id: Plan(one) for one in scenes.values()}
    binding = Binding(plans=plans, wiring=Wiring(directory=directory, models=models), models=models)
    return {
        scene: tuple(anchor.name.removeprefix("@") for anchor in binding.anchors(plan))
        for scene, plan in plans.items()
    }

"""The scenes of one community: the catalogue's, with its own beside them and in their place."""

from collections.abc import Iterable, Mapping, Sequence

from linli.contracts.directory import SceneEntry
from linli.contracts.things import ThingModel
from linli.kernel.fault import Fault
from linli.scenes.load import load
from linli.scenes.model import Scene

_KEPT = 1024
_known: dict[str, tuple[Mapping[str, ThingModel], Scene | Fault]] = {}


def overlay(
    catalogue: Iterable[Scene], entries: Sequence[SceneEntry], models: Mapping[str, ThingModel]
) -> tuple[list[Scene], list[Fault]]:
    """Return the scenes by the order of their ids, and what is wrong with texts that do not load.

    Where an own version does not load, the catalogue's text stands, if it has the scene.
    """
    found = {scene.id: scene for scene in catalogue}
    wrong: list[Fault] = []
    for entry in entries:
        read = read_entry(entry, models)
        if isinstance(read, Fault):
            wrong.append(read)
        else:
            found[entry.scene] = read
    return [found[key] for key in sorted(found)], wrong


def read_entry(entry: SceneEntry, models: Mapping[str, ThingModel]) -> Scene | Fault:
    """Return the scene of a text, or what is wrong with it; remembered by text."""
    key = f"{entry.scene}\n{entry.version}\n{entry.toml}"
    known = _known.get(key)
    if known is not None and known[0] is models:
        return known[1]
    read = _load(entry, models)
    while len(_known) >= _KEPT:
        del _known[next(iter(_known))]
    _known[key] = (models, read)
    return read


def _load(entry: SceneEntry, models: Mapping[str, ThingModel]) -> Scene | Fault:
    try:
        return load(
            entry.toml,
            file=f"{entry.scene}@{entry.version}",
            models=models,
            expected_id=entry.scene,
        )
    except Fault as fault:
        return fault

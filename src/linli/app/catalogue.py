"""The catalogue's files, read here and handed as text to the pure loaders."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from linli.app import settings
from linli.devices import catalogue
from linli.devices.interlocks import Interlock
from linli.devices.interlocks import load as load_interlocks
from linli.devices.model import ThingModel
from linli.kernel.fault import Fault
from linli.kernel.table import parse
from linli.scenes import story
from linli.scenes.load import load_all
from linli.scenes.model import Scene


class Catalogue(NamedTuple):
    """What loaded, and what is wrong with the rest."""

    models: Mapping[str, ThingModel]
    scenes: Sequence[Scene]
    wrong: Sequence[Fault]


def models(folder: Path = settings.CATALOG) -> tuple[dict[str, ThingModel], list[Fault]]:
    """Return the thing models by id, and what is wrong with those that did not load."""
    found: dict[str, ThingModel] = {}
    wrong: list[Fault] = []
    for file in sorted((folder / "devices").glob("*.toml")):
        name = file.relative_to(folder).as_posix()
        try:
            text = file.read_text("utf-8")
            found[file.stem] = catalogue.load(text, file=name, expected_id=file.stem)
        except Fault as fault:
            wrong.append(fault)
    return found, wrong


def scene_files(folder: Path = settings.CATALOG, only: Sequence[Path] = ()) -> dict[str, str]:
    """Return the text of each scene file by its path below the catalogue.

    :param only: files or folders to keep to; all when empty
    """
    chosen = [one.resolve() for one in only] or [folder / "scenes"]
    files = [
        file for one in chosen for file in (sorted(one.rglob("*.toml")) if one.is_dir() else [one])
    ]
    return {_name(file, folder): _text(file) for file in files}


def _text(file: Path) -> str:
    """Return the text of a file; of one that is not UTF-8 a text that no TOML reader takes."""
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        return "\0 not UTF-8"


def wires(folder: Path = settings.CATALOG) -> dict[str, dict[str, dict[str, Any]]]:
    """Return how thing models stand on wires, by driver and name, as the files say it."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for file in sorted((folder / "wires").glob("*/*.toml")):
        found.setdefault(file.parent.name, {})[file.stem] = parse(
            file.read_text("utf-8"), file=_name(file, folder)
        )
    return found


def interlocks(folder: Path = settings.CATALOG) -> tuple[Interlock, ...]:
    """Return what must not be done while something is so (`catalog/interlocks.toml`).

    :raises BadInterlock, Mistake: if the file is wrong
    """
    file = folder / "interlocks.toml"
    if not file.is_file():
        return ()
    return load_interlocks(file.read_text("utf-8"), file=file.name)


def load(folder: Path = settings.CATALOG, *, stories: bool = False) -> Catalogue:
    """Return the whole catalogue.

    :param stories: also run each scene's stories; one whose story fails does not load
    """
    known, wrong = models(folder)
    scenes, bad = load_all(scene_files(folder), models=known)
    if stories:
        scenes, failed = story.proven(scenes, models=known)
        bad = [*bad, *failed]
    return Catalogue(models=known, scenes=scenes, wrong=[*wrong, *bad])


def check(only: Sequence[Path] = (), folder: Path = settings.CATALOG) -> Catalogue:
    """Load and run the stories of the scenes in some files or folders (all when empty)."""
    known, wrong = models(folder)
    scenes, bad = load_all(scene_files(folder, only), models=known)
    kept, failed = story.proven(scenes, models=known)
    return Catalogue(models=known, scenes=kept, wrong=[*wrong, *bad, *failed])


def _name(file: Path, folder: Path) -> str:
    return file.relative_to(folder).as_posix() if file.is_relative_to(folder) else str(file)

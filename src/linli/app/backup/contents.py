"""What of a home folder a backup holds: everything, but for what a start makes anew, and what is
kept apart: that has backups of its own.

Left out by name, so whatever is added to the home folder one day is in the backup by itself.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from linli.adapters.history import manifest
from linli.foundation import durable
from linli.foundation.audit import anchor_keys

STAGING = "backup.staging"
"""Where a copy comes together, below the home folder: it holds records in the clear, briefly."""

APART = "apart"
"""The folder of what is kept apart, below the home folder, and in backups of it."""

_LIVE = ("history", "live")
_MADE_ANEW = frozenset(
    {"nats", "backups", "up.lock", "ready.json", "restart-bus", "test.sqlite3", STAGING, APART}
)
_NOT_COPIED = frozenset({"lock", "scratch"})
_NOT_ENDINGS = (".new", ".log", ".pid", ".sock", ".tmp", ".backup")
_TRIES = 20


@contextmanager
def staging(place: Path) -> Iterator[Path]:
    """Give an empty folder below a place in which a copy comes together, for its owner alone;
    nothing of it is left behind.
    """
    folder = place / STAGING
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def stage_live(*, home: Path, folder: Path) -> None:
    """Hold history, and the snapshots of scenes, as they are now.

    :raises click.ClickException: if history changes faster than it can be held
    """
    for name in _LIVE:
        shutil.rmtree(folder / name, ignore_errors=True)
    for file in filter(_belongs, _files(home / "live")):
        _hold(file, folder / file.relative_to(home))
    for community in sorted(home.glob("history/*")):
        _hold_history(community, folder / community.relative_to(home))


def stage_files(*, home: Path, folder: Path, apart: set[Path]) -> None:
    """Hold all other files of the home folder that belong in a backup, but those apart.

    A file that is replaced or deleted afterwards stays here as it was.
    """
    for one in sorted(home.iterdir()):
        if one.name in _MADE_ANEW or one.name in _LIVE:
            continue
        for file in _files(one) if one.is_dir() else [one]:
            if file not in apart and _belongs(file):
                _hold(file, folder / file.relative_to(home))


def stage_keys(*, keys: Path, folder: Path) -> None:
    """Hold the keys of what is kept apart."""
    for file in filter(_belongs, _files(keys)):
        _hold(file, folder / file.relative_to(keys))


def files_below(folder: Path) -> set[Path]:
    """Return all files of a folder."""
    return set(_files(folder))


def _files(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _NOT_COPIED)
        yield from (Path(root) / name for name in sorted(names))


def _belongs(file: Path) -> bool:
    passing = ".log" in file.name or file.name.endswith(_NOT_ENDINGS)
    return not passing and file.name not in _NOT_COPIED and file.is_file() and not file.is_symlink()


def _hold(file: Path, target: Path) -> bool:
    """Hold a file by a second name; tell whether it was still there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, target)
    except FileNotFoundError:
        return False
    except FileExistsError:
        target.unlink()
        return _hold(file, target)
    except OSError:
        return _copy(file, target)
    return True


def _copy(file: Path, target: Path) -> bool:
    try:
        shutil.copy2(file, target)
    except FileNotFoundError:
        return False
    return True


def anchor_files(*, file: Path, home: Path) -> list[Path]:
    """Return the files of the audit trail's anchors that change with it, or with another key."""
    key_file = home / "audit.key"
    return [file, key_file.with_suffix(".end"), *anchor_keys.all_files(key_file)]


def take_anchors(*, file: Path, home: Path, folder: Path) -> None:
    """Copy the anchors of the audit trail. Before the records: so no anchor is ahead of its lines.

    Those that lie elsewhere come back to where they lie without a setting.
    """
    with durable.alone(lock=(home / "audit.key").with_suffix(".lock")):
        for one in anchor_files(file=file, home=home):
            if one.is_file():
                below = one.is_relative_to(home)
                name = one.relative_to(home) if below else Path("audit/anchors.jsonl")
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(one, folder / name)


def _hold_history(community: Path, target: Path) -> None:
    """Hold the segments that a manifest names, and that manifest."""
    for _ in range(_TRIES):
        shutil.rmtree(target, ignore_errors=True)
        if not _hold(community / manifest.FILE, target / manifest.FILE):
            return
        held = manifest.load(folder=target, community=community.name)
        names = [segment.file for segment in held.segments]
        if all(_hold(community / name, target / name) for name in names):
            return
    raise click.ClickException(f"history of {community.name} does not hold still")


def positions(*, home: Path) -> dict[str, int]:
    """Return up to which message of INPUT the history of each community holds everything."""
    return {
        folder.name: manifest.load(folder=folder, community=folder.name).position
        for folder in sorted(home.glob("history/*"))
        if folder.is_dir()
    }

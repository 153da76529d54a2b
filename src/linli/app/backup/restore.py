"""Make an installation again from a backup: on an empty home folder, or not at all."""

import asyncio
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Any

import msgspec
import psycopg

from linli.adapters import nats_server
from linli.app.backup import archive, births, contents, keys, marks, sealed, streams
from linli.app.backup.tools import address, run_tool
from linli.app.processes import outside_bus
from linli.app.secret import keys_folder
from linli.app.up import alone
from linli.foundation import durable
from linli.kernel.fault import Fault

_DESTROYED = "destroyed.jsonl"
_MAY_BE_THERE = frozenset({"up.lock", "backups", contents.STAGING, contents.APART})
_SETTINGS = {"default": "LINLI_DATABASE_URL", "apart": "LINLI_APART_DATABASE"}
_APART_FILES = (f"home/{contents.APART}/", f"postgres/{contents.APART}.")


class NotEmpty(Fault):
    """There is an installation, or something else, where the backup is to go."""

    key = "app.restore_not_empty"


class NoDatabase(Fault):
    """The backup holds a PostgreSQL database, and none is named to take it."""

    key = "app.restore_no_database"


class OtherKind(Fault):
    """It is a backup of what is kept apart where one of the rest is wanted, or the other way."""

    key = "app.backup_other_kind"
    status = 422


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What was made again, and in how long."""

    files: int
    bytes: int
    streams: list[str]
    seconds: float


def masters(file: Path) -> tuple[str, ...]:
    """Return the names of the master keys of which the records in a backup may need one.

    :raises sealed.NotABackup: if it is none
    """
    with file.open("rb") as source:
        return sealed.read_header(source)[0].masters


def check(*, file: Path, opener: sealed.Opener) -> archive.Contents:
    """Read a backup from end to end, and keep nothing of it.

    :raises sealed.NotABackup, sealed.WrongKey, sealed.Damaged: if it cannot be restored from
    """
    with file.open("rb") as source:
        return archive.read(source=source, opener=opener, take=archive.skim)


def restore(
    *,
    file: Path,
    home: Path,
    opener: sealed.Opener,
    databases: Mapping[str, Mapping[str, Any]],
    destroyed: Path | None = None,
) -> Restored:
    """Make the installation again below `home`; PostgreSQL databases into those named. `destroyed`
    says whose keys were destroyed since the backup was made: at its start they are so again.

    The records bear no mark of what is kept apart then, also where it fails later on: the first
    sweep settles whether the two are a pair.

    Until everything of it proved to be whole, nothing stands where an installation is looked for.

    :raises NotEmpty, NoDatabase: nothing was touched
    :raises sealed.NotABackup, sealed.WrongKey, sealed.Damaged: home is as empty as before
    """
    began = time.monotonic()
    _require_empty(home)
    with alone(home), contents.staging(home) as folder:
        found = _unpack(file, opener, folder)
        _require_kind(found, apart=False)
        taken = _take_databases(folder / "postgres", databases)
        # at once: what fails after this leaves records on a server that must pass for no pair
        marks.unmark(home=folder / "home", databases=taken)
        made = _take_streams(folder)
        births.tell(home=folder / "home", databases=databases, born=dict(made.values()))
        _settle(folder / "home", home)
        _note_destroyed(destroyed, keys_folder(home) / _DESTROYED)
    return _restored(found, list(made), began)


def restore_apart(
    *,
    file: Path,
    home: Path,
    opener: sealed.Opener,
    databases: Mapping[str, Mapping[str, Any]],
) -> Restored:
    """Make what is kept apart again, below `home` or in the PostgreSQL database named, whether the
    rest is there or not. Whose keys were destroyed since, the list of the rest says at its start.

    :raises NotEmpty, NoDatabase, OtherKind: as they say
    :raises sealed.NotABackup, sealed.WrongKey, sealed.Damaged: nothing was made
    """
    began, place = time.monotonic(), home / contents.APART
    _require_empty(place)
    with alone(home), contents.staging(place) as folder:
        found = _unpack(file, opener, folder)
        _require_kind(found, apart=True)
        _take_databases(folder / "postgres", databases)
        _settle(folder / "home" / contents.APART, place)
    return _restored(found, [], began)


def _restored(found: archive.Contents, made: list[str], began: float) -> Restored:
    return Restored(
        files=len(found.files),
        bytes=sum(size for size, _ in found.files.values()),
        streams=made,
        seconds=round(time.monotonic() - began, 2),
    )


def _require_kind(found: archive.Contents, *, apart: bool) -> None:
    if all(name.startswith(_APART_FILES) for name in found.files) is not apart:
        raise OtherKind


def _require_empty(home: Path) -> None:
    there = sorted(one.name for one in home.iterdir()) if home.is_dir() else []
    only_key = [one.name for one in (home / "keys").glob("*")] == [keys.NAME]
    left = [name for name in there if name not in _MAY_BE_THERE]
    if left and not (left == ["keys"] and only_key):
        raise NotEmpty(home=home.name, found=", ".join(left[:5]))


def _unpack(file: Path, opener: sealed.Opener, folder: Path) -> archive.Contents:
    def put(name: str, body: IO[bytes]) -> None:
        place = PurePosixPath(name)
        if place.is_absolute() or ".." in place.parts:
            raise archive.Incomplete(part=name)
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with target.open("wb") as out:
            shutil.copyfileobj(body, out)
            out.flush()
            os.fsync(out.fileno())
        target.chmod(0o600)

    with file.open("rb") as source:
        return archive.read(source=source, opener=opener, take=put)


def _take_databases(
    folder: Path, databases: Mapping[str, Mapping[str, Any]]
) -> dict[str, Mapping[str, Any]]:
    """Fill the databases that the backup holds; return those."""
    dumps = sorted(folder.glob("*.dump"))
    for dump in dumps:
        if dump.stem not in databases:
            raise NoDatabase(database=dump.stem, setting=_SETTINGS[dump.stem])
        with psycopg.connect(address(databases[dump.stem])) as line:
            tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            found = line.execute(tables).fetchone()
            if found and found[0]:
                raise NotEmpty(home=dump.stem, found=f"{found[0]} tables")
    for dump in dumps:
        options = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
        run_tool("pg_restore", *options, str(dump), told=databases[dump.stem])
    return {dump.stem: databases[dump.stem] for dump in dumps}


def _take_streams(folder: Path) -> dict[str, tuple[str, str]]:
    """Make the streams again, on the outside bus or on one of our own over the new home; return
    when each was born, and when it now is.
    """
    copies = folder / "streams"
    names = [name for name in streams.STREAMS if (copies / f"{name}.json").is_file()]
    outside = outside_bus()
    if not names:
        return {}
    if outside:
        return asyncio.run(_make_again(outside, names, copies))
    running = nats_server.start(home=folder / "home")
    try:
        return asyncio.run(_make_again(running.url, names, copies))
    finally:
        running.stop()


async def _make_again(url: str, names: list[str], copies: Path) -> dict[str, tuple[str, str]]:
    async with streams.line(url) as client:
        return {
            name: await streams.make_again(client, stream=name, folder=copies) for name in names
        }


def _note_destroyed(told: Path | None, kept: Path) -> None:
    """Add the lines that are new to the list of those whose keys were destroyed."""
    if told is None:
        return
    known = kept.read_bytes().splitlines() if kept.is_file() else []
    fresh = [line for line in told.read_bytes().splitlines() if line not in known]
    durable.put(file=kept, parts=[line + b"\n" for line in [*known, *fresh]])


def _settle(made: Path, home: Path) -> None:
    """Put everything where it belongs, the records last: without them there is no installation."""
    if not made.is_dir():
        return
    shutil.rmtree(home / "keys", ignore_errors=True)
    for one in sorted(made.iterdir(), key=lambda one: one.suffix == ".sqlite3"):
        one.rename(home / one.name)

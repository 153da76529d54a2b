"""`./linli doctor`: what is wrong with this machine or its configuration, and how to mend it."""

import os
import platform
import resource
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import quote

import click
import msgspec
import psycopg

from linli.adapters import clamd, nats_server
from linli.app import bays_unseen, consents_asked, database
from linli.app.backup import marks
from linli.app.secret import apart_keys_folder, keys_folder

_T = TypeVar("_T")
_T_co = TypeVar("_T_co", covariant=True)
_ROOM_MB = 2_000
_FILES = 4_096
_ANSWERS_WITHIN_S = 5.0
_STANDING: dict[marks.Standing, str] = {
    "new": "none yet: a start settles it",
    "none": "no marks yet: nothing is swept",
    "pair": "a pair",
    "differs": "their marks differ: nothing is swept",
}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing looked at; `cure` says what to do where it is not well."""

    what: str
    well: bool
    found: str
    cure: str = ""


def _python() -> Finding:
    return Finding(
        what="Python",
        well=sys.version_info >= (3, 11),
        found=platform.python_version(),
        cure="install Python 3.11 or newer",
    )


def _room() -> Finding:
    home = _home()
    free_mb = shutil.disk_usage(home if home.exists() else home.parent).free // 2**20
    return Finding(
        what="room on disk",
        well=free_mb >= _ROOM_MB,
        found=f"{free_mb} MB free at {home.name}",
        cure=f"make {_ROOM_MB} MB of room, or set LINLI_HOME to a larger disk",
    )


def _writable() -> Finding:
    home = _home()
    place = home if home.exists() else home.parent
    return Finding(
        what="home folder",
        well=os.access(place, os.W_OK),
        found=str(home.name),
        cure="make the folder writable for this user, or set LINLI_HOME to one that is",
    )


def _private() -> Finding:
    home = _home()
    mode = home.stat().st_mode & 0o777 if home.exists() else 0o700
    return Finding(
        what="privacy of the home folder",
        well=not mode & 0o077,
        found=f"{mode:o}",
        cure=f"others on this machine can read people's records: chmod -R go= {home.name}",
    )


def _nats() -> Finding:
    try:
        found = str(nats_server.find())
    except nats_server.NatsServerMissing as missing:
        return Finding(
            what="nats-server", well=False, found=str(missing), cure="run ./linli up again"
        )
    return Finding(what="nats-server", well=True, found=Path(found).name)


def _files() -> Finding:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return Finding(
        what="open files",
        well=limit >= _FILES,
        found=str(limit),
        cure=f"raise the limit to {_FILES} or more (ulimit -n): each device is one connection",
    )


def _ports() -> Finding:
    taken = [port for port in (8080, 1883) if _is_taken(port)]
    return Finding(
        what="ports 8080 and 1883",
        well=not taken,
        found="free" if not taken else f"taken: {', '.join(map(str, taken))}",
        cure="stop what listens there (perhaps Linli itself runs), or use --port and --mqtt-port",
    )


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _screens() -> Finding:
    built = (_root() / "ui" / "console" / "dist" / "index.html").is_file()
    return Finding(
        what="screens", well=built, found="built" if built else "not built", cure="run ./linli up"
    )


def _root() -> Path:
    return next(p for p in Path(__file__).resolve().parents if (p / "pyproject.toml").is_file())


def _home() -> Path:
    return Path(os.environ.get("LINLI_HOME", _root() / ".linli")).resolve()


def _apart() -> Finding:
    home = _home()
    theirs, ours = keys_folder(home), apart_keys_folder(home)
    gone = not (ours / "apart.key").exists() and _is_used(home / "apart" / "apart.sqlite3")
    together = ours.is_relative_to(theirs) or theirs.is_relative_to(ours)
    found = "under keys of its own"
    if gone:
        found = "its master key is gone"
    if together:
        found = "its keys lie with those of the records"
    return Finding(
        what="what is kept apart",
        well=not (gone or together),
        found=found,
        cure="put apart.key back in its folder" if gone else "set LINLI_APART_KEYS to another one",
    )


class _Looks(Protocol[_T_co]):
    """Reads something of the records of an installation that is not set up here."""

    def __call__(self, *, home: Path, databases: marks.Databases) -> _T_co:
        """Read it."""
        ...


def _of_records(what: str, look: _Looks[_T]) -> _T | Finding:
    """Return what a look at the records finds; a finding where they cannot be read."""
    try:
        return look(home=_home(), databases=database.named(os.environ))
    except (psycopg.Error, sqlite3.Error) as error:
        found, cure = f"cannot be read: {error}", "start the database, or mend its address"
        return Finding(what=what, well=False, found=found, cure=cure)


def _pair() -> Finding:
    what = "records and what is kept apart"
    standing = _of_records(what, marks.standing)
    if isinstance(standing, Finding):
        return standing
    return Finding(
        what=what,
        well=standing in {"pair", "new"},
        found=_STANDING[standing],
        cure="a start settles it if nothing can be lost; else see ./linli apart status, and say "
        "./linli apart pair only if they belong together",
    )


def _consents() -> Finding:
    what = "consents to visits"
    found = _of_records(what, consents_asked.looked_up)
    if isinstance(found, Finding):
        return found
    said = consents_asked.words(found) or "asked, or nobody is registered"
    return Finding(what=what, well=not found, found=said, cure=consents_asked.CURE)


def _bays() -> Finding:
    """Look at charging bays without a camera: that is no fault, and is said all the same."""
    what = "cameras of charging bays"
    found = _of_records(what, bays_unseen.looked_up)
    if isinstance(found, Finding):
        return found
    said = bays_unseen.words(found) or "one at each, or there are none"
    return Finding(what=what, well=True, found=said)


def _scanner() -> Finding:
    """Look whether the virus scanner answers, where one is named: without it no file is kept."""
    what, url = "virus scanner", os.environ.get("LINLI_SCANNER", "")
    if not url:
        return Finding(what=what, well=True, found="none is named (LINLI_SCANNER)")
    try:
        clamd.Scanner(url=url, longest_s=_ANSWERS_WITHIN_S).ping()
    except (OSError, ValueError, clamd.Odd) as error:
        cure = "start clamd, or mend LINLI_SCANNER: no file is taken meanwhile"
        return Finding(what=what, well=False, found=f"{type(error).__name__}: {error}", cure=cure)
    return Finding(what=what, well=True, found="answers")


def _is_used(file: Path) -> bool:
    """Tell whether anything was ever sealed in a database apart."""
    if not file.exists():
        return False
    with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as line:
        try:
            return bool(line.execute("SELECT count(*) FROM vault_wrappingkey").fetchone()[0])
        except sqlite3.DatabaseError:
            return False


CHECKS: tuple[Callable[[], Finding], ...] = (
    _python,
    _room,
    _writable,
    _private,
    _apart,
    _pair,
    _consents,
    _bays,
    _scanner,
    _nats,
    _files,
    _ports,
    _screens,
)


@click.command()
def doctor() -> None:
    """Look at the machine and the configuration; end with 1 when something needs mending."""
    findings = [check() for check in CHECKS]
    for finding in findings:
        mark = "ok " if finding.well else "BAD"
        cure = "" if finding.well else f"  → {finding.cure}"
        click.echo(f"{mark} {finding.what}: {finding.found}{cure}")
    sys.exit(0 if all(finding.well for finding in findings) else 1)

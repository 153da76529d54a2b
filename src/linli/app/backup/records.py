"""Databases: the records' is held still for a moment, then copied as it stood, while work goes on.

What is held is the writing of facts: no transaction that records one can commit meanwhile. So every
fact that is on the bus in that moment has its rows in the copy.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import click
import psycopg
from django.apps import apps
from django.conf import settings
from django.db import connections, transaction

from linli.app.backup.tools import address, run_tool
from linli.foundation.vault.queries import MAIN


def _facts() -> str:
    """Return the table to which facts are written before they go out."""
    return str(apps.get_model("outbox", "Outgoing")._meta.db_table)  # noqa: SLF001 - no other way


class Pinned(Protocol):
    """A database as it stood in one moment."""

    def copy(self, folder: Path) -> Path:
        """Write it to a file of the folder, and return where; its name tells how to bring it back.

        :raises click.ClickException: if it cannot be written
        """


class _Sqlite:
    def __init__(self, file: Path, home: Path) -> None:
        if not file.is_relative_to(home):
            raise click.ClickException(f"{file.name} is not below the home folder")
        self._name = file.relative_to(home)
        self._reader = sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)
        self._reader.isolation_level = None
        self._reader.execute("BEGIN")
        self._reader.execute("SELECT count(*) FROM sqlite_master").fetchone()

    def copy(self, folder: Path) -> Path:
        target = folder / "home" / self._name
        target.parent.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(target) as copy:
            self._reader.backup(copy)
        copy.close()
        self._reader.close()
        return target


class _Postgres:
    def __init__(self, alias: str, told: Mapping[str, Any]) -> None:
        self._alias, self._told = alias, told
        self._line = psycopg.connect(address(told), autocommit=True)
        self._line.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        found = self._line.execute("SELECT pg_export_snapshot()").fetchone()
        self._moment = str(found[0]) if found else ""

    def copy(self, folder: Path) -> Path:
        target = folder / "postgres" / f"{self._alias}.dump"
        target.parent.mkdir(parents=True, exist_ok=True)
        options = ("--format=custom", "--no-owner", "--no-privileges", "--compress=0")
        run_tool(
            "pg_dump", *options, f"--snapshot={self._moment}", f"--file={target}", told=self._told
        )
        self._line.close()
        return target


@contextmanager
def held(home: Path) -> Iterator[Pinned]:
    """Hold the writing of facts for the length of the block; yield the records as they stand.

    They may be copied when the block is over.

    :raises django.db.OperationalError: if a writer does not let go in time
    """
    with transaction.atomic():
        if connections[MAIN].vendor == "postgresql":
            with connections[MAIN].cursor() as cursor:
                cursor.execute(f'LOCK TABLE "{_facts()}" IN SHARE MODE')
        yield pin(MAIN, home)


def pin(alias: str, home: Path) -> Pinned:
    """Return a database as it stands."""
    told = connections[alias].settings_dict
    if connections[alias].vendor == "postgresql":
        return _Postgres(alias, told)
    return _Sqlite(Path(told["NAME"]), home)


def own_files(home: Path) -> set[Path]:
    """Return the files of databases below the home folder, which are not copied as files."""
    found = set()
    for told in settings.DATABASES.values():
        if "sqlite" in str(told["ENGINE"]):
            file = Path(str(told["NAME"]))
            found |= {file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))}
    return {file for file in found if file.is_relative_to(home)}

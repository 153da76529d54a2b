"""The mark by which the records and what is kept apart know each other, read and taken out without
settings of an installation.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from linli.app.backup.tools import address

Databases = Mapping[str, Mapping[str, Any]]
FILES = {"default": "linli.sqlite3", "apart": "apart/apart.sqlite3"}
_READ, _TAKE_OUT = "SELECT value FROM apart_mark", "DELETE FROM apart_mark"


def unmark(*, home: Path, databases: Databases) -> None:
    """Take the mark out of restored records: they are no pair with what is kept apart until that is
    settled. Older ones have no table for it.
    """
    if "default" in databases:
        with _on_server(databases["default"]) as line:
            if line is not None:
                line.execute(_TAKE_OUT)
        return
    for file in home.glob("*.sqlite3"):
        with closing(sqlite3.connect(file)) as records, records:
            if _has_mark(records):
                records.execute(_TAKE_OUT)


def differ(*, home: Path, databases: Databases) -> bool:
    """Tell whether both databases are there and their marks differ.

    :raises psycopg.Error, sqlite3.Error: if one cannot be read
    """
    here, there = (_read(alias, home, databases) for alias in FILES)
    return None not in (here, there) and here != there


def _read(alias: str, home: Path, databases: Databases) -> str | None:
    """Return a mark, or nothing where there is none; None where there is no such database yet."""
    if alias in databases:
        with _on_server(databases[alias]) as line:
            found = line.execute(_READ).fetchone() if line is not None else None
            return str(found[0]) if found else ""
    file = home / FILES[alias]
    if not file.is_file():
        return None
    with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as reader:
        found = reader.execute(_READ).fetchone() if _has_mark(reader) else None
        return str(found[0]) if found else ""


@contextmanager
def _on_server(told: Mapping[str, Any]) -> Iterator[psycopg.Connection | None]:
    """Yield a line to a database, or None where it has no table for a mark."""
    with psycopg.connect(address(told)) as line:
        there = line.execute("SELECT to_regclass('apart_mark')").fetchone()
        yield line if there and there[0] else None


def _has_mark(line: sqlite3.Connection) -> bool:
    asked = "SELECT count(*) FROM sqlite_master WHERE name = 'apart_mark'"
    return bool(line.execute(asked).fetchone()[0])

"""The mark by which the records and what is kept apart know each other, read and taken out without
settings of an installation.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import psycopg

from linli.app.backup.tools import address

Databases = Mapping[str, Mapping[str, Any]]
Standing = Literal["new", "none", "pair", "differs"]

FILES = {"default": "linli.sqlite3", "apart": "apart/apart.sqlite3"}
PATIENCE_S = 5
"""A server that does not let us in within this time is away."""
_READ, _TAKE_OUT = "SELECT value FROM apart_mark", "DELETE FROM apart_mark"


def unmark(*, home: Path, databases: Databases) -> None:
    """Take the mark out of restored records: they are no pair with what is kept apart until that is
    settled. Older ones have no table for it.
    """
    if "default" in databases:
        with _line(databases["default"]) as line:
            if _is_there(line, "apart_mark"):
                line.execute(_TAKE_OUT)
        return
    for file in home.glob("*.sqlite3"):
        with closing(sqlite3.connect(file)) as records, records:
            if _has_mark(records):
                records.execute(_TAKE_OUT)


def standing(*, home: Path, databases: Databases) -> Standing:
    """Return how the two stand to each other: `new` where one of the databases was not made yet,
    `none` where neither bears a mark. Only a `pair` is one for the sweep.

    :raises psycopg.Error, sqlite3.Error: if one cannot be read
    """
    here, there = (_read(alias, home, databases) for alias in FILES)
    if here is None or there is None:
        return "new"
    if here != there:
        return "differs"
    return "pair" if here else "none"


def _read(alias: str, home: Path, databases: Databases) -> str | None:
    """Return a mark, or nothing where there is none; None where there is no such database yet."""
    if alias in databases:
        with _line(databases[alias]) as line:
            if not _is_there(line, "django_migrations"):
                return None
            told = line.execute(_READ).fetchone() if _is_there(line, "apart_mark") else None
            return str(told[0]) if told else ""
    file = home / FILES[alias]
    if not file.is_file():
        return None
    with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as reader:
        found = reader.execute(_READ).fetchone() if _has_mark(reader) else None
        return str(found[0]) if found else ""


def _line(told: Mapping[str, Any]) -> psycopg.Connection:
    return psycopg.connect(address(told), connect_timeout=PATIENCE_S)


def _is_there(line: psycopg.Connection, table: str) -> bool:
    found = line.execute("SELECT to_regclass(%s)", [table]).fetchone()
    return bool(found and found[0])


def _has_mark(line: sqlite3.Connection) -> bool:
    asked = "SELECT count(*) FROM sqlite_master WHERE name = 'apart_mark'"
    return bool(line.execute(asked).fetchone()[0])

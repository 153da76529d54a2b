"""The records of an installation that is not set up here, to be read by a question in SQL."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import psycopg

from linli.app.backup.marks import FILES, PATIENCE_S, Databases
from linli.app.backup.tools import address

_ON_POSTGRES = """SELECT count(*) FROM pg_attribute
WHERE attrelid = to_regclass(%s) AND attname = %s AND NOT attisdropped"""
_ON_SQLITE = "SELECT count(*) FROM pragma_table_info(?) WHERE name = ?"


class Line(Protocol):
    """What puts a question to a database: a connection, or a cursor."""

    def execute(self, sql: str, /) -> Any:
        """Put it."""
        ...


def answer(line: Line, question: str) -> list[tuple[Any, ...]]:
    """Return the rows that a question finds."""
    found: Any = line.execute(question) or line
    return list(found.fetchall())


@contextmanager
def opened(
    *, home: Path, databases: Databases, columns: Mapping[str, str]
) -> Iterator[Line | None]:
    """Lend a line to the records; None where there are none yet, or from before one of these
    `columns` was thought of, each the newest that is read of its table.

    :raises psycopg.Error, sqlite3.Error: if the records cannot be read
    """
    told = databases.get("default")
    if told is not None:
        with psycopg.connect(address(told), connect_timeout=PATIENCE_S) as line:
            rows = [line.execute(_ON_POSTGRES, one).fetchone() for one in columns.items()]
            yield line if all(row and row[0] for row in rows) else None
        return
    file = home / FILES["default"]
    if not file.is_file():
        yield None
        return
    with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as reader:
        found = [reader.execute(_ON_SQLITE, one).fetchone()[0] for one in columns.items()]
        yield reader if all(found) else None

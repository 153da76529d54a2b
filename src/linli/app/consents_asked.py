"""Of which communities nobody was asked yet whether staff may call for a visit: since that is taken
for a no, whoever looks for a visit sees no number there. Read by one question in SQL, with settings
of an installation or without.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import psycopg

from linli.app.backup.marks import FILES, PATIENCE_S, Databases
from linli.app.backup.tools import address

CURE = (
    "import the ledger of people with its column 走访同意 (Consent to visits) filled in, at "
    "/COMMUNITY/register/import, or record answers at the desk: docs/howto/import-the-register.md"
)
_TABLES = ("people_person", "consent_consent")
_ASKED = """SELECT p.community, count(*) FROM people_person p WHERE p.phone_sealed <> ''
AND NOT EXISTS (SELECT 1 FROM consent_consent c
WHERE c.community = p.community AND c.purpose = 'visit')
GROUP BY p.community ORDER BY p.community"""


class _Line(Protocol):
    """What puts a question to a database: a connection, or a cursor."""

    def execute(self, sql: str, /) -> Any:
        """Put it."""
        ...


def unasked(line: _Line) -> dict[str, int]:
    """Return how many people with a number there are in each community where nobody said yes or no
    to visits.
    """
    return {str(community): int(many) for community, many in _rows(line)}


def _rows(line: _Line) -> list[tuple[Any, Any]]:
    found: Any = line.execute(_ASKED) or line
    return list(found.fetchall())


def looked_up(*, home: Path, databases: Databases) -> Mapping[str, int]:
    """Return the same of an installation that is not set up here; nothing where there are no
    records yet, or from before there were consents.

    :raises psycopg.Error, sqlite3.Error: if the records cannot be read
    """
    told = databases.get("default")
    if told is not None:
        with psycopg.connect(address(told), connect_timeout=PATIENCE_S) as line:
            rows = [line.execute("SELECT to_regclass(%s)", [name]).fetchone() for name in _TABLES]
            return unasked(line) if all(row and row[0] for row in rows) else {}
    file = home / FILES["default"]
    if not file.is_file():
        return {}
    with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as reader:
        there = reader.execute("SELECT name FROM sqlite_master").fetchall()
        return unasked(reader) if set(_TABLES) <= {name for (name,) in there} else {}


def words(found: Mapping[str, int]) -> str:
    """Return it in a sentence; empty where there is nothing to say."""
    of = ", ".join(f"{community} ({many} with a number)" for community, many in found.items())
    return of and f"nobody was asked about visits in {of}: whoever looks for a visit sees no number"

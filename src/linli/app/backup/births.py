"""Whoever reads a stream keeps when it was born, to tell it from another of its name. A stream that
was made again has another birth and the same messages: its readers are told so.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from linli.adapters.history import manifest
from linli.app.backup.tools import address

_TELL = "UPDATE outbox_position SET stream = {now} WHERE stream = {before}"


def tell(
    *, home: Path, databases: Mapping[str, Mapping[str, Any]], born: Mapping[str, str]
) -> None:
    """Put the new birth of each stream where readers keep it: in history, and in the records."""
    for folder in sorted(home.glob("history/*")):
        kept = manifest.load(folder=folder, community=folder.name)
        if kept.stream in born:
            told = msgspec.structs.replace(kept, stream=born[kept.stream])
            manifest.publish(folder=folder, manifest=told)
    if "default" not in databases:
        _tell_sqlite(home, born)
        return
    with psycopg.connect(address(databases["default"])) as line:
        for before, now in born.items():
            line.execute(_TELL.format(now="%s", before="%s"), [now, before])


def _tell_sqlite(home: Path, born: Mapping[str, str]) -> None:
    for file in home.glob("*.sqlite3"):
        with closing(sqlite3.connect(file)) as line, line:
            asked = "SELECT count(*) FROM sqlite_master WHERE name = 'outbox_position'"
            if line.execute(asked).fetchone()[0]:
                for before, now in born.items():
                    line.execute(_TELL.format(now="?", before="?"), [now, before])

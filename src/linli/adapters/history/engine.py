"""DuckDB, kept small: one database in memory, columns handed over by name, files by path."""

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from linli.adapters.history.rows import Rows

Columns = Mapping[str, Any]
"""Columns of one length by name: arrays."""

COLUMNS = "point UINTEGER, time TIMESTAMP, value DOUBLE, quality UTINYINT, extra VARCHAR"


def connect(*, scratch: Path, memory_mb: int = 96, threads: int = 1) -> duckdb.DuckDBPyConnection:
    """Return an empty database in memory that spills to a folder when it needs more."""
    return duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{memory_mb}MB",
            "threads": threads,
            "temp_directory": str(scratch),
            "allocator_flush_threshold": "1MB",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )


@contextmanager
def lent(
    database: duckdb.DuckDBPyConnection, tables: Mapping[str, Columns]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Lend arrays to a cursor as tables, without copying, for as long as the block runs."""
    cursor = database.cursor()
    try:
        for name, columns in tables.items():
            cursor.register(name, dict(columns))
        yield cursor
    finally:
        cursor.close()


def tables_of(rows: Rows) -> dict[str, Columns]:
    """Return the two tables that `select_rows` reads: the columns, and the few extras."""
    return {
        "fresh": {
            "row": np.arange(len(rows.points), dtype=np.int64),
            "point": rows.points,
            "time_us": rows.times_us,
            "value": rows.values,
            "quality": rows.quality,
        },
        "fresh_extras": {
            "row": np.array(list(rows.extras), np.int64),
            "extra": np.array(list(rows.extras.values()), object),
        },
    }


def select_rows(rows: Rows) -> str:
    """Return the query that reads lent rows in the form of a segment."""
    if not rows.extras:
        return (
            "SELECT point, make_timestamp(time_us) AS time, value, quality,"
            " NULL::VARCHAR AS extra FROM fresh"
        )
    return (
        "SELECT point, make_timestamp(time_us) AS time, value, quality, extra"
        " FROM fresh LEFT JOIN fresh_extras USING (row) ORDER BY row"
    )


def no_room(error: BaseException) -> bool:
    """Tell whether a write failed because the disk, or a quota, is full."""
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return True
    text = str(error).lower()
    return "no space left" in text or "quota exceeded" in text

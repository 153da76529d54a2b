"""Segments: Parquet files written, merged and verified."""

import zlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import msgspec

from linli.adapters.history import engine
from linli.adapters.history.manifest import Segment
from linli.adapters.history.rows import Rows
from linli.foundation.durable import settle

_FORMAT = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 32768"
_CHUNK = 1 << 20


class Writer:
    """Writes segments below one folder, with one database."""

    def __init__(self, *, folder: Path, database: duckdb.DuckDBPyConnection) -> None:
        self._folder = folder
        self._database = database

    def write(self, *, rows: Rows, day: date, first: int, last: int, generation: int) -> Segment:
        """Write rows of one day, already sorted, and make them safe on disk.

        :raises OSError, duckdb.Error: if that failed; the file may be left half written
        """
        file = self._path(day, generation)
        with engine.lent(self._database, engine.tables_of(rows)) as cursor:
            cursor.execute(
                f"COPY ({engine.select_rows(rows)}) TO '{_quoted(file)}'"
                f" ({_FORMAT}, KV_METADATA {{first: '{first}', last: '{last}'}})"
            )
        return self._seal(
            Segment(
                file=file.relative_to(self._folder).as_posix(),
                day=day,
                rows=len(rows.points),
                first=first,
                last=last,
                start_us=int(rows.times_us.min()),
                end_us=int(rows.times_us.max()),
                low_point=int(rows.points[0]),
                high_point=int(rows.points[-1]),
                size=0,
                crc32=0,
            )
        )

    def merge(self, *, parts: Sequence[Segment], generation: int, level: int) -> Segment:
        """Write one segment that holds what several of one day hold; they stay as they are.

        :raises OSError, duckdb.Error: if that failed
        """
        day = parts[0].day
        file = self._path(day, generation)
        first, last = min(part.first for part in parts), max(part.last for part in parts)
        sources = listed([self._folder / part.file for part in parts])
        with engine.lent(self._database, {}) as cursor:
            cursor.execute(
                f"COPY (SELECT * FROM read_parquet({sources}) ORDER BY point, time)"  # noqa: S608
                f" TO '{_quoted(file)}'"
                f" ({_FORMAT}, KV_METADATA {{first: '{first}', last: '{last}'}})"
            )
        return self._seal(
            Segment(
                file=file.relative_to(self._folder).as_posix(),
                day=day,
                rows=sum(part.rows for part in parts),
                first=first,
                last=last,
                start_us=min(part.start_us for part in parts),
                end_us=max(part.end_us for part in parts),
                low_point=min(part.low_point for part in parts),
                high_point=max(part.high_point for part in parts),
                size=0,
                crc32=0,
                level=level,
            )
        )

    def _path(self, day: date, generation: int) -> Path:
        folder = self._folder / day.isoformat()
        if not folder.exists():
            folder.mkdir(parents=True)
            settle(folder.parent)
        return folder / f"{generation:09d}.parquet"

    def _seal(self, segment: Segment) -> Segment:
        file = self._folder / segment.file
        settle(file)
        settle(file.parent)
        return msgspec.structs.replace(segment, size=file.stat().st_size, crc32=checksum(file))


def verify(*, folder: Path, segment: Segment, database: duckdb.DuckDBPyConnection) -> str | None:
    """Return what is wrong with a segment, if anything: the reason of a `Damage`."""
    file = folder / segment.file
    if not file.is_file():
        return "missing"
    if file.stat().st_size != segment.size:
        return "size"
    if checksum(file) != segment.crc32:
        return "checksum"
    try:
        rows, unordered = _look_through(file, database)
    except duckdb.Error:
        return "unreadable"
    if rows != segment.rows:
        return "rows"
    return "order" if unordered else None


def _look_through(file: Path, database: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """Read every row; return how many there are, and how many come before their turn."""
    with engine.lent(database, {}) as cursor:
        found = cursor.execute(
            "SELECT count(value), count(*) FILTER (point < p OR (point = p AND time < t)) FROM"
            " (SELECT *, lag(point) OVER () AS p, lag(time) OVER () AS t FROM read_parquet(?))",
            [str(file)],
        ).fetchone()
    return found or (0, 0)


def checksum(file: Path) -> int:
    """Return the CRC-32 of a file's bytes."""
    crc = 0
    with file.open("rb") as source:
        while chunk := source.read(_CHUNK):
            crc = zlib.crc32(chunk, crc)
    return crc


def listed(files: Sequence[Path]) -> str:
    """Return files as a list in SQL."""
    return "[" + ", ".join(f"'{_quoted(file)}'" for file in files) + "]"


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")

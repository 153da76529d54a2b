"""What history holds at one moment, as one table to ask: live segments, and rows in memory."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from linli.adapters.history import engine
from linli.adapters.history.manifest import Segment
from linli.adapters.history.rows import Rows
from linli.adapters.history.segments import checksum, listed
from linli.adapters.history.values import DamagedSegment, HistoryFault, ReadFailed


class Kept:
    """The table `kept(point, time, value, quality, extra)`; asking changes nothing."""

    def __init__(
        self,
        *,
        folder: Path,
        database: duckdb.DuckDBPyConnection,
        segments: Sequence[Segment],
        rows: Rows,
    ) -> None:
        self._folder = folder
        self._database = database
        self.segments = segments
        self.rows = rows

    def between(self, *, start_us: int, end_us: int, points: Sequence[int]) -> list[Segment]:
        """Return the segments that may hold readings of these points in [start, end)."""
        low, high = min(points), max(points)
        return [
            part
            for part in self.segments
            if part.start_us < end_us
            and part.end_us >= start_us
            and part.low_point <= high
            and part.high_point >= low
        ]

    def ask(
        self,
        sql: str,
        values: Sequence[object] = (),
        *,
        parts: Sequence[Segment],
        rows: Rows,
        tables: Mapping[str, engine.Columns] | None = None,
    ) -> list[tuple[Any, ...]]:
        """Return the rows of a query in which `kept` stands for these segments and rows.

        :raises DamagedSegment, ReadFailed: if it could not be answered
        """
        sources = []
        if parts:
            files = listed([self._folder / part.file for part in parts])
            sources.append(f"SELECT * FROM read_parquet({files})")  # noqa: S608 - our own names
        if rows:
            sources.append(f"({engine.select_rows(rows)})")
        if not sources:
            return []
        lent = {**engine.tables_of(rows), **(tables or {})}
        try:
            with engine.lent(self._database, lent) as cursor:
                kept = " UNION ALL ".join(sources)
                return cursor.execute(f"WITH kept AS ({kept}) {sql}", list(values)).fetchall()
        except duckdb.Error as error:
            raise self._blame(error, parts) from error

    def _blame(self, error: duckdb.Error, parts: Sequence[Segment]) -> HistoryFault:
        """Return the refusal that names the damaged file, if one is to blame."""
        reason = str(error).splitlines()[0][:200]
        for part in parts:
            file = self._folder / part.file
            if not file.is_file() or checksum(file) != part.crc32:
                return DamagedSegment(file=part.file, reason=reason)
        return ReadFailed(reason=reason)

"""What history holds at one moment, as one table to ask: live segments, and rows in memory."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import numpy as np
import numpy.typing as npt

from linli.adapters.history import engine
from linli.adapters.history.manifest import Segment
from linli.adapters.history.rows import EMPTY, Rows
from linli.adapters.history.segments import checksum, listed
from linli.adapters.history.values import DamagedSegment, HistoryFault, ReadFailed

A = TypeVar("A")


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
        return self._answer(sql, values, (parts, rows, tables or {}), _rows) or []

    def columns(
        self,
        sql: str,
        values: Sequence[object] = (),
        *,
        parts: Sequence[Segment],
        tables: Mapping[str, engine.Columns],
    ) -> dict[str, npt.NDArray[Any]]:
        """Return the answer of a query over these segments as columns by name; none without any.

        :raises DamagedSegment, ReadFailed: if it could not be answered
        """
        return self._answer(sql, values, (parts, EMPTY, tables), _columns) or {}

    def _answer(
        self,
        sql: str,
        values: Sequence[object],
        over: tuple[Sequence[Segment], Rows, Mapping[str, engine.Columns]],
        fetch: Callable[[duckdb.DuckDBPyConnection], A],
    ) -> A | None:
        """Return what `fetch` makes of the answer; None where there is nothing to ask over."""
        (parts, rows, tables), sources = over, []
        if parts:
            files = listed([self._folder / part.file for part in parts])
            sources.append(f"SELECT * FROM read_parquet({files})")  # noqa: S608 - our own names
        if rows:
            sources.append(f"({engine.select_rows(rows)})")
        if not sources:
            return None
        lent = {**engine.tables_of(rows), **tables}
        try:
            with engine.lent(self._database, lent) as cursor:
                kept = " UNION ALL ".join(sources)
                return fetch(cursor.execute(f"WITH kept AS ({kept}) {sql}", list(values)))
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


def _rows(cursor: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return cursor.fetchall()


def _columns(cursor: duckdb.DuckDBPyConnection) -> dict[str, npt.NDArray[Any]]:
    return {name: np.asarray(column) for name, column in cursor.fetchnumpy().items()}

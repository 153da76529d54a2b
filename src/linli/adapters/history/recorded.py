"""History read from its first reading to its last, beside whoever writes it.

Nothing is locked and nothing swept: what the manifest names is read, day by day. Where a merge took
a segment away meanwhile, the manifest is read again. What waits in the writer's memory is not seen.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import numpy.typing as npt

from linli.adapters.history import days, engine, manifest
from linli.adapters.history.kept import Kept
from linli.adapters.history.manifest import Segment
from linli.adapters.history.rows import EMPTY
from linli.adapters.history.values import DamagedSegment
from linli.contracts.readings import Batch, Quality

ROWS_AT_ONCE = 1_000_000
_TRIES = 5
_MEMORY_MB = 256
_NOT_TWICE = f"quality & {int(Quality.DUPLICATE)} = 0"
_WITHIN = f"time >= make_timestamp(?) AND time < make_timestamp(?) AND {_NOT_TWICE}"
_COUNT = f"SELECT count(*) AS rows FROM kept JOIN looked ON point = number WHERE {_WITHIN}"  # noqa: S608
_READ = f"""
SELECT point, epoch_us(time) AS time_us, value, quality FROM kept JOIN looked ON point = number
WHERE {_WITHIN}
UNION ALL
SELECT arg_max(point, time), max(epoch_us(time)), arg_max(value, time), arg_max(quality, time)
FROM kept JOIN others ON point = number
WHERE {_WITHIN} GROUP BY device, epoch_us(time) // ?
"""  # noqa: S608 - only our own constants


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which readings: all of the points `looked` at; of the `others`, by point the number of its
    device, the last of each device in every `speaks_s` seconds.
    """

    looked: frozenset[int]
    others: Mapping[int, int] = {}
    speaks_s: float = 60.0


class Recorded:
    """One community's history below `home`/history, for reading only."""

    def __init__(
        self, *, home: Path, community: str, scratch: Path, zone: ZoneInfo = days.SHANGHAI
    ) -> None:
        self._folder = home / "history" / community
        self._community = community
        self._zone = zone
        self._database = engine.connect(scratch=scratch, memory_mb=_MEMORY_MB)

    def close(self) -> None:
        """Let go of memory."""
        self._database.close()

    def span(self) -> tuple[float, float] | None:
        """Return the times of the first and the last reading; None where there is none."""
        parts = self._segments()
        if not parts:
            return None
        return min(one.start_us for one in parts) / 1e6, max(one.end_us for one in parts) / 1e6

    def batches(self, *, wanted: Wanted, start: float, end: float) -> Iterator[Batch]:
        """Yield the readings from `start` until before `end`, oldest first, in bounded parts.

        :raises DamagedSegment, ReadFailed: if a part could not be read
        """
        tables = _tables(wanted)
        day, last = (days.day_of(at=at, zone=self._zone) for at in (start, end))
        while wanted.looked and day <= last:
            yield from self._day(day, tables, wanted, (start, end))
            day += timedelta(days=1)

    def _day(
        self,
        day: date,
        tables: dict[str, engine.Columns],
        wanted: Wanted,
        span: tuple[float, float],
    ) -> Iterator[Batch]:
        begins = max(span[0], days.start_of(day=day, zone=self._zone))
        ends = min(span[1], days.start_of(day=day + timedelta(days=1), zone=self._zone))
        first, last = round(begins * 1e6), round(ends * 1e6)
        if first >= last:
            return
        counted = self._ask(_COUNT, [first, last], first, last, tables)
        rows = int(counted["rows"][0]) if counted else 0
        step = math.ceil((last - first) / max(1, math.ceil(rows / ROWS_AT_ONCE)))
        for low in range(first, last, step):
            high = min(last, low + step)
            apart_us = max(1, round(wanted.speaks_s * 1e6))
            found = self._ask(_READ, [low, high, low, high, apart_us], low, high, tables)
            if found and len(found["point"]):
                yield self._batch(found)

    def _ask(
        self, sql: str, values: list[object], low: int, high: int, tables: dict[str, engine.Columns]
    ) -> dict[str, npt.NDArray[Any]]:
        for _ in range(_TRIES - 1):
            try:
                return self._once(sql, values, low, high, tables)
            except DamagedSegment:
                continue
        return self._once(sql, values, low, high, tables)

    def _once(
        self, sql: str, values: list[object], low: int, high: int, tables: dict[str, engine.Columns]
    ) -> dict[str, npt.NDArray[Any]]:
        kept = Kept(
            folder=self._folder, database=self._database, segments=self._segments(), rows=EMPTY
        )
        numbers = [int(n) for table in tables.values() for n in table["number"]]
        parts = kept.between(start_us=low, end_us=high, points=numbers)
        return kept.columns(sql, values, parts=parts, tables=tables)

    def _segments(self) -> tuple[Segment, ...]:
        return manifest.load(folder=self._folder, community=self._community).segments

    def _batch(self, found: dict[str, npt.NDArray[Any]]) -> Batch:
        order = np.lexsort((found["point"], found["time_us"]))
        times = found["time_us"][order] / 1e6
        return Batch(
            community=self._community,
            at=float(times[-1]),
            points=found["point"][order].astype(np.uint32, copy=False),
            times=times,
            values=found["value"][order].astype(np.float64, copy=False),
            quality=found["quality"][order].astype(np.uint8, copy=False),
        )


def _tables(wanted: Wanted) -> dict[str, engine.Columns]:
    return {
        "looked": {"number": np.array(sorted(wanted.looked), np.uint32)},
        "others": {
            "number": np.array(sorted(wanted.others), np.uint32),
            "device": np.array([wanted.others[one] for one in sorted(wanted.others)], np.int32),
        },
    }

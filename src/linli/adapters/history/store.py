"""The history of one community: rows in memory, segments on disk, one manifest.

A reading is in exactly one of three places: waiting (in memory, its message still in INPUT), being
written (also still in INPUT), or in a segment that the manifest names. `position` is in that
manifest: after a crash, whoever feeds the store reads INPUT again from there.
"""

import fcntl
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import msgspec
import numpy as np

from linli.adapters.history import days, engine, manifest, questions, tidy
from linli.adapters.history.kept import Kept
from linli.adapters.history.manifest import Segment
from linli.adapters.history.rows import Rows, take
from linli.adapters.history.segments import Writer, verify
from linli.adapters.history.values import Damage, DiskFull, InUse, WriteFailed
from linli.adapters.history.waiting import Waiting
from linli.contracts.history import Bucket, Cell, How, PointSummary, Reading
from linli.devices.batch import Batch

ROWS_WAITING = 400_000
"""Readings that may wait in memory: 21 bytes each, and what they become while they are written."""


class Store:
    """One community's history below `home`/history: one process at a time, any of its threads."""

    def __init__(
        self,
        *,
        home: Path,
        community: str,
        zone: ZoneInfo = days.SHANGHAI,
        rows_waiting: int = ROWS_WAITING,
        database: duckdb.DuckDBPyConnection | None = None,
    ) -> None:
        """Open, and sweep away what a crash left. Stores of one process may share a `database`.

        :raises InUse: if another process has it open
        :raises BadManifest: if the manifest is damaged
        """
        self._folder = home / "history" / community
        self._folder.mkdir(parents=True, exist_ok=True)
        self._held = _hold(self._folder / "lock", community)
        self._zone = zone
        self._manifest = manifest.load(folder=self._folder, community=community)
        self._generation = self._manifest.generation
        self._most_rows = rows_waiting
        self._memory = Waiting(seen=self._manifest.position, most_rows=rows_waiting)
        self._handing_over = threading.Lock()
        self._reading = threading.Lock()
        self._writing = threading.Lock()
        self._sweep()
        self._database = database or engine.connect(scratch=self._folder / "scratch")
        self._own_database = database is None
        self._writer = Writer(folder=self._folder, database=self._database)

    def close(self) -> None:
        """Let go of the files. What waits is still in INPUT."""
        with self._writing, self._reading:
            if self._own_database:
                self._database.close()
            os.close(self._held)

    @property
    def position(self) -> int:
        """The sequence of INPUT up to which every reading is in a segment."""
        return self._manifest.position

    @property
    def seen(self) -> int:
        """The sequence of INPUT up to which every reading is in a segment or in memory."""
        return self._memory.seen

    @property
    def waiting(self) -> int:
        """How many readings are in memory only."""
        return self._memory.rows

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The live segments."""
        return self._manifest.segments

    def rows_of_day(self, *, now: float) -> int:
        """Return how many readings there are of the local day that holds `now`, as it is so far."""
        today = days.day_of(at=now, zone=self._zone)
        begun_us = round(days.start_of(day=today, zone=self._zone) * 1e6)
        with self._handing_over:
            segments, times_us = self._manifest.segments, self._memory.all().times_us
        waiting = int(((times_us >= begun_us) & (times_us <= round(now * 1e6))).sum())
        return waiting + sum(part.rows for part in segments if part.day == today)

    def append(self, *, batch: Batch | None, sequence: int) -> bool:
        """Take one message of INPUT, `None` if it held no readings; False if it was taken before.

        :raises BufferFull: if too many readings wait already; the message was not taken
        """
        return self._memory.append(batch=batch, sequence=sequence)

    def read_from(self, *, stream: str, last: int) -> bool:
        """Say which INPUT is read, and what its last message is. A new one, which numbers its
        messages afresh, is read from its beginning: True then. Call it before the first `append`.

        :raises DiskFull, WriteFailed: nothing has changed
        """
        known = self._manifest.stream
        anew = self.position > last or bool(known and stream != known)
        if anew or stream != known:
            with self._changing():
                position = 0 if anew else self.position
                self._publish(self.segments, position=position, stream=stream)
                self._memory = Waiting(seen=position, most_rows=self._most_rows)
        return anew

    def flush(self) -> int:
        """Write what waits into segments and move the position; return how many readings.

        :raises DiskFull, WriteFailed: nothing has changed, all of it still waits
        """
        with self._changing():
            rows, last = self._memory.begin()
            first = self._manifest.position + 1
            if last < first:
                return 0
            fresh = [
                self._writer.write(
                    rows=part, day=day, first=first, last=last, generation=self._number()
                )
                for day, part in _of_each_day(rows, self._zone)
            ]
            self._publish((*self._manifest.segments, *fresh), position=last)
            return len(rows.points)

    def compact(self, *, now: float) -> int:
        """Merge small segments; return how many went into others.

        :raises DiskFull, WriteFailed: what was merged stays so, the rest is as it was
        """
        today = days.day_of(at=now, zone=self._zone)
        gone = 0
        for merge in tidy.merges(segments=self.segments, today=today):
            with self._changing():
                whole = self._writer.merge(
                    parts=merge.parts, generation=self._number(), level=merge.level
                )
                rest = [part for part in self._manifest.segments if part not in merge.parts]
                self._publish([*rest, whole])
                self._sweep()
            gone += len(merge.parts)
        return gone

    def retain(self, *, now: float, keep_days: int) -> int:
        """Let go of days that lie further back than `keep_days`; return how many readings.

        :raises DiskFull, WriteFailed: if the manifest could not be written; nothing has gone
        """
        today = days.day_of(at=now, zone=self._zone)
        with self._changing():
            stays = tidy.kept(segments=self.segments, today=today, days=keep_days)
            gone = sum(part.rows for part in self.segments) - sum(part.rows for part in stays)
            if len(stays) < len(self.segments):
                self._publish(stays)
                self._sweep()
            return gone

    def check(self) -> list[Damage]:
        """Read every segment whole; return those that are not what the manifest says."""
        found = []
        for segment in self.segments:
            with self._reading:
                if segment not in self.segments:
                    continue
                reason = verify(folder=self._folder, segment=segment, database=self._database)
            if reason is not None:
                found.append(Damage(file=segment.file, reason=reason))
        return found

    def set_aside(self, *, file: str) -> bool:
        """Take a damaged segment out of history, into the folder `damaged`; False if it is unknown.

        :raises DiskFull, WriteFailed: if the manifest could not be written
        """
        with self._changing():
            stays = [part for part in self.segments if part.file != file]
            if len(stays) == len(self.segments):
                return False
            kept = self._folder / "damaged" / file.replace("/", "-")
            kept.parent.mkdir(exist_ok=True)
            if (self._folder / file).exists():
                os.link(self._folder / file, kept)
            self._publish(stays)
            self._sweep()
            return True

    def last(self, *, points: Sequence[int]) -> dict[int, Reading]:
        """Return the newest reading of each point that has any."""
        with self._kept() as kept:
            return questions.last(kept=kept, points=points)

    def range(self, *, point: int, start: float, end: float, limit: int) -> list[Reading]:
        """Return a point's readings from `start` until before `end`, oldest first."""
        with self._kept() as kept:
            return questions.between(kept=kept, point=point, start=start, end=end, limit=limit)

    def buckets(self, *, point: int, start: float, end: float, count: int) -> list[Bucket]:
        """Return a point's readings drawn together in `count` equal stretches."""
        with self._kept() as kept:
            return questions.buckets(kept=kept, point=point, start=start, end=end, count=count)

    def summaries(self, *, start: float, end: float, after: int, limit: int) -> list[PointSummary]:
        """Return what came of each point in a span, by number, at most `limit` after `after`."""
        with self._kept() as kept:
            return questions.summaries(kept=kept, start=start, end=end, after=after, limit=limit)

    def aggregate(
        self,
        *,
        points: Mapping[str, Sequence[int]],
        start: float,
        end: float,
        how: How,
        step_s: float,
    ) -> list[Cell]:
        """Return one number for each label and step of `step_s` seconds."""
        with self._kept() as kept:
            return questions.aggregate(
                kept=kept, points=points, start=start, end=end, how=how, step_s=step_s
            )

    @contextmanager
    def _kept(self) -> Iterator[Kept]:
        """Lend what history holds now; no file of it goes away meanwhile."""
        with self._reading:
            with self._handing_over:
                segments, rows = self._manifest.segments, self._memory.all()
            yield Kept(folder=self._folder, database=self._database, segments=segments, rows=rows)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Let one writer at a time change things; word what goes wrong, and clear up after it."""
        with self._writing:
            try:
                yield
            except (OSError, duckdb.Error) as error:
                self._sweep()
                rows = self._memory.rows
                if engine.no_room(error):
                    raise DiskFull(rows=rows) from error
                raise WriteFailed(rows=rows, reason=str(error).splitlines()[0][:200]) from error

    def _number(self) -> int:
        self._generation += 1
        return self._generation

    def _publish(
        self, segments: Sequence[Segment], *, position: int | None = None, stream: str = ""
    ) -> None:
        """Make these the live segments; with a position, what was being written is in them."""
        fresh = msgspec.structs.replace(
            self._manifest,
            segments=tuple(segments),
            stream=stream or self._manifest.stream,
            position=self._manifest.position if position is None else position,
            generation=self._generation,
        )
        manifest.publish(folder=self._folder, manifest=fresh)
        with self._handing_over:
            self._manifest = fresh
            if position is not None:
                self._memory.done()

    def _sweep(self) -> None:
        """Delete what neither this manifest nor the one on disk names."""
        on_disk = manifest.load(folder=self._folder, community=self._manifest.community)
        keep = {part.file for part in (*self._manifest.segments, *on_disk.segments)}
        with self._reading:
            manifest.sweep(folder=self._folder, keep=frozenset(keep))


def _hold(file: Path, community: str) -> int:
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise InUse(community=community) from error
    return handle


def _of_each_day(rows: Rows, zone: ZoneInfo) -> list[tuple[date, Rows]]:
    """Return the rows of each local day, sorted by point, then time."""
    if not rows:
        return []
    number, names = days.numbers(times_us=rows.times_us, zone=zone)
    order = np.lexsort((rows.times_us, rows.points, number))
    edges = np.searchsorted(number[order], np.arange(len(names) + 1))
    return [
        (day, take(rows, order[start:end]))
        for day, start, end in zip(names, edges[:-1], edges[1:], strict=True)
        if end > start
    ]

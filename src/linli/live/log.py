"""What the gate took, on its way to disk: batches of a few milliseconds, safety first.

Acknowledgements go out when JetStream has confirmed. What is taken but not yet dealt with by the
scenes is bounded: above the mark, bulk connections are not read until there is room again. The
mark follows the pace: it is what the scenes deal with in about `_DELAY_S`.
"""

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Callable
from functools import partial

import msgspec
import numpy as np

from linli.adapters.bus import Bus
from linli.contracts import subjects
from linli.devices import batch
from linli.live.appender import Appender, Entry
from linli.live.gate import Gate
from linli.live.lanes import Lane, Line, Pending, Ticket

_BULK_EVERY_S = 0.003
_BATCH_ROWS = 2048
_WINDOW = 8
_DELAY_S = 0.02
_LEAST_MARK, _FIRST_MARK, _GREATEST_MARK = 1024, 8192, 131_072
_SAFETY_MARKS = 4
"""Safety lines are read up to so many times the mark."""
_FLAGS = (("late", int(batch.Quality.LATE)), ("duplicate", int(batch.Quality.DUPLICATE)))


class Counters(msgspec.Struct, kw_only=True):
    """What has gone through, for those who watch."""

    taken: int = 0
    stored: int = 0
    dealt_with: int = 0
    appended: int = 0


class _Sent:
    __slots__ = ("at", "rows")

    def __init__(self, rows: int, at: float) -> None:
        self.rows = rows
        self.at = at


class Log:
    """The way of one community into INPUT."""

    def __init__(self, *, bus: Bus, gate: Gate) -> None:
        self._gate = gate
        self._life = secrets.token_hex(6)
        self._appender = Appender(bus=bus, subject=subjects.inputs(gate.community), window=_WINDOW)
        self._number = 0
        self._loop = asyncio.get_running_loop()
        self._sent: dict[int, _Sent] = {}
        self._dealt_with = 0
        self._rows_sent = 0
        self._bulk_timer: asyncio.TimerHandle | None = None
        self._bulk_due = False
        self._safety_soon = False
        self._resumes: deque[Callable[[], None]] = deque()
        self.mark = _FIRST_MARK
        self.counters = Counters()

    # -- taking

    def end(self, *, acks: bytes, line: Line, safety_before: int, bulk_before: int) -> None:
        """A chunk of a line has been taken: hold its acknowledgements, see that it goes out."""
        safety, bulk = self._gate.safety, self._gate.bulk
        ticket = Ticket(line, acks) if acks else None
        for lane, before in ((safety, safety_before), (bulk, bulk_before)):
            grown = lane.pending.size - before
            if grown:
                self.counters.taken += grown
                if ticket is not None:
                    ticket.left += 1
                    lane.pending.tickets.append(ticket)
        if ticket is not None:
            if ticket.left or line.tickets:
                line.tickets.append(ticket)
            else:
                line.send(acks)
        self.kick()

    def when_stored(self, line: Line) -> None:
        """Tell a line when the signals that are pending now are on disk."""
        pending = self._gate.safety.pending
        if not pending.size:
            line.send(b"")
            return
        ticket = Ticket(line, b"")
        ticket.left = 1
        pending.tickets.append(ticket)
        line.tickets.append(ticket)
        self.kick()

    def kick(self) -> None:
        """See that what is pending goes out: safety at the end of this turn, bulk a bit later."""
        if self._gate.safety.pending.size and not self._safety_soon:
            self._safety_soon = True
            self._loop.call_soon(self._flush_safety)
        rows = self._gate.bulk.pending.size
        if rows and self._bulk_timer is None and not self._bulk_due:
            self._bulk_timer = self._loop.call_later(_BULK_EVERY_S, self._flush_bulk)
        if rows >= _BATCH_ROWS:
            self._flush_bulk()

    def _flush_safety(self) -> None:
        self._safety_soon = False
        if self._gate.safety.pending.size:
            self._append(self._gate.safety)

    def _flush_bulk(self) -> None:
        """Append the bulk; while the window is full it gathers on into one larger batch."""
        if self._bulk_timer is not None:
            self._bulk_timer.cancel()
            self._bulk_timer = None
        self._bulk_due = True
        if self._appender.room:
            self._bulk_due = False
            if self._gate.bulk.pending.size:
                self._append(self._gate.bulk)

    def _append(self, lane: Lane) -> None:
        pending = lane.take_all()
        at = time.time()
        bodies: list[tuple[bytes, int]] = []
        if pending.signals:
            bodies.append((pending.signal_body(), len(pending.signals)))
        if pending.points:
            columns = pending.columns(community=self._gate.community, at=at, seen=self._gate.seen)
            self._count_flags(columns)
            bodies.append((batch.encode(columns), len(pending.points)))
        self._rows_sent += pending.size
        for place, (body, rows) in enumerate(bodies, 1):
            self._number += 1
            released = pending if place == len(bodies) else None
            self._appender.put(
                Entry(
                    id=f"{self._life}.{self._number}",
                    body=body,
                    stored=partial(self._stored, rows, at, released),
                    urgent=lane.safety,
                )
            )

    def _count_flags(self, columns: batch.Batch) -> None:
        for reason, flag in _FLAGS:
            rows = (columns.quality & flag).nonzero()[0]
            if len(rows):
                points, counts = np.unique(columns.points[rows], return_counts=True)
                for point, count in zip(points.tolist(), counts.tolist(), strict=True):
                    device = self._gate.point_device.get(point, "")
                    self._gate.refusals.count(device, reason, taken=True, many=count)

    # -- stored, dealt with

    def _stored(self, rows: int, at: float, released: Pending | None, sequence: int) -> None:
        self.counters.stored += rows
        self.counters.appended += 1
        if sequence <= self._dealt_with:
            self._done(rows, at)
        else:
            self._sent[sequence] = _Sent(rows, at)
        if released is not None:
            for ticket in released.tickets:
                ticket.stored()
        if self._bulk_due:
            self._flush_bulk()

    def dealt_with(self, sequence: int) -> None:
        """The scenes have heard INPUT up to here."""
        self._dealt_with = sequence
        sent = self._sent.pop(sequence, None)
        if sent is not None:
            self._done(sent.rows, sent.at)

    def _done(self, rows: int, at: float) -> None:
        self._rows_sent -= rows
        self.counters.dealt_with += rows
        delay_s = time.time() - at
        if delay_s > _DELAY_S:
            self.mark = max(_LEAST_MARK, int(self.mark * 0.95))
        elif self.rows_under_way > self.mark // 2:
            self.mark = min(_GREATEST_MARK, self.mark + self.mark // 16)
        if self._resumes and self.rows_under_way < self.mark // 2:
            resumes, self._resumes = self._resumes, deque()
            for resume in resumes:
                resume()

    @property
    def rows_under_way(self) -> int:
        """Return how many readings are taken and not yet dealt with."""
        return self._rows_sent + self._gate.bulk.pending.size + self._gate.safety.pending.size

    def full(self, *, safety: bool) -> bool:
        """Tell whether a line must wait."""
        return self.rows_under_way > (self.mark * _SAFETY_MARKS if safety else self.mark)

    def wait(self, resume: Callable[[], None]) -> None:
        """Call `resume` when there is room again."""
        self._resumes.append(resume)

    @property
    def trouble(self) -> str:
        """Return why nothing is stored now; empty when all is well."""
        return self._appender.trouble

    async def drained(self, *, within_s: float) -> bool:
        """Send everything pending and wait for its confirmation."""
        self._flush_safety()
        if self._gate.bulk.pending.size:
            self._append(self._gate.bulk)
        return await self._appender.drained(within_s=within_s)

    async def close(self) -> None:
        """Stop appending."""
        if self._bulk_timer is not None:
            self._bulk_timer.cancel()
        await self._appender.close()

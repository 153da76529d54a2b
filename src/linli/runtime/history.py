"""History at work: INPUT goes into the store, questions are answered, old things are let go.

INPUT is read from the store's own position. When the store cannot write, reading stops once as much
waits as may; INPUT fills, and its senders are held back: nothing is lost and nothing grows.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec
from duckdb import DuckDBPyConnection

from linli.adapters.bus import Bus, BusRefused, Stored, Unheard
from linli.adapters.history import engine
from linli.adapters.history.store import Store
from linli.adapters.history.values import BufferFull
from linli.adapters.streams import StreamState
from linli.contracts import history as ask
from linli.contracts import subjects
from linli.devices import batch as batches
from linli.kernel.fault import Fault
from linli.runtime import history_answers as answers

log = logging.getLogger("linli.history")

T = TypeVar("T")
_LOOK_AGAIN_S = 5.0
_BUS_AGAIN_S = 0.5


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How often things are done, and how long readings are kept."""

    flush_rows: int = 200_000
    flush_s: float = 30.0
    again_s: float = 5.0
    compact_s: float = 600.0
    retain_s: float = 3600.0
    keep_days: int = 400


class Keeper:
    """Keeps the history of one community."""

    def __init__(
        self,
        *,
        bus: Bus,
        store: Store,
        community: str,
        engine_position: Callable[[], int | None],
        pace: Pace,
    ) -> None:
        self._bus = bus
        self._store = store
        self._community = community
        self._engine_position = engine_position
        self._pace = pace
        self._enough = asyncio.Event()
        self._room = asyncio.Event()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="history-write")
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="history-read")
        self._error: str | None = None
        self._unreadable = 0
        self._purged = 0

    async def run(self) -> None:
        """Work until cancelled."""
        await self._bus.answer(
            subject=subjects.ask("history", self._community), reply=self._reply, at_once=8
        )
        try:
            await self._begin()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._consume())
                tasks.create_task(self._flush_often())
                tasks.create_task(self._every(self._pace.compact_s, self._compact))
                tasks.create_task(self._every(self._pace.retain_s, self._retain))
        finally:
            self._writer.shutdown()
            self._reader.shutdown()
            self._store.close()

    async def _begin(self) -> None:
        """Start over where INPUT is a new stream, as after its folder was lost."""
        while (state := await self._input()) is None:
            await asyncio.sleep(_BUS_AGAIN_S)
        while not await self._managed(partial(self._read_from, state)):
            await asyncio.sleep(self._pace.again_s)

    def _read_from(self, state: StreamState) -> None:
        if self._store.read_from(stream=state.created, last=state.last):
            log.warning("%s: INPUT begins anew; so does its reader", self._community)

    async def _input(self) -> StreamState | None:
        try:
            return await self._bus.state(stream=subjects.INPUT_STREAM)
        except (BusRefused, Unheard) as error:
            log.info("%s: INPUT is not there yet: %r", self._community, error)
            return None

    async def _consume(self) -> None:
        stream = self._bus.follow(
            stream=subjects.INPUT_STREAM,
            subject=subjects.inputs(self._community),
            after=self._store.seen,
        )
        async for message in stream:
            await self._take(message)

    async def _take(self, message: Stored) -> None:
        batch = self._read(message)
        while True:
            self._room.clear()
            try:
                self._store.append(batch=batch, sequence=message.sequence)
            except BufferFull:
                self._enough.set()
                await self._room.wait()
                continue
            break
        if self._store.waiting >= self._pace.flush_rows:
            self._enough.set()

    def _read(self, message: Stored) -> batches.Batch | None:
        """Return the batch; None for signals, and for what cannot be read: that is counted."""
        if not batches.is_batch(message.body):
            return None
        try:
            return batches.decode(message.body)
        except batches.BadBatch as error:
            self._unreadable += 1
            log.exception("%s: message %s: %s", self._community, message.sequence, error.values)
            return None

    async def _flush_often(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._pace.flush_s):
                    await self._enough.wait()
            except TimeoutError:
                pass  # as long as that has passed, which is as good a reason
            self._enough.clear()
            await self.flush()

    async def flush(self) -> None:
        """Write what waits, trying again for as long as it takes; then let INPUT forget it."""
        while not await self._managed(self._store.flush):
            await asyncio.sleep(self._pace.again_s)
        self._room.set()
        await self._purge()

    async def _managed(self, work: Callable[[], object]) -> bool:
        """Do it in the writer's thread; tell whether it went well, and remember what did not."""
        try:
            await self._write(work)
        except Fault as fault:
            if self._error != fault.key:
                log.exception("%s: %s", self._community, fault.key)
            self._error = fault.key
            return False
        if self._error is not None:
            log.warning("%s: history is written again", self._community)
        self._error = None
        return True

    async def _write(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, work)

    async def _purge(self) -> None:
        """Let INPUT forget what history holds on disk and the scene engine in its snapshot."""
        try:
            reached = await self._write(self._engine_position)
        except (OSError, msgspec.DecodeError) as error:
            log.warning("%s: INPUT not purged, no snapshot: %s", self._community, error)
            return
        upto = min(self._store.position, reached or 0)
        if upto <= self._purged:
            return
        try:
            await self._bus.purge(
                stream=subjects.INPUT_STREAM, subject=subjects.inputs(self._community), upto=upto
            )
            self._purged = upto
        except (BusRefused, Unheard) as error:
            log.warning("%s: INPUT not purged: %s", self._community, error)

    async def _every(self, span_s: float, work: Callable[[float], object]) -> None:
        """Do it so often, the first time soon."""
        pause_s = min(span_s, self._pace.again_s)
        while True:
            await asyncio.sleep(pause_s)
            await self._managed(partial(work, time.time()))
            pause_s = span_s

    def _compact(self, now: float) -> None:
        self._store.compact(now=now)

    def _retain(self, now: float) -> None:
        self._store.retain(now=now, keep_days=self._pace.keep_days)

    async def _reply(self, body: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._reader, answers.reply, self._store, body, self.state
        )

    def state(self) -> ask.State:
        """Return how history is."""
        segments = self._store.segments
        return ask.State(
            position=self._store.position,
            seen=self._store.seen,
            waiting=self._store.waiting,
            segments=len(segments),
            rows=sum(part.rows for part in segments),
            bytes=sum(part.size for part in segments),
            today=self._store.rows_of_day(now=time.time()),
            error=self._error,
            unreadable=self._unreadable,
        )


async def keep(
    *,
    bus: Bus,
    home: Path,
    communities: Callable[[], Awaitable[list[str]]],
    engine_position: Callable[[str], int | None],
    pace: Pace | None = None,
) -> None:
    """Keep the history of every community, new ones too, until cancelled.

    `engine_position` tells up to which message of INPUT the scene engine's snapshot holds
    everything (`live.snapshot.position`); None where there is none yet, and INPUT then forgets
    nothing. It is called in a thread, and may raise what reading a damaged file raises.
    """
    database = engine.connect(scratch=home / "history" / "scratch")
    known: set[str] = set()

    async def one(community: str) -> None:
        await Keeper(
            bus=bus,
            store=await _opened(home, community, database),
            community=community,
            engine_position=partial(engine_position, community),
            pace=pace or Pace(),
        ).run()

    async with asyncio.TaskGroup() as tasks:
        while True:
            for community in set(await communities()) - known:
                known.add(community)
                tasks.create_task(one(community))
            await asyncio.sleep(_LOOK_AGAIN_S)


async def _opened(home: Path, community: str, database: DuckDBPyConnection) -> Store:
    """Return the store once it lets itself be opened; until then INPUT keeps everything."""
    while True:
        try:
            return Store(home=home, community=community, database=database)
        except Fault as fault:
            log.exception("%s: history cannot be opened: %s", community, fault.values)
            await asyncio.sleep(_LOOK_AGAIN_S)

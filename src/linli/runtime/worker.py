"""The worker: relays facts, turns effects into rows, hands facts to handlers, keeps time.

All of its work on records runs in one thread: SQLite has one writer, and here nobody fights for it.
Only the relay has a thread of its own: what a person or a lane waits for leaves the outbox at once,
whatever is being dealt with.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import msgspec
from django.db import InterfaceError, OperationalError, close_old_connections, connections

from linli.adapters.bus import Bus, BusRefused, NotStored, Stored, StreamState, Unheard
from linli.contracts import directory, subjects
from linli.contracts.outbox import wake as wake_port
from linli.foundation.outbox import operations as outbox
from linli.foundation.passing import is_full, is_passing
from linli.runtime import facts, projector, relay, tidy
from linli.runtime.scheduler import Job, keep_time

log = logging.getLogger("linli.worker")

NICE = 5
"""The worker steps back where processors are short: its rows may wait, a command may not."""

T = TypeVar("T")
_AT_ONCE = 64
_FACTS_AT_ONCE = 16
_REST_S = 0.05
_LOOK_AGAIN_S = 5.0
_BUS_AGAIN_S = 1.0
_KEEP_EFFECTS = 20_000
_PAUSES_S = (0.1, 0.5, 2.0, 5.0)


class StreamReplaced(RuntimeError):
    """A stream that is being read was made anew: what reads it must start over."""


class Wiring(msgspec.Struct, frozen=True, kw_only=True):
    """What the application hands to the worker."""

    effects: Mapping[type, projector.Deal]
    facts: Mapping[str, Sequence[facts.Handler]]
    jobs: Sequence[Job]


class Records:
    """A thread in which the worker touches records."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="records")

    async def __call__(self, call: Callable[[], T]) -> T:
        """Run it there, and again after a pause for as long as the database is locked, away or
        full; whatever else it refuses is raised, for it would refuse it again.
        """
        loop = asyncio.get_running_loop()
        attempt = 0
        while True:
            try:
                return await loop.run_in_executor(self._pool, call)
            except (OperationalError, InterfaceError) as error:
                await loop.run_in_executor(self._pool, _heal)
                if not is_passing(error):
                    raise
                pause_s = _PAUSES_S[min(attempt, len(_PAUSES_S) - 1)]
                attempt += 1
                _tell(error, pause_s)
                await asyncio.sleep(pause_s)

    def close(self) -> None:
        """End the thread when its work is done."""
        self._pool.submit(connections.close_all)
        self._pool.shutdown(wait=True)


def _tell(error: Exception, pause_s: float) -> None:
    if is_full(error):
        log.error(
            "records: the disk is full; make room, nothing is lost meanwhile; again in %s s",
            pause_s,
        )
    else:
        log.warning("records: %s; again in %s s", error, pause_s)


def _heal() -> None:
    for line in connections.all(initialized_only=True):
        line.close_if_unusable_or_obsolete()
    close_old_connections()


class Worker:
    """One worker process."""

    def __init__(self, *, bus: Bus, wiring: Wiring) -> None:
        self._bus = bus
        self._wiring = wiring
        self._wake = asyncio.Event()
        self._made: dict[str, str] = {}
        """When each stream that is read was made."""
        self.records = Records()
        self._outbox = Records()

    async def run(self) -> None:
        """Work until cancelled."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._wake.set)

        wake_port.answer_with(wake)
        await self._bus.listen(subject=subjects.OUTBOX_WAKE, hear=self._woken)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._relay())
                tasks.create_task(self._guard_streams())
                tasks.create_task(self._hand_over())
                tasks.create_task(self._project_all(tasks))
                tasks.create_task(
                    keep_time(
                        jobs=self._wiring.jobs, in_records=self.records, tell=tidy.tell_of_job
                    )
                )
        finally:
            self.records.close()
            self._outbox.close()

    async def _woken(self, _subject: str, _body: bytes) -> None:
        self._wake.set()

    async def _relay(self) -> None:
        while True:
            self._wake.clear()
            try:
                await relay.relay(
                    waiting=lambda limit: self._outbox(partial(relay.take, limit)),
                    publish=self._publish,
                    mark=self._mark,
                )
                async with asyncio.timeout(_LOOK_AGAIN_S):
                    await self._wake.wait()
            except TimeoutError:
                continue
            except NotStored as error:
                log.warning("relay: %s", error)
                await asyncio.sleep(1.0)

    async def _publish(self, subject: str, body: bytes, id: str) -> None:
        await self._bus.append(subject=subject, body=body, id=id)

    async def _mark(self, ids: list[int]) -> None:
        await self._outbox(partial(relay.mark_sent, ids, datetime.now(UTC)))

    async def _hand_over(self) -> None:
        after = await self._start(facts.CONSUMER, subjects.FACTS_STREAM)
        stream = self._bus.follow(
            stream=subjects.FACTS_STREAM, subject=subjects.facts("*", "*"), after=after
        )
        async for messages in gathered(stream, _FACTS_AT_ONCE):
            await self.records(
                partial(
                    facts.deliver,
                    messages=[_told(message) for message in messages],
                    table=self._wiring.facts,
                    now=datetime.now(UTC),
                )
            )

    async def _start(self, consumer: str, stream: str) -> int:
        """Return after which message a consumer goes on reading."""
        state = await self._state(stream)
        self._made[stream] = state.created
        begun = await self.records(
            partial(outbox.start, consumer=consumer, stream=state.created, last=state.last)
        )
        if begun.anew:
            log.error(
                "%s is not the stream that %s read up to %s: it is read from its beginning",
                stream,
                consumer,
                begun.before,
            )
        return begun.after

    async def _guard_streams(self) -> None:
        """After each loss of the line, see that the streams are those that were read before it.

        :raises StreamReplaced: if one is not; the worker that is started next begins it anew
        """
        again = asyncio.Event()
        self._bus.on_reconnect.append(again.set)
        while True:
            await again.wait()
            again.clear()
            for stream, made in tuple(self._made.items()):
                if (await self._state(stream)).created != made:
                    raise StreamReplaced(stream)

    async def _state(self, stream: str) -> StreamState:
        while True:
            try:
                return await self._bus.state(stream=stream)
            except (BusRefused, Unheard) as error:
                log.warning("%s is not there yet: %r", stream, error)
                await asyncio.sleep(_BUS_AGAIN_S)

    async def _project_all(self, tasks: asyncio.TaskGroup) -> None:
        known: set[str] = set()
        while True:
            for community in set(await self.records(directory.communities)) - known:
                known.add(community)
                tasks.create_task(self._project(community))
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def _project(self, community: str) -> None:
        name = projector.consumer(community)
        after = await self._start(name, subjects.EFFECTS_STREAM)
        stream = self._bus.follow(
            stream=subjects.EFFECTS_STREAM, subject=subjects.effects(community), after=after
        )
        purged = after
        async for messages in gathered(stream, _AT_ONCE):
            await self.records(
                partial(
                    projector.project,
                    community=community,
                    messages=[(m.sequence, m.body) for m in messages],
                    table=self._wiring.effects,
                    now=datetime.now(UTC),
                )
            )
            if messages[-1].sequence - purged >= _KEEP_EFFECTS:
                purged = await self._purge(community, messages[-1].sequence, purged)

    async def _purge(self, community: str, reached: int, before: int) -> int:
        upto = reached - _KEEP_EFFECTS // 2
        try:
            await self._bus.purge(
                stream=subjects.EFFECTS_STREAM, subject=subjects.effects(community), upto=upto
            )
        except (BusRefused, Unheard) as error:
            log.warning("effects of %s not purged: %s", community, error)
            return before
        return reached


def _told(message: Stored) -> facts.Told:
    *_, community, topic = message.subject.split(".")
    return facts.Told(
        sequence=message.sequence, community=community, topic=topic, body=message.body
    )


async def gathered(stream: AsyncIterator[T], at_once: int) -> AsyncIterator[list[T]]:
    """Yield what has come since the last time: at least one, at most so many.

    What comes alone is yielded at once; of what comes in quick succession, a batch each `_REST_S`.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[T] = asyncio.Queue(at_once * 2)

    async def fill() -> None:
        async for item in stream:
            await queue.put(item)

    filling = asyncio.create_task(fill())
    try:
        while True:
            getting = asyncio.create_task(queue.get())
            done, _ = await asyncio.wait({getting, filling}, return_when=asyncio.FIRST_COMPLETED)
            if getting not in done:
                getting.cancel()
                await filling
                return
            items = [getting.result()]
            while len(items) < at_once and not queue.empty():
                items.append(queue.get_nowait())
            began = loop.time()
            yield items
            if len(items) < at_once:
                await asyncio.sleep(began + _REST_S - loop.time())
    finally:
        filling.cancel()

"""The heart of a community: INPUT in its order to the scenes, what they want to EFFECTS.

What follows from the messages of INPUT that have come is one append. After a restart INPUT is
heard again from the snapshot on; an effect that EFFECTS holds already is not told again. Commands
go out when their effects are on disk. Time reaches the scenes by the messages' own times, and by a
tick when no message is on its way, so that hearing them again does the same.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from linli.adapters.bus import Bus, Stored
from linli.contracts import effects as effects_of
from linli.contracts import signals as signals_of
from linli.contracts import subjects
from linli.contracts.effects import AnyEffect, CommandIssued
from linli.contracts.signals import AnySignal, CommandAnswered, CommandAsked, DirectoryChanged
from linli.devices import batch as batches
from linli.live import snapshot as snapshots
from linli.live.appender import Appender, Entry
from linli.live.commands import Commands
from linli.live.engine import Engine
from linli.live.gate import Gate
from linli.live.last_values import LastValues
from linli.live.log import Log

_log = logging.getLogger(__name__)
_WINDOW = 16
_MOST_UNSTORED = 64
_SNAPSHOT_EVERY_S = 5.0
_TICK_S = 0.05
_GATHER = 2000
_STEPS_EVERY_S = 0.02
_LARGEST_BYTES = 1024 * 1024


class Heart:
    """Keeps one community going. `home` holds its snapshot."""

    def __init__(
        self,
        *,
        bus: Bus,
        gate: Gate,
        engine: Engine,
        home: Path,
        rewired: Callable[[int], Awaitable[Sequence[AnyEffect]]],
        log: Log,
        values: LastValues,
    ) -> None:
        self._bus = bus
        self._gate = gate
        self._engine = engine
        self._home = home
        self._rewired = rewired
        self._log = log
        self._values = values
        self.commands: Commands
        self.facts_heard: Callable[[], int]
        self._effects = Appender(bus=bus, subject=subjects.effects(gate.community), window=_WINDOW)
        self.sequence = 0
        self._stored_effects = 0
        self._told_before: set[str] = set()
        self._own = 0
        self._gathered: list[AnyEffect] = []
        self._steps: list[AnyEffect] = []
        self._life = f"{time.time():.6f}"
        self._unstored: dict[int, None] = {}
        self._room = asyncio.Event()
        self.caught_up = asyncio.Event()
        self._target = 0

    # -- beginning

    async def begin(self, found: snapshots.Snapshot | None) -> None:
        """Go on from the snapshot: hear again what INPUT holds since, without sending commands.

        :raises BusRefused: if the streams cannot be read
        """
        community = self._gate.community
        if found is not None:
            self._engine.restore(found.scenes)
            self.commands.restore(found.ledger)
            self._gate.seen.learn(self._values.restore(found.values))
            self.sequence, self._stored_effects = found.sequence, found.effects
        state = await self._bus.state(stream=subjects.INPUT_STREAM)
        if state.last < self.sequence:
            _log.warning("%s: INPUT begins anew", community)
            self.sequence = 0
        last = await self._bus.last(
            stream=subjects.INPUT_STREAM, subject=subjects.inputs(community)
        )
        self._target = last.sequence if last is not None else 0
        await self._learn_effects()
        if self._target <= self.sequence:
            self._catch_up()

    async def _learn_effects(self) -> None:
        """Learn what was told after the snapshot, so as not to tell it twice."""
        subject = subjects.effects(self._gate.community)
        last = await self._bus.last(stream=subjects.EFFECTS_STREAM, subject=subject)
        if last is None:
            return
        if last.sequence < self._stored_effects:
            self._stored_effects = 0
        if last.sequence == self._stored_effects:
            return
        following = self._bus.follow(
            stream=subjects.EFFECTS_STREAM, subject=subject, after=self._stored_effects
        )
        async for message in following:
            told = effects_of.decode(message.body)
            self._told_before.update(effect.id for effect in told)
            self.commands.learn(told)
            self._stored_effects = message.sequence
            if message.sequence >= last.sequence:
                break
        await following.aclose()

    def _catch_up(self) -> None:
        if not self.caught_up.is_set():
            self.caught_up.set()
            self._told_before.clear()
            self.commands.release(time.time())

    # -- beating

    async def run(self) -> None:
        """Hear INPUT, tick, and write snapshots, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hear())
            tasks.create_task(self._tick())
            tasks.create_task(self._keep())

    async def _hear(self) -> None:
        community = self._gate.community
        following = self._bus.follow(
            stream=subjects.INPUT_STREAM, subject=subjects.inputs(community), after=self.sequence
        )
        async for message in following:
            while len(self._unstored) >= _MOST_UNSTORED:
                self._room.clear()
                await self._room.wait()
            self._gathered.extend(await self._beat(message))
            self.sequence = message.sequence
            self._log.dealt_with(message.sequence)
            if not message.queued or len(self._gathered) >= _GATHER:
                self._tell_gathered()
            if message.sequence >= self._target:
                self._catch_up()

    async def _beat(self, message: Stored) -> Sequence[AnyEffect]:
        if not batches.is_batch(message.body):
            return await self._hear_signals(signals_of.decode(message.body))
        batch = batches.decode(message.body)
        if not self.caught_up.is_set():
            self._gate.seen.learn(batch)
        told = self._engine.feed(batch)
        self._values.hear(batch)
        return told

    async def _hear_signals(self, signals: list[AnySignal]) -> list[AnyEffect]:
        told: list[AnyEffect] = []
        at = max(signal.at for signal in signals)
        for signal in signals:
            if isinstance(signal, DirectoryChanged):
                told.extend(await self._rewired(signal.version))
            elif isinstance(signal, CommandAnswered):
                self.commands.answered(signal)
        told.extend(self._engine.hear(signals, at))
        issued = {effect.id for effect in told}
        for signal in signals:
            if isinstance(signal, CommandAsked) and signal.id not in issued:
                self.commands.ask(signal, time.time())
        return told

    # -- telling

    def _tell_gathered(self) -> None:
        """Append what follows from the messages heard, then let its commands go out."""
        told, self._gathered = self._gathered, []
        if not told:
            return
        issued = [effect for effect in told if isinstance(effect, CommandIssued)]
        if self._told_before:
            told = [effect for effect in told if effect.id not in self._told_before]
        if not told:
            self.commands.issue(issued, time.time())
            return
        sequence = self.sequence
        self._unstored[sequence] = None

        def stored(at: int) -> None:
            self._unstored.pop(sequence, None)
            self._stored(issued, at)
            self._room.set()

        self._append(f"{self._gate.community}.{self._life}.{sequence}", told, stored)

    def tell_soon(self, told: list[AnyEffect]) -> None:
        """Append effects that nobody waits for, together with others of the next moments."""
        if not self._steps:
            asyncio.get_running_loop().call_later(_STEPS_EVERY_S, self._tell_steps)
        self._steps.extend(told)

    def _tell_steps(self) -> None:
        steps, self._steps = self._steps, []
        self.tell(steps)

    def tell(self, told: list[AnyEffect]) -> None:
        """Append effects that no message of INPUT made: of time, of commands, of refusals."""
        issued = [effect for effect in told if isinstance(effect, CommandIssued)]
        self._own += 1
        id = f"{self._gate.community}.{self._life}.own{self._own}"  # noqa: A001 - as the bus names it
        self._append(id, told, lambda at: self._stored(issued, at))

    def _stored(self, issued: list[CommandIssued], at: int) -> None:
        self._stored_effects = max(self._stored_effects, at)
        if issued:
            self.commands.issue(issued, time.time())

    def _append(self, id: str, told: list[AnyEffect], stored: Callable[[int], None]) -> None:
        """Append effects; a message too large for the bus is cut in parts, the last tells."""
        body = effects_of.encode(told)
        if len(body) > _LARGEST_BYTES and len(told) > 1:
            half = len(told) // 2
            self._append(f"{id}a", told[:half], _nothing)
            self._append(f"{id}b", told[half:], stored)
            return
        self._effects.put(Entry(id=id, body=body, stored=stored))

    @property
    def effects_waiting(self) -> int:
        """Return how many appends to EFFECTS are not confirmed."""
        return self._effects.waiting

    # -- time

    async def _tick(self) -> None:
        await self.caught_up.wait()
        while True:
            await asyncio.sleep(_TICK_S)
            now = time.time()
            due = self.commands.next_due()
            if due is not None and due <= now:
                self.commands.advance(now)
            self._tick_scenes(now)

    def _tick_scenes(self, now: float) -> None:
        """Let time alone act. While messages are on their way, time comes with them."""
        deadline = self._engine.next_deadline()
        if deadline is None or deadline > now or self._log.rows_under_way:
            return
        told = list(self._engine.advance(now))
        if told:
            self.tell(told)

    # -- snapshots

    async def _keep(self) -> None:
        await self.caught_up.wait()
        while True:
            await asyncio.sleep(_SNAPSHOT_EVERY_S)
            await self.keep()

    async def keep(self, *, within_s: float = 30.0) -> bool:
        """Write a snapshot, once all effects up to it are stored; tell whether it was written.

        The ledger is taken last: by then it knows every command of the scenes' state.
        """
        self._tell_gathered()
        at, sequence, effects = time.time(), self.sequence, self._stored_effects
        facts, scenes = self.facts_heard(), self._engine.snapshot()
        values = self._values.snapshot()
        if not await self._stored_upto(sequence, within_s):
            return False
        snapshot = snapshots.Snapshot(
            sequence=sequence,
            effects=effects,
            facts=facts,
            at=at,
            scenes=scenes,
            values=values,
            ledger=self.commands.snapshot(),
        )
        body = snapshots.encode(snapshot)
        try:
            await asyncio.to_thread(
                snapshots.write, home=self._home, community=self._gate.community, body=body
            )
        except OSError as error:
            _log.error("no snapshot of %s: %s", self._gate.community, error)
            return False
        return True

    async def _stored_upto(self, sequence: int, within_s: float) -> bool:
        try:
            async with asyncio.timeout(within_s):
                while any(number <= sequence for number in self._unstored):
                    self._room.clear()
                    await self._room.wait()
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """Stop appending, after what is under way or two seconds."""
        if self._steps:
            self._tell_steps()
        await self._effects.drained(within_s=2.0)
        await self._effects.close()


def _nothing(at: int) -> None:
    """The first half of what was told is on disk; the second half tells."""

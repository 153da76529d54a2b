"""The heart of a community: INPUT in its order to the scenes, what they want to EFFECTS.

What follows from one message of INPUT is one append with an id made of its sequence, so hearing it
again after a restart stores nothing twice. Commands go out when their effects are on disk.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec

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

_log = logging.getLogger(__name__)
_WINDOW = 16
_MOST_UNSTORED = 64
_SNAPSHOT_EVERY_S = 5.0
_TICK_S = 0.05
_UPTO = "Linli-Input"
"""Header: all effects of INPUT up to this sequence were stored before."""


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
        dealt_with: Callable[[int], None],
        changed: Callable[[batches.Batch], None],
    ) -> None:
        self._bus = bus
        self._gate = gate
        self._engine = engine
        self._home = home
        self._rewired = rewired
        self._dealt_with = dealt_with
        self._changed = changed
        self.commands: Commands
        self._effects = Appender(bus=bus, subject=subjects.effects(gate.community), window=_WINDOW)
        self.sequence = 0
        self._stored_effects = 0
        self._skip_upto = 0
        self._own = 0
        self._life = f"{time.time():.6f}"
        self._unstored: dict[int, None] = {}
        self._room = asyncio.Event()
        self.caught_up = asyncio.Event()
        self._target = 0
        self._failed_snapshots = 0

    # -- beginning

    async def begin(self) -> None:
        """Go on from the snapshot: hear again what INPUT holds since, without sending commands.

        :raises BusRefused: if the streams cannot be read
        """
        community = self._gate.community
        found = snapshots.read(home=self._home, community=community)
        if found is not None:
            self._engine.restore(found.scenes)
            self.commands.restore(found.ledger)
            self.sequence, self._stored_effects = found.sequence, found.effects
        last = await self._bus.last(
            stream=subjects.INPUT_STREAM, subject=subjects.inputs(community)
        )
        self._target = last.sequence if last is not None else 0
        await self._learn_effects()
        if self._target <= self.sequence:
            self._catch_up()

    async def _learn_effects(self) -> None:
        """Learn what became of commands after the snapshot, and which effects are stored."""
        subject = subjects.effects(self._gate.community)
        last = await self._bus.last(stream=subjects.EFFECTS_STREAM, subject=subject)
        if last is None:
            return
        self._skip_upto = int(last.headers.get(_UPTO, "0"))
        if last.sequence <= self._stored_effects:
            return
        following = self._bus.follow(
            stream=subjects.EFFECTS_STREAM, subject=subject, after=self._stored_effects
        )
        async for message in following:
            self.commands.learn(effects_of.decode(message.body))
            self._stored_effects = message.sequence
            if message.sequence >= last.sequence:
                break
        await following.aclose()

    def _catch_up(self) -> None:
        if not self.caught_up.is_set():
            self.caught_up.set()
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
            await self._beat(message)
            self._dealt_with(message.sequence)
            if message.sequence >= self._target:
                self._catch_up()

    async def _beat(self, message: Stored) -> None:
        if batches.is_batch(message.body):
            batch = batches.decode(message.body)
            if not self.caught_up.is_set():
                self._gate.seen.learn(batch)
            told = list(self._engine.feed(batch))
            self._changed(batch)
        else:
            told = await self._hear_signals(signals_of.decode(message.body))
        self.sequence = message.sequence
        if told:
            self._tell_of(message.sequence, told)

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

    def _tell_of(self, sequence: int, told: list[AnyEffect]) -> None:
        """Append what follows from a message of INPUT, then let its commands go out."""
        issued = [effect for effect in told if isinstance(effect, CommandIssued)]
        if sequence <= self._skip_upto:
            self.commands.issue(issued, time.time())
            return
        self._unstored[sequence] = None

        def stored(at: int) -> None:
            self._stored_effects = max(self._stored_effects, at)
            self._unstored.pop(sequence, None)
            self._room.set()
            if issued:
                self.commands.issue(issued, time.time())

        self._append(f"{self._gate.community}.{sequence}", told, stored)

    def tell(self, told: list[AnyEffect]) -> None:
        """Append effects that follow from no message of INPUT: steps of commands, refusals."""
        self._own += 1

        def stored(at: int) -> None:
            self._stored_effects = max(self._stored_effects, at)

        self._append(f"{self._gate.community}.{self._life}.{self._own}", told, stored)

    def _append(self, id: str, told: list[AnyEffect], stored: Callable[[int], None]) -> None:
        entry = Entry(id=id, body=effects_of.encode(told), stored=stored)
        upto = next(iter(self._unstored), self.sequence + 1) - 1
        entry.headers = {_UPTO: str(max(upto, self._skip_upto))}
        self._effects.put(entry)

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
        """Let time reach the scenes by INPUT itself, so that hearing it again does the same."""
        deadline = self._engine.next_deadline()
        if deadline is not None and deadline <= now:
            told = list(self._engine.advance(now))
            if told:
                self.tell_timed(told)

    def tell_timed(self, told: list[AnyEffect]) -> None:
        """Append what time alone has brought about; its commands go out when it is stored."""
        issued = [effect for effect in told if isinstance(effect, CommandIssued)]

        def stored(at: int) -> None:
            self._stored_effects = max(self._stored_effects, at)
            if issued:
                self.commands.issue(issued, time.time())

        first = told[0].id
        self._append(f"{self._gate.community}.t.{first}", told, stored)

    # -- snapshots

    async def _keep(self) -> None:
        await self.caught_up.wait()
        while True:
            await asyncio.sleep(_SNAPSHOT_EVERY_S)
            await self.keep()

    async def keep(self, *, within_s: float = 30.0) -> bool:
        """Write a snapshot, once all effects up to it are stored; tell whether it was written."""
        snapshot = snapshots.Snapshot(
            sequence=self.sequence,
            effects=self._stored_effects,
            at=time.time(),
            scenes=self._engine.snapshot(),
            ledger=msgspec.convert(msgspec.to_builtins(self.commands.snapshot()), type=_LEDGER),
        )
        if not await self._stored_upto(snapshot.sequence, within_s):
            return False
        try:
            await asyncio.to_thread(
                snapshots.write, home=self._home, community=self._gate.community, snapshot=snapshot
            )
        except OSError as error:
            self._failed_snapshots += 1
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
        await self._effects.drained(within_s=2.0)
        await self._effects.close()


_LEDGER = snapshots.Ledger

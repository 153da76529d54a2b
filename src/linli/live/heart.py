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

from linli.adapters.bus import Bus, Stored, Unheard
from linli.contracts import effects as effects_of
from linli.contracts import signals as signals_of
from linli.contracts import subjects
from linli.contracts.effects import AnyEffect, CommandIssued, CommandOverruled
from linli.contracts.signals import (
    AnySignal,
    CommandAnswered,
    CommandAsked,
    DirectoryChanged,
    StrangersSpoke,
)
from linli.devices import batch as batches
from linli.live import snapshot as snapshots
from linli.live.commands import Commands
from linli.live.engine import Engine
from linli.live.gate import Gate
from linli.live.last_values import LastValues
from linli.live.links import numbers_in, numbers_of
from linli.live.log import Log
from linli.live.refusals import MANY
from linli.live.software import Software
from linli.live.strangers import spoken_of
from linli.live.voice import Voice

_log = logging.getLogger(__name__)
_SNAPSHOT_EVERY_S = 5.0
_TICK_S = 0.05
_GATHER = 2000
_ASK_AGAIN_S = 0.5


class Heart:
    """Keeps one community going. `home` holds its snapshot."""

    def __init__(
        self,
        *,
        bus: Bus,
        gate: Gate,
        engine: Engine,
        home: Path,
        rewired: Callable[[DirectoryChanged], Awaitable[Sequence[AnyEffect]]],
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
        self._software = Software(gate=gate)
        self._voice = Voice(bus=bus, community=gate.community, issue=self._issue)
        self.sequence = 0
        self._gathered: list[AnyEffect] = []
        self.caught_up = asyncio.Event()
        self._target = 0

    # -- beginning

    async def begin(self, found: snapshots.Snapshot | None) -> None:
        """Go on from the snapshot: hear again what INPUT holds since, without sending commands.

        A bus that does not answer is asked again.

        :raises BusRefused: if the streams cannot be read
        """
        if found is not None:
            self._engine.restore(found.scenes)
            self.commands.restore(found.ledger)
            self._gate.links.restore(found.links)
            self._gate.seen.learn(self._values.restore(found.values))
            self.sequence, self._voice.stored = found.sequence, found.effects
        while not await self._learn_streams():
            await asyncio.sleep(_ASK_AGAIN_S)
        if self._target <= self.sequence:
            self._catch_up()

    async def _learn_streams(self) -> bool:
        """Learn how far INPUT and EFFECTS have come; tell whether the bus answered."""
        try:
            await self._learn_inputs()
            await self._learn_numbers()
            await self._learn_effects()
        except Unheard as error:
            _log.warning("%s: the bus is asked again: %s", self._gate.community, error.values)
            return False
        return True

    async def _learn_inputs(self) -> None:
        community = self._gate.community
        state = await self._bus.state(stream=subjects.INPUT_STREAM)
        if state.last < self.sequence:
            _log.warning("%s: INPUT begins anew", community)
            self.sequence = 0
        last = await self._bus.last(
            stream=subjects.INPUT_STREAM, subject=subjects.inputs(community)
        )
        self._target = last.sequence if last is not None else 0

    async def _learn_numbers(self) -> None:
        """Learn which payloads of sealed devices were stored after the snapshot, before any of them
        can be said again.
        """
        if not len(self._gate.links) or self._target <= self.sequence:
            return
        following = self._bus.follow(
            stream=subjects.INPUT_STREAM,
            subject=subjects.inputs(self._gate.community),
            after=self.sequence,
        )
        async for message in following:
            self._gate.links.stored(numbers_in(message.body))
            if message.sequence >= self._target:
                break
        await following.aclose()

    async def _learn_effects(self) -> None:
        """Learn what was told after the snapshot, so as not to tell it twice."""
        subject = subjects.effects(self._gate.community)
        last = await self._bus.last(stream=subjects.EFFECTS_STREAM, subject=subject)
        if last is None:
            return
        if last.sequence < self._voice.stored:
            self._voice.stored = 0
        if last.sequence == self._voice.stored:
            return
        following = self._bus.follow(
            stream=subjects.EFFECTS_STREAM, subject=subject, after=self._voice.stored
        )
        async for message in following:
            told = effects_of.decode(message.body)
            self._voice.learn(told, sequence=message.sequence)
            self.commands.learn(told)
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
            await self._voice.room()
            try:
                told = await self._beat(message)
                self._gathered.extend(told)
            except Exception:
                self._skip(message)
            self.sequence = message.sequence
            self._log.dealt_with(message.sequence)
            if not message.queued or len(self._gathered) >= _GATHER:
                self._tell_gathered()
            if message.sequence >= self._target:
                self._catch_up()

    def _skip(self, message: Stored) -> None:
        """A message that nothing can be made of must not end what goes on: count it, go on."""
        _log.exception("%s: INPUT %d is skipped", self._gate.community, message.sequence)
        self._gate.refusals.count(MANY, "poison", sample=message.body)

    async def _beat(self, message: Stored) -> Sequence[AnyEffect]:
        if not batches.is_batch(message.body):
            return await self._hear_signals(signals_of.decode(message.body))
        batch = batches.decode(message.body)
        self._gate.links.stored(batch.numbers)
        if not self.caught_up.is_set():
            self._gate.seen.learn(batch)
        told = self._engine.feed(batch)
        self._values.hear(batch)
        return [*told, *self._software.hear(batch)] if batch.extras else told

    async def _hear_signals(self, signals: list[AnySignal]) -> list[AnyEffect]:
        at = max(signal.at for signal in signals)
        self._gate.links.stored(numbers_of(signals))
        for signal in signals:
            if isinstance(signal, DirectoryChanged):
                rewired = await self._rewired(signal)
                self._gathered.extend(rewired)
            elif isinstance(signal, CommandAnswered):
                self.commands.answered(signal)
        told = list(self._engine.hear(signals, at))
        issued = {effect.id for effect in told}
        for signal in signals:
            if isinstance(signal, StrangersSpoke):
                told.extend(spoken_of(signal, community=self._gate.community))
            elif isinstance(signal, CommandAsked) and signal.id not in issued:
                lost = self._lost(signal)
                if lost is not None:
                    told.append(lost)
                else:
                    self.commands.ask(signal, time.time())
        return told

    def _lost(self, asked: CommandAsked) -> CommandOverruled | None:
        """Return what is told of a command that a safety scene, acting now, stands against."""
        against = self._engine.standing_against(device=asked.device, service=asked.service)
        if against is None or asked.override:
            return None
        return CommandOverruled(
            id=asked.id,
            at=asked.at,
            community=self._gate.community,
            cause=asked.cause,
            device=asked.device,
            service=asked.service,
            winner_scene=against[0],
            winner_command=against[1],
        )

    # -- telling

    def _tell_gathered(self) -> None:
        """Say what follows from the messages heard."""
        told, self._gathered = self._gathered, []
        if told:
            self._voice.say(told)

    def tell(self, told: list[AnyEffect]) -> None:
        """Say effects that no message of INPUT made: of time, of refusals."""
        self._voice.say(told)

    def tell_soon(self, told: list[AnyEffect]) -> None:
        """Say what became of commands, together with others of the next moments."""
        self._voice.say_soon(told)

    def _issue(self, issued: list[CommandIssued]) -> None:
        self.commands.issue(issued, time.time())

    @property
    def effects_waiting(self) -> int:
        """Return how many appends to EFFECTS are not confirmed."""
        return self._voice.waiting

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
        """Write a snapshot, once all that its state has told is stored; tell whether it was.

        Everything of it is of one moment. It is not written while the scenes are to do again what
        they had told before a restart, nor when something is not stored in time.
        """
        self._tell_gathered()
        self._voice.flush()
        if not self._voice.is_past(self._engine.next_deadline()):
            return False
        ticket, snapshot = self._voice.last_ticket, self._capture()
        if not await self._voice.settled(ticket=ticket, within_s=within_s):
            _log.warning("no snapshot of %s: effects wait", self._gate.community)
            return False
        body = snapshots.encode(snapshot)
        try:
            await asyncio.to_thread(
                snapshots.write, home=self._home, community=self._gate.community, body=body
            )
        except OSError as error:
            _log.error("no snapshot of %s: %s", self._gate.community, error)
            return False
        self._voice.forget()
        return True

    def _capture(self) -> snapshots.Snapshot:
        return snapshots.Snapshot(
            sequence=self.sequence,
            effects=self._voice.stored,
            facts=self.facts_heard(),
            at=time.time(),
            scenes=self._engine.snapshot(),
            values=self._values.snapshot(),
            ledger=self.commands.snapshot(issued=self._voice.unstored_commands()),
            links=self._gate.links.windows(),
        )

    async def close(self) -> None:
        """Stop appending, after what is under way or a few seconds."""
        self._tell_gathered()
        if not await self._voice.close():
            _log.warning("%s: effects wait; they follow from INPUT again", self._gate.community)

"""One community of this process, put together: gate, log, heart, commands, ear, answers."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

import msgspec

from linli.adapters.bus import Bus, NotStored
from linli.contracts import subjects
from linli.contracts.directory import Directory
from linli.contracts.effects import AnyEffect
from linli.contracts.signals import DirectoryChanged
from linli.devices.interlocks import Interlocks
from linli.devices.model import ThingModel
from linli.drivers.line import Order
from linli.drivers.mqtt.acceptor import Acceptor
from linli.drivers.mqtt.client import Broker, Joined
from linli.drivers.plain import codec as plain
from linli.drivers.plain.asks import Question
from linli.drivers.wiring import Wires
from linli.live import snapshot as snapshots
from linli.live.answers import Answers
from linli.live.asker import Asker, ask_desk
from linli.live.commands import Commands, Way
from linli.live.door import LiveDoor, Visitor, Waiter
from linli.live.ear import Ear
from linli.live.engine import MakeEngine
from linli.live.fetches import Fetches
from linli.live.gate import Gate
from linli.live.heart import Heart
from linli.live.last_values import LastValues
from linli.live.lines import Lines
from linli.live.log import Log
from linli.live.marks import Marks
from linli.live.pictures import Spool

_log = logging.getLogger(__name__)
_TELL_TWIN_S = 0.25
_TELL_REFUSALS_S = 1.0
_TELL_LINES_FIRST_S, _TELL_LINES_S = 3.0, 60.0
_ASK_AGAIN_S = 5.0
AskDirectory = Callable[[str], Directory]


class _Say(Protocol):
    """Sends a message to a device; returns over how many lines."""

    def __call__(self, payload: bytes, *, beyond: bool = True) -> int: ...


class Community:
    """Keeps a community alive until its task is cancelled. Make it with `start`."""

    def __init__(
        self,
        *,
        bus: Bus,
        door: LiveDoor,
        acceptor: Acceptor,
        home: Path,
        models: Mapping[str, ThingModel],
        make_engine: MakeEngine,
        ask_directory: AskDirectory,
        directory: Directory,
        broker: Broker | None = None,
        wires: Wires,
        interlocks: Interlocks,
    ) -> None:
        self._bus = bus
        self._door = door
        self._acceptor = acceptor
        self._home = home
        self._ask_directory = ask_directory
        self._directory = directory
        self.name = directory.community
        self.task: asyncio.Task[None] | None = None
        self._again: asyncio.TimerHandle | None = None
        self.gate, self._fetches = Gate(directory=directory, models=models), Fetches()
        self.log = Log(bus=bus, gate=self.gate)
        self._everybody = Visitor.everybody(gate=self.gate, log=self.log)
        self._joined = Joined(door=door, caller=self._everybody, broker=broker) if broker else None
        pictures = Spool(home=home, community=self.name, tell=self.gate.refusals.count)
        self.lines = Lines(
            gate=self.gate, log=self.log, door=door, wires=wires, pictures=pictures,
            marks=Marks(home=home, community=self.name),
        )  # fmt: skip
        self.lines.learn()
        self.values = LastValues(directory)
        self._engine = make_engine(directory, time.time())
        self.heart = Heart(
            bus=bus, gate=self.gate, engine=self._engine, home=home, rewired=self._rewire,
            log=self.log, values=self.values,
        )  # fmt: skip
        self.commands = Commands(
            community=self.name,
            models=models,
            way=self._way,
            tell=self.heart.tell_soon,
            refuse=self._refuse_answer,
            guard=partial(interlocks.guard, near=self.values.near, now=time.time),
        )
        self.commands.serve(self.gate.devices)
        self.heart.commands = self.commands
        self._asker = Asker(
            community=self.name,
            ask=partial(ask_desk, bus),
            tell=self._tell_answer,
            happened=self._happened,
        )
        self.gate.asked = self._asked
        self.lines.ask = self._asker.answer

    async def begin(self, *, facts: int) -> None:
        """Go on from the snapshot and open the doors.

        `facts` is how far FACTS had come when the directory was asked for.

        :raises BusRefused: if the streams cannot be read
        """
        found = snapshots.read(home=self._home, community=self.name)
        after = found.facts if found is not None and found.facts <= facts else facts
        self._ear = Ear(bus=self._bus, gate=self.gate, log=self.log, after=after)
        self.heart.facts_heard = lambda: self._ear.heard
        self._tell_wrong()
        await self.heart.begin(found)
        if found is not None:
            self._say_changed(self._directory.version)
        self._door.open(gate=self.gate, log=self.log)
        await Answers(
            bus=self._bus,
            community=self.name,
            door=self._door,
            values=self.values,
            fares=self.fares,
            lines=self.lines,
            asker=self._asker,
            fetches=self._fetches,
        ).open()

    async def run(self) -> None:
        """Live."""
        self.lines.open()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.heart.run())
            tasks.create_task(self._ear.run())
            tasks.create_task(self._tell_twin())
            tasks.create_task(self._tell_refusals())
            tasks.create_task(self._tell_lines())
            if self._joined is not None:
                tasks.create_task(self._joined.run())

    def stop(self) -> None:
        """End `run`."""
        if self.task is not None:
            self.task.cancel()

    def line_up(self, device: str) -> None:
        """A device listens: what waited for it, or for its children, goes out."""
        self.commands.line_up(device, self.gate.spoken_for(device), time.time())

    def _refuse_answer(self, device: str, command: str) -> None:
        self.gate.refusals.count(device, "not_its_command", sample=command.encode())

    async def _rewire(self, told: DirectoryChanged) -> Sequence[AnyEffect]:
        """Take the register as it is now, and let the scenes go by it from when that was told.

        The scenes may be those of an older snapshot where we have read the register already. While
        the records are away the community goes on with what it has, and asks again later.
        """
        if told.version <= self._directory.version:
            return self._engine.rewire(self._directory, told.at, told.id)
        try:
            directory = await asyncio.to_thread(self._ask_directory, self.name)
        except Exception:
            _log.exception("%s: the register is away; asked again later", self.name)
            self._rewire_later(told.version)
            return []
        try:
            self._learn(directory)
            effects = self._engine.rewire(directory, told.at, told.id)
        except Exception:
            _log.exception("%s: the register was not taken whole; tried again later", self.name)
            self._rewire_later(told.version)
            return []
        self._directory = directory
        self._tell_wrong()
        return effects

    def _learn(self, directory: Directory) -> None:
        """Let every part take the register; it is ours when all of them did."""
        self.gate.learn(directory)
        self._fetches.keep_only(frozenset(self.gate.devices))
        self.lines.learn()
        self.values.learn(directory)
        self.commands.serve(self.gate.devices)
        self._everybody.refresh()
        self._acceptor.recheck(community=self.name)

    def _tell_wrong(self) -> None:
        """Log which texts of the register's scenes do not load; the catalogue's stand instead."""
        for fault in self._engine.wrong:
            _log.error("%s: not loaded: %s %s", self.name, fault.key, fault.values)

    def _rewire_later(self, version: int) -> None:
        """Let INPUT say again in a while that the directory changed, so that order is one."""
        if self._again is not None:
            self._again.cancel()
        loop = asyncio.get_running_loop()
        self._again = loop.call_later(_ASK_AGAIN_S, self._say_changed, version)

    def _say_changed(self, version: int) -> None:
        self._again = None
        at = time.time()
        self.gate.safety.pending.signals.append(
            DirectoryChanged(id=f"directory.{version}.{at:.3f}", at=at, version=version)
        )
        self.log.kick()

    def _way(self, device: str, gateway: str | None) -> Way:
        """Return the way of commands to a device: its line of a field protocol, or our own lines
        of MQTT first, then a fetch over HTTP, then the broker's. A sealed device fetches itself.
        """
        if self.lines.carries(device):
            return partial(self.lines.send, device)
        send = self._say(device, gateway, "commands")

        def order_it(order: Order) -> int:
            payload = plain.command(
                id=order.id,
                service=order.service,
                args=dict(order.args),
                expires_at=order.expires_at,
            )
            speaks_for_it = gateway if self.gate.links.get(device) is None else None
            fetches = self._fetches.lately(device, speaks_for_it)
            gone = send(payload, beyond=not fetches)
            return gone or self._fetches.hand(device, speaks_for_it, order)

        return order_it

    def _say(self, device: str, gateway: str | None, what: str) -> "_Say":
        """Return the way of one kind of message to a device: our own lines, then, `beyond` them,
        the broker's.
        """
        direct = self._acceptor.way(community=self.name, device=device, gateway=gateway, what=what)
        joined = self._joined

        def send(payload: bytes, *, beyond: bool = True) -> int:
            link = self.gate.links.get(device)
            if link is not None:
                payload = link.seal(what, payload, now=time.time())
            gone = direct(payload)
            if not gone and beyond and joined is not None:
                gone = joined.deliver(device=device, what=what, payload=payload)
            return gone

        return send

    def _asked(self, device: str, question: Question) -> None:
        """Put a question of a device to whoever answers; of a sealed one once its number is on
        disk, for what it has done shall not be done again by whoever says it again.
        """
        ask = partial(self._asker.take, device, question)
        if self.gate.links.get(device) is None:
            ask()
        else:
            self.log.when_stored(Waiter(ask))

    def _happened(self, devices: Sequence[str], event: str) -> None:
        self.gate.now = time.time()
        for device in devices:
            self.gate.happened(device, event)
        self.log.kick()

    def _tell_answer(self, device: str, payload: bytes) -> int:
        entry = self.gate.devices.get(device)
        return self._say(device, entry.gateway, "answers")(payload) if entry is not None else 0

    async def _tell_twin(self) -> None:
        """Tell changed values a few times a second."""
        subject = subjects.twin_changes(self.name)
        while True:
            await asyncio.sleep(_TELL_TWIN_S)
            rows = self.values.changes()
            if rows and self._bus.connected:
                await self._publish(subject, msgspec.msgpack.encode(rows))

    async def _publish(self, subject: str, body: bytes) -> None:
        try:
            await self._bus.publish(subject=subject, body=body)
        except NotStored as error:
            _log.info("screens were not told: %s", error.values)

    async def _tell_refusals(self) -> None:
        while True:
            await asyncio.sleep(_TELL_REFUSALS_S)
            told = self.gate.refusals.tell(community=self.name, at=time.time())
            told += self.lines.strangers.tell()
            if told:
                self.heart.tell(told)

    async def _tell_lines(self) -> None:
        """Let lines tell of themselves: soon after the start, then now and then."""
        pause_s = _TELL_LINES_FIRST_S
        while True:
            await asyncio.sleep(pause_s)
            await self.lines.tell()
            pause_s = _TELL_LINES_S

    def fares(self) -> dict[str, object]:
        """Return how it goes: counters and what waits."""
        counters = self.log.counters
        return {
            "community": self.name,
            "connections": self._door.lines(self.name),
            "taken": counters.taken,
            "stored": counters.stored,
            "dealt_with": counters.dealt_with,
            "appends": counters.appended,
            "under_way": self.log.rows_under_way,
            "mark": self.log.mark,
            "trouble": self.log.trouble,
            "sequence": self.heart.sequence,
            "effects_waiting": self.heart.effects_waiting,
            "commands_under_way": self.commands.underway,
            "refused": self.gate.refusals.total,
            "caught_up": self.heart.caught_up.is_set(),
            "lines": self.lines.fares(),
        }

    async def close(self) -> None:
        """Put what was taken on disk, write a last snapshot, stop."""
        if self._again is not None:
            self._again.cancel()
        self._asker.close()
        await self.lines.close()
        await self.log.drained(within_s=5.0)
        if self.heart.caught_up.is_set():
            await self.heart.keep(within_s=5.0)
        await self.heart.close()
        await self.log.close()

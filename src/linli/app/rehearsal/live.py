"""The live half in a rehearsal: the real gate, scene engine and commands, called in order.

Devices are those of the simulated world. A command reaches its device after the delay of its line,
and the device answers as it would over the wire.
"""

import heapq
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import count

import msgspec

from linli.app.demo.simulated import Order as Told
from linli.app.demo.simulated import Simulated
from linli.app.demo.world import Say, World
from linli.contracts.directory import Directory
from linli.contracts.effects import AnyEffect, CommandIssued, CommandOverruled
from linli.contracts.signals import AnySignal, CommandAnswered, CommandAsked
from linli.devices.interlocks import Interlocks
from linli.devices.model import ThingModel
from linli.drivers.line import Order
from linli.drivers.reading import Reading
from linli.live.commands import Commands, Way
from linli.live.gate import Gate
from linli.live.last_values import LastValues
from linli.live.plans import ReadingPlan
from linli.scenes.engine import Engine

_DELAY_S = {"mqtt": 0.2, "gateway": 0.5, "field": 1.0}
"""How long a command is on its way by the line of its device, once more as long for its own."""
_LINES_TELL_S = 60.0


class Live:
    """The live half of one community, from a moment on."""

    def __init__(
        self,
        *,
        directory: Directory,
        models: Mapping[str, ThingModel],
        engine: Engine,
        interlocks: Interlocks,
        world: World,
        now: float,
    ) -> None:
        self.community = directory.community
        self.gate = Gate(directory=directory, models=models)
        self._values = LastValues(directory)
        self._engine = engine
        self._world = world
        self._now = self._lines_told = now
        self._plans: dict[str, ReadingPlan | None] = {}
        self._order = count()
        self._on_the_way: list[tuple[float, int, str, Order]] = []
        self._steps: list[AnyEffect] = []
        self.commands = Commands(
            community=self.community,
            models=models,
            way=self._way,
            tell=self._steps.extend,
            refuse=lambda device, command: None,
            guard=partial(interlocks.guard, near=self._values.near, now=lambda: self._now),
        )
        self.commands.serve(self.gate.devices)
        self.commands.release(now)
        self._lines = _lines(world)

    def bring(self, says: Sequence[Say]) -> None:
        """Take what devices say, through the gate."""
        for say in says:
            if say.what == "silence":
                continue
            plan = self._plan(say.device)
            if plan is None:
                continue
            self.gate.now = say.at
            plan.take_readings(_readings(say))

    def _plan(self, device: str) -> ReadingPlan | None:
        if device not in self._plans:
            plan = self.gate.plan(device, "readings")
            self._plans[device] = plan if isinstance(plan, ReadingPlan) else None
        return self._plans[device]

    def hear(self, signals: Sequence[AnySignal]) -> None:
        """Take what the record half says, in one order with what devices say."""
        self.gate.safety.pending.signals.extend(signals)

    def beat(self, now: float) -> list[AnyEffect]:
        """Let time go on until now: return what follows from all that was taken, in order."""
        self._now = self.gate.now = now
        self._deliver(now)
        self._tell_lines(now)
        told: list[AnyEffect] = []
        for lane in (self.gate.safety, self.gate.bulk):
            pending = lane.take_all()
            if pending.signals:
                told += self._hear(pending.signals, now)
            if pending.points:
                batch = pending.columns(community=self.community, at=now, seen=self.gate.seen)
                told += self._engine.feed(batch)
                self._values.hear(batch)
        told += self._engine.advance(now)
        self.commands.advance(now)
        issued = [effect for effect in told if isinstance(effect, CommandIssued)]
        if issued:
            self.commands.issue(issued, now)
        told += self._steps
        self._steps.clear()
        return told

    def _hear(self, signals: Sequence[AnySignal], now: float) -> list[AnyEffect]:
        for signal in signals:
            if isinstance(signal, CommandAnswered):
                self.commands.answered(signal)
        told = list(self._engine.hear(signals, now))
        issued = {effect.id for effect in told}
        for signal in signals:
            if isinstance(signal, CommandAsked) and signal.id not in issued:
                told += self._ask(signal, now)
        return told

    def _ask(self, asked: CommandAsked, now: float) -> list[AnyEffect]:
        against = self._engine.standing_against(device=asked.device, service=asked.service)
        if against is None or asked.override:
            self.commands.ask(asked, now)
            return []
        return [
            CommandOverruled(
                id=asked.id,
                at=asked.at,
                community=self.community,
                cause=asked.cause,
                device=asked.device,
                service=asked.service,
                winner_scene=against[0],
                winner_command=against[1],
            )
        ]

    # -- commands on their way

    def _way(self, device: str, gateway: str | None) -> Way:
        one = self._world.devices.get(device)
        delay_s = _DELAY_S.get(one.thing.line, 0.0) * (1 + one.own) if one is not None else 0.0

        def send(order: Order) -> int:
            if one is None or one.silent or not delay_s:
                return 0
            entry = (self._now + delay_s, next(self._order), device, order)
            heapq.heappush(self._on_the_way, entry)
            return 1

        return send

    def _deliver(self, now: float) -> None:
        """Let devices do what has reached them, answer, and say what has changed."""
        while self._on_the_way and self._on_the_way[0][0] <= now:
            when, _, device, order = heapq.heappop(self._on_the_way)
            told = Told(order.id, order.service, dict(order.args), order.expires_at)
            answer, says = self._world.hear(device, told, when)
            if self._world.devices[device].silent:
                continue
            self.gate.now = when
            self.gate.answered(device, answer.id, ok=answer.ok, reason=answer.reason)
            self.bring(says)
        self.gate.now = now

    def next_delivery(self) -> float:
        """Return when the next command reaches its device; infinity when none is on its way."""
        return self._on_the_way[0][0] if self._on_the_way else float("inf")

    # -- lines of field protocols

    def _tell_lines(self, now: float) -> None:
        """Let lines say how many of their members are there, as the live half does by itself."""
        if now < self._lines_told:
            return
        self._lines_told = now + _LINES_TELL_S
        for code, members in self._lines.items():
            plan, line = self._plan(code), self._world.devices[code]
            if plan is None:
                continue
            told = {
                "members_there": sum(not one.silent for one in members),
                "members_known": len(members),
                "line_up": _listens(line) or not line.silent,
            }
            names = line.kind.properties
            plan.take_readings([Reading(key, told[key]) for key in told if key in names])
            self.gate.heard(code, online=bool(told["line_up"]), reason="")


def _lines(world: World) -> dict[str, list[Simulated]]:
    """Return the lines of field protocols with the devices on each."""
    found: dict[str, list[Simulated]] = {}
    for device in world.devices.values():
        if device.thing.wire and device.thing.above:
            found.setdefault(device.thing.above, []).append(device)
    return {code: members for code, members in found.items() if _is_line(world, code)}


def _is_line(world: World, code: str) -> bool:
    one = world.devices.get(code)
    return one is not None and one.thing.wire is not None and not one.thing.above


def _listens(line: Simulated) -> bool:
    """Whether a line waits for others to dial: it is up, whoever is on it."""
    return line.thing.wire is not None and "listen" in line.thing.wire.options


def _readings(say: Say) -> list[Reading]:
    if say.what == "events":
        more = {name: value for name, value in say.body.items() if name != "event"}
        extras = msgspec.json.encode(more) if more else b""
        return [Reading(str(say.body["event"]), 1.0, say.at, extras=extras)]
    return [Reading(name, value, say.at) for name, value in say.body.items()]

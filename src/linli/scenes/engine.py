"""The scene engine: readings and signals in, effects out. It has no clock and does no I/O.

Its time is that of what it is given. What is due before a message is done first, stamped with its
own deadline. The same inputs give the same effects with the same ids, also across a snapshot.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta, timezone, tzinfo

import msgspec
import numpy as np
import numpy.typing as npt

from linli.contracts.directory import Directory
from linli.contracts.effects import AnyEffect
from linli.contracts.readings import Batch
from linli.contracts.signals import (
    AnySignal,
    CaseChanged,
    DeviceHeard,
    ModeChanged,
)
from linli.contracts.things import ThingModel
from linli.kernel.fault import Fault
from linli.scenes import acting, change, snapshot
from linli.scenes.arbiter import Arbiter
from linli.scenes.binding import Binding
from linli.scenes.clockwork import Calendar, WorkingDay, weekdays
from linli.scenes.faults import UnknownScene
from linli.scenes.intake import Intake
from linli.scenes.judge import Bench
from linli.scenes.life_safety import outranks
from linli.scenes.limits import Limits
from linli.scenes.model import Scene
from linli.scenes.overlay import overlay
from linli.scenes.plan import Plan
from linli.scenes.seen import Roll
from linli.scenes.shape import Shape, shape
from linli.scenes.state import Instance, ModeNow, Tip, World
from linli.scenes.timers import Due, Timer
from linli.scenes.twin import Twin
from linli.scenes.wiring import Wiring

_CHINA = timezone(timedelta(hours=8))


class Engine:
    """The scenes of one community: the catalogue's, with its own over them as the directory says.

    `wrong` tells which texts of the directory do not load; the catalogue's stand in their place.
    """

    def __init__(
        self,
        *,
        scenes: Sequence[Scene],
        models: Mapping[str, ThingModel],
        directory: Directory,
        now: float,
        working_day: WorkingDay = weekdays,
        zone: tzinfo = _CHINA,
    ) -> None:
        self._catalogue = tuple(scenes)
        self._models = dict(models)
        self._directory = directory
        self._shape = shape(directory, now=now)
        self._every: dict[str, Plan] = {}
        self.wrong: Sequence[Fault] = ()
        self._learn_scenes(directory)
        binding, twin, limits = self._wire(directory, now)
        self._met = 0
        self._world = World(
            binding=binding,
            models=self._models,
            twin=twin,
            limits=limits,
            calendar=Calendar(zone=zone, working_day=working_day),
            now=now,
        )
        self._arbiter = Arbiter()
        self._bench = Bench(world=self._world, arbiter=self._arbiter)
        self._roll = Roll(world=self._world, bench=self._bench)
        self._intake = Intake(world=self._world, bench=self._bench, roll=self._roll)
        self._adopt(directory)
        self._settle(Tip(f"t:{round(now * 1000)}"))

    def _wire(self, directory: Directory, now: float) -> tuple[Binding, Twin, Limits]:
        wiring = Wiring(directory=directory, models=self._models, now=now)
        binding = self._bind(directory, wiring)
        limits = _limits(directory, binding)
        return binding, Twin(wiring=wiring, now=now), limits

    def _bind(self, directory: Directory, wiring: Wiring) -> Binding:
        on = {key: plan for key, plan in self._every.items() if key not in directory.scenes_off}
        return Binding(plans=on, wiring=wiring, models=self._models)

    def _learn_scenes(self, directory: Directory) -> None:
        """Make plans of the scenes of a directory; a scene that is as it was keeps its plan."""
        scenes, self.wrong = overlay(self._catalogue, directory.scenes, self._models)
        before, self._every = self._every, {}
        catalogue = {one.id: one for one in self._catalogue}
        for scene in scenes:
            shadow, known = scene.id in directory.scenes_shadow, before.get(scene.id)
            same = known is not None and known.shadow == shadow
            if known is None or not same or known.scene.toml != scene.toml:
                base = catalogue.get(scene.id)
                first = base is scene or outranks(scene, self._models, catalogue=base)
                known = Plan(scene, shadow=shadow, ordinary=not first)
            self._every[scene.id] = known

    def _settle(self, tip: Tip | None) -> None:
        """Come to rest after a change of directory or scenes; judge too if there is a tip."""
        self._roll.rewire()
        self._intake.rewire()
        change.settle(self._bench, tip)
        change.set_clocks(self._world)

    def _adopt(self, directory: Directory) -> None:
        """Take over what the register says of modes and cases."""
        world = self._world
        world.modes = {
            (one.place, one.mode): ModeNow(one.value, one.since) for one in directory.modes
        }
        world.cases = set(directory.open_cases)

    @property
    def twin(self) -> Twin:
        """The last value of every point."""
        return self._world.twin

    @property
    def clock(self) -> float:
        """The time up to which everything has been done, in epoch seconds."""
        return self._world.clock

    @property
    def turns(self) -> int:
        """How often something fell due, and an instance was judged: what the engine has done."""
        return self._met + self._bench.judged

    @property
    def wiring(self) -> Wiring:
        """Who is where, as numbers."""
        return self._world.wiring

    @property
    def quality(self) -> npt.NDArray[np.uint8]:
        """The quality column of the last batch, with LATE and DUPLICATE and the rest added."""
        return self._intake.quality

    def feed(self, batch: Batch) -> list[AnyEffect]:
        """Take one batch of readings and return what follows from it, in order.

        What was due up to its arrival comes first.
        """
        self._run(batch.at)
        self._intake.take(batch)
        return self._said()

    def hear(self, signals: Iterable[AnySignal], at: float) -> list[AnyEffect]:
        """Take signals that arrived at a time and return what follows from them.

        Those that are not the scenes' business (commands, the directory) pass unheeded.
        """
        self._run(at)
        for signal in signals:
            self._hear(signal)
        return self._said()

    def advance(self, now: float) -> list[AnyEffect]:
        """Do what is due up to a time, each thing stamped with its own deadline."""
        self._run(now)
        return self._said()

    def next_deadline(self) -> float | None:
        """Return the time at which `advance` has something to look at; None if it never has."""
        first = self._world.timers.next()
        due = min(self._roll.next_sweep, self._world.wiring.returns_at)
        if first is None:
            return due if due < float("inf") else None
        return min(first, due)

    def rewire(self, directory: Directory, at: float, cause: str = "") -> list[AnyEffect]:
        """Take over a changed directory; what stays in it keeps its state.

        What a new limit makes true is acted upon at once, what is gone ends. A scene with another
        text, or in another stage, ends as it was and begins anew as it is. Modes and open cases
        are kept as signals told them, unless a place of theirs moved or went. What follows is
        caused by `cause`, that which told of the change. Broken off half-way it can be tried again.
        """
        before = self._directory, self._shape
        try:
            return self._rewire(directory, at, cause)
        except BaseException:
            self._directory, self._shape = before
            raise

    def _rewire(self, directory: Directory, at: float, cause: str) -> list[AnyEffect]:
        self._run(at)
        world, tip = self._world, Tip(cause or f"directory:{directory.version}")
        found, before = shape(directory, now=world.clock), self._shape
        if found.ground != before.ground:
            self._take_over(directory, tip)
            return self._said()
        self._directory, self._shape = directory, found
        if world.strays():
            self._adopt(directory)
            self._judge_all(tip.cause, lambda plan: bool(plan.modes or plan.cases))
        if found.scenes != before.scenes:
            self._change_scenes(tip)
        return self._said()

    def _change_scenes(self, tip: Tip) -> None:
        """Go by the scenes of the directory from now on; the ground is as it was."""
        self._learn_scenes(self._directory)
        binding = self._bind(self._directory, self._world.wiring)
        change.leave(self._bench, binding, tip)
        self._world.rebind(binding, _limits(self._directory, binding))
        self._settle(tip)

    def _take_over(self, directory: Directory, tip: Tip) -> None:
        """Go by a directory from now on, or by the same at another time."""
        world, before = self._world, self._away()
        self._directory, self._shape = directory, shape(directory, now=world.clock)
        self._learn_scenes(directory)
        binding, twin, limits = self._wire(directory, world.clock)
        change.leave(self._bench, binding, tip)
        state = snapshot.capture(world, self._arbiter)
        world.rewire(binding=binding, twin=twin, limits=limits)
        snapshot.settle(world, self._arbiter, state)
        if world.strays():
            self._adopt(directory)
        self._settle(tip)
        if self._away() != before:
            self._judge_all(tip.cause, lambda plan: not plan.alone)

    def _away(self) -> set[str]:
        """Return the codes of the devices that no scene looks at for now."""
        wiring = self._world.wiring
        return {wiring.codes[device] for device in wiring.away}

    def snapshot(self) -> bytes:
        """Return the whole state, and which scenes it is of."""
        state = snapshot.capture(self._world, self._arbiter)
        state.off = sorted(self._directory.scenes_off)
        state.shadow = sorted(self._directory.scenes_shadow)
        state.entries, state.shape = list(self._directory.scenes), self._shape
        return snapshot.encode(state)

    def restore(self, data: bytes) -> None:
        """Take over the state of a snapshot, as far as the directory still has its things.

        The scenes are those of the snapshot until `rewire` says otherwise, so what was heard since
        does the same again. What acted and is no more ends: its effects come with the next answer.

        :raises UnknownSnapshot: if another version of the program wrote it
        :raises BadSnapshot: if it is damaged
        """
        state = snapshot.decode(data)
        world = self._world
        world.live.clear()
        world.timers.clear()
        self._directory = msgspec.structs.replace(
            self._directory,
            scenes=state.entries,
            scenes_off=frozenset(state.off),
            scenes_shadow=frozenset(state.shadow),
        )
        self._learn_scenes(self._directory)
        binding = self._bind(self._directory, world.wiring)
        twin = Twin(wiring=world.wiring, now=state.clock)
        world.rewire(binding=binding, twin=twin, limits=_limits(self._directory, binding))
        world.clock = state.clock
        self._shape = Shape(*state.shape)
        orphans = snapshot.settle(world, self._arbiter, state)
        world.out.clear()
        for inst in orphans:
            if inst.active:
                acting.abandon(world, self._arbiter, inst, Tip(f"t:{round(world.clock * 1000)}"))
        self._settle(None)

    def active(self) -> list[Instance]:
        """Return the instances that act just now, in the order of scene and place."""
        return [inst for _, inst in sorted(self._world.live.items()) if inst.active]

    def online(self) -> dict[str, bool]:
        """Return, by device code, whether it was last announced as on line."""
        world = self._world
        return {code: bool(world.seen[at]) for at, code in enumerate(world.wiring.codes)}

    def standing_against(self, *, device: str, service: str) -> tuple[str, str] | None:
        """Return (scene, command) of the safety scene that wants the opposite now, if one does."""
        want = self._arbiter.standing_against(self._world, device=device, service=service)
        return (want.scene, want.command) if want is not None else None

    def bindings(self, scene: str) -> list[str]:
        """Return where a scene stands: codes of devices, or `@` and paths of places.

        :raises UnknownScene: if the engine has no such scene
        """
        plan = self._every.get(scene)
        if plan is None:
            raise UnknownScene(scene=scene)
        return [anchor.name for anchor in self._world.binding.anchors(plan)]

    def _said(self) -> list[AnyEffect]:
        world = self._world
        world.timers.prune(world.needs)
        out, world.out = world.out, []
        return out

    def _run(self, until: float) -> None:
        """Let time pass. It never goes back: what arrives with an older time happens now."""
        world, roll = self._world, self._roll
        while True:
            first = world.timers.next()
            returns_at = world.wiring.returns_at
            due = min(roll.next_sweep, returns_at, first if first is not None else float("inf"))
            if due > until:
                break
            world.clock = max(world.clock, due)
            self._met += 1
            if returns_at <= due:
                self._take_over(self._directory, Tip(f"t:{round(world.clock * 1000)}"))
            elif roll.next_sweep <= due:
                roll.sweep()
            else:
                timer = world.timers.pop(due)
                if timer is not None:
                    self._due(timer)
        world.clock = max(world.clock, until)

    def _due(self, timer: Timer) -> None:
        match timer.due:
            case Due.SILENT_DEVICE:
                self._roll.silent(timer)
            case Due.CLOCK:
                self._strike(timer)
            case _:
                self._bench.due(timer)

    def _hear(self, signal: AnySignal) -> None:
        world = self._world
        match signal:
            case ModeChanged(place=place, mode=mode, value=value):
                now = ModeNow(value, signal.since or world.clock)
                if world.set_mode(place, mode, now):
                    self._judge_all(signal.id, lambda plan: mode in plan.modes)
            case CaseChanged(kind=kind, place=place, case=case):
                world.move_case(kind, place, case, is_open=signal.open)
                self._judge_all(signal.id, lambda plan: kind in plan.cases)
            case DeviceHeard(device=device):
                at = world.wiring.device_of_code.get(device)
                if at is not None:
                    self._roll.line(at, online=signal.online, reason=signal.reason, cause=signal.id)
            case _:
                return

    def _judge_all(self, cause: str, concerned: Callable[[Plan], bool]) -> None:
        """Judge every instance of the scenes concerned that is not at rest."""
        for (scene, _), inst in sorted(self._world.live.items()):
            plan = self._world.plans.get(scene)
            if plan is not None and concerned(plan):
                tip = self._bench.latest(plan, inst)
                self._bench.judge(plan, inst, Tip(cause or tip.cause, tip.because))

    def _strike(self, timer: Timer) -> None:
        """A window of the day opens or shuts."""
        self._judge_all("", lambda plan: plan.id == timer.scene)
        change.set_clocks(self._world)


def _limits(directory: Directory, binding: Binding) -> Limits:
    return Limits(entries=directory.limits, wiring=binding.wiring, plans=binding.plans)

"""Devices on line and off it: from what is heard, from silence, and from what the wire tells."""

import math

import numpy as np

from linli.contracts.effects import DeviceSeen
from linli.contracts.things import ThingModel
from linli.kernel.period import seconds
from linli.scenes.bands import EMPTY, reband
from linli.scenes.judge import Bench
from linli.scenes.naming import effect_id, stem
from linli.scenes.state import Tip, World
from linli.scenes.timers import Due, Timer

_PERIODS = 3
_AHEAD_S = 1.0
"""How far a sweep looks ahead: what falls due within it gets a timer of its own."""


def offline_after(model: ThingModel) -> float:
    """Return after how much silence a device of a model is off line, in seconds."""
    if model.offline_after is not None:
        return seconds(model.offline_after)
    return _PERIODS * seconds(model.period)


class Roll:
    """Keeps the roll of a world's devices.

    A sweep over all devices finds when the next could fall silent; none is made before that.
    """

    def __init__(self, *, world: World, bench: Bench) -> None:
        self.world = world
        self.bench = bench
        self.next_sweep = world.clock
        self.rewire()

    def rewire(self) -> None:
        """Look at the world's new directory."""
        wiring = self.world.wiring
        patience = [offline_after(self.world.models[name]) for name in wiring.models]
        models = np.array(wiring.device_model, np.int64)
        self._patience = np.array(patience, np.float64)[models] if patience else np.zeros(0)
        self.next_sweep = self.world.clock

    def hear(self, device: int, slot: int) -> None:
        """A reading has come from a device that was not heard: its last values count again."""
        world = self.world
        world.fresh[device] = 1
        self.alive(device, world.reading_id(slot))
        for other in world.wiring.slots_at(device):
            if other != slot:
                self._wake(other)

    def alive(self, device: int, cause: str) -> None:
        """Something has come from a device, be it of no use to scenes."""
        if not self.world.seen[device]:
            self._announce(device, online=True, reason="", cause=cause)

    def _wake(self, slot: int) -> None:
        """Lay the band of a slot whose last value counts again, judging it if it is not normal."""
        world, twin = self.world, self.world.twin
        low, high, value = twin.idle_low[slot], twin.idle_high[slot], twin.value[slot]
        normal = low < value < high or (math.isnan(value) and low < high)
        if normal and not self._watched(slot):
            twin.low[slot], twin.high[slot] = low, high
            world.disturbed.add(slot)
        elif math.isnan(value):
            reband(world, slot)
        else:
            self.bench.touch(slot)

    def _watched(self, slot: int) -> bool:
        live = self.world.live
        watchers = self.world.binding.watchers(slot)
        return bool(live) and any((plan.id, anchor.name) in live for plan, anchor in watchers)

    def line(self, device: int, *, online: bool, reason: str, cause: str) -> None:
        """The wire says that a device's line came up or went down."""
        world = self.world
        if not online:
            if world.seen[device]:
                self._lose(device, reason=reason, cause=cause)
            return
        world.line_at[device] = world.clock
        self.next_sweep = min(self.next_sweep, world.clock + float(self._patience[device]))
        if not world.seen[device]:
            self._announce(device, online=True, reason=reason, cause=cause)

    def sweep(self) -> None:
        """Set timers for the devices that fall silent soon, and plan the next sweep."""
        world = self.world
        deadlines = self._deadlines()
        if not len(deadlines):
            self.next_sweep = math.inf
            return
        horizon = max(world.clock, self.next_sweep) + _AHEAD_S
        for device in np.flatnonzero(deadlines <= horizon).tolist():
            self._watch_silence(device, float(deadlines[device]))
        later = deadlines[deadlines > horizon]
        self.next_sweep = float(later.min()) if len(later) else math.inf

    def _deadlines(self) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        """Return when each device falls silent; infinity for those that are off line."""
        world, wiring = self.world, self.world.wiring
        heard = np.full(len(wiring.codes), -math.inf)
        if wiring.size:
            firsts = np.array(wiring.first_slot, np.int64)
            has = firsts[:-1] < firsts[1:]
            heard[has] = np.maximum.reduceat(world.twin.column("heard_at"), firsts[:-1][has])
        for device, at in world.line_at.items():
            heard[device] = max(heard[device], at)
        seen = np.frombuffer(world.seen, np.uint8).astype(bool)
        return np.where(seen, heard + self._patience, math.inf)

    def _watch_silence(self, device: int, deadline: float) -> None:
        code = self.world.wiring.codes[device]
        self.world.timers.set(Timer(deadline, Due.SILENT_DEVICE, "", code, -1))

    def silent(self, timer: Timer) -> None:
        """A device may have fallen silent: say so, unless it was heard in the meantime."""
        device = self.world.wiring.device_of_code.get(timer.anchor, -1)
        if device < 0 or not self.world.seen[device]:
            return
        deadline = self._heard_at(device) + float(self._patience[device])
        if deadline > timer.deadline:
            self.next_sweep = min(self.next_sweep, deadline)
            return
        self._lose(device, reason="silent", cause=f"t:{round(timer.deadline * 1000)}")

    def _heard_at(self, device: int) -> float:
        world = self.world
        slots = world.wiring.slots_at(device)
        heard = [world.twin.heard_at[slot] for slot in slots]
        return max([world.line_at.get(device, -math.inf), *heard])

    def _lose(self, device: int, *, reason: str, cause: str) -> None:
        world = self.world
        world.fresh[device] = 0
        self._announce(device, online=False, reason=reason, cause=cause)
        for slot in world.wiring.slots_at(device):
            for plan, anchor in world.binding.watchers(slot):
                inst = world.live.get((plan.id, anchor.name))
                if inst is not None:
                    self.bench.judge(plan, inst, Tip(cause), but=slot)
            world.twin.low[slot], world.twin.high[slot] = EMPTY
            world.disturbed.add(slot)

    def _announce(self, device: int, *, online: bool, reason: str, cause: str) -> None:
        world = self.world
        world.seen[device] = online
        if online:
            self.next_sweep = min(self.next_sweep, world.clock + float(self._patience[device]))
        code = world.wiring.codes[device]
        part = "online" if online else "offline"
        world.out.append(
            DeviceSeen(
                id=effect_id(stem(scene="", anchor=code, part=part), cause),
                at=world.clock,
                community=world.community,
                cause=cause,
                device=code,
                online=online,
                reason=reason,
            )
        )

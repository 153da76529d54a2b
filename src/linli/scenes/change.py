"""Changes of the directory, of limits, of switches: what ends, what begins, what is banded anew."""

import math

import numpy as np

from linli.scenes import acting, bands
from linli.scenes.binding import Binding
from linli.scenes.judge import Bench
from linli.scenes.plan import Plan
from linli.scenes.state import Instance, Tip, World
from linli.scenes.timers import Due, Timer


def leave(bench: Bench, binding: Binding, tip: Tip) -> None:
    """End what the new binding no longer has, or has otherwise, while the old one still stands.

    What was wanted of a device on which somebody works now is let go and not undone: nothing but
    his own hand moves it.
    """
    world, after = bench.world, binding.wiring
    out_of_reach = after.away | {-1}
    for code in world.wiring.codes:
        if after.device_of_code.get(code, -1) in out_of_reach:
            bench.arbiter.drop(device=code)
    for key, inst in sorted(world.live.items()):
        same = binding.plans.get(inst.scene) is world.plans.get(inst.scene)
        if same and _stays(binding, inst):
            continue
        if inst.active:
            acting.abandon(world, bench.arbiter, inst, tip)
        del world.live[key]


def _stays(binding: Binding, inst: Instance) -> bool:
    plan = binding.plans.get(inst.scene)
    anchor = binding.anchor(inst.anchor.name)
    if plan is None or anchor is None:
        return False
    if anchor.device >= 0:
        return plan.of_device and binding.fits(plan, anchor.device)
    return binding.suits(plan, anchor.place)


def settle(bench: Bench, tip: Tip | None) -> None:
    """Lay all bands anew. With a tip also judge what is not normal, and what never rests."""
    world = bench.world
    bands.idle(world)
    odd = _lay_idle(world)
    if tip is not None:
        for slot in odd:
            bench.touch(slot, tip)
    _never_resting(bench, tip)
    for _, inst in sorted(world.live.items()):
        bench.lay(world.plans[inst.scene], inst)


def _lay_idle(world: World) -> list[int]:
    """Give each slot that is heard and normal its idle band; return those whose value is not."""
    twin, wiring = world.twin, world.wiring
    if not wiring.size:
        return []
    low, high, value = twin.column("idle_low"), twin.column("idle_high"), twin.column("value")
    fresh = np.frombuffer(world.fresh, np.uint8).astype(bool)
    heard = fresh[np.frombuffer(wiring.slot_device, np.int32)]
    known = ~np.isnan(value)
    normal = heard & (low < high) & (~known | ((value > low) & (value < high)))
    normal[list(twin.odd)] = False
    twin.column("low")[normal], twin.column("high")[normal] = low[normal], high[normal]
    return np.flatnonzero(heard & known & ~normal).tolist()


def _never_resting(bench: Bench, tip: Tip | None) -> None:
    """Make the instances that wait for something other than a reading, and judge them."""
    world = bench.world
    for plan in world.plans.values():
        if plan.lazy or (tip is None):
            continue
        for anchor in world.binding.anchors(plan):
            inst = bench.make(plan, anchor)
            because = bench.latest(plan, inst).because
            bench.judge(plan, inst, Tip(tip.cause, because))


def set_clocks(world: World) -> None:
    """Set a timer for when a window of the day opens or shuts, for every scene that has one."""
    for plan in world.plans.values():
        _set_clock(world, plan)


def _set_clock(world: World, plan: Plan) -> None:
    changes = [world.calendar.next_change(clock, world.clock) for clock in plan.clocks]
    soonest = min(changes, default=math.inf)
    if soonest < math.inf:
        world.timers.set(Timer(soonest, Due.CLOCK, plan.id, "", -1))

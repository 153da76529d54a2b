"""Guard bands: the open interval around the present state in which no reading changes anything.

A reading inside its slot's band needs no Python at all. While all is at rest the bands are those
of `idle`, made for all slots at once; where an instance is not at rest its slots are banded one
by one. An empty band means that every reading is looked at.
"""

from math import inf, nextafter

import numpy as np
import numpy.typing as npt

from linli.scenes.model import Count, Looking, Silence, Threshold
from linli.scenes.plan import Plan
from linli.scenes.state import Instance, World
from linli.scenes.walk import leaves

Band = tuple[float, float]
Floats = npt.NDArray[np.float64]
EMPTY: Band = (inf, -inf)
WHOLE: Band = (-inf, inf)


def idle(world: World) -> None:
    """Lay the bands that hold at rest, for all slots, and leave every slot's band empty.

    A slot takes its idle band when its device is heard for the first time.
    """
    twin = world.twin
    low, high = twin.column("idle_low"), twin.column("idle_high")
    low[:], high[:] = -inf, inf
    for plan in world.plans.values():
        for look in plan.when_looks:
            if isinstance(look, Silence):
                continue
            if not plan.lazy or not isinstance(look, Threshold):
                low[_slots(world, plan, look)] = inf
            else:
                _idle_threshold(world, plan, look, low, high)
    twin.column("low")[:] = inf
    twin.column("high")[:] = -inf


def _slots(world: World, plan: Plan, look: Looking) -> npt.NDArray[np.int64]:
    """Return the slots of a point at which a scene may look."""
    wiring = world.wiring
    if look.point not in wiring.names:
        return np.zeros(0, np.int64)
    name = wiring.names.index(look.point)
    mask = np.frombuffer(wiring.slot_name, np.uint16) == name
    if plan.alone and plan.scene.at:
        places = np.zeros(len(wiring.paths), bool)
        for kind in plan.scene.at:
            places |= wiring.ancestors(kind) >= 0
        devices = places[np.frombuffer(wiring.device_place, np.int32)]
        mask &= devices[np.frombuffer(wiring.slot_device, np.int32)]
    mask &= wiring.looked_at
    return np.flatnonzero(mask)


def _idle_threshold(world: World, plan: Plan, leaf: Threshold, low: Floats, high: Floats) -> None:
    slots = _slots(world, plan, leaf)
    band = false_band(leaf.low, leaf.high, inverted=leaf.inverted)
    _narrow(low, high, slots, band)
    for devices in world.limits.spread(plan, leaf) if plan.id in world.limits.scenes else ():
        _redo(world, leaf.point, devices, low, high)


def _redo(world: World, point: str, devices: range, low: Floats, high: Floats) -> None:
    """Leave the slots of overridden limits out of idleness: they are banded one by one."""
    for device in devices:
        slot = world.wiring.slot_at(device, point)
        if slot >= 0:
            low[slot], high[slot] = EMPTY


def _narrow(low: Floats, high: Floats, slots: npt.NDArray[np.int64], band: Band) -> None:
    low[slots] = np.maximum(low[slots], band[0])
    high[slots] = np.minimum(high[slots], band[1])


def false_band(low: float, high: float, *, inverted: bool) -> Band:
    """Return an open interval in which a limit is not met; the lower if there are two."""
    if inverted:
        return nextafter(low, -inf), nextafter(high, inf)
    if low > -inf:
        return -inf, low
    return (high, inf) if high < inf else EMPTY


def around(value: float, low: float, high: float) -> Band:
    """Return the greatest open interval around a value in which [low, high] says the same."""
    if value < low:
        return -inf, low
    if value > high:
        return high, inf
    return nextafter(low, -inf), nextafter(high, inf)


def reband(world: World, slot: int) -> None:
    """Lay the band of one slot by what the instances that look at it wait for."""
    low, high = _band(world, slot)
    twin = world.twin
    if twin.low[slot] != low or twin.high[slot] != high:
        twin.low[slot], twin.high[slot] = low, high
        world.disturbed.add(slot)


def _band(world: World, slot: int) -> Band:
    if slot in world.twin.odd or not world.fresh[world.wiring.slot_device[slot]]:
        return EMPTY
    low, high = WHOLE
    for plan, anchor in world.binding.watchers(slot):
        inst = world.live.get((plan.id, anchor.name))
        for look in _awaited(plan, inst, world.wiring.name_of(slot)):
            part = _of_look(world, plan, inst, look, slot)
            low, high = max(low, part[0]), min(high, part[1])
            if low >= high:
                return EMPTY
    return low, high


def _awaited(plan: Plan, inst: Instance | None, name: str) -> list[Looking]:
    """Return the looks at a point that could change something as things stand."""
    if inst is None or not inst.active:
        return [look for look in plan.when_looks if look.point in (name, "")]
    ending = plan.when_looks if plan.scene.clear is None else plan.clear_looks
    looks = [look for look in ending if look.point in (name, "")]
    counted = [
        what.what
        for what in leaves(plan.scene.when)
        if isinstance(what, Count) and what.what.point == name
    ]
    return looks + counted


def _of_look(world: World, plan: Plan, inst: Instance | None, look: Looking, slot: int) -> Band:
    if isinstance(look, Silence):
        return EMPTY if inst is not None and _is_silent(world, look, slot) else WHOLE
    if not isinstance(look, Threshold):
        return EMPTY
    device, value = world.wiring.slot_device[slot], world.twin.value[slot]
    strict = world.limits.span(plan, look, device, loose=False)
    if value != value:  # noqa: PLR0124 - NaN: never heard
        if inst is None and plan.lazy:
            return false_band(*strict, inverted=look.inverted)
        return EMPTY
    low, high = around(value, *strict)
    if look.hysteresis:
        loose = around(value, *world.limits.span(plan, look, device, loose=True))
        low, high = max(low, loose[0]), min(high, loose[1])
    return low, high


def _is_silent(world: World, look: Silence, slot: int) -> bool:
    return world.twin.heard_at[slot] + look.silent_s <= world.clock

"""Windows of counts and rates, moved on by each reading that belongs in them."""

from linli.scenes.model import Count, Happened, Rate
from linli.scenes.plan import Plan
from linli.scenes.state import Instance, World
from linli.scenes.timers import Due, Timer
from linli.scenes.truth import meets, slots

Sample = tuple[float, float]
"""When (ms), and what."""


def observe(world: World, plan: Plan, inst: Instance, slot: int) -> None:
    """Let a new reading of a slot into the windows in which it belongs."""
    for leaf in plan.windows:
        what = leaf.what if isinstance(leaf, Count) else leaf
        if slot not in slots(world, inst, what):
            continue
        if isinstance(leaf, Rate):
            _sample(world, inst, leaf, slot)
        elif _hit(world, plan, inst, leaf, slot):
            window = _window(world, inst, leaf.node, slot)
            window.append((world.twin.time_ms[slot], 1.0))
            _trim(window, leaf.within_s)
            lapse = max(window[-1][0] / 1000 + leaf.within_s, world.clock)
            world.timers.set(Timer(lapse, Due.JUDGE, inst.scene, inst.anchor.name, leaf.node))


def in_window(world: World, plan: Plan, inst: Instance) -> bool:
    """Tell whether anything seen before may still count: a rate's samples always may."""
    for leaf in plan.windows:
        for window in inst.windows.get(leaf.node, {}).values():
            lapse = window[-1][0] / 1000 + leaf.within_s
            if isinstance(leaf, Rate) or lapse > world.clock:
                return True
    return False


def _sample(world: World, inst: Instance, leaf: Rate, slot: int) -> None:
    window = _window(world, inst, leaf.node, slot)
    _climb(window, (world.twin.time_ms[slot], world.twin.value[slot]), up=leaf.by > 0)
    _trim(window, leaf.within_s)


def _climb(window: list[Sample], sample: Sample, *, up: bool) -> None:
    """Add a sample to the window of a rate, which keeps only those that may yet be its least (its
    greatest, where it falls): the first is, whatever is dropped before it, and the last is the
    newest. So a window of a week is as short as a window of a minute.
    """
    value = sample[1]
    while window and (window[-1][1] >= value if up else window[-1][1] <= value):
        window.pop()
    window.append(sample)


def thin(plan: Plan, inst: Instance) -> None:
    """Drop what a rate need not keep: a state written by an older program has every sample."""
    for leaf in plan.windows:
        if not isinstance(leaf, Rate):
            continue
        for window in inst.windows.get(leaf.node, {}).values():
            samples, window[:] = window[:], []
            for sample in samples:
                _climb(window, sample, up=leaf.by > 0)


def _hit(world: World, plan: Plan, inst: Instance, leaf: Count, slot: int) -> bool:
    """Tell whether what is counted has just happened: a limit counts when it is newly met."""
    if isinstance(leaf.what, Happened):
        return True
    edges = inst.edges.setdefault(leaf.node, set())
    point = world.wiring.number[slot]
    before = point in edges
    if meets(world, plan, leaf.what, slot, loose=before):
        edges.add(point)
        return not before
    edges.discard(point)
    return False


def _window(world: World, inst: Instance, node: int, slot: int) -> list[Sample]:
    by_point = inst.windows.setdefault(node, {})
    return by_point.setdefault(world.wiring.number[slot], [])


def _trim(window: list[Sample], within_s: float) -> None:
    """Drop what is older than the newest by more than the window."""
    oldest = window[-1][0] - within_s * 1000
    keep = 0
    while window[keep][0] < oldest:
        keep += 1
    del window[:keep]

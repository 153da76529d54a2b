"""Whether a condition is true at an instance: True, False, or None where nobody can know.

Holds and windows are kept as they are asked, so a condition is always asked whole.
"""

from collections.abc import Sequence
from math import inf

from linli.kernel.place import under
from linli.scenes.model import (
    After,
    All,
    Any,
    AnyCondition,
    Case,
    Clock,
    Condition,
    Count,
    Happened,
    Held,
    Looking,
    Mode,
    Not,
    Rate,
    Silence,
    Threshold,
)
from linli.scenes.plan import Plan
from linli.scenes.state import Hold, Instance, Tip, World
from linli.scenes.timers import Due, Timer

Truth = bool | None


class Ask:
    """One question to one instance: the world, what just happened, and how strictly to judge.

    `loose`: limits give way by their hysteresis. `holding`: a hold is waited for; else what is
    held counts at once (the end of a scene that has no [clear] does not wait for the hold of its
    beginning).
    """

    __slots__ = ("holding", "inst", "loose", "plan", "tip", "world")

    def __init__(
        self, *, world: World, inst: Instance, plan: Plan, tip: Tip, loose: bool, holding: bool
    ) -> None:
        self.world = world
        self.inst = inst
        self.plan = plan
        self.tip = tip
        self.loose = loose
        self.holding = holding

    def of(self, condition: AnyCondition) -> Truth:
        """Return whether the condition is true now."""
        match condition:
            case Threshold():
                return self._threshold(condition)
            case All(parts=parts):
                return every([self.of(part) for part in parts])
            case Any(parts=parts):
                return some([self.of(part) for part in parts])
            case Not(part=part):
                truth = self.of(part)
                return None if truth is None else not truth
            case Held():
                return self._held(condition)
            case _:
                return self._other(condition)

    def _other(self, condition: AnyCondition) -> Truth:
        world, inst = self.world, self.inst
        match condition:
            case Happened():
                return world.pulse in slots(world, inst, condition)
            case Count():
                return self._count(condition)
            case Rate():
                return self._rate(condition)
            case Silence():
                return self._silence(condition)
            case After(after_s=after_s):
                return inst.active and self._reached(inst.fired_at + after_s, condition.node)
            case _:
                return self._around(condition)

    def _around(self, condition: AnyCondition) -> Truth:
        world, place = self.world, self.inst.anchor.place
        match condition:
            case Clock():
                return world.calendar.holds(condition, world.clock)
            case Mode():
                return self._reached(self._holds_from(condition), condition.node)
            case Case(kind=kind, open=wanted):
                path = world.wiring.paths[place]
                return wanted == any(
                    kind == one and (under(path=path, ancestor=at) or under(path=at, ancestor=path))
                    for one, at, _ in world.cases
                )
        raise AssertionError(condition)

    def _threshold(self, leaf: Threshold) -> Truth:
        world, votes = self.world, []
        for slot in slots(world, self.inst, leaf):
            truth = meets(world, self.plan, leaf, slot, loose=self.loose)
            if truth is not None:
                votes.append(truth)
        return vote(votes, leaf.of)

    def _held(self, held: Held) -> Truth:
        truth = self.of(held.part)
        if not self.holding:
            return truth
        holds = self.inst.holds
        if truth is not True:
            holds.pop(held.node, None)
            return truth
        hold = holds.get(held.node)
        if hold is None:
            hold = holds[held.node] = Hold(self.world.clock, self.tip)
        hold_s = own_limit(self.world, self.inst, held, "hold", held.hold_s)
        return self._reached(hold.since + hold_s, held.node)

    def _holds_from(self, leaf: Mode) -> float:
        """Return from when on a mode is so for as long as a condition wants, as things stand:
        infinity where it has another value.
        """
        found = self.world.mode(self.inst.anchor.place, leaf.mode)
        if found is None or found.value not in leaf.values:
            return inf
        since_s = own_limit(self.world, self.inst, leaf, "since", leaf.since_s)
        return found.since + since_s if since_s else -inf

    def _count(self, leaf: Count) -> Truth:
        wanted = int(own_limit(self.world, self.inst, leaf, "count", leaf.count))
        kept = self.inst.windows.get(leaf.node, {})
        votes = []
        for slot in slots(self.world, self.inst, leaf.what):
            hits: Sequence[tuple[float, float]] = kept.get(self.world.wiring.number[slot], ())
            if leaf.during is not None:
                first_ms = self._holds_from(leaf.during) * 1000
                hits = [hit for hit in hits if hit[0] >= first_ms]
            lapse = hits[-wanted][0] / 1000 + leaf.within_s if len(hits) >= wanted else None
            votes.append(lapse is not None and not self._reached(lapse, leaf.node))
        return vote(votes, leaf.what.of)

    def _rate(self, leaf: Rate) -> Truth:
        name = "rises" if leaf.by > 0 else "falls"
        by = own_limit(self.world, self.inst, leaf, name, abs(leaf.by))
        kept = self.inst.windows.get(leaf.node, {})
        votes = []
        for slot in slots(self.world, self.inst, leaf):
            samples = kept.get(self.world.wiring.number[slot], ())
            if samples and self.world.fresh[self.world.wiring.slot_device[slot]]:
                moved = abs(samples[-1][1] - samples[0][1])
                lapse = samples[-1][0] / 1000 + leaf.within_s
                votes.append(moved >= by and not self._reached(lapse, leaf.node))
        return vote(votes, leaf.of)

    def _silence(self, leaf: Silence) -> Truth:
        world, heard_at = self.world, self.world.twin.heard_at
        latest: dict[int, float] = {}
        for slot in slots(world, self.inst, leaf):
            device = world.wiring.slot_device[slot]
            latest[device] = max(heard_at[slot], latest.get(device, 0.0))
        votes = [self._reached(at + leaf.silent_s, leaf.node) for at in latest.values()]
        return vote(votes, leaf.of)

    def _reached(self, deadline: float, node: int) -> bool:
        """Tell whether a time has come; if not, let the instance be judged when it has."""
        if deadline <= self.world.clock:
            return True
        if deadline == inf:
            return False
        inst = self.inst
        timer = Timer(deadline, Due.JUDGE, inst.scene, inst.anchor.name, node)
        self.world.timers.ask(timer)
        return False


def every(truths: Sequence[Truth]) -> Truth:
    if False in truths:
        return False
    return None if None in truths else True


def some(truths: Sequence[Truth]) -> Truth:
    if True in truths:
        return True
    return None if None in truths else False


def vote(votes: Sequence[bool], of: str) -> Truth:
    """Return what those who know say together; None if nobody knows."""
    if not votes:
        return None
    if of.isdecimal():
        return sum(votes) >= int(of)
    return all(votes) if of == "all" else any(votes)


def slots(world: World, inst: Instance, look: Looking) -> tuple[int, ...]:
    """Return where an instance looks, found once."""
    known = world.looked.setdefault(inst.key, {})
    found = known.get(look.node)
    if found is None:
        found = known[look.node] = world.binding.slots(inst.anchor, look)
    return found


def meets(world: World, plan: Plan, leaf: Threshold, slot: int, *, loose: bool) -> Truth:
    """Tell whether the last value of a slot meets a limit; None if it is unknown or stale."""
    device = world.wiring.slot_device[slot]
    value = world.twin.value[slot]
    if value != value or not world.fresh[device]:  # noqa: PLR0124 - NaN: never heard
        return None
    low, high = world.limits.span(plan, leaf, device, loose=loose)
    return (low <= value <= high) != leaf.inverted


def own_limit(
    world: World, inst: Instance, condition: Condition, name: str, default: float
) -> float:
    """Return a limit that belongs to the instance as a whole, overridden or as in the file."""
    if inst.scene not in world.limits.scenes:
        return default
    return world.limits.get(
        scene=inst.scene,
        key=condition.key + name,
        device=inst.anchor.device,
        place=inst.anchor.place,
        default=default,
    )

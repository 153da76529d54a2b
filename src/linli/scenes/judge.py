"""From something that happened to the instances it concerns, and what follows from it."""

from linli.scenes import acting
from linli.scenes.arbiter import Arbiter
from linli.scenes.bands import reband
from linli.scenes.binding import Anchor
from linli.scenes.model import (
    All,
    Any,
    AnyCondition,
    Count,
    Happened,
    Held,
    Looking,
    Rate,
    Threshold,
)
from linli.scenes.plan import Plan
from linli.scenes.state import Instance, Tip, World
from linli.scenes.timers import Due, Timer
from linli.scenes.truth import Ask, meets, slots
from linli.scenes.windows import in_window, observe


class Bench:
    """Judges instances. They are made when first concerned and forgotten when at rest."""

    def __init__(self, *, world: World, arbiter: Arbiter) -> None:
        self.world = world
        self.arbiter = arbiter
        self.judged = 0

    def touch(self, slot: int, tip: Tip | None = None, *, told: bool = False) -> None:
        """Judge all that look at a slot.

        :param tip: what made it necessary; the slot's last reading if it is None
        :param told: a new reading has just come, and belongs into windows
        """
        world = self.world
        for plan, anchor in world.binding.watchers(slot):
            key = (plan.id, anchor.name)
            inst = world.live.get(key)
            fresh = inst is None
            if inst is None and plan.plain and not self._begins(plan, slot):
                continue
            if inst is None:
                inst = world.live[key] = plan_instance(plan, anchor)
            if told:
                observe(world, plan, inst, slot)
            last = world.tip_of(plan, slot)
            why = last if tip is None else Tip(tip.cause, last.because)
            self.judge(plan, inst, why, made=fresh, but=slot)
        reband(world, slot)

    def _begins(self, plan: Plan, slot: int) -> bool:
        """Tell whether a scene that looks at one limit of its own device meets it at a slot."""
        leaf = plan.when_looks[0]
        if not isinstance(leaf, Threshold) or leaf.point != self.world.wiring.name_of(slot):
            return True
        return meets(self.world, plan, leaf, slot, loose=False) is True

    def judge(
        self, plan: Plan, inst: Instance, tip: Tip, *, made: bool = False, but: int = -1
    ) -> None:
        """Let an instance begin or end, and lay the bands of where it looks if that changes them.

        :param made: the instance has just been made
        :param but: a slot whose band the caller will lay
        """
        self.judged += 1
        before = inst.active
        if not inst.active:
            self._idle(plan, inst, tip)
        if inst.active:
            self._active(plan, inst, tip)
        gone = self._at_rest(plan, inst)
        if gone:
            del self.world.live[inst.key]
            self.world.looked.pop(inst.key, None)
        if made and gone and before == inst.active:
            return
        if made or gone or before != inst.active or but < 0:
            self.lay(plan, inst, but)

    def lay(self, plan: Plan, inst: Instance, but: int = -1) -> None:
        """Lay the bands of all slots at which an instance looks."""
        world = self.world
        every = {
            slot
            for look in (*plan.when_looks, *plan.clear_looks)
            for slot in world.binding.slots(inst.anchor, look)
        }
        for slot in sorted(every):
            if slot != but:
                reband(world, slot)

    def _idle(self, plan: Plan, inst: Instance, tip: Tip) -> None:
        truth = self._ask(plan, inst, tip, loose=False).of(plan.scene.when)
        quiet = self.world.clock < inst.quiet_until
        if truth is not True or (inst.quiet_until and not quiet):
            inst.armed = True
        if not quiet:
            inst.quiet_until = 0.0
        if truth is True and inst.armed and not quiet:
            acting.begin(self.world, self.arbiter, plan, inst, tip)

    def _active(self, plan: Plan, inst: Instance, tip: Tip) -> None:
        scene = plan.scene
        if scene.clear is not None:
            over = self._ask(plan, inst, tip, loose=True).of(scene.clear) is True
        else:
            ask = self._ask(plan, inst, tip, loose=True, holding=False)
            over = ask.of(scene.when) is False
        if not over:
            return
        acting.end(self.world, self.arbiter, plan, inst, tip)
        truth = self._ask(plan, inst, tip, loose=False).of(scene.when)
        inst.armed = truth is not True

    def _ask(
        self, plan: Plan, inst: Instance, tip: Tip, *, loose: bool, holding: bool = True
    ) -> Ask:
        return Ask(world=self.world, inst=inst, plan=plan, tip=tip, loose=loose, holding=holding)

    def _at_rest(self, plan: Plan, inst: Instance) -> bool:
        """Tell whether an instance may be forgotten: nothing in it differs from a new one."""
        if not plan.lazy or inst.active or not inst.armed or inst.holds or inst.pending:
            return False
        if inst.quiet_until or in_window(self.world, plan, inst):
            return False
        return not self._could(plan, inst, plan.scene.when)

    def _could(self, plan: Plan, inst: Instance, condition: AnyCondition) -> bool:
        """Tell whether the condition could become true with the readings as they are."""
        match condition:
            case Threshold():
                return self._met(plan, inst, condition)
            case Count() | Rate() | Happened():
                return bool(inst.edges.get(condition.node))
            case All(parts=parts):
                return all(self._could(plan, inst, part) for part in parts)
            case Any(parts=parts):
                return any(self._could(plan, inst, part) for part in parts)
            case Held(part=part):
                return self._could(plan, inst, part)
            case _:
                return True

    def _met(self, plan: Plan, inst: Instance, leaf: Threshold) -> bool:
        where = slots(self.world, inst, leaf)
        return any(meets(self.world, plan, leaf, slot, loose=False) for slot in where)

    def latest(self, plan: Plan, inst: Instance) -> Tip:
        """Return the newest reading at which an instance looks, as what tipped it.

        Where there is none the hour itself is the cause: `t:` and milliseconds.
        """
        world = self.world
        best = max(
            (slot for look in _all_looks(plan) for slot in slots(world, inst, look)),
            key=lambda slot: (world.twin.time_ms[slot], -slot),
            default=-1,
        )
        if best < 0 or world.twin.time_ms[best] < 0:
            return Tip(f"t:{round(world.clock * 1000)}")
        return world.tip_of(plan, best)

    def make(self, plan: Plan, anchor: Anchor) -> Instance:
        """Return the instance at an anchor, made if it was at rest."""
        key = (plan.id, anchor.name)
        inst = self.world.live.get(key)
        if inst is None:
            inst = self.world.live[key] = plan_instance(plan, anchor)
        return inst

    def due(self, timer: Timer) -> None:
        """Do what a timer of an instance was set for, if that still holds."""
        inst = self.world.live.get((timer.scene, timer.anchor))
        plan = self.world.plans.get(timer.scene)
        if inst is None or plan is None:
            return
        if timer.due is Due.STEP:
            self._step(plan, inst, timer)
            return
        hold = inst.holds.get(timer.node)
        self.judge(plan, inst, hold.tip if hold is not None else self.latest(plan, inst))

    def _step(self, plan: Plan, inst: Instance, timer: Timer) -> None:
        if inst.pending.get(timer.node) != timer.deadline:
            return
        del inst.pending[timer.node]
        step = next(one for one in plan.scene.do if one.number == timer.node)
        acting.take(self.world, self.arbiter, plan, inst, step)
        if self._at_rest(plan, inst):
            del self.world.live[inst.key]


def plan_instance(plan: Plan, anchor: Anchor) -> Instance:
    """Return a scene at an anchor, at rest."""
    return Instance(scene=plan.id, anchor=anchor, shadow=plan.shadow)


def _all_looks(plan: Plan) -> tuple[Looking, ...]:
    return (*plan.when_looks, *plan.clear_looks)

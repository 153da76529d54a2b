"""What a scene would say of a community as it is just now: judged as the engine judges, by the last
values alone. Nothing acts.

What cannot be known from last values is unknown: a rate, a count, the silence of what was never
heard. No event is happening.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta, timezone, tzinfo
from math import inf, isnan

import msgspec

from linli.contracts.directory import Directory
from linli.contracts.readings import Quality
from linli.contracts.things import ThingModel
from linli.scenes.binding import Anchor, Binding
from linli.scenes.clockwork import Calendar, WorkingDay, weekdays
from linli.scenes.limits import Limits
from linli.scenes.model import (
    All,
    Any,
    AnyCondition,
    Count,
    Held,
    Looking,
    Not,
    Scene,
    Silence,
    Threshold,
)
from linli.scenes.plan import Plan
from linli.scenes.seen import offline_after
from linli.scenes.shadow import would
from linli.scenes.state import Instance, ModeNow, Tip, World
from linli.scenes.truth import Ask, Truth, meets, own_limit, slots, vote
from linli.scenes.twin import Twin
from linli.scenes.walk import looks
from linli.scenes.wiring import Wiring

_CHINA = timezone(timedelta(hours=8))
_VALUES = 12
"""Values told of one anchor."""


class Last(msgspec.Struct, frozen=True, kw_only=True):
    """The last reading of a point: `at` is epoch seconds, `quality` as `readings.Quality`."""

    device: str
    point: str
    at: float
    value: float
    quality: int = 0


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A value at which the scene looks. `value` and `at` are None where none is known, or the
    device is silent; `limit` is the limit in force there.
    """

    device: str
    point: str
    value: float | None
    at: float | None
    limit: float | None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """How a scene stands at one device (`device` None: at the place) just now.

    `holds` is None where it cannot be known. `waits_s` is how much longer it must stay so, at
    most, before the scene acts. `far` is how far it is from holding: 0 where it holds, else the
    share of a limit that is missing. `would` is what it does here, in the words of stories.
    """

    device: str | None
    place: str
    holds: Truth
    waits_s: float
    far: float
    values: Sequence[Shown]
    would: Sequence[str]


def probe(
    *,
    scene: Scene,
    models: Mapping[str, ThingModel],
    directory: Directory,
    values: Iterable[Last],
    lost: Mapping[str, float],
    now: float,
    working_day: WorkingDay = weekdays,
    zone: tzinfo = _CHINA,
) -> list[Found]:
    """Return how a scene stands wherever it is bound, what holds first, then the nearest.

    :param lost: when the line of a device that is off line went down, by code
    """
    plan = Plan(scene)
    wiring = Wiring(directory=directory, models=models, now=now)
    binding = Binding(plans={plan.id: plan}, wiring=wiring, models=dict(models))
    world = World(
        binding=binding,
        models=models,
        twin=Twin(wiring=wiring, now=0.0),
        limits=Limits(entries=directory.limits, wiring=wiring, plans=binding.plans),
        calendar=Calendar(zone=zone, working_day=working_day),
        now=now,
    )
    world.modes = {(one.place, one.mode): ModeNow(one.value, one.since) for one in directory.modes}
    world.cases = set(directory.open_cases)
    _hear(world, values, lost)
    found = [_stand(world, plan, anchor) for anchor in binding.anchors(plan)]
    return sorted(found, key=lambda one: (one.holds is not True, one.far, one.device or one.place))


def _hear(world: World, values: Iterable[Last], lost: Mapping[str, float]) -> None:
    """Put last values into the world, and see which devices they show to be there."""
    wiring, twin = world.wiring, world.twin
    at_slot = {
        (wiring.code_of(slot), wiring.name_of(slot)): slot for slot in range(wiring.size)
    }  # fmt: skip
    heard = dict.fromkeys(range(len(wiring.codes)), -inf)
    for one in values:
        slot = at_slot.get((one.device, one.point))
        if slot is None:
            continue
        device = wiring.slot_device[slot]
        heard[device] = max(heard[device], one.at)
        twin.heard_at[slot] = one.at
        if not one.quality & Quality.OUT_OF_RANGE:
            twin.value[slot], twin.time_ms[slot] = one.value, one.at * 1000
    for device, at in heard.items():
        patience = offline_after(world.models[wiring.model_of(device)])
        gone = at <= lost.get(wiring.codes[device], -inf)
        world.fresh[device] = at + patience > world.clock and not gone


class _Glance(Ask):
    """A question asked once, of somebody who saw nothing but the last values."""

    __slots__ = ("waits_s",)

    def __init__(self, *, world: World, inst: Instance, plan: Plan) -> None:
        tip = Tip("probe")
        super().__init__(world=world, inst=inst, plan=plan, tip=tip, loose=False, holding=False)
        self.waits_s = 0.0

    def _other(self, condition: AnyCondition) -> Truth:
        return None if isinstance(condition, Count) else super()._other(condition)

    def _silence(self, leaf: Silence) -> Truth:
        """Return whether nothing was heard for so long, of those of which anything is known."""
        heard_at, wiring = self.world.twin.heard_at, self.world.wiring
        latest: dict[int, float] = {}
        for slot in slots(self.world, self.inst, leaf):
            if heard_at[slot]:
                device = wiring.slot_device[slot]
                latest[device] = max(heard_at[slot], latest.get(device, 0.0))
        return vote([at + leaf.silent_s <= self.world.clock for at in latest.values()], leaf.of)

    def _held(self, held: Held) -> Truth:
        """Return whether it is so now; it has been since the newest value it rests on, at least."""
        truth = self.of(held.part)
        if truth:
            times = [
                self.world.twin.heard_at[slot]
                for look in looks(held.part)
                for slot in slots(self.world, self.inst, look)
                if not isnan(self.world.twin.value[slot])
            ]
            hold_s = own_limit(self.world, self.inst, held, "hold", held.hold_s)
            so_far = self.world.clock - max(times) if times else 0.0
            self.waits_s = max(self.waits_s, hold_s - so_far)
        return truth

    def far(self, condition: AnyCondition) -> float:
        """Return how far a condition is from being true, infinity where nobody can know."""
        match condition:
            case Held(part=part):
                return self.far(part)
            case All(parts=parts):
                return max(map(self.far, parts))
            case Any(parts=parts):
                return min(map(self.far, parts))
            case Threshold():
                return self._far_of(condition)
            case Not() | _:
                truth = self.of(condition)
                return inf if truth is None else 0.0 if truth else 1.0

    def _far_of(self, leaf: Threshold) -> float:
        gaps = [
            self._gap(leaf, slot)
            for slot in slots(self.world, self.inst, leaf)
            if meets(self.world, self.plan, leaf, slot, loose=False) is not None
        ]
        if not gaps:
            return inf
        if leaf.of.isdecimal():
            gaps.sort()
            return gaps[int(leaf.of) - 1] if len(gaps) >= int(leaf.of) else inf
        return max(gaps) if leaf.of == "all" else min(gaps)

    def _gap(self, leaf: Threshold, slot: int) -> float:
        """Return what is missing of a limit, as a share of it; of 1 where the limit is smaller."""
        if meets(self.world, self.plan, leaf, slot, loose=False):
            return 0.0
        world, value = self.world, self.world.twin.value[slot]
        device = world.wiring.slot_device[slot]
        ends = world.limits.span(self.plan, leaf, device, loose=False)
        gaps = [abs(value - end) / max(abs(end), 1.0) for end in ends if abs(end) < inf]
        return min(gaps, default=inf)


def _stand(world: World, plan: Plan, anchor: Anchor) -> Found:
    inst = Instance(scene=plan.id, anchor=anchor)
    glance = _Glance(world=world, inst=inst, plan=plan)
    holds = glance.of(plan.scene.when)
    return Found(
        device=world.wiring.codes[anchor.device] if anchor.device >= 0 else None,
        place=world.wiring.paths[anchor.place],
        holds=holds,
        waits_s=max(0.0, glance.waits_s) if holds else 0.0,
        far=0.0 if holds else max(glance.far(plan.scene.when), 1e-9),
        values=list(_values(world, plan, inst))[:_VALUES],
        would=would(plan, world.binding, anchor),
    )


def _values(world: World, plan: Plan, inst: Instance) -> Iterable[Shown]:
    """Yield the values at which a scene looks, those of its own first, each once."""
    told: set[int] = set()
    for look in plan.when_looks:
        for slot in slots(world, inst, look):
            if slot not in told:
                told.add(slot)
                yield _shown(world, plan, look, slot)


def _shown(world: World, plan: Plan, look: Looking, slot: int) -> Shown:
    wiring, twin, device = world.wiring, world.twin, world.wiring.slot_device[slot]
    known = bool(world.fresh[device]) and not isnan(twin.value[slot])
    limit = world.limits.first(plan, look, device) if isinstance(look, Threshold) else None
    return Shown(
        device=wiring.codes[device],
        point=wiring.name_of(slot),
        value=twin.value[slot] if known else None,
        at=twin.heard_at[slot] if twin.heard_at[slot] else None,
        limit=limit,
    )

"""The short way for scenes that do no more than command while a limit is met.

What comes out is what the long way would say, id for id; here the names, limits and ids of one
slot are worked out once and kept. Anything out of the ordinary (a rival at the actuator, an
override that changes) takes the long way.
"""

from math import inf, nextafter

from linli.contracts.effects import CommandIssued
from linli.kernel.period import seconds
from linli.scenes.arbiter import Arbiter, Want
from linli.scenes.binding import Anchor, Key
from linli.scenes.model import Command, Threshold
from linli.scenes.naming import stem
from linli.scenes.plan import Plan
from linli.scenes.state import Instance, World
from linli.scenes.vocabulary import family

_MOST = 16384
_NOWHERE = (-inf, inf)


class _Order:
    """One command of a scene to one device, and what undoes it, ready to be given."""

    __slots__ = (
        "actuator", "expires_s", "safety", "stem", "undo", "undo_expires_s", "undo_safety",
        "undo_stem", "want",
    )  # fmt: skip

    def __init__(
        self, world: World, plan: Plan, anchor: Anchor, step: Command, target: int
    ) -> None:
        device = world.wiring.codes[target]
        services = world.models[world.wiring.model_of(target)].services
        service = services[step.service]
        part = f"{step.number}/1/{device}"
        self.want = Want(
            scene=plan.id,
            anchor=anchor.name,
            part=part,
            device=device,
            service=step.service,
            args=step.args,
            rank=plan.rank,
            since=0.0,
            safety=plan.safety,
            undo=step.undo,
        )
        self.actuator = (device, family(step.service))
        self.stem = stem(scene=plan.id, anchor=anchor.name, part=part)
        self.expires_s = seconds(service.expires)
        self.safety = plan.safety or service.safety
        self.undo = service.inverse if step.undo and service.inverse in services else None
        self.undo_stem = stem(scene=plan.id, anchor=anchor.name, part=f"undo/{part}")
        inverse = services.get(service.inverse or "")
        self.undo_expires_s = seconds(inverse.expires) if inverse is not None else 0.0
        self.undo_safety = plan.safety or (inverse is not None and inverse.safety)


class _Part:
    """A stretch of values in which a limit says the same: an open interval, and what it says."""

    __slots__ = ("high", "low", "met")

    def __init__(self, *, low: float, high: float, met: bool) -> None:
        self.low, self.high, self.met = low, high, met


class _Limit:
    """A limit as three stretches: below it, within it, above it."""

    __slots__ = ("above", "below", "bottom", "top", "within")

    def __init__(self, *, bottom: float, top: float, inverted: bool) -> None:
        self.bottom, self.top = bottom, top
        self.below = _Part(low=-inf, high=bottom, met=inverted)
        self.above = _Part(low=top, high=inf, met=inverted)
        inside = nextafter(bottom, -inf), nextafter(top, inf)
        self.within = _Part(low=inside[0], high=inside[1], met=not inverted)

    def at(self, value: float) -> _Part:
        """Return the stretch in which a value lies."""
        if value < self.bottom:
            return self.below
        return self.above if value > self.top else self.within


class _Reflex:
    """One scene at one device."""

    __slots__ = ("inst", "key", "loose", "orders", "point", "strict")

    def __init__(self, world: World, plan: Plan, anchor: Anchor, slot: int) -> None:
        leaf = plan.when_looks[0]
        assert isinstance(leaf, Threshold)
        device = world.wiring.slot_device[slot]
        self.key: Key = (plan.id, anchor.name)
        self.point = f"r:{world.wiring.number[slot]}:"
        bottom, top = world.limits.span(plan, leaf, device, loose=False)
        self.strict = _Limit(bottom=bottom, top=top, inverted=leaf.inverted)
        bottom, top = world.limits.span(plan, leaf, device, loose=True)
        self.loose = _Limit(bottom=bottom, top=top, inverted=leaf.inverted)
        self.inst = Instance(scene=plan.id, anchor=anchor)
        self.orders = [
            _Order(world, plan, anchor, step, target)
            for step in plan.scene.do
            if isinstance(step, Command)
            for target in world.binding.targets(anchor, step.service, step.where)
        ]


class Reflexes:
    """The slots at which nothing but reflexes look, prepared when first needed."""

    def __init__(self, *, world: World, arbiter: Arbiter) -> None:
        self.world = world
        self.arbiter = arbiter
        self.known: dict[int, list[_Reflex] | None] = {}
        """What `of` found, so that the hottest loop need not ask it again."""
        self._any = False

    def rewire(self) -> None:
        """Forget what was prepared: scenes, limits or devices have changed."""
        self.known.clear()
        self._any = any(plan.reflex for plan in self.world.plans.values())

    def of(self, slot: int) -> list[_Reflex] | None:
        """Return the reflexes of a slot; None if something else looks there too."""
        if not self._any:
            return None
        if slot in self.known:
            return self.known[slot]
        if len(self.known) >= _MOST:
            self.known.clear()
        world = self.world
        watchers = world.binding.watchers(slot)
        found = None
        if watchers and all(plan.reflex for plan, _ in watchers):
            found = [_Reflex(world, plan, anchor, slot) for plan, anchor in watchers]
        self.known[slot] = found
        return found

    def answer(self, reflexes: list[_Reflex], slot: int, time_ms: float, value: float) -> None:
        """Let the reflexes of a slot answer a good new reading, and lay its band."""
        twin, live = self.world.twin, self.world.live
        twin.value[slot], twin.time_ms[slot] = value, time_ms
        low, high = _NOWHERE
        for one in reflexes:  # no min(), no max(): this is the hottest loop in Python
            active = one.key in live
            limit = one.loose if active else one.strict
            part = (  # as `at` says; a call is dear here
                limit.below
                if value < limit.bottom
                else limit.above
                if value > limit.top
                else limit.within
            )
            if part.met is not active:
                if active:
                    self._end(one, f"{one.point}{int(time_ms)}")
                    part = one.strict.at(value)
                else:
                    self._begin(one, f"{one.point}{int(time_ms)}")
                    part = one.loose.at(value)
            if part.low > low:  # noqa: PLR1730
                low = part.low
            if part.high < high:  # noqa: PLR1730
                high = part.high
        twin.low[slot], twin.high[slot] = low, high

    def _begin(self, one: _Reflex, cause: str) -> None:
        world, arbiter, clock = self.world, self.arbiter, self.world.clock
        inst = one.inst
        inst.active, inst.armed, inst.firings, inst.fired_at = True, True, 1, clock
        world.live[one.key] = inst
        for order in one.orders:
            want = order.want
            want.since = clock
            if order.actuator in arbiter.wants:
                arbiter.want(world, want, cause, lasting=True)
                continue
            arbiter.order += 1
            want.order, want.ruling = arbiter.order, True
            want.command = f"{order.stem}.{cause}"
            arbiter.seat_alone(want, order.actuator, one.key)
            world.out.append(
                CommandIssued(
                    id=want.command,
                    at=clock,
                    community=world.community,
                    cause=cause,
                    scene=want.scene,
                    device=want.device,
                    service=want.service,
                    args=want.args,
                    expires_at=clock + order.expires_s,
                    safety=order.safety,
                )
            )

    def _end(self, one: _Reflex, cause: str) -> None:
        world, arbiter, clock = self.world, self.arbiter, self.world.clock
        del world.live[one.key]
        want = arbiter.only(one.orders[0].actuator, one.key) if len(one.orders) == 1 else None
        if want is None:
            arbiter.release(world, scene=one.key[0], anchor=one.key[1], cause=cause)
            return
        order = one.orders[0]
        arbiter.forget(order.actuator, one.key)
        if order.undo is not None:
            world.out.append(
                CommandIssued(
                    id=f"{order.undo_stem}.{cause}",
                    at=clock,
                    community=world.community,
                    cause=cause,
                    scene=one.key[0],
                    device=order.want.device,
                    service=order.undo,
                    expires_at=clock + order.undo_expires_s,
                    safety=order.undo_safety,
                    undoes=want.command,
                )
            )

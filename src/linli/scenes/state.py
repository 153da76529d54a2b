"""What the engine keeps: instances that are not at rest, and the world that they see."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from linli.contracts.effects import AnyEffect, Because
from linli.contracts.things import ThingModel
from linli.kernel import ids
from linli.kernel.place import lineage
from linli.scenes.binding import Anchor, Binding, Key
from linli.scenes.clockwork import Calendar
from linli.scenes.limits import Limits
from linli.scenes.model import Threshold
from linli.scenes.plan import Plan
from linli.scenes.timers import Due, Timer, Timers
from linli.scenes.twin import Twin
from linli.scenes.wiring import Wiring


class Tip(msgspec.Struct, frozen=True):
    """What tipped something: the id of its cause, and the reading if it was one."""

    cause: str
    because: Because | None = None


class Hold(msgspec.Struct, frozen=True):
    """A condition has been true since a time; what made it so."""

    since: float
    tip: Tip


class ModeNow(NamedTuple):
    """The value of a mode, and when it was set (epoch seconds; 0 where that is not known)."""

    value: str
    since: float


class Instance(msgspec.Struct, kw_only=True):
    """One scene at one device or place, not at rest.

    `armed`: it may act when its condition is met. `windows` holds, by node and point number, the
    times (ms) and values of a window (of a rate those that may yet be its least or greatest);
    `edges` the points at which a counted limit is now met.
    `pending` holds, by step, when it is due. `firings` counts within the life of the instance.
    `alarm` is the alarm that it raised; of one in `shadow` that which tells what it would do.
    """

    scene: str
    anchor: Anchor
    shadow: bool = False
    active: bool = False
    armed: bool = True
    quiet_until: float = 0.0
    fired_at: float = 0.0
    firings: int = 0
    tip: Tip | None = None
    alarm: str | None = None
    holds: dict[int, Hold] = {}
    windows: dict[int, dict[int, list[tuple[float, float]]]] = {}
    edges: dict[int, set[int]] = {}
    pending: dict[int, float] = {}

    @property
    def key(self) -> Key:
        return self.scene, self.anchor.name


class World:
    """Everything that conditions may ask about and effects may touch. Changed in place."""

    def __init__(
        self,
        *,
        binding: Binding,
        models: Mapping[str, ThingModel],
        twin: Twin,
        limits: Limits,
        calendar: Calendar,
        now: float,
    ) -> None:
        self.models = models
        self.calendar = calendar
        self.clock = now
        self.timers = Timers()
        self.live: dict[Key, Instance] = {}
        self.modes: dict[tuple[str, str], ModeNow] = {}
        self.cases: set[tuple[str, str, int]] = set()
        """Kind, place and number of what is open."""
        self.out: list[AnyEffect] = []
        self.pulse = -1
        """The slot of an event that is being told just now."""
        self.disturbed: set[int] = set()
        """Slots whose guard band was laid anew while something was judged."""
        self.rewire(binding=binding, twin=twin, limits=limits)

    def rewire(self, *, binding: Binding, twin: Twin, limits: Limits) -> None:
        """Look at another directory from now on."""
        self.binding = binding
        self.wiring: Wiring = binding.wiring
        self.plans: dict[str, Plan] = binding.plans
        self.twin = twin
        self.limits = limits
        self.fresh = bytearray(len(self.wiring.codes))
        """Whether the device is heard: the last values of one that is not are stale."""
        self.seen = bytearray(len(self.wiring.codes))
        """Whether the device was last announced as on line."""
        self.line_at: dict[int, float] = {}
        """When a device's line last came up, by device."""
        self.looked: dict[Key, dict[int, tuple[int, ...]]] = {}
        """Where an instance looks, by node."""

    def rebind(self, binding: Binding, limits: Limits) -> None:
        """Go by other scenes from now on, over the same directory."""
        self.binding, self.limits = binding, limits
        self.plans = binding.plans
        self.looked.clear()

    def needs(self, timer: Timer) -> bool:
        """Tell whether a timer could still do something."""
        judged = timer.due in (Due.JUDGE, Due.STEP)
        return not judged or (timer.scene, timer.anchor) in self.live

    def move_case(self, kind: str, place: str, case: int, *, is_open: bool) -> None:
        """Take over that a case opened or closed, wherever it was known to be.

        When one closes, it may be one that was known without its number (0).
        """
        if case:
            self.cases = {known for known in self.cases if known[2] != case}
        if is_open:
            self.cases.add((kind, place, case))
        else:
            self.cases -= {(kind, place, case), (kind, place, 0)}

    def set_mode(self, place: str, mode: str, now: ModeNow) -> bool:
        """Take over that a mode was set; False where something newer is known."""
        known = self.modes.get((place, mode))
        if known is not None and now.since < known.since:
            return False
        self.modes[place, mode] = now
        return True

    def strays(self) -> bool:
        """Tell whether a mode or a case is kept at a place that is no more."""
        kept = {place for place, _ in self.modes} | {place for _, place, _ in self.cases}
        return not kept <= set(self.wiring.paths)

    @property
    def community(self) -> str:
        return self.wiring.community

    def mode(self, place: int, mode: str) -> ModeNow | None:
        """Return how a mode stands at the nearest place that has it."""
        for path in lineage(self.wiring.paths[place]):
            if (path, mode) in self.modes:
                return self.modes[path, mode]
        return None

    def reading_id(self, slot: int) -> str:
        """Return the id of the last reading of a slot."""
        return ids.reading(point=self.wiring.number[slot], at=self.twin.time_ms[slot] / 1000)

    def limit_met(self, plan: Plan, slot: int) -> float | None:
        """Return the limit that a scene sets for a slot, if it sets one."""
        name = self.wiring.name_of(slot)
        for look in plan.when_looks:
            if look.point == name and isinstance(look, Threshold):
                return self.limits.first(plan, look, self.wiring.slot_device[slot])
        return None

    def tip_of(self, plan: Plan, slot: int) -> Tip:
        """Return the last reading of a slot as what tipped a scene."""
        because = Because(
            device=self.wiring.code_of(slot),
            point=self.wiring.name_of(slot),
            value=self.twin.value[slot],
            limit=self.limit_met(plan, slot),
        )
        return Tip(self.reading_id(slot), because)

"""The scenes of a community bound to its devices, nothing running: who looks where, and who may
tell which device what.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import inf

import msgspec

from linli.contracts.directory import Directory
from linli.contracts.things import Service, ThingModel
from linli.scenes.binding import Anchor, Binding
from linli.scenes.life_safety import touches_life
from linli.scenes.limits import Limits
from linli.scenes.model import (
    All,
    Any,
    AnyCondition,
    Command,
    Held,
    Looking,
    Not,
    Scene,
)
from linli.scenes.plan import Plan
from linli.scenes.walk import leaves, looks
from linli.scenes.wiring import Wiring


class Order(msgspec.Struct, frozen=True):
    """What a scene may tell a device. `undone`: its inverse is given when the scene ends."""

    device: int
    service: str
    args: tuple[tuple[str, float | str | bool], ...]
    undone: bool


class House:
    """Scenes bound to the devices of a directory.

    A scene by a text of the community's own has the rank that the engine gives it. Who is worked on
    now comes back: no device is away.
    """

    def __init__(
        self,
        *,
        scenes: Sequence[Scene],
        models: Mapping[str, ThingModel],
        directory: Directory,
        wiring: Wiring | None = None,
    ) -> None:
        own = {one.scene: one.toml for one in directory.scenes}
        self.models = models
        self.plans = {
            scene.id: Plan(
                scene,
                ordinary=own.get(scene.id) == scene.toml and not touches_life(scene, models),
            )
            for scene in scenes
        }
        self.wiring = wiring or Wiring(directory=directory, models=dict(models), now=inf)
        self.binding = Binding(plans=self.plans, wiring=self.wiring, models=dict(models))
        self.limits = Limits(entries=directory.limits, wiring=self.wiring, plans=self.plans)
        self.anchors: dict[str, list[Anchor]] = {
            name: list(self.binding.anchors(plan)) for name, plan in self.plans.items()
        }

    def service(self, device: int, name: str) -> Service | None:
        return self.models[self.wiring.model_of(device)].services.get(name)

    def orders(self, plan: Plan) -> dict[Order, None]:
        """Return what a scene may tell each device here."""
        found: dict[Order, None] = {}
        for step in plan.scene.do:
            if isinstance(step, Command):
                args = tuple(sorted(step.args.items()))
                undone = step.undo and not plan.momentary
                for device in self._targets(plan, step):
                    found[Order(device, step.service, args, undone)] = None
        return found

    def _targets(self, plan: Plan, step: Command) -> dict[int, None]:
        """Return the devices that a command may go to, whichever anchor gives it."""
        found: dict[int, None] = {}
        asked: set[int] = set()
        near = step.where in (None, "device")
        for anchor in self.anchors[plan.id]:
            around = self.wiring.ancestor(anchor.place, step.where or "place")
            itself = anchor.device >= 0 and near
            if itself and (step.where or self.service(anchor.device, step.service)):
                around = -1
            elif around in asked:
                continue
            asked.add(around)
            found |= dict.fromkeys(self.binding.targets(anchor, step.service, step.where))
        return found

    def slots(self, plan: Plan, look: Looking) -> set[int]:
        """Return all slots at which a scene looks by one condition, from all its anchors."""
        found: set[int] = set()
        lone: dict[int, Anchor | None] = {}
        for anchor in self.anchors[plan.id]:
            if anchor.device >= 0 and look.where in (None, "device"):
                found.update(self.binding.slots(anchor, look))
                continue
            near = look.where in (None, "device")
            around = self.wiring.ancestor(anchor.place, "place" if near else str(look.where))
            if around >= 0:
                lone[around] = None if around in lone and anchor.device >= 0 else anchor
        for around, one in lone.items():
            found.update(
                self.wiring.slots_under(around, look.point)
                if one is None
                else self.binding.slots(one, look)
            )
        return found

    def could_act(self, plan: Plan) -> bool:
        """Tell whether a scene could begin anywhere: all that it needs is there to be looked at."""
        return any(self._could(anchor, plan.scene.when) for anchor in self.anchors[plan.id])

    def _could(self, anchor: Anchor, condition: AnyCondition) -> bool:
        match condition:
            case All(parts=parts):
                return all(self._could(anchor, part) for part in parts)
            case Any(parts=parts):
                return any(self._could(anchor, part) for part in parts)
            case Held(part=part):
                return self._could(anchor, part)
            case Not(part=part):
                return any(self._could(anchor, leaf) for leaf in leaves(part))
            case _:
                return all(self._sees(anchor, look) for look in looks(condition))

    def _sees(self, anchor: Anchor, look: Looking) -> bool:
        found = self.binding.count(anchor, look)
        return found >= int(look.of) if look.of.isdecimal() else found > 0

    def blind(self, plan: Plan) -> Iterator[str]:
        """Yield the points that a scene looks at and that it sees from none of its anchors."""
        for look in plan.when_looks:
            if not any(self._sees(anchor, look) for anchor in self.anchors[plan.id]):
                yield look.point

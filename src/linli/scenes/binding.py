"""Who watches what: scenes bound to devices and places, found when asked rather than stored."""

from collections.abc import Iterator

import msgspec

from linli.contracts.things import ThingModel
from linli.scenes.model import Looking
from linli.scenes.plan import Plan
from linli.scenes.vocabulary import family
from linli.scenes.wiring import Wiring

Key = tuple[str, str]
"""(scene id, anchor): the anchor is a device's code, or `@` and the path of a place."""

_REMEMBERED = 16384


class Anchor(msgspec.Struct, frozen=True):
    """Where an instance of a scene stands. `device` is -1 where it stands for a place."""

    name: str
    device: int
    place: int


class Binding:
    """The scenes that are on, over one wiring."""

    def __init__(
        self, *, plans: dict[str, Plan], wiring: Wiring, models: dict[str, ThingModel]
    ) -> None:
        self.plans = plans
        self.wiring = wiring
        self.models = models
        self._watchers: dict[int, list[tuple[Plan, Anchor]]] = {}
        self._by_point: dict[str, list[tuple[Plan, str | None]]] = {}
        for plan in plans.values():
            for point, wheres in plan.roles.items():
                rows = self._by_point.setdefault(point, [])
                rows.extend((plan, where) for where in wheres)
        self._roles = [
            [
                (plan, where, _surely_fits(plan, where, name))
                for plan, where in self._by_point.get(name, []) + self._by_point.get("", [])
            ]
            for name in wiring.names
        ]

    def shared_names(self) -> set[str]:
        """Return the points that matter to instances which look at more than their own device."""
        found: set[str] = set()
        for point, rows in self._by_point.items():
            if any(not plan.alone for plan, _ in rows):
                found.update((point,) if point else self.wiring.names)
        return found

    def device_anchor(self, device: int) -> Anchor:
        wiring = self.wiring
        return Anchor(wiring.codes[device], device, wiring.device_place[device])

    def place_anchor(self, place: int) -> Anchor:
        return Anchor("@" + self.wiring.paths[place], -1, place)

    def anchor(self, name: str) -> Anchor | None:
        """Return the anchor of a name; None if the directory no longer has it."""
        if name.startswith("@"):
            place = self.wiring.place_of_path.get(name[1:])
            return None if place is None else self.place_anchor(place)
        device = self.wiring.device_of_code.get(name)
        return None if device is None else self.device_anchor(device)

    def watchers(self, slot: int) -> list[tuple[Plan, Anchor]]:
        """Return the instances for which a reading of the slot may matter, each once.

        What was asked of late is remembered, for a bounded number of slots.
        """
        known = self._watchers.get(slot)
        if known is None:
            if len(self._watchers) >= _REMEMBERED:
                self._watchers.clear()
            known = self._watchers[slot] = self._find_watchers(slot)
        return known

    def _find_watchers(self, slot: int) -> list[tuple[Plan, Anchor]]:
        found: dict[Key, tuple[Plan, Anchor]] = {}
        device = self.wiring.slot_device[slot]
        if device in self.wiring.away:
            return []
        own = self.device_anchor(device)
        for plan, where, sure in self._roles[self.wiring.slot_name[slot]]:
            if sure:
                found.setdefault((plan.id, own.name), (plan, own))
                continue
            for anchor in self._anchors(plan, where, device):
                found.setdefault((plan.id, anchor.name), (plan, anchor))
        return list(found.values())

    def _anchors(self, plan: Plan, where: str | None, device: int) -> Iterator[Anchor]:
        if not plan.of_device:
            yield from self._place_anchors(plan, where, device)
        elif where in (None, "device"):
            if self.fits(plan, device):
                yield self.device_anchor(device)
        else:
            for other in self._neighbours(str(where), device):
                if other != device and self.fits(plan, other):
                    yield self.device_anchor(other)

    def _place_anchors(self, plan: Plan, where: str | None, device: int) -> Iterator[Anchor]:
        place, scope = self.wiring.device_place[device], plan.scene.scope
        if where in (None, "device", "place"):
            own = self.wiring.ancestor(place, scope)
            while own >= 0:
                if self.suits(plan, own):
                    yield self.place_anchor(own)
                above = self.wiring.above[own]
                own = self.wiring.ancestor(above, scope) if above >= 0 else -1
            return
        around = self.wiring.ancestor(place, str(where))
        for own in self.wiring.places_of(scope, around) if around >= 0 else ():
            if self.suits(plan, own):
                yield self.place_anchor(own)

    def _neighbours(self, where: str, device: int) -> Iterator[int]:
        """Yield the devices that see this one when they look at `where`."""
        place = self.wiring.device_place[device]
        if where == "place":
            while place >= 0:
                yield from self.wiring.devices_in(place)
                place = self.wiring.above[place]
            return
        around = self.wiring.ancestor(place, where)
        if around >= 0:
            yield from self.wiring.devices_under(around)

    def fits(self, plan: Plan, device: int) -> bool:
        """Tell whether a scene of devices watches this one."""
        scene, wiring = plan.scene, self.wiring
        if device in wiring.away:
            return False
        if any(wiring.slot_at(device, name) < 0 for name in scene.sensors):
            return False
        if not scene.sensors and scene.actuators and not self._acts(device, scene.actuators):
            return False
        return self._lies(scene.at, wiring.device_place[device])

    def suits(self, plan: Plan, place: int) -> bool:
        """Tell whether a scene of places watches this one."""
        scene, wiring = plan.scene, self.wiring
        if wiring.kinds[place] != scene.scope or not self._lies(scene.at, place):
            return False
        if scene.sensors:
            return all(wiring.slots_under(place, name) for name in scene.sensors)
        devices = wiring.devices_under(place)
        return not scene.actuators or any(self._acts(one, scene.actuators) for one in devices)

    def _lies(self, at: tuple[str, ...], place: int) -> bool:
        return not at or any(self.wiring.ancestor(place, kind) >= 0 for kind in at)

    def _acts(self, device: int, families: tuple[str, ...]) -> bool:
        services = self.models[self.wiring.model_of(device)].services
        return device not in self.wiring.away and any(family(name) in families for name in services)

    def anchors(self, plan: Plan) -> Iterator[Anchor]:
        """Yield every anchor of a scene, in the order of the wiring."""
        if plan.of_device:
            for device in range(len(self.wiring.codes)):
                if self.fits(plan, device):
                    yield self.device_anchor(device)
            return
        for place in range(len(self.wiring.paths)):
            if self.suits(plan, place):
                yield self.place_anchor(place)

    def slots(self, anchor: Anchor, look: Looking) -> tuple[int, ...]:
        """Return the slots at which an instance looks."""
        wiring = self.wiring
        if anchor.device >= 0 and look.where in (None, "device"):
            if not look.point:
                return tuple(wiring.slots_at(anchor.device))
            own = wiring.slot_at(anchor.device, look.point)
            return (own,) if own >= 0 else ()
        where = "place" if look.where in (None, "device") else str(look.where)
        around = wiring.ancestor(anchor.place, where)
        if around < 0:
            return ()
        found = wiring.slots_under(around, look.point)
        if anchor.device < 0:
            return found
        return tuple(slot for slot in found if wiring.slot_device[slot] != anchor.device)

    def count(self, anchor: Anchor, look: Looking) -> int:
        """Return at how many slots an instance looks, without naming them."""
        wiring = self.wiring
        if anchor.device < 0 or look.where in (None, "device"):
            return len(self.slots(anchor, look))
        around = wiring.ancestor(anchor.place, str(look.where))
        if around < 0:
            return 0
        if not look.point:
            own = len(wiring.slots_at(anchor.device))
        else:
            own = int(wiring.slot_at(anchor.device, look.point) >= 0)
        away = anchor.device in wiring.away
        return len(wiring.slots_under(around, look.point)) - (0 if away else own)

    def targets(self, anchor: Anchor, service: str, where: str | None) -> list[int]:
        """Return the devices that a command goes to."""
        if anchor.device >= 0 and where in (None, "device"):
            if service in self.models[self.wiring.model_of(anchor.device)].services:
                return [anchor.device]
            if where == "device":
                return []
        around = self.wiring.ancestor(anchor.place, where or "place")
        if around < 0:
            return []
        return [one for one in self.wiring.devices_under(around) if self._does(one, service)]

    def _does(self, device: int, service: str) -> bool:
        services = self.models[self.wiring.model_of(device)].services
        return service in services and device not in self.wiring.away

    def around(self, anchor: Anchor, where: str | None) -> str:
        """Return the path of the place meant; the anchor's own if there is no such kind above."""
        if where in (None, "device", "place"):
            return self.wiring.paths[anchor.place]
        found = self.wiring.ancestor(anchor.place, str(where))
        return self.wiring.paths[found if found >= 0 else anchor.place]


def _surely_fits(plan: Plan, where: str | None, name: str) -> bool:
    """Tell whether a scene watches every device that has a point of this name, without looking."""
    scene = plan.scene
    own = plan.of_device and where in (None, "device")
    return own and not scene.at and scene.sensors == (name,)

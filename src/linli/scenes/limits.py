"""Limits of scenes changed for a device, or for a place and all below it."""

from collections.abc import Iterable

from linli.contracts.directory import LimitEntry
from linli.scenes.model import Condition, Count, Held, Rate, Scene, Threshold, span
from linli.scenes.plan import Plan
from linli.scenes.wiring import Wiring


class Limits:
    """The overrides in force. The device's own beats its place's; the nearest place wins."""

    def __init__(self, *, entries: Iterable[LimitEntry], wiring: Wiring) -> None:
        self._wiring = wiring
        self._devices: dict[tuple[str, str], dict[int, float]] = {}
        self._places: dict[tuple[str, str], dict[int, float]] = {}
        self.scenes: set[str] = set()
        for entry in entries:
            self._add(entry)

    def _add(self, entry: LimitEntry) -> None:
        device = self._wiring.device_of_code.get(entry.target)
        place = self._wiring.place_of_path.get(entry.target)
        if device is not None:
            self._devices.setdefault((entry.scene, entry.key), {})[device] = entry.value
        elif place is not None:
            self._places.setdefault((entry.scene, entry.key), {})[place] = entry.value
        else:
            return
        self.scenes.add(entry.scene)

    def get(self, *, scene: str, key: str, device: int, place: int, default: float) -> float:
        """Return the limit at a device (-1: at the place only)."""
        at = (scene, key)
        own = self._devices.get(at)
        if own and device in own:
            return own[device]
        near = self._places.get(at)
        while near and place >= 0:
            if place in near:
                return near[place]
            place = self._wiring.above[place]
        return default

    def span(self, plan: Plan, leaf: Threshold, device: int, *, loose: bool) -> tuple[float, float]:
        """Return low and high of a threshold at the device that measures it."""
        if plan.id not in self.scenes:
            return (leaf.loose_low, leaf.loose_high) if loose else (leaf.low, leaf.high)
        place = self._wiring.device_place[device]
        names = keys_of(leaf)
        limits = tuple(
            self.get(scene=plan.id, key=leaf.key + name, device=device, place=place, default=value)
            for name, value in names.items()
            if name != "hysteresis"
        )
        slack = self.get(
            scene=plan.id,
            key=leaf.key + "hysteresis",
            device=device,
            place=place,
            default=leaf.hysteresis,
        )
        if limits == leaf.limits and slack == leaf.hysteresis:
            return (leaf.loose_low, leaf.loose_high) if loose else (leaf.low, leaf.high)
        low, high, _ = span(op=leaf.op, limits=limits, slack=slack if loose else 0.0)
        return low, high

    def first(self, plan: Plan, leaf: Threshold, device: int) -> float:
        """Return the limit that a reading met, for people."""
        if plan.id not in self.scenes:
            return leaf.limits[0]
        name, value = next(iter(keys_of(leaf).items()))
        place = self._wiring.device_place[device]
        return self.get(
            scene=plan.id, key=leaf.key + name, device=device, place=place, default=value
        )

    def spread(self, plan: Plan, leaf: Threshold) -> list[range]:
        """Return the ranges of devices for which a threshold differs from the file's."""
        names = {leaf.key + name for name in keys_of(leaf)}
        ranges = []
        for (scene, key), places in self._places.items():
            if scene == plan.id and key in names:
                ranges += [self._wiring.devices_under(place) for place in places]
        for (scene, key), devices in self._devices.items():
            if scene == plan.id and key in names:
                ranges += [range(device, device + 1) for device in devices]
        return ranges


def keys_of(leaf: Condition) -> dict[str, float]:
    """Return the limits of a condition that may be overridden: its names and values."""
    match leaf:
        case Threshold(op="outside", limits=limits):
            found = {"outside.low": limits[0], "outside.high": limits[1]}
        case Threshold(op=op, limits=limits):
            found = {op: limits[0]}
        case Rate(by=by):
            return {"rises" if by > 0 else "falls": abs(by)}
        case Count(count=count):
            return {"count": float(count)}
        case Held(hold_s=hold_s):
            return {"hold": hold_s}
        case _:
            return {}
    if leaf.hysteresis:
        found["hysteresis"] = leaf.hysteresis
    return found


def of_scene(scene: Scene) -> dict[str, tuple[float, str]]:
    """Return every limit of a scene that may be overridden: (value, point; empty for a span)."""
    found: dict[str, tuple[float, str]] = {}
    for node in Plan(scene).nodes.values():
        point = node.point if isinstance(node, (Threshold, Rate)) else ""
        for name, value in keys_of(node).items():
            found[node.key + name] = (value, point)
    return found

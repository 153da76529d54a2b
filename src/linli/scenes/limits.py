"""Limits of scenes changed for a device, or for a place and all below it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from linli.contracts.directory import LimitEntry
from linli.scenes.model import Condition, Count, Held, Mode, Rate, Scene, Threshold, span
from linli.scenes.plan import Plan
from linli.scenes.walk import looks
from linli.scenes.wiring import Wiring

_LONGEST_POINT = 64
_SPANS = ("hold", "since")


class Meant(NamedTuple):
    """What a limit is about: the point that is compared (of a span or a count those that it is
    over, joined by `+`), and how: `above`, `outside.low`, `hold`.
    """

    point: str
    operator: str


class Limits:
    """The overrides in force. The device's own beats its place's; the nearest place wins.

    One that was set for something else than the scene now has under its key has lapsed.
    """

    def __init__(
        self, *, entries: Iterable[LimitEntry], wiring: Wiring, plans: Mapping[str, Plan]
    ) -> None:
        self._wiring, self._plans = wiring, plans
        self._meant: dict[str, Mapping[str, Meant]] = {}
        self._devices: dict[tuple[str, str], dict[int, float]] = {}
        self._places: dict[tuple[str, str], dict[int, float]] = {}
        self.scenes: set[str] = set()
        for entry in entries:
            self._add(entry)

    def _add(self, entry: LimitEntry) -> None:
        if not self._stands(entry):
            return
        device = self._wiring.device_of_code.get(entry.target)
        place = self._wiring.place_of_path.get(entry.target)
        if device is not None:
            self._devices.setdefault((entry.scene, entry.key), {})[device] = entry.value
        elif place is not None:
            self._places.setdefault((entry.scene, entry.key), {})[place] = entry.value
        else:
            return
        self.scenes.add(entry.scene)

    def _stands(self, entry: LimitEntry) -> bool:
        plan = self._plans.get(entry.scene)
        if plan is None or not entry.operator:
            return plan is not None
        meant = self._meant.get(plan.id)
        if meant is None:
            meant = self._meant[plan.id] = _meant(plan)
        return stands(meant=meant, key=entry.key, point=entry.point, operator=entry.operator)

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
        case Mode(since_s=since_s) if since_s:
            return {"since": since_s}
        case _:
            return {}
    if leaf.hysteresis:
        found["hysteresis"] = leaf.hysteresis
    return found


def is_span(key: str) -> bool:
    """Tell whether a limit is a span, in seconds."""
    return key.rpartition(".")[2] in _SPANS


def of_scene(scene: Scene) -> dict[str, tuple[float, str]]:
    """Return every limit of a scene that may be overridden: (value, point; empty for a span)."""
    found: dict[str, tuple[float, str]] = {}
    for node in Plan(scene).nodes.values():
        point = node.point if isinstance(node, (Threshold, Rate)) else ""
        for name, value in keys_of(node).items():
            found[node.key + name] = (value, point)
    return found


def meant(scene: Scene) -> dict[str, Meant]:
    """Return what each limit of a scene that may be overridden is about, by its key."""
    return _meant(Plan(scene))


def _meant(plan: Plan) -> dict[str, Meant]:
    return {
        node.key + name: Meant(point=_about(node), operator=name)
        for node in plan.nodes.values()
        for name in keys_of(node)
    }


def _about(node: Condition) -> str:
    match node:
        case Threshold(point=point) | Rate(point=point):
            return point
        case Count(what=what):
            return what.point
        case Held(part=part):
            return "+".join(sorted({look.point for look in looks(part)}))[:_LONGEST_POINT]
    return ""


def stands(*, meant: Mapping[str, Meant], key: str, point: str, operator: str) -> bool:
    """Tell whether a changed limit is still about what it was set for; what is not known of it
    (an empty `point` or `operator`) agrees with all.

    :param meant: what the limits of the text in force are about, by key
    """
    found = meant.get(key)
    return found is not None and point in ("", found.point) and operator in ("", found.operator)

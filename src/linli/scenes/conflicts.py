"""Conflicts between scenes, found before they bite: in a community as it is, nothing running.

A *fight*: two scenes of one rank may want one actuator opposite ways at once. A *loop*: what a
scene does makes another act, and that one the first again. *Never*:
a scene that watches nothing here. *Out of reach*: a limit that its sensor cannot show, or cannot
help but show.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from linli.contracts.directory import Directory
from linli.contracts.things import ThingModel
from linli.kernel.words import Words
from linli.scenes.binding import Anchor, Binding
from linli.scenes.exclusive import exclusive
from linli.scenes.limits import Limits
from linli.scenes.model import Case, Command, Mode, OpenCase, Scene, SetMode, Threshold
from linli.scenes.plan import Plan
from linli.scenes.walk import leaves, looks
from linli.scenes.wiring import Wiring

Kind = Literal["fight", "loop", "never", "out_of_reach"]
_EXAMPLES = 5


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """One conflict. `about` names devices or points, a few of them; `count` how many there are."""

    kind: Kind
    scenes: tuple[str, ...]
    about: tuple[str, ...] = ()
    count: int = 1
    words: Words


def find(
    *, scenes: Sequence[Scene], models: Mapping[str, ThingModel], directory: Directory
) -> list[Conflict]:
    """Return the conflicts of the scenes that are on here, the worst kinds first."""
    on = [scene for scene in scenes if scene.id not in directory.scenes_off]
    house = _House(on, models, directory)
    return [*_fights(house), *_loops(house), *_out_of_reach(house), *_never(house)]


class _House:
    """The scenes of a community, bound to its devices."""

    def __init__(
        self, scenes: Sequence[Scene], models: Mapping[str, ThingModel], directory: Directory
    ) -> None:
        self.models = models
        self.plans = {scene.id: Plan(scene) for scene in scenes}
        self.wiring = Wiring(directory=directory, models=dict(models))
        self.binding = Binding(plans=self.plans, wiring=self.wiring, models=dict(models))
        self.limits = Limits(entries=directory.limits, wiring=self.wiring, plans=self.plans)
        self.anchors: dict[str, list[Anchor]] = {
            name: list(self.binding.anchors(plan)) for name, plan in self.plans.items()
        }

        self.watchers: dict[int, list[tuple[str, Threshold]]] = {}
        """By slot: the scenes that await a limit there."""
        for plan in self.plans.values():
            for look in looks(plan.scene.when):
                if isinstance(look, Threshold):
                    self._watch(plan, look)

    def _watch(self, plan: Plan, look: Threshold) -> None:
        slots = {
            slot for anchor in self.anchors[plan.id] for slot in self.binding.slots(anchor, look)
        }
        for slot in slots:
            self.watchers.setdefault(slot, []).append((plan.id, look))

    def commanded(self, plan: Plan) -> dict[tuple[int, str], None]:
        """Return each (device, service) that a scene may command here."""
        found: dict[tuple[int, str], None] = {}
        for step in plan.scene.do:
            if isinstance(step, Command):
                for anchor in self.anchors[plan.id]:
                    for device in self.binding.targets(anchor, step.service, step.where):
                        found[device, step.service] = None
        return found


def _fights(house: _House) -> Iterator[Conflict]:
    """Yield pairs of one rank that may want opposite services of one device at once."""
    wants: dict[tuple[int, str], list[Plan]] = {}
    for plan in house.plans.values():
        for key in house.commanded(plan):
            wants.setdefault(key, []).append(plan)
    pairs: dict[tuple[str, str], list[str]] = {}
    for (device, service), plans in wants.items():
        model = house.models[house.wiring.model_of(device)]
        inverse = model.services[service].inverse
        for rival in wants.get((device, inverse or ""), ()):
            for plan in plans:
                first, second = sorted((plan, rival), key=lambda one: one.id)
                if first.rank == second.rank and not exclusive(first.scene, second.scene):
                    pairs.setdefault((first.id, second.id), []).append(house.wiring.codes[device])
    for (one, other), codes in sorted(pairs.items()):
        yield Conflict(
            kind="fight",
            scenes=(one, other),
            about=tuple(dict.fromkeys(codes))[:_EXAMPLES],
            count=len(set(codes)),
            words=Words(
                zh=f"{_name(house, one).zh}与{_name(house, other).zh}级别相同，可能同时向"
                f"{len(set(codes))} 台设备下达相反的命令，先到者先做",
                en=f"{_name(house, one).en} and {_name(house, other).en} are of one rank and may"
                f" tell {len(set(codes))} devices opposite things; the earlier wins",
            ),
        )


def _loops(house: _House) -> Iterator[Conflict]:
    """Yield circles of scenes each of which may make the next act, the smallest once each."""
    edges = {plan.id: _makes_act(house, plan) for plan in house.plans.values()}
    told: set[frozenset[str]] = set()
    for start in sorted(edges):
        circle = _shortest_circle(start, edges)
        if circle and frozenset(circle) not in told:
            told.add(frozenset(circle))
            names = [_name(house, one) for one in (*circle, circle[0])]
            yield Conflict(
                kind="loop",
                scenes=tuple(circle),
                count=len(circle),
                words=Words(
                    zh="→".join(name.zh for name in names) + "：可能互相触发，循环不止",
                    en=" → ".join(name.en for name in names) + ": may set one another off for ever",
                ),
            )


def _makes_act(house: _House, plan: Plan) -> set[str]:
    """Return the scenes that may act because this one did: what it moves, sets or opens."""
    woken: set[str] = set()
    for device, service in house.commanded(plan):
        shown = house.models[house.wiring.model_of(device)].services[service].moves
        slot = house.wiring.slot_at(device, shown) if shown is not None else -1
        woken |= {
            other
            for other, look in house.watchers.get(slot, ())
            if _may_show(service, look, unknown=other != plan.id)
        }
    modes = {(step.mode, step.value) for step in plan.scene.do if isinstance(step, SetMode)}
    cases = {step.kind for step in plan.scene.do if isinstance(step, OpenCase)}
    return woken | {
        other.id
        for other in house.plans.values()
        if _hears_mode(other.scene, modes) or _hears_case(other.scene, cases)
    }


def _hears_mode(scene: Scene, modes: set[tuple[str, str]]) -> bool:
    asked = [leaf for leaf in leaves(scene.when) if isinstance(leaf, Mode)]
    return any((leaf.mode, value) in modes for leaf in asked for value in leaf.values)


def _hears_case(scene: Scene, cases: set[str]) -> bool:
    return any(
        isinstance(leaf, Case) and leaf.open and leaf.kind in cases for leaf in leaves(scene.when)
    )


_SHOWN = {
    **dict.fromkeys(("on", "open", "start", "restore", "up"), 1.0),
    **dict.fromkeys(("off", "close", "stop", "cut", "down"), 0.0),
}
"""What the property that a service moves shows afterwards, by the last word of the service."""


def _may_show(service: str, look: Threshold, *, unknown: bool) -> bool:
    """Tell whether what a service moves meets a limit; `unknown` where its value is not known."""
    value = _SHOWN.get(service.rpartition(".")[2])
    if value is None:
        return unknown
    return (look.low <= value <= look.high) != look.inverted


def _shortest_circle(start: str, edges: Mapping[str, set[str]]) -> list[str]:
    """Return the shortest way from a scene back to itself, beginning with it; empty if none."""
    ways: list[list[str]] = [[start]]
    seen: set[str] = set()
    for way in ways:
        for following in sorted(edges.get(way[-1], ())):
            if following == start:
                return way
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []


def _out_of_reach(house: _House) -> Iterator[Conflict]:
    """Yield limits that a sensor cannot meet, and those that it cannot help meeting."""
    for plan in house.plans.values():
        found: dict[tuple[str, str], list[str]] = {}
        for look in looks(plan.scene.when):
            if isinstance(look, Threshold):
                for device in _sensors(house, plan, look):
                    reach = _reach(house, plan, look, device)
                    if reach:
                        found.setdefault((look.point, reach), []).append(house.wiring.codes[device])
        for (point, reach), codes in sorted(found.items()):
            name, count = plan.scene.name, len(set(codes))
            never = reach == "never"
            yield Conflict(
                kind="out_of_reach",
                scenes=(plan.id,),
                about=tuple(dict.fromkeys(codes))[:_EXAMPLES],
                count=count,
                words=Words(
                    zh=f"{name.zh}：{point} 的限值在 {count} 台设备的量程"
                    + ("之外，永远不会触发" if never else "之内处处成立，总会触发"),
                    en=f"{name.en}: the limit of {point} lies outside what {count} sensors can show"
                    if never
                    else f"{name.en}: whatever {count} sensors show of {point} meets the limit",
                ),
            )


def _sensors(house: _House, plan: Plan, look: Threshold) -> dict[int, None]:
    return {
        house.wiring.slot_device[slot]: None
        for anchor in house.anchors[plan.id]
        for slot in house.binding.slots(anchor, look)
    }


def _reach(house: _House, plan: Plan, look: Threshold, device: int) -> str:
    """Return `never` or `always` where the range of the sensor decides; empty where it does not."""
    model = house.models[house.wiring.model_of(device)]
    known = model.properties.get(look.point)
    if known is None or known.range is None:
        return ""
    low, high = house.limits.span(plan, look, device, loose=False)
    least, most = known.range
    apart, covered = high < least or low > most, low <= least and most <= high
    if look.inverted:
        apart, covered = covered, apart
    return "never" if apart else "always" if covered else ""


def _never(house: _House) -> Iterator[Conflict]:
    """Yield scenes that watch nothing here, and say what is missing."""
    there = set(house.wiring.kinds)
    for plan in house.plans.values():
        if house.anchors[plan.id]:
            continue
        scene = plan.scene
        kinds = [kind for kind in (*scene.at, scene.scope) if kind not in (*there, "device")]
        missing = ", ".join(kinds or scene.sensors or scene.actuators)
        yield Conflict(
            kind="never",
            scenes=(scene.id,),
            about=tuple(kinds or scene.sensors or scene.actuators),
            words=Words(
                zh=f"{scene.name.zh}：本小区没有它要看的设备或位置（{missing}），不会触发",
                en=f"{scene.name.en}: nothing here to watch ({missing}); it will never act",
            ),
        )


def _name(house: _House, scene: str) -> Words:
    return house.plans[scene].scene.name

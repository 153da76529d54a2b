"""Scenes that may set one another off for ever: what one does makes the next act.

A scene moves properties when it acts, and again when it ends and its commands are undone; it sets
modes and opens cases.
"""

from collections.abc import Iterator, Mapping

from linli.scenes.exclusive import apart
from linli.scenes.house import House
from linli.scenes.model import Case, Mode, OpenCase, Scene, SetMode, Threshold
from linli.scenes.opposing import SHOWN
from linli.scenes.plan import Plan
from linli.scenes.walk import leaves, looks

Watchers = Mapping[int, list[tuple[str, Threshold]]]


def circles(house: House) -> Iterator[tuple[str, ...]]:
    """Yield circles of scenes each of which may make the next act, the smallest once each."""
    watchers = _watchers(house)
    edges = {plan.id: _makes_act(house, plan, watchers) for plan in house.plans.values()}
    told: set[frozenset[str]] = set()
    for start in sorted(edges):
        circle = _shortest(start, edges)
        if circle and frozenset(circle) not in told:
            told.add(frozenset(circle))
            yield tuple(circle)


def _watchers(house: House) -> Watchers:
    """Return, by slot, the scenes that await a limit there."""
    found: dict[int, list[tuple[str, Threshold]]] = {}
    for plan in house.plans.values():
        for look in looks(plan.scene.when):
            if isinstance(look, Threshold):
                for slot in house.slots(plan, look):
                    found.setdefault(slot, []).append((plan.id, look))
    return found


def _makes_act(house: House, plan: Plan, watchers: Watchers) -> set[str]:
    """Return the scenes that may act because this one did, or because it ended."""
    woken: set[str] = set()
    for order in house.orders(plan):
        woken |= _woken(house, plan, order.device, order.service, watchers)
        service = house.service(order.device, order.service)
        if order.undone and service is not None and service.inverse is not None:
            again = _woken(house, plan, order.device, service.inverse, watchers)
            woken |= again - ({plan.id} if ends_apart(plan.scene) else set())
    modes = {(step.mode, step.value) for step in plan.scene.do if isinstance(step, SetMode)}
    cases = {step.kind for step in plan.scene.do if isinstance(step, OpenCase)}
    return woken | {
        other.id
        for other in house.plans.values()
        if hears_mode(other.scene, modes) or hears_case(other.scene, cases)
    }


def _woken(house: House, plan: Plan, device: int, name: str, watchers: Watchers) -> set[str]:
    """Return the scenes that await what a service of a device may show."""
    service = house.service(device, name)
    shown = service.moves if service is not None else None
    slot = house.wiring.slot_at(device, shown) if shown is not None else -1
    return {
        other
        for other, look in watchers.get(slot, ())
        if may_show(name, look, unknown=other != plan.id)
    }


def ends_apart(scene: Scene) -> bool:
    """Tell whether a scene cannot begin anew by the same readings at which it ended."""
    return scene.clear is not None and apart(scene.clear, scene.when)


def hears_mode(scene: Scene, modes: set[tuple[str, str]]) -> bool:
    asked = [leaf for leaf in leaves(scene.when) if isinstance(leaf, Mode)]
    return any((leaf.mode, value) in modes for leaf in asked for value in leaf.values)


def hears_case(scene: Scene, cases: set[str]) -> bool:
    return any(
        isinstance(leaf, Case) and leaf.open and leaf.kind in cases for leaf in leaves(scene.when)
    )


def may_show(service: str, look: Threshold, *, unknown: bool) -> bool:
    """Tell whether what a service moves meets a limit; `unknown` where its value is not known."""
    value = SHOWN.get(service.rpartition(".")[2])
    if value is None:
        return unknown
    return (look.low <= value <= look.high) != look.inverted


def _shortest(start: str, edges: Mapping[str, set[str]]) -> list[str]:
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

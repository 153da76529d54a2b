"""What to know of a draft before it is trusted, in the community as it is: no mistakes, but a scene
that says so will not do what is hoped of it.
"""

from collections.abc import Iterator, Mapping

from linli.contracts.directory import Directory
from linli.contracts.things import ThingModel
from linli.kernel.fault import Fault
from linli.kernel.units import printed
from linli.registry.trials.around import TooManyDevices, around
from linli.registry.trials.reading import Problem
from linli.scenes.binding import Anchor, Binding
from linli.scenes.limits import keys_of
from linli.scenes.model import Command, Scene, Threshold
from linli.scenes.plan import Plan
from linli.scenes.wiring import Wiring

_ASKED = 500
"""Anchors at which somebody is looked for who can carry out a command."""


class WatchesNothing(Fault):
    key = "trials.watches_nothing"


class NeverMet(Fault):
    key = "trials.never_met"


class AlwaysMet(Fault):
    key = "trials.always_met"


class NobodyCan(Fault):
    key = "trials.nobody_can"


def cautions(
    *, community: str, scene: Scene, models: Mapping[str, ThingModel]
) -> Iterator[Problem]:
    """Yield what to know of a scene here: that it watches nothing, that a limit is out of a
    sensor's reach, that nobody can carry out what it commands.
    """
    try:
        directory = around(community=community, scene=scene)
    except TooManyDevices as fault:
        yield _warning("", fault)
        return
    plan = Plan(scene)
    wiring = Wiring(directory=directory, models=models)
    binding = Binding(plans={scene.id: plan}, wiring=wiring, models=dict(models))
    anchors = list(binding.anchors(plan))
    if not anchors:
        yield _warning("when", WatchesNothing(missing=_missing(scene, wiring)))
        return
    yield from _reach(plan, directory, models)
    yield from _hands(scene, binding, anchors)


def _missing(scene: Scene, wiring: Wiring) -> str:
    """Return what a scene would need here: kinds of place, else points, else services."""
    kinds = [
        one for one in (*scene.at, scene.scope) if one != "device" and one not in wiring.kinds
    ]  # fmt: skip
    return ", ".join(kinds or scene.sensors or scene.actuators)


def _reach(plan: Plan, directory: Directory, models: Mapping[str, ThingModel]) -> Iterator[Problem]:
    """Yield limits that no sensor here can meet, and those that each cannot help meeting."""
    here = [models[name] for name in sorted({one.model for one in directory.devices})]
    for look in plan.when_looks:
        if not isinstance(look, Threshold):
            continue
        known = [one.properties.get(look.point) for one in here]
        spans = [one.range for one in known if one is not None]
        sure = [span for span in spans if span is not None]
        if not sure or len(sure) < len(spans):
            continue
        where = f"when.{look.key}{next(iter(keys_of(look))).partition('.')[0]}"
        values = {
            "low": f"{min(low for low, _ in sure):g}",
            "high": f"{max(high for _, high in sure):g}",
            "unit": printed(next(one.unit for one in known if one is not None)),
        }
        if all(_apart(look, *span) for span in sure):
            yield _warning(where, NeverMet(point=look.point, **values))
        elif all(_covers(look, *span) for span in sure):
            yield _warning(where, AlwaysMet(point=look.point, **values))


def _apart(look: Threshold, least: float, most: float) -> bool:
    if look.inverted:
        return look.low <= least and most <= look.high
    return look.high < least or look.low > most


def _covers(look: Threshold, least: float, most: float) -> bool:
    if look.inverted:
        return look.high < least or look.low > most
    return look.low <= least and most <= look.high


def _hands(scene: Scene, binding: Binding, anchors: list[Anchor]) -> Iterator[Problem]:
    """Yield the commands that nobody could carry out where the scene stands."""
    for step in scene.do:
        if isinstance(step, Command) and not any(
            binding.targets(anchor, step.service, step.where) for anchor in anchors[:_ASKED]
        ):
            yield _warning(f"do.{step.number}.command", NobodyCan(service=step.service))


def _warning(where: str, fault: Fault) -> Problem:
    return Problem(where=where, key=fault.key, values=fault.values, warning=True)

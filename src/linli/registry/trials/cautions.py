"""What to know of a draft before it is trusted, in the community as it is: no mistakes, but a scene
that says so will not do what is hoped of it.
"""

from collections.abc import Iterator, Mapping

import msgspec

from linli.contracts.directory import Directory
from linli.contracts.things import ThingModel
from linli.kernel.fault import Fault
from linli.kernel.units import printed
from linli.registry.scenes import known, queries
from linli.registry.trials.around import TooManyDevices, wired
from linli.registry.trials.reading import Problem
from linli.scenes.binding import Anchor, Binding
from linli.scenes.concerned import concerned
from linli.scenes.conflicts import against, missing
from linli.scenes.house import House
from linli.scenes.limits import keys_of, meant, stands
from linli.scenes.model import Command, Scene, Threshold
from linli.scenes.plan import Plan
from linli.scenes.wiring import Wiring

_ASKED = 500
"""Anchors at which somebody is looked for who can carry out a command."""
_NAMED = 8
_BARE = Directory(community="", version=0, places=[], devices=[], points=[])
"""Where the wiring is made already."""


class WatchesNothing(Fault):
    key = "trials.watches_nothing"


class NeverMet(Fault):
    key = "trials.never_met"


class AlwaysMet(Fault):
    key = "trials.always_met"


class NobodyCan(Fault):
    key = "trials.nobody_can"


class LimitsLapse(Fault):
    """Limits that were changed for something else than the draft has under their keys."""

    key = "trials.limits_lapse"


class StandsAgainst(Fault):
    """A fight or a loop with scenes in force; `words_zh` and `words_en` say which."""

    key = "trials.stands_against"


def cautions(
    *, community: str, scene: Scene, models: Mapping[str, ThingModel]
) -> Iterator[Problem]:
    """Yield what to know of a scene here: that it watches nothing, that a limit is out of a
    sensor's reach, that nobody can carry out what it commands, that it stands against scenes in
    force, that limits which people changed lapse with it.
    """
    yield from _lapsing(community, scene)
    try:
        wiring = wired(community=community, scenes=[scene])
        yield from _alone(scene, wiring, models)
        yield from _against(community, scene, models)
    except TooManyDevices as fault:
        yield _warning("", fault)


def _lapsing(community: str, scene: Scene) -> Iterator[Problem]:
    now = meant(scene)
    lost = [
        row
        for row in queries.overrides(community=community, scene=scene.id)
        if not stands(meant=now, key=row.key, point=row.point, operator=row.operator)
    ]
    if lost:
        what = [f"{row.key} = {row.value:g} ({row.target})" for row in lost]
        more = ["…"] if len(what) > _NAMED else []
        yield _warning("", LimitsLapse(count=len(lost), limits=", ".join(what[:_NAMED] + more)))


def _alone(scene: Scene, wiring: Wiring, models: Mapping[str, ThingModel]) -> Iterator[Problem]:
    """Yield what the scene would not do here, all others aside."""
    house = House(scenes=[scene], models=models, directory=_BARE, wiring=wiring)
    plan = house.plans[scene.id]
    if not house.could_act(plan):
        yield _warning("when", WatchesNothing(missing=", ".join(missing(house, plan))))
    if house.anchors[scene.id]:
        yield from _reach(plan, wiring, models)
        yield from _hands(scene, house.binding, house.anchors[scene.id])


def _against(community: str, scene: Scene, models: Mapping[str, ThingModel]) -> Iterator[Problem]:
    """Yield the fights and loops that the scene would be part of."""
    near = concerned(draft=scene, scenes=queries.in_force(community=community), models=models)
    if not near:
        return
    place = msgspec.structs.replace(_BARE, scenes=known.entries(community=community))
    wiring = wired(community=community, scenes=[scene, *near])
    for one in against(draft=scene, scenes=near, models=models, directory=place, wiring=wiring):
        yield _warning("do", StandsAgainst(words_zh=one.words.zh, words_en=one.words.en))


def _reach(plan: Plan, wiring: Wiring, models: Mapping[str, ThingModel]) -> Iterator[Problem]:
    """Yield limits that no sensor here can meet, and those that each cannot help meeting."""
    here = [models[name] for name in wiring.models]
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

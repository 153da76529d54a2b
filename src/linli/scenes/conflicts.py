"""Conflicts between scenes, found before they bite: in a community as it is, nothing running.

A *fight*: two scenes may want one device opposite ways at once, and neither is the stronger. A
*loop*: what a scene does, or what is undone when it ends, makes another act, and that one the first
again. *Never*: a scene that nothing here could make act. *Out of reach*: a limit that its sensor
cannot show, or cannot help but show.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from linli.contracts.directory import Directory, SceneEntry
from linli.contracts.things import ThingModel
from linli.kernel.words import Words
from linli.scenes.circles import circles
from linli.scenes.house import House
from linli.scenes.model import Scene, Threshold
from linli.scenes.opposing import Fight, fights
from linli.scenes.plan import Plan
from linli.scenes.walk import looks
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
    house = House(scenes=on, models=models, directory=directory)
    return [
        *(_fight(house, one) for one in fights(house)),
        *(_loop(house, one) for one in circles(house)),
        *_out_of_reach(house),
        *_never(house),
    ]


def against(
    *,
    draft: Scene,
    scenes: Sequence[Scene],
    models: Mapping[str, ThingModel],
    directory: Directory,
    wiring: Wiring | None = None,
) -> list[Conflict]:
    """Return the fights and loops that a draft would be part of among scenes that are on.

    :param directory: what they see and move at least; `wiring` is of it, if it is made already
    """
    entry = SceneEntry(scene=draft.id, version=0, toml=draft.toml)
    place = msgspec.structs.replace(directory, scenes=[*directory.scenes, entry])
    others = [one for one in scenes if one.id != draft.id]
    house = House(scenes=[draft, *others], models=models, directory=place, wiring=wiring)
    return [
        *(_fight(house, one) for one in fights(house, of={draft.id})),
        *(_loop(house, one) for one in circles(house) if draft.id in one),
    ]


def _fight(house: House, one: Fight) -> Conflict:
    first, second, count = _name(house, one.one), _name(house, one.other), len(one.devices)
    if one.settled:
        words = Words(
            zh=f"{first.zh}与{second.zh}级别相同，可能同时向"
            f"{count} 台设备下达相反的命令，先到者先做",
            en=f"{first.en} and {second.en} are of one rank and may"
            f" tell {count} devices opposite things; the earlier wins",
        )
    else:
        words = Words(
            zh=f"{first.zh}与{second.zh}可能同时要 {count} 台设备处于不同的状态，后下的命令算数",
            en=f"{first.en} and {second.en} may want {count} devices in different states at once;"
            " the last command stands",
        )
    return Conflict(
        kind="fight",
        scenes=(one.one, one.other),
        about=one.devices[:_EXAMPLES],
        count=count,
        words=words,
    )


def _loop(house: House, circle: tuple[str, ...]) -> Conflict:
    names = [_name(house, one) for one in (*circle, circle[0])]
    return Conflict(
        kind="loop",
        scenes=circle,
        count=len(circle),
        words=Words(
            zh="→".join(name.zh for name in names) + "：可能互相触发，循环不止",
            en=" → ".join(name.en for name in names) + ": may set one another off for ever",
        ),
    )


def _out_of_reach(house: House) -> Iterator[Conflict]:
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


def _sensors(house: House, plan: Plan, look: Threshold) -> list[int]:
    return sorted({house.wiring.slot_device[slot] for slot in house.slots(plan, look)})


def _reach(house: House, plan: Plan, look: Threshold, device: int) -> str:
    """Return `never` or `always` where the range of the sensor decides; empty where it does not."""
    model = house.models[house.wiring.model_of(device)]
    known = model.properties.get(look.point)
    if known is None or known.range is None:
        return ""
    low, high = house.limits.span(plan, look, device, loose=False)
    least, most = known.range
    outside, covered = high < least or low > most, low <= least and most <= high
    if look.inverted:
        outside, covered = covered, outside
    return "never" if outside else "always" if covered else ""


def _never(house: House) -> Iterator[Conflict]:
    """Yield scenes that nothing here could make act, and say what is missing."""
    for plan in house.plans.values():
        if house.could_act(plan):
            continue
        lacking = missing(house, plan)
        what, name = ", ".join(lacking), plan.scene.name
        yield Conflict(
            kind="never",
            scenes=(plan.id,),
            about=lacking,
            words=Words(
                zh=f"{name.zh}：本小区没有它要看的设备或位置（{what}），不会触发",
                en=f"{name.en}: nothing here to watch ({what}); it will never act",
            ),
        )


def missing(house: House, plan: Plan) -> tuple[str, ...]:
    """Return what a scene that could not act here would need: kinds of place, points, services."""
    scene = plan.scene
    if house.anchors[plan.id]:
        return tuple(dict.fromkeys(house.blind(plan))) or scene.sensors
    there = {*house.wiring.kinds, "device"}
    kinds = tuple(kind for kind in (*scene.at, scene.scope) if kind not in there)
    return kinds or scene.sensors or scene.actuators


def _name(house: House, scene: str) -> Words:
    return house.plans[scene].scene.name

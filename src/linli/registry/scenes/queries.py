"""Every read of scenes as this installation uses them; and the directory of the live half."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from linli.contracts.cases import open_cases
from linli.contracts.directory import Directory, LimitEntry, ModeEntry, PlaceEntry
from linli.contracts.scenes import SceneBrief
from linli.kernel.fault import Fault
from linli.registry.alarms import queries as alarms
from linli.registry.alarms.models import Alarm
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.devices import entries
from linli.registry.devices import queries as devices
from linli.registry.places import queries as places
from linli.registry.places.models import Place
from linli.registry.scenes import bindings, catalogue
from linli.registry.scenes.models import LimitOverride, Mode, SceneState
from linli.scenes import limits, story
from linli.scenes.conflicts import Conflict
from linli.scenes.model import Scene

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
_BOUND = 200
_RECENT = 20


class SceneNotFound(Fault):
    key = "scenes.not_found"
    status = 404


class TargetNotFound(Fault):
    key = "scenes.target_not_found"
    status = 422


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a scene stands in a community. `last_fired_at` looks back a week."""

    scene: Scene
    on: bool
    bindings: int
    active: int
    fired_24h: int
    last_fired_at: datetime | None


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """All about one scene in a community. `bound` are device codes, or paths of places."""

    standing: Standing
    state: SceneState | None
    overrides: Sequence[LimitOverride]
    bound: Sequence[str]
    recent: Sequence[Alarm]


def briefs() -> Mapping[str, SceneBrief]:
    """Return every scene of the catalogue by its id, as others may name it."""
    return {
        one.id: SceneBrief(
            id=one.id,
            name=one.name,
            board=one.board,
            category=one.category,
            severity=one.severity.value,
        )
        for one in catalogue.scenes().values()
    }


def scene(*, id: str) -> Scene:
    """Return the scene with this id.

    :raises SceneNotFound: if the catalogue has none
    """
    found = catalogue.scenes().get(id)
    if found is None:
        raise SceneNotFound(scene=id)
    return found


def standings(
    *, community: str, board: str = "", category: str = "", text: str = "", now: datetime
) -> list[Standing]:
    """Return the scenes of a board or category, or with a text in their names, as they stand."""
    wanted = [
        one
        for one in catalogue.scenes().values()
        if board in {"", one.board} and category in {"", one.category} and _has(one, text)
    ]
    return _standing(community, sorted(wanted, key=lambda one: one.id), now)


def _has(one: Scene, text: str) -> bool:
    return text.casefold() in f"{one.id}\n{one.name.zh}\n{one.name.en}".casefold()


def _standing(community: str, wanted: Sequence[Scene], now: datetime) -> list[Standing]:
    off = scenes_off(community=community)
    bound = bound_scenes(community=community)
    active = alarms.active_by_scene(community=community)
    span = {"since": now - WEEK, "lately": now - DAY}
    raised = alarms.firings(community=community, **span)
    commanded = devices.firings(community=community, **span)
    found = []
    for one in wanted:
        count, last = (raised if one.alarm else commanded).get(one.id, (0, None))
        found.append(
            Standing(
                scene=one,
                on=one.id not in off,
                bindings=len(bound.get(one.id, ())),
                active=active.get(one.id, 0),
                fired_24h=count,
                last_fired_at=last,
            )
        )
    return found


def detail(*, community: str, id: str, seen: Sequence[str], now: datetime) -> Detail:
    """Return all about one scene; `seen` are the places below which the reader may look.

    :raises SceneNotFound: if the catalogue has none
    """
    one = scene(id=id)
    return Detail(
        standing=_standing(community, [one], now)[0],
        state=SceneState.rows.of(community).filter(scene=id).first(),
        overrides=overrides(community=community, scene=id),
        bound=bound_scenes(community=community).get(id, ())[:_BOUND],
        recent=alarms.latest(community=community, scene=id, limit=_RECENT, seen=seen),
    )


def limits_of(*, id: str) -> dict[str, tuple[float, str]]:
    """Return the limits of a scene that may be changed: value and point, by key.

    :raises SceneNotFound: if the catalogue has none
    """
    return limits.of_scene(scene(id=id))


def stories_told(*, id: str) -> list[story.Result]:
    """Run the stories of a scene on the spot; return what came of each.

    :raises SceneNotFound: if the catalogue has none
    """
    return story.run(scene(id=id), models=device_catalogue.models())


def overrides(*, community: str, scene: str) -> list[LimitOverride]:
    """Return the limits of a scene that were changed, in the order of targets."""
    rows = LimitOverride.rows.of(community).filter(scene=scene)
    return list(rows.select_related("by").order_by("target", "key"))


def modes(*, community: str, seen: Sequence[str] = ()) -> list[Mode]:
    """Return the modes that places are in, in the order of their paths."""
    rows = Mode.rows.of(community).filter(places.within(seen, "place"))
    return list(rows.select_related("by").order_by("place", "mode"))


def mode(*, community: str, place: str, mode: str, lock: bool = False) -> Mode | None:
    """Return the mode of this name that a place itself is in."""
    rows = Mode.rows.of(community).filter(place=place, mode=mode)
    return (rows.select_for_update() if lock else rows).first()


def scenes_off(*, community: str) -> frozenset[str]:
    """Return the scenes that are switched off."""
    rows = SceneState.rows.of(community).filter(on=False)
    return frozenset(rows.values_list("scene", flat=True))


def place_known(*, community: str, path: str, seen: Sequence[str]) -> None:
    """Refuse a place that is not there, or not where this person may look.

    :raises places.PlaceNotFound: if it is none
    """
    if not devices.in_sight(path=path, seen=seen):
        raise places.PlaceNotFound(path=path)
    places.place(community=community, path=path)


def target_known(*, community: str, target: str, seen: Sequence[str]) -> None:
    """Refuse a target that is neither a device nor a place where this person may look.

    :raises TargetNotFound: if it is none
    """
    found = places.by_path(community=community, paths=[target])
    if target in found and devices.in_sight(path=target, seen=seen):
        return
    row = devices.by_code(community=community, codes=[target]).get(target)
    if row is None or not devices.visible(row, seen):
        raise TargetNotFound(target=target)


def below(*, community: str, path: str) -> tuple[list[LimitOverride], list[Mode]]:
    """Return the changed limits and the modes of a place and all below it."""
    return (
        list(LimitOverride.rows.of(community).filter(places.below(path, "target"))),
        list(Mode.rows.of(community).filter(places.below(path, "place"))),
    )


def bound_scenes(*, community: str) -> Mapping[str, Sequence[str]]:
    """Return for each scene what it watches here: device codes, or paths of places.

    Found anew when the register changes, and remembered until then.
    """
    return bindings.bound(
        community=community,
        version=devices.version(community=community),
        read=lambda: directory(community),
    )


def conflicts(*, community: str) -> Sequence[Conflict]:
    """Return what stands against what among the scenes that are on here.

    Found anew when the register changes, which takes seconds, and remembered until then.
    """
    return bindings.conflicts(
        community=community,
        version=devices.version(community=community),
        read=lambda: directory(community),
    )


def directory(community: str) -> Directory:
    """Return what the live half must know of a community, in one pass over each table."""
    version = devices.version(community=community)
    found = Place.rows.of(community).exclude(path__startswith="@").values_list("path", "kind")
    limits_set = LimitOverride.rows.of(community).values_list("scene", "target", "key", "value")
    modes_set = Mode.rows.of(community).values_list("place", "mode", "value")
    return Directory(
        community=community,
        version=version,
        places=[PlaceEntry(path=path, kind=kind) for path, kind in found],
        devices=entries.device_entries(community=community),
        points=entries.point_entries(community=community),
        limits=[
            LimitEntry(scene=scene, target=target, key=key, value=value)
            for scene, target, key, value in limits_set
        ],
        modes=[ModeEntry(place=place, mode=mode, value=value) for place, mode, value in modes_set],
        scenes_off=scenes_off(community=community),
        open_cases=open_cases(community),
    )

"""Limits and modes that people set, and the directory of the live half."""

from collections.abc import Sequence

from linli.contracts.cases import open_cases
from linli.contracts.directory import Directory, LimitEntry, ModeEntry, PlaceEntry
from linli.kernel.fault import Fault
from linli.registry.devices import entries
from linli.registry.devices import queries as devices
from linli.registry.places import queries as places
from linli.registry.places.models import Place
from linli.registry.scenes import known
from linli.registry.scenes.models import LimitOverride, Mode, SceneChange
from linli.registry.scenes.queries import stages


class TargetNotFound(Fault):
    key = "scenes.target_not_found"
    status = 422


def overrides(*, community: str, scene: str) -> list[LimitOverride]:
    """Return the limits of a scene that were changed, in the order of targets."""
    rows = LimitOverride.rows.of(community).filter(scene=scene)
    return list(rows.select_related("by").order_by("target", "key"))


def limit_set(*, community: str, scene: str, target: str, key: str) -> LimitOverride | None:
    """Return a limit as it was changed at just this target; None where it was not."""
    rows = LimitOverride.rows.of(community)
    return rows.filter(scene=scene, target=target, key=key).first()


def modes(*, community: str, seen: Sequence[str] = ()) -> list[Mode]:
    """Return the modes that places are in, in the order of their paths."""
    rows = Mode.rows.of(community).filter(places.within(seen, "place"))
    return list(rows.select_related("by").order_by("place", "mode"))


def modes_page(
    *, community: str, seen: Sequence[str], cursor: str, limit: int
) -> tuple[list[Mode], str | None]:
    """Return a page of the modes that places are in, in the order of their paths, and the cursor
    after it.
    """
    rows = Mode.rows.of(community).filter(places.within(seen, "place"))
    place, _, mode = cursor.rpartition(":")
    if place:
        rows = rows.filter(place__gte=place).exclude(place=place, mode__lte=mode)
    found = list(rows.select_related("by").order_by("place", "mode")[: limit + 1])
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], f"{last.place}:{last.mode}"


def mode(*, community: str, place: str, mode: str, lock: bool = False) -> Mode | None:
    """Return the mode of this name that a place itself is in."""
    rows = Mode.rows.of(community).filter(place=place, mode=mode)
    return (rows.select_for_update() if lock else rows).first()


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


def below(
    *, community: str, path: str
) -> tuple[list[LimitOverride], list[SceneChange], list[Mode]]:
    """Return the changed limits of a place and all below it, those waiting to be, and the modes."""
    waiting = SceneChange.rows.of(community).filter(state="waiting")
    return (
        list(LimitOverride.rows.of(community).filter(places.below(path, "target"))),
        list(waiting.filter(places.below(path, "target"))),
        list(Mode.rows.of(community).filter(places.below(path, "place"))),
    )


def directory(community: str) -> Directory:
    """Return what the live half must know of a community, in one pass over each table."""
    version = devices.version(community=community)
    found = Place.rows.of(community).exclude(path__startswith="@").values_list("path", "kind")
    limits_set = LimitOverride.rows.of(community).values_list(
        "scene", "target", "key", "value", "point", "operator"
    )
    modes_set = Mode.rows.of(community).values_list("place", "mode", "value", "at")
    return Directory(
        community=community,
        version=version,
        places=[PlaceEntry(path=path, kind=kind) for path, kind in found],
        devices=entries.device_entries(community=community),
        points=entries.point_entries(community=community),
        limits=[
            LimitEntry(
                scene=scene, target=target, key=key, value=value, point=point, operator=operator
            )
            for scene, target, key, value, point, operator in limits_set
        ],
        modes=[
            ModeEntry(place=place, mode=mode, value=value, since=at.timestamp())
            for place, mode, value, at in modes_set
        ],
        scenes_off=stages.in_stage(community=community, stage="off"),
        open_cases=open_cases(community),
        scenes=known.entries(community=community),
        scenes_shadow=stages.in_stage(community=community, stage="shadow"),
    )

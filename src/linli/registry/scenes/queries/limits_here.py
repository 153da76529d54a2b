"""Limits of a scene as they are in force at one place."""

from collections.abc import Mapping, Sequence

from linli.kernel.place import lineage
from linli.registry.scenes.models import LimitOverride
from linli.registry.scenes.queries import stages, standing
from linli.scenes import limits


def limits_here(
    *, community: str, scene: str, place: str, devices: Sequence[str] = ()
) -> Mapping[str, float]:
    """Return the limits of a scene at a place, by their keys: a device's own, else the nearest
    place's, else the text's. Nothing where the scene is not on, or the community has none such.
    """
    text = standing.scenes(community=community).get(scene)
    state = stages.standing(community=community, scene=scene)
    if text is None or stages.stage_of(scene=scene, state=state)[0] != "on":
        return {}
    meant, near = limits.meant(text), [*devices, *lineage(place)]
    rows = LimitOverride.rows.of(community).filter(scene=scene, target__in=near)
    changed: dict[str, tuple[int, float]] = {}
    for row in rows:
        if limits.stands(meant=meant, key=row.key, point=row.point, operator=row.operator):
            nearer = near.index(row.target), row.value
            changed[row.key] = min(nearer, changed.get(row.key, nearer))
    known = {key: value for key, (value, _) in limits.of_scene(text).items()}
    return known | {key: value for key, (_, value) in changed.items()}

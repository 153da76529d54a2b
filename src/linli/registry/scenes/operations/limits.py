"""Limits of scenes, changed for one device or below a place; what follows a place that moves."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from linli.registry.devices import operations as devices
from linli.registry.scenes import logic, queries
from linli.registry.scenes.models import LimitOverride, Mode


@transaction.atomic
def override(
    *,
    community: str,
    scene: str,
    target: str,
    key: str,
    value: float | None,
    by: int,
    seen: Sequence[str] = (),
    now: datetime,
) -> None:
    """Change a limit of a scene for a device, or for a place and all below; None takes it back.

    :raises queries.SceneNotFound: if the community has none
    :raises logic.UnknownLimit, logic.BadLimit: if the scene has no such limit, or not that value
    :raises queries.TargetNotFound: if the target is neither a device nor a place
    """
    limits = queries.limits_of(community=community, id=scene)
    logic.check_limit(scene=scene, key=key, value=value, limits=limits)
    queries.target_known(community=community, target=target, seen=seen)
    rows = LimitOverride.rows.of(community)
    if value is None:
        rows.filter(scene=scene, target=target, key=key).delete()
    else:
        rows.update_or_create(
            scene=scene,
            target=target,
            key=key,
            defaults={"value": value, "by_id": by, "at": now},
        )
    devices.bump(community=community, now=now)


@transaction.atomic
def place_moved(*, community: str, before: str, after: str, cause: str, now: datetime) -> None:
    """Let limits and modes of a place that moved hold under its new path."""
    limits, modes = queries.below(community=community, path=before)
    for limit in limits:
        limit.target = after + limit.target[len(before) :]
    for mode in modes:
        mode.place = after + mode.place[len(before) :]
    LimitOverride.rows.of(community).bulk_update(limits, ["target"], batch_size=200)
    Mode.rows.of(community).bulk_update(modes, ["place"], batch_size=200)
    if limits or modes:
        devices.bump(community=community, now=now, cause=cause)

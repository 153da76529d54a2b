"""Every write to the switches, limits and modes of scenes."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction

from linli.contracts.effects import ModeWanted
from linli.contracts.scenes import ModeSet, SceneSwitched
from linli.foundation import ids
from linli.foundation.causes import operations as causes
from linli.foundation.outbox import operations as outbox
from linli.registry.devices import operations as devices
from linli.registry.scenes import logic, queries
from linli.registry.scenes.models import LimitOverride, Mode, SceneState


@transaction.atomic
def switch(
    *, community: str, scene: str, on: bool, reason: str, by: int, now: datetime
) -> SceneState:
    """Let a scene work here, or not. Switched to what it is, nothing happens.

    :raises queries.SceneNotFound: if the catalogue has none
    :raises logic.NeedsReason: if it is switched off and nobody says why
    """
    queries.scene(id=scene)
    logic.check_switch(on=on, reason=reason)
    row, new = (
        SceneState.rows.of(community)
        .select_for_update()
        .get_or_create(scene=scene, defaults={"on": True, "at": now})
    )
    if row.on == on:
        if new:
            row.by_id = by
            row.save()
        return row
    row.on, row.reason, row.by_id, row.at = on, reason, by, now
    row.save()
    outbox.record(
        SceneSwitched(
            id=ids.new(), at=now, community=community, scene=scene, on=on, by=by, reason=reason
        )
    )
    devices.bump(community=community, now=now, announce=False)
    return row


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

    :raises queries.SceneNotFound: if the catalogue has none
    :raises logic.UnknownLimit, logic.BadLimit: if the scene has no such limit, or not that value
    :raises queries.TargetNotFound: if the target is neither a device nor a place
    """
    logic.check_limit(scene=scene, key=key, value=value, limits=queries.limits_of(id=scene))
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
def set_mode(
    *,
    community: str,
    place: str,
    mode: str,
    value: str,
    by: int | None,
    seen: Sequence[str] = (),
    cause: str | None = None,
    now: datetime,
) -> Mode:
    """Put a place, and all below it, into a mode. In it already, nothing happens.

    :raises logic.BadMode: if no scene could ask for it
    :raises places.PlaceNotFound: if there is no such place where this person may look
    """
    logic.check_mode(mode=mode, value=value)
    queries.place_known(community=community, path=place, seen=seen)
    row = queries.mode(community=community, place=place, mode=mode, lock=True)
    if row is not None and (row.value == value or row.at > now):
        return row
    row = row or Mode(community=community, place=place, mode=mode)
    row.value, row.by_id, row.at, row.cause = value, by, now, cause or ""
    row.save()
    outbox.record(
        ModeSet(
            id=ids.new(),
            at=now,
            community=community,
            cause=cause,
            place=place,
            mode=mode,
            value=value,
            by=by,
        )
    )
    devices.bump(community=community, now=now, announce=False)
    return row


def modes_wanted(*, effects: Sequence[ModeWanted]) -> None:
    """Scenes want modes changed: each is noted with its cause, and set."""
    for effect in effects:
        mode_wanted(effect=effect)


@transaction.atomic
def mode_wanted(*, effect: ModeWanted) -> None:
    """A scene wants a mode changed. Told twice, or late, it changes nothing.

    :raises logic.BadMode, places.PlaceNotFound: as `set_mode`
    """
    when = datetime.fromtimestamp(effect.at, UTC)
    causes.note(
        id=effect.id,
        cause=effect.cause,
        community=effect.community,
        kind="ModeWanted",
        at=when,
        about={
            "scene": effect.scene,
            "place": effect.place,
            "mode": effect.mode,
            "value": effect.value,
        },
    )
    set_mode(
        community=effect.community,
        place=effect.place,
        mode=effect.mode,
        value=effect.value,
        by=None,
        cause=effect.id,
        now=when,
    )


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

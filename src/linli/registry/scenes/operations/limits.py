"""Limits of scenes, changed for one device or below a place; what follows a place that moves."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from linli.contracts.directory import LimitEntry
from linli.contracts.scenes import LimitChanged, LimitChangeProposed
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.devices import operations as devices
from linli.registry.scenes import logic, queries
from linli.registry.scenes.models import LimitOverride, Mode, SceneChange
from linli.registry.scenes.operations.versions import locked
from linli.scenes import limits
from linli.scenes.life_safety import touches_life


@transaction.atomic
def override(
    *,
    community: str,
    scene: str,
    target: str,
    key: str,
    value: float | None,
    reason: str,
    by: int,
    seen: Sequence[str] = (),
    now: datetime,
) -> SceneChange:
    """Change a limit of a scene for a device, or for a place and all below; None takes it back.

    Of a scene that touches life safety it is asked for: it waits for a second person. Asked for
    twice it is one change.

    :raises queries.SceneNotFound: if the community has none
    :raises logic.UnknownLimit, logic.BadLimit: if the scene has no such limit, or not that value
    :raises queries.TargetNotFound: if the target is neither a device nor a place
    :raises logic.NeedsReason: if it touches life safety and nobody says why
    :raises logic.AlreadySo: if it stands so, and always did
    :raises logic.ChangeWaits: if another change of that limit waits for a second person
    """
    one = queries.scene(community=community, id=scene)
    safety = touches_life(one, device_catalogue.models())
    logic.check_reason(reason=reason, due=safety)
    queries.target_known(community=community, target=target, seen=seen)
    row = _wish(community, scene, target, key, now)
    row.value, row.reason, row.by_id = value, reason, by
    if _is_so(row):
        return _last(row)
    _check(row)
    return _ask(row) if safety else put_limit(row, by=by, now=now)


def decided(
    *,
    community: str,
    scene: str,
    entries: Sequence[LimitEntry],
    reason: str,
    by: int,
    decided_by: int,
    now: datetime,
) -> None:
    """Change limits that were asked for, and let pass, elsewhere: those of a proposal.

    :raises logic.SamePerson: if the scene touches life safety and both are one
    :raises logic.UnknownLimit, logic.BadLimit: if the scene has no such limit, or not that value
    """
    one = queries.scene(community=community, id=scene)
    if touches_life(one, device_catalogue.models()):
        queries.check_second(community=community, by=decided_by, authors=[by], change=0)
    for entry in entries:
        row = _wish(community, scene, entry.target, entry.key, now)
        row.value, row.reason, row.by_id = entry.value, reason, by
        if not _is_so(row):
            _check(row)
            put_limit(row, by=decided_by, now=now)


def _wish(community: str, scene: str, target: str, key: str, now: datetime) -> SceneChange:
    """Return a wish to change a limit, the scene locked meanwhile."""
    state = locked(community=community, scene=scene, now=now)
    before = queries.limit_set(community=community, scene=scene, target=target, key=key)
    return SceneChange(
        community=community,
        scene=scene,
        version_before=state.version,
        version=state.version,
        stage_before=state.stage,
        stage=state.stage,
        target=target,
        key=key,
        value_before=before.value if before else None,
        at=now,
    )


def _is_so(row: SceneChange) -> bool:
    """Tell whether a limit stands as it is wished, and for the text that is in force."""
    if row.value != row.value_before:
        return False
    before = queries.limit_set(
        community=row.community, scene=row.scene, target=row.target, key=row.key
    )
    return before is None or before.version == row.version


def _last(row: SceneChange) -> SceneChange:
    """Return the change by which a limit stands as it does."""
    found = queries.last_done(
        community=row.community, scene=row.scene, target=row.target, key=row.key
    )
    if found is None:
        raise logic.AlreadySo(scene=row.scene)
    return found


def _check(row: SceneChange) -> None:
    """Refuse a limit that the text has not, or a value that no sensor shows. What is there may
    always be taken back.
    """
    known = queries.limits_of(community=row.community, id=row.scene)
    if row.value is None and row.value_before is not None:
        return
    logic.check_limit(
        scene=row.scene,
        key=row.key,
        value=row.value,
        limits=known,
        models=device_catalogue.models(),
    )


def _ask(row: SceneChange) -> SceneChange:
    """Let a change of a limit wait; the same asked for again by the same person waits already."""
    known = queries.waiting_of(
        community=row.community, scene=row.scene, target=row.target, key=row.key
    )
    if known is not None:
        if (known.by_id, known.value, known.version) == (row.by_id, row.value, row.version):
            return known
        raise logic.ChangeWaits(change=known.pk)
    row.state = "waiting"
    row.save()
    assert row.by_id is not None, "somebody asks for it"
    outbox.record(
        LimitChangeProposed(
            id=ids.new(),
            at=row.at,
            community=row.community,
            change=row.pk,
            scene=row.scene,
            target=row.target,
            key=row.key,
            value_before=row.value_before,
            value=row.value,
            by=row.by_id,
            reason=row.reason,
        )
    )
    return row


def put_limit(row: SceneChange, *, by: int, now: datetime) -> SceneChange:
    """Put a changed limit in force, write down that it was, and tell the live half."""
    assert row.by_id is not None, "somebody asked for it"
    row.state, row.decided_by_id, row.decided_at = "done", by, now
    row.save()
    _store(row, now)
    fact = LimitChanged(
        id=ids.new(),
        at=now,
        community=row.community,
        change=row.pk,
        scene=row.scene,
        target=row.target,
        key=row.key,
        value_before=row.value_before,
        value=row.value,
        by=row.by_id,
        decided_by=by,
        reason=row.reason,
    )
    outbox.record(fact)
    devices.bump(community=row.community, now=now, cause=fact.id)
    return row


def _store(row: SceneChange, now: datetime) -> None:
    rows = LimitOverride.rows.of(row.community)
    if row.value is None:
        rows.filter(scene=row.scene, target=row.target, key=row.key).delete()
        return
    meant = limits.meant(queries.scene(community=row.community, id=row.scene))[row.key]
    rows.update_or_create(
        scene=row.scene,
        target=row.target,
        key=row.key,
        defaults={
            "value": row.value,
            "point": meant.point,
            "operator": meant.operator,
            "version": row.version,
            "by_id": row.by_id,
            "at": now,
        },
    )


def remember(*, community: str, scene: str) -> None:
    """Write down what limits were set for that were changed before that was kept: something of the
    text that stands, and is about to go.
    """
    rows = LimitOverride.rows.of(community).filter(scene=scene, operator="")
    standing = queries.scenes(community=community).get(scene) if rows.exists() else None
    meant = limits.meant(standing) if standing is not None else {}
    known = [row for row in rows if row.key in meant]
    for row in known:
        row.point, row.operator = meant[row.key]
    LimitOverride.rows.of(community).bulk_update(known, ["point", "operator"], batch_size=200)


def check_standing(row: SceneChange, *, version: int) -> None:
    """Refuse a change of a limit that is no longer what it was asked of, or cannot be any more.

    :raises logic.LimitOvertaken: if scene or limit are otherwise by now
    :raises logic.UnknownLimit, logic.BadLimit: if the scene has no such limit, or not that value
    """
    before = queries.limit_set(
        community=row.community, scene=row.scene, target=row.target, key=row.key
    )
    if (before.value if before else None) != row.value_before or version != row.version:
        raise logic.LimitOvertaken(change=row.pk)
    _check(row)


@transaction.atomic
def place_moved(*, community: str, before: str, after: str, cause: str, now: datetime) -> None:
    """Let limits and modes of a place that moved hold under its new path, and what waits to be
    changed of them.
    """
    changed, wishes, modes = queries.below(community=community, path=before)
    for limit in changed:
        limit.target = after + limit.target[len(before) :]
    for wish in wishes:
        wish.target = after + wish.target[len(before) :]
    for mode in modes:
        mode.place = after + mode.place[len(before) :]
    LimitOverride.rows.of(community).bulk_update(changed, ["target"], batch_size=200)
    SceneChange.rows.of(community).bulk_update(wishes, ["target"], batch_size=200)
    Mode.rows.of(community).bulk_update(modes, ["place"], batch_size=200)
    if changed or modes:
        devices.bump(community=community, now=now, cause=cause)

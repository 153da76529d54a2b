"""How scenes stand: changes asked for, carried out at once or by a second person, and withdrawn."""

from datetime import datetime

from django.db import transaction

from linli.contracts.directory import SceneEntry
from linli.contracts.scenes import (
    SceneChanged,
    SceneChangeProposed,
    SceneChangeRefused,
    SceneChangeWithdrawn,
)
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.devices import operations as devices
from linli.registry.scenes import catalogue, logic, queries
from linli.registry.scenes.models import SceneChange, SceneState
from linli.registry.scenes.operations.limits import check_standing, put_limit, remember
from linli.registry.scenes.operations.versions import locked, problem
from linli.scenes.life_safety import touches_life
from linli.scenes.model import Scene
from linli.scenes.overlay import read_entry


@transaction.atomic
def change(
    *,
    community: str,
    scene: str,
    stage: str,
    version: int,
    reason: str,
    by: int,
    now: datetime,
) -> SceneChange:
    """Let a scene stand otherwise from now on, or ask for it where it touches life safety.

    A scene that is on and touches life safety, and one that would, waits for a second person. Asked
    for twice it is one change.

    :raises queries.SceneNotFound, queries.VersionNotFound: if there is no such scene, or text
    :raises logic.BadStage, logic.NeedsReason: if the stage is none, or nobody says why
    :raises logic.DraftWrong: if the text does not load
    :raises logic.AlreadySo: if it stands so, and always did
    :raises logic.ChangeWaits: if another change of it waits for a second person
    """
    logic.check_stage(stage=stage, version=version, reason=reason, due=False)
    wanted = _text(community, scene, version)
    state = locked(community=community, scene=scene, now=now)
    if (state.stage, state.version) == (stage, version):
        return _last(community, scene)
    row = SceneChange(
        community=community,
        scene=scene,
        version_before=state.version,
        version=version,
        stage_before=state.stage,
        stage=stage,
        by_id=by,
        reason=reason,
        at=now,
    )
    if not _touches_life(row, wanted):
        return _carry_out(row, state, by=by, now=now)
    logic.check_reason(reason=reason, due=True)
    return _ask(row, now=now)


def _ask(row: SceneChange, *, now: datetime) -> SceneChange:
    """Let a change wait; the same asked for again by the same person waits already."""
    known = queries.waiting_of(community=row.community, scene=row.scene)
    if known is not None:
        if (known.by_id, known.version, known.stage) == (row.by_id, row.version, row.stage):
            return known
        raise logic.ChangeWaits(change=known.pk)
    row.state = "waiting"
    row.save()
    outbox.record(
        SceneChangeProposed(
            id=ids.new(),
            at=now,
            community=row.community,
            change=row.pk,
            scene=row.scene,
            version=row.version,
            stage=row.stage,
            by=row.by_id,
            reason=row.reason,
        )
    )
    return row


def _carry_out(row: SceneChange, state: SceneState, *, by: int, now: datetime) -> SceneChange:
    """Put a change in force, write down that it was, and tell the live half."""
    remember(community=row.community, scene=row.scene)
    row.state, row.decided_by_id, row.decided_at = "done", by, now
    row.save()
    state.stage, state.version, state.reason = row.stage, row.version, row.reason
    state.by_id, state.at = row.by_id, now
    state.save()
    fact = SceneChanged(
        id=ids.new(),
        at=now,
        community=row.community,
        change=row.pk,
        scene=row.scene,
        version=row.version,
        version_before=row.version_before,
        stage=row.stage,
        stage_before=row.stage_before,
        by=row.by_id,
        decided_by=by,
        reason=row.reason,
    )
    outbox.record(fact)
    devices.bump(community=row.community, now=now, cause=fact.id)
    return row


@transaction.atomic
def approve(*, community: str, change: int, reason: str, by: int, now: datetime) -> SceneChange:
    """Let a change pass, as the second person, and carry it out.

    :raises queries.ChangeNotFound: if there is none of this number
    :raises logic.AlreadyDecided: if it does not wait any more
    :raises logic.SamePerson: if he wrote the text or asked for the change
    :raises logic.Overtaken, logic.LimitOvertaken: if the scene has stood otherwise since
    :raises logic.DraftWrong: if the text does not load any more
    """
    logic.check_reason(reason=reason, due=False)
    row = queries.change(community=community, id=change, lock=True)
    logic.check_waiting(state=row.state, change=change)
    queries.check_second(community=community, by=by, authors=queries.authors_of(row), change=change)
    state = locked(community=community, scene=row.scene, now=now)
    row.decision_reason = reason
    if row.key:
        check_standing(row, version=state.version)
        return put_limit(row, by=by, now=now)
    if (state.stage, state.version) != (row.stage_before, row.version_before):
        raise logic.Overtaken(change=change, stage=state.stage, version=state.version)
    _text(community, row.scene, row.version)
    return _carry_out(row, state, by=by, now=now)


@transaction.atomic
def refuse(*, community: str, change: int, reason: str, by: int, now: datetime) -> SceneChange:
    """Turn a change down, as the second person, and say why.

    :raises queries.ChangeNotFound: if there is none of this number
    :raises logic.AlreadyDecided: if it does not wait any more
    :raises logic.SamePerson: if he asked for it himself: he withdraws it
    :raises logic.NeedsReason: if he does not say why
    """
    logic.check_reason(reason=reason, due=True)
    row = queries.change(community=community, id=change, lock=True)
    logic.check_waiting(state=row.state, change=change)
    queries.check_second(community=community, by=by, authors=[row.by_id], change=change)
    fact = SceneChangeRefused(
        id=ids.new(),
        at=now,
        community=community,
        change=change,
        scene=row.scene,
        by=by,
        asked_by=row.by_id,
        reason=reason,
    )
    return _close(row, "refused", fact)


@transaction.atomic
def withdraw(*, community: str, change: int, reason: str, by: int, now: datetime) -> SceneChange:
    """Take back a change that one has asked for oneself.

    :raises queries.ChangeNotFound: if there is none of this number
    :raises logic.AlreadyDecided: if it does not wait any more
    :raises logic.NotYours: if somebody else asked for it
    """
    logic.check_reason(reason=reason, due=False)
    row = queries.change(community=community, id=change, lock=True)
    logic.check_waiting(state=row.state, change=change)
    if row.by_id != by:
        raise logic.NotYours(change=change)
    fact = SceneChangeWithdrawn(
        id=ids.new(),
        at=now,
        community=community,
        change=change,
        scene=row.scene,
        by=by,
        reason=reason,
    )
    return _close(row, "withdrawn", fact)


def _close(
    row: SceneChange, state: str, fact: SceneChangeRefused | SceneChangeWithdrawn
) -> SceneChange:
    row.state, row.decision_reason = state, fact.reason
    row.decided_by_id, row.decided_at = fact.by, fact.at
    row.save()
    outbox.record(fact)
    return row


def _last(community: str, scene: str) -> SceneChange:
    """Return the change by which a scene stands as it does."""
    row = queries.last_done(community=community, scene=scene)
    if row is None:
        raise logic.AlreadySo(scene=scene)
    return row


def _touches_life(row: SceneChange, wanted: Scene) -> bool:
    """Tell whether a scene that acts, before the change or after it, touches life safety."""
    acting = [wanted] if row.stage == "on" else []
    if row.stage_before == "on":
        acting.append(_standing(row))
    return any(touches_life(one, device_catalogue.models()) for one in acting)


def _standing(row: SceneChange) -> Scene:
    """Return a scene by the text that stands: the catalogue's where its own does not load."""
    try:
        return _text(row.community, row.scene, row.version_before)
    except logic.DraftWrong:
        return queries.scene(community=row.community, id=row.scene)


def _text(community: str, scene: str, version: int) -> Scene:
    """Return a scene by one of its texts; 0 is the catalogue's.

    :raises queries.SceneNotFound, queries.VersionNotFound: if there is none
    :raises logic.DraftWrong: if it does not load
    """
    if version == 0:
        found = catalogue.scenes().get(scene)
        if found is None and queries.newest(community=community, scene=scene) is None:
            raise queries.SceneNotFound(scene=scene)
        if found is None:
            raise queries.VersionNotFound(scene=scene, version=0)
        return found
    row = queries.version(community=community, scene=scene, number=version)
    entry = SceneEntry(scene=scene, version=version, toml=row.toml)
    read = read_entry(entry, device_catalogue.models())
    if isinstance(read, Fault):
        raise logic.DraftWrong(problems=[problem(read)]) from read
    return read

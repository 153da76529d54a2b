"""Scenes and modes over HTTP."""

import msgspec
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from linli.foundation.identity.guard import Visit, may, may_everywhere
from linli.foundation.identity.sensitive import Sensitive
from linli.foundation.scope.paging import NumberPage
from linli.registry.alarms import shown
from linli.registry.scenes import change_schemas, operations, queries, schemas
from linli.registry.scenes.turns import turn

router = Router(tags=["scenes"])


@router.get("/{community}/scenes", response=schemas.Scenes, auth=may("scenes.read"))
def scenes(
    request: Visit, community: str, board: str = "", category: str = "", q: str = ""
) -> object:
    """List the scenes, as they stand in this community."""
    found = queries.listing(
        community=community, board=board, category=category, text=q, now=timezone.now()
    )
    return {
        "items": [schemas.scene_out(one) for one in found.standings],
        "wrong": [schemas.wrong_out(one) for one in found.wrong],
    }


@router.get("/{community}/scenes/conflicts", response=schemas.Conflicts,
            auth=may("scenes.read"))  # fmt: skip
def conflicts(request: Visit, community: str) -> object:
    """List what stands against what among the scenes that are on: fights over an actuator, loops,
    limits out of a sensor's reach, scenes that watch nothing here.
    """
    found = queries.conflicts(community=community)
    return {"items": [msgspec.to_builtins(one) for one in found]}


class ChangesWanted(Schema):
    """Which changes: every word narrows. `state` is waiting, done, refused or withdrawn."""

    scene: str = ""
    state: str = ""
    cursor: int | None = None
    limit: int = 100


@router.get("/{community}/scenes/changes", response=change_schemas.Changes,
            auth=may("scenes.read"))  # fmt: skip
def changes(request: Visit, community: str, wanted: Query[ChangesWanted]) -> object:
    """List who changed what about scenes, the newest first."""
    page = queries.change_page(
        community=community,
        scene=wanted.scene,
        state=wanted.state,
        before=wanted.cursor,
        limit=max(1, min(wanted.limit, 500)),
    )
    items = [change_schemas.change_out(row, page.briefs, page.units) for row in page.changes]
    return {"items": items, "next": page.next}


@router.post("/{community}/scenes/versions", response={201: change_schemas.WrittenOut},
             auth=may_everywhere("scenes.write"))  # fmt: skip
def write(
    request: Visit, community: str, body: change_schemas.VersionIn
) -> Status[dict[str, object]]:
    """Write down a text of a scene under the next number; it is in no force by that. A text that
    does not load, or whose story fails, is refused with its problems.
    """
    with turn(request.auth.account):
        made = operations.write(
            community=community,
            toml=body.toml,
            note=body.note,
            by=request.auth.account,
            now=timezone.now(),
        )
    return Status(201, change_schemas.written_out(made))


@router.get("/{community}/scenes/{id}", response=schemas.SceneDetail, auth=may("scenes.read"))
def scene(request: Visit, community: str, id: str) -> object:
    """Return one scene: its words, stories, limits, what it watches and what it found lately."""
    found = queries.detail(community=community, id=id, seen=request.auth.places, now=timezone.now())
    recent = shown.dress(community=community, rows=found.recent)
    return schemas.detail_out(found, recent)


@router.post("/{community}/scenes/{id}/stories/run", response=schemas.Results,
             auth=may("scenes.read"))  # fmt: skip
def run_stories(request: Visit, community: str, id: str) -> object:
    """Run the stories of a scene on the spot, on an invented community and an invented clock."""
    with turn(request.auth.account):
        told = queries.stories_told(community=community, id=id)
    return {"results": [msgspec.to_builtins(one) for one in told]}


@router.get("/{community}/scenes/{id}/versions", response=change_schemas.Versions,
            auth=may("scenes.read"))  # fmt: skip
def versions(request: Visit, community: str, id: str, wanted: Query[NumberPage]) -> object:
    """List the texts of a scene that this community has, the newest first."""
    found = queries.texts(community=community, scene=id, wanted=wanted)
    return {
        "items": [change_schemas.version_out(row) for row in found.versions],
        "next": found.next,
        "catalogue": found.catalogue,
        "in_force": found.version,
        "stage": found.stage,
    }


@router.put("/{community}/scenes/{id}/stage", response=change_schemas.ChangeMade,
            auth=may_everywhere("scenes.write"))  # fmt: skip
def stage(request: Visit, community: str, id: str, body: change_schemas.StageIn) -> object:
    """Let a scene stand otherwise: off, in shadow or on, by one of its texts. Where it touches life
    safety the change waits for a second person.
    """
    row = operations.change(
        community=community,
        scene=id,
        stage=body.stage,
        version=body.version,
        reason=body.reason,
        by=request.auth.account,
        now=timezone.now(),
    )
    return {"change": _change(community, row.pk)}


@router.post("/{community}/scenes/changes/{int:id}/approve", response=change_schemas.ChangeOut,
             auth=may_everywhere("scenes.approve", fresh=Sensitive.SCENE))  # fmt: skip
def approve(request: Visit, community: str, id: int, body: change_schemas.Decision) -> object:
    """Let a change pass, as the second person, and carry it out."""
    operations.approve(
        community=community,
        change=id,
        reason=body.reason,
        by=request.auth.account,
        now=timezone.now(),
    )
    return _change(community, id)


@router.post("/{community}/scenes/changes/{int:id}/refuse", response=change_schemas.ChangeOut,
             auth=may_everywhere("scenes.approve", fresh=Sensitive.SCENE))  # fmt: skip
def refuse(request: Visit, community: str, id: int, body: change_schemas.Decision) -> object:
    """Turn a change down, as the second person, and say why."""
    operations.refuse(
        community=community,
        change=id,
        reason=body.reason,
        by=request.auth.account,
        now=timezone.now(),
    )
    return _change(community, id)


@router.post("/{community}/scenes/changes/{int:id}/withdraw", response=change_schemas.ChangeOut,
             auth=may("scenes.write"))  # fmt: skip
def withdraw(request: Visit, community: str, id: int, body: change_schemas.Decision) -> object:
    """Take back a change that you have asked for yourself."""
    operations.withdraw(
        community=community,
        change=id,
        reason=body.reason,
        by=request.auth.account,
        now=timezone.now(),
    )
    return _change(community, id)


def _change(community: str, id: int) -> dict[str, object]:
    row = queries.change(community=community, id=id)
    units = queries.limit_units(community=community, scenes_asked=[row.scene] if row.key else [])
    return change_schemas.change_out(row, queries.briefs(community), units)


@router.get("/{community}/scenes/{id}/shadow", response=change_schemas.Findings,
            auth=may("scenes.read"))  # fmt: skip
def shadow(
    request: Visit, community: str, id: str, cursor: int | None = None, limit: int = 100
) -> object:
    """List what a scene in shadow would have done, the newest first, and how often a day."""
    found = queries.shadow(
        community=community,
        scene=id,
        seen=request.auth.places,
        before=cursor,
        limit=max(1, min(limit, 500)),
        now=timezone.now(),
    )
    return {
        "items": change_schemas.findings_out(community=community, rows=found.findings),
        "next": found.next,
        "per_day": [{"day": day, "count": count} for day, count in found.per_day],
    }


@router.put("/{community}/scenes/{id}/overrides", response=change_schemas.ChangeMade,
            auth=may("scenes.write"))  # fmt: skip
def override(request: Visit, community: str, id: str, body: schemas.Override) -> object:
    """Change a limit for a device, or for a place and all below it; null takes it back. Where the
    scene touches life safety the change waits for a second person.
    """
    row = operations.override(
        community=community,
        scene=id,
        target=body.target,
        key=body.key,
        value=body.value,
        reason=body.reason,
        by=request.auth.account,
        seen=request.auth.places,
        now=timezone.now(),
    )
    return {"change": _change(community, row.pk)}


class ModesWanted(Schema):
    cursor: str = Field("", max_length=250)
    limit: int = Field(50, ge=1, le=500)


@router.get("/{community}/modes", response=schemas.Modes, auth=may("scenes.read"))
def modes(request: Visit, community: str, wanted: Query[ModesWanted]) -> object:
    """List the modes that places are in, in the order of their paths."""
    rows, after = queries.modes_page(
        community=community, seen=request.auth.places, cursor=wanted.cursor, limit=wanted.limit
    )
    return {"items": [schemas.mode_out(row) for row in rows], "next": after}


@router.put("/{community}/modes", response=schemas.ModeOut, auth=may("scenes.write"))
def set_mode(request: Visit, community: str, body: schemas.ModeIn) -> object:
    """Put a place, and all below it, into a mode."""
    row = operations.set_mode(
        community=community,
        place=body.place,
        mode=body.mode,
        value=body.value,
        by=request.auth.account,
        seen=request.auth.places,
        now=timezone.now(),
    )
    return schemas.mode_out(row)

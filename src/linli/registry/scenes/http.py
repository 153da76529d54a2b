"""Scenes and modes over HTTP."""

import msgspec
from django.utils import timezone
from ninja import Router, Status

from linli.foundation.identity.guard import Visit, may, may_everywhere
from linli.registry.alarms import shown
from linli.registry.scenes import operations, queries, schemas

router = Router(tags=["scenes"])


@router.get("/{community}/scenes", response=schemas.Scenes, auth=may("scenes.read"))
def scenes(
    request: Visit, community: str, board: str = "", category: str = "", q: str = ""
) -> object:
    """List the scenes, as they stand in this community."""
    found = queries.standings(
        community=community, board=board, category=category, text=q, now=timezone.now()
    )
    return {"items": [schemas.scene_out(one) for one in found]}


@router.get("/{community}/scenes/conflicts", response=schemas.Conflicts,
            auth=may("scenes.read"))  # fmt: skip
def conflicts(request: Visit, community: str) -> object:
    """List what stands against what among the scenes that are on: fights over an actuator, loops,
    limits out of a sensor's reach, scenes that watch nothing here.
    """
    found = queries.conflicts(community=community)
    return {"items": [msgspec.to_builtins(one) for one in found]}


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
    return {"results": [msgspec.to_builtins(one) for one in queries.stories_told(id=id)]}


@router.put("/{community}/scenes/{id}/switch", response={204: None},
            auth=may_everywhere("scenes.write"))  # fmt: skip
def switch(request: Visit, community: str, id: str, body: schemas.Switch) -> Status[None]:
    """Let a scene work here, or not, and say why."""
    operations.switch(
        community=community,
        scene=id,
        on=body.on,
        reason=body.reason,
        by=request.auth.account,
        now=timezone.now(),
    )
    return Status(204, None)


@router.put("/{community}/scenes/{id}/overrides", response={204: None}, auth=may("scenes.write"))
def override(request: Visit, community: str, id: str, body: schemas.Override) -> Status[None]:
    """Change a limit for a device, or for a place and all below it; null takes it back."""
    operations.override(
        community=community,
        scene=id,
        target=body.target,
        key=body.key,
        value=body.value,
        by=request.auth.account,
        seen=request.auth.places,
        now=timezone.now(),
    )
    return Status(204, None)


@router.get("/{community}/modes", response=schemas.Modes, auth=may("scenes.read"))
def modes(request: Visit, community: str) -> object:
    """List the modes that places are in."""
    rows = queries.modes(community=community, seen=request.auth.places)
    return {"items": [schemas.mode_out(row) for row in rows]}


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

"""Releases and campaigns over HTTP."""

from datetime import time
from typing import Any

from django.utils import timezone
from ninja import File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from linli.foundation.identity.guard import Visit, may, may_everywhere
from linli.kernel.words import Words
from linli.registry.campaigns import operations, queries, schemas
from linli.registry.campaigns import shown as pages
from linli.registry.campaigns.logic.planning import Stage
from linli.registry.campaigns.logic.versions import MOST_IMAGE_BYTES
from linli.registry.campaigns.schemas import Hours

router = Router(tags=["campaigns"])

_MAY_READ = may("devices.read")
_MOST_BYTES = MOST_IMAGE_BYTES + 1024 * 1024


class ReleasesWanted(Schema):
    """Which releases: every word narrows."""

    kind: str = ""
    model: str = ""
    cursor: int = 0
    limit: int = Field(100, ge=1, le=500)


class CampaignsWanted(Schema):
    """Which campaigns: every word narrows."""

    state: str = ""
    model: str = ""
    cursor: int = 0
    limit: int = Field(100, ge=1, le=500)


class TargetsWanted(Schema):
    """Which devices of a campaign."""

    state: str = ""
    cursor: int = -1
    limit: int = Field(100, ge=1, le=500)


def _cursor(after: int | None) -> str | None:
    return None if after is None else str(after)


@router.get("/{community}/releases", response=schemas.Releases, auth=_MAY_READ)
def releases(request: Visit, community: str, wanted: Query[ReleasesWanted]) -> object:
    """List firmware images and configurations, the newest first."""
    rows, after = queries.releases(
        community=community,
        kind=wanted.kind,
        model=wanted.model,
        before=wanted.cursor,
        limit=wanted.limit,
    )
    return {"items": rows, "next": _cursor(after)}


@router.post("/{community}/releases", response={201: schemas.ReleaseOut},
             auth=may_everywhere("devices.write", most_bytes=_MOST_BYTES))  # fmt: skip
def add_release(
    request: Visit,
    community: str,
    body: Form[schemas.ReleaseIn],
    file: File[UploadedFile | None] = None,
) -> Any:
    """Add a firmware image (the form's `file`, 64 MB at most), or a configuration."""
    said = body.dict(exclude={"notes_zh", "notes_en"})
    row = operations.add_release(
        community=community,
        release=operations.NewRelease(**said, notes=Words(zh=body.notes_zh, en=body.notes_en)),
        image=file.chunks() if file is not None else None,
        by=request.auth.account,
        now=timezone.now(),
    )
    return Status(201, row)


@router.get("/{community}/releases/{int:id}", response=schemas.ReleaseOut, auth=_MAY_READ)
def release(request: Visit, community: str, id: int) -> object:
    """Return one release."""
    return queries.release(community=community, id=id)


@router.get("/{community}/campaigns", response=schemas.Campaigns, auth=_MAY_READ)
def campaigns(request: Visit, community: str, wanted: Query[CampaignsWanted]) -> object:
    """List campaigns, the newest first."""
    rows, after = pages.page(
        community=community,
        state=wanted.state,
        model=wanted.model,
        before=wanted.cursor,
        seen=request.auth.places,
        limit=wanted.limit,
    )
    return {"items": [schemas.campaign_out(row) for row in rows], "next": _cursor(after)}


@router.post("/{community}/campaigns", response={201: schemas.CampaignDetail},
             auth=may_everywhere("devices.write"))  # fmt: skip
def draft(request: Visit, community: str, body: schemas.CampaignIn) -> Any:
    """Plan a campaign; nothing is told to any device until it is started."""
    row = operations.draft(
        community=community,
        plan=_plan(body),
        key=body.key,
        by=request.auth.account,
        now=timezone.now(),
    )
    return Status(201, schemas.campaign_detail(pages.shown(campaign=row)))


def _plan(body: schemas.CampaignIn) -> operations.Plan:
    said = body.dict(exclude={"name", "stages", "hours", "key"})
    return operations.Plan(
        **said,
        name=Words(zh=body.name.zh, en=body.name.en),
        stages=[Stage(**one.dict()) for one in body.stages],
        hours=_hours(body.hours),
    )


def _hours(hours: Hours | None) -> tuple[time | None, time | None]:
    if hours is None:
        return None, None
    return hours.start.replace(tzinfo=None), hours.end.replace(tzinfo=None)


@router.get("/{community}/campaigns/{int:id}", response=schemas.CampaignDetail, auth=_MAY_READ)
def campaign(request: Visit, community: str, id: int) -> object:
    """Return one campaign with its stages and how far its devices are."""
    found = pages.one(community=community, id=id, seen=request.auth.places)
    return schemas.campaign_detail(found)


@router.get("/{community}/campaigns/{int:id}/devices", response=schemas.Targets, auth=_MAY_READ)
def targets(request: Visit, community: str, id: int, wanted: Query[TargetsWanted]) -> object:
    """List the devices of a campaign and what became of each."""
    rows, after = queries.targets_of(
        community=community,
        id=id,
        state=wanted.state,
        cursor=wanted.cursor,
        seen=request.auth.places,
        limit=wanted.limit,
    )
    return {"items": [schemas.target_out(row) for row in rows], "next": _cursor(after)}


@router.get("/{community}/devices/{code}/software", response=schemas.SoftwareOfDevice,
            auth=_MAY_READ)  # fmt: skip
def software(request: Visit, community: str, code: str) -> object:
    """Return which firmware and configuration a device has, as far as it is known."""
    rows = queries.software(community=community, code=code, seen=request.auth.places)
    return {"items": [schemas.software_out(row) for row in rows]}


@router.post("/{community}/campaigns/{int:id}/start", response=schemas.CampaignDetail,
             auth=may_everywhere("devices.write"))  # fmt: skip
def start(request: Visit, community: str, id: int, body: schemas.StartIn) -> object:
    """Begin a campaign; say for how many devices it is meant. Without that the number is told."""
    row = operations.start(
        community=community,
        id=id,
        devices=body.devices,
        by=request.auth.account,
        now=timezone.now(),
    )
    return schemas.campaign_detail(pages.shown(campaign=row))


@router.post("/{community}/campaigns/{int:id}/pause", response=schemas.CampaignDetail,
             auth=may_everywhere("devices.write"))  # fmt: skip
def pause(request: Visit, community: str, id: int) -> object:
    """Tell no further device; those under way go on."""
    row = operations.pause(community=community, id=id, by=request.auth.account, now=timezone.now())
    return schemas.campaign_detail(pages.shown(campaign=row))


@router.post("/{community}/campaigns/{int:id}/resume", response=schemas.CampaignDetail,
             auth=may_everywhere("devices.write"))  # fmt: skip
def resume(request: Visit, community: str, id: int) -> object:
    """Go on; the failures so far pause it no more."""
    row = operations.resume(community=community, id=id, by=request.auth.account, now=timezone.now())
    return schemas.campaign_detail(pages.shown(campaign=row))


@router.post("/{community}/campaigns/{int:id}/retry", response=schemas.CampaignDetail,
             auth=may_everywhere("devices.write"))  # fmt: skip
def retry(request: Visit, community: str, id: int) -> object:
    """Try the devices that failed, or were passed over, again."""
    row = operations.retry(community=community, id=id, by=request.auth.account, now=timezone.now())
    return schemas.campaign_detail(pages.shown(campaign=row))


@router.post("/{community}/campaigns/{int:id}/roll-back", response=schemas.CampaignDetail,
             auth=may_everywhere("devices.write"))  # fmt: skip
def roll_back(request: Visit, community: str, id: int) -> object:
    """Bring every device that has the release back to what it had before."""
    row = operations.roll_back(
        community=community, id=id, by=request.auth.account, now=timezone.now()
    )
    return schemas.campaign_detail(pages.shown(campaign=row))


@router.post("/{community}/campaigns/{int:id}/cancel", response=schemas.CampaignDetail,
             auth=may_everywhere("devices.write"))  # fmt: skip
def cancel(request: Visit, community: str, id: int) -> object:
    """Give a campaign up: nobody else is told."""
    row = operations.cancel(community=community, id=id, by=request.auth.account, now=timezone.now())
    return schemas.campaign_detail(pages.shown(campaign=row))

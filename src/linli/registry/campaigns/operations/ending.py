"""What becomes of one device of a campaign, written with its fact."""

from datetime import datetime

from linli.contracts.campaigns import (
    DeviceRolledBack,
    DeviceUpdated,
    DeviceUpdateFailed,
    DeviceUpdateSkipped,
)
from linli.foundation import ids
from linli.foundation.causes import operations as causes
from linli.foundation.outbox import operations as outbox
from linli.registry.campaigns.logic import states
from linli.registry.campaigns.models import Installed, Release, Target

_Fact = DeviceUpdated | DeviceUpdateFailed | DeviceUpdateSkipped | DeviceRolledBack


def wanted(target: Target) -> Release | None:
    """Return what a device is to have: the campaign's release, or what it had before."""
    return target.before_release if target.back else target.campaign.release


def version_of(target: Target) -> str:
    """Return the version of that; empty where nobody knows it."""
    release = wanted(target)
    return release.version if release is not None else ""


def move(*, target: Target, state: str, now: datetime) -> None:
    """Note how far a device is."""
    target.state, target.moved_at = state, now
    target.save(update_fields=["state", "moved_at"])


def end(
    *, target: Target, state: str, reason: str = "", now: datetime, cause: str | None = None
) -> None:
    """Write what became of a device: done, failed, or skipped."""
    version = version_of(target)
    if state == states.DONE and target.back:
        state = states.ROLLED_BACK
    target.state, target.reason = state, reason[:200]
    target.moved_at = target.finished_at = now
    _tell(target, version, now, cause)
    if state in (states.DONE, states.ROLLED_BACK):
        remember(target=target, version=version, now=now)
    target.save(
        update_fields=["state", "reason", "moved_at", "finished_at"],
    )


def remember(*, target: Target, version: str, now: datetime) -> None:
    """Note what a device has now."""
    Installed.rows.of(target.community).update_or_create(
        device_id=target.device_id,
        kind=target.campaign.release.kind,
        defaults={"version": version, "told_at": now},
    )


def _tell(target: Target, version: str, now: datetime, cause: str | None) -> None:
    fact = _fact(target, version, now, cause or target.campaign.fact or None)
    device = target.device
    causes.note(
        id=fact.id,
        cause=fact.cause,
        community=target.community,
        kind=type(fact).__name__,
        at=now,
        about={
            "device": device.code,
            "device_name": {"zh": device.name.zh, "en": device.name.en},
            "campaign": target.campaign_id,
            "version": version,
            **({"reason": target.reason} if target.reason else {}),
        },
    )
    outbox.record(fact)


def _fact(target: Target, version: str, now: datetime, cause: str | None) -> _Fact:
    new, community, device = ids.new(), target.community, target.device.code
    campaign = target.campaign_id
    if target.state == states.SKIPPED:
        return DeviceUpdateSkipped(
            id=new, at=now, community=community, cause=cause, campaign=campaign, device=device,
            reason=target.reason,
        )  # fmt: skip
    if target.state == states.FAILED:
        return DeviceUpdateFailed(
            id=new, at=now, community=community, cause=cause, campaign=campaign, device=device,
            version=version, reason=target.reason,
        )  # fmt: skip
    fact = DeviceRolledBack if target.state == states.ROLLED_BACK else DeviceUpdated
    return fact(
        id=new, at=now, community=community, cause=cause, campaign=campaign, device=device,
        version=version,
    )  # fmt: skip

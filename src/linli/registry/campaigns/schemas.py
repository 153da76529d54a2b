"""Releases and campaigns as they travel over HTTP."""

from datetime import datetime, time
from typing import Any, Literal

import msgspec
from ninja import Schema
from pydantic import ConfigDict, Field

from linli.foundation.identity.models import Account
from linli.foundation.shapes import Person, TwoLanguages
from linli.kernel.words import both
from linli.registry.campaigns import words
from linli.registry.campaigns.logic import planning, states
from linli.registry.campaigns.logic.planning import Stage
from linli.registry.campaigns.models import Campaign, Installed, Release, Target
from linli.registry.campaigns.shown import Shown
from linli.registry.devices import catalogue


class ReleaseIn(Schema):
    """The fields of a form; the image of a firmware is its `file`.

    `settings` is a JSON object of names and plain values. `sha256` is checked where it is given.
    """

    kind: Literal["firmware", "config"]
    model: str = Field(max_length=64)
    version: str = Field(max_length=48)
    notes_zh: str = Field("", max_length=4000)
    notes_en: str = Field("", max_length=4000)
    settings: str = Field("", max_length=4000)
    sha256: str = Field("", max_length=80)


class ReleaseOut(Schema):
    id: int
    kind: str
    model: str
    model_name: TwoLanguages | None
    version: str
    notes: TwoLanguages
    sha256: str
    size_bytes: int
    settings: dict[str, Any]
    added_at: datetime
    added_by: Person

    @staticmethod
    def resolve_model_name(row: Release) -> object:
        """Name the model, if the catalogue still has it."""
        return _model_name(row.model)

    @staticmethod
    def resolve_settings(row: Release) -> object:
        """Show the settings of a configuration."""
        return row.content

    @staticmethod
    def resolve_added_by(row: Release) -> object:
        """Name who added it."""
        return _person(row.added_by)


class Releases(Schema):
    items: list[ReleaseOut]
    next: str | None


class CampaignStageIn(Schema):
    """Up to how far: `devices` in all, or `share_pct` of them."""

    model_config = ConfigDict(extra="forbid")
    devices: int | None = None
    share_pct: float | None = None
    wait_s: int = 0
    most_failures: int = 0


class Hours(Schema):
    """By the community's clock; it may pass midnight."""

    start: time = Field(alias="from")
    end: time = Field(alias="to")


class CampaignIn(Schema):
    """See `docs/howto/campaigns.md`. The same `key` sent again is the same campaign."""

    model_config = ConfigDict(extra="forbid")
    name: TwoLanguages
    release: int
    place: str = ""
    codes: list[str] = []
    versions: list[str] = []
    stages: list[CampaignStageIn] = [
        CampaignStageIn(**msgspec.to_builtins(stage)) for stage in planning.USUAL
    ]
    hours: Hours | None = None
    at_once: int = 20
    proof: str = ""
    allow_downgrade: bool = False
    insist: bool = False
    give_up_after_s: int = 1_800
    offline_limit_s: int = 86_400
    key: str = ""


class StartIn(Schema):
    """For how many devices it is meant; without it the number is told, and nothing is done."""

    devices: int | None = None


class StageOut(Schema):
    """`reaches` is how many devices are in it and all before it; null of a draft."""

    number: int
    devices: int | None
    share_pct: float | None
    wait_s: int
    most_failures: int
    reaches: int | None
    counts: dict[str, int]


class ReleaseBrief(Schema):
    id: int
    kind: str
    model: str
    model_name: TwoLanguages | None
    version: str


class CampaignOut(Schema):
    """`counts` are devices by state; `devices` those that it is for: of a draft, those that would
    be told if it began now, which a list does not look up (0).
    """

    id: int
    name: TwoLanguages
    state: str
    state_name: TwoLanguages
    release: ReleaseBrief
    devices: int
    counts: dict[str, int]
    stage: int
    stages_in_all: int
    reason: str
    reason_words: TwoLanguages | None
    allowed: list[str]
    drafted_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class CampaignDetail(CampaignOut):
    place: str
    codes: list[str]
    versions: list[str]
    skipped: int
    stages: list[StageOut]
    stage_began_at: datetime | None
    stage_done_at: datetime | None
    hours: dict[str, time] | None
    at_once: int
    proof: str
    allow_downgrade: bool
    insist: bool
    give_up_after_s: int
    offline_limit_s: int


class Campaigns(Schema):
    items: list[CampaignOut]
    next: str | None


class TargetOut(Schema):
    """One device of a campaign. `back` is set where it is to have again what it had `before`."""

    device: str
    device_name: TwoLanguages
    place: str
    place_name: TwoLanguages
    online: bool
    stage: int
    state: str
    state_name: TwoLanguages
    back: bool
    attempt: int
    before: str
    before_release: int | None
    command: str
    told_at: datetime | None
    moved_at: datetime
    finished_at: datetime | None
    reason: str
    reason_words: TwoLanguages | None


class Targets(Schema):
    items: list[TargetOut]
    next: str | None


class SoftwareOut(Schema):
    """What a device has of a kind, as it told, or acknowledged."""

    kind: str
    version: str
    told_at: datetime


class SoftwareOfDevice(Schema):
    items: list[SoftwareOut]


def campaign_out(shown: Shown) -> dict[str, Any]:
    """Return a campaign as a line of a list."""
    row = shown.campaign
    return {
        "id": row.pk,
        "name": both(row.name),
        "state": row.state,
        "state_name": both(words.CAMPAIGN[row.state]),
        "release": {
            "id": row.release_id,
            "kind": row.release.kind,
            "model": row.release.model,
            "model_name": _model_name(row.release.model),
            "version": row.release.version,
        },
        "devices": shown.devices,
        "counts": dict(shown.tally.counts),
        "stage": row.stage,
        "stages_in_all": len(row.stages),
        "reason": row.reason,
        "reason_words": _words(row.reason),
        "allowed": states.allowed(row.state),
        "drafted_at": row.drafted_at,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
    }


def campaign_detail(shown: Shown) -> dict[str, Any]:
    """Return a campaign on its own page."""
    row = shown.campaign
    hours = {"from": row.hours_from, "to": row.hours_to} if row.hours_from is not None else None
    return campaign_out(shown) | {
        "place": row.place.path if row.place else "",
        "codes": row.codes,
        "versions": row.versions,
        "skipped": shown.skipped,
        "stages": _stages(shown, row),
        "stage_began_at": row.stage_began_at,
        "stage_done_at": row.stage_done_at,
        "hours": hours,
        "at_once": row.at_once,
        "proof": row.proof,
        "allow_downgrade": row.allow_downgrade,
        "insist": row.insist,
        "give_up_after_s": row.give_up_after_s,
        "offline_limit_s": row.offline_limit_s,
    }


def _stages(shown: Shown, row: Campaign) -> list[dict[str, Any]]:
    stages = [Stage(**one) for one in row.stages]
    ends = planning.ends(total=shown.devices, stages=stages)
    return [
        msgspec.to_builtins(stage)
        | {"number": number, "reaches": end, "counts": dict(shown.tally.by_stage.get(number, {}))}
        for number, (stage, end) in enumerate(zip(stages, ends, strict=True))
    ]


def target_out(row: Target) -> dict[str, Any]:
    """Return one device of a campaign."""
    device = row.device
    return {
        "device": device.code,
        "device_name": both(device.name),
        "place": device.place.path,
        "place_name": {
            "zh": device.place.name_zh,
            "en": device.place.name_en or device.place.name_zh,
        },
        "online": device.online,
        "stage": row.stage,
        "state": row.state,
        "state_name": both(words.TARGET[row.state]),
        "back": row.back,
        "attempt": row.attempt,
        "before": row.before_version,
        "before_release": row.before_release_id,
        "command": row.command,
        "told_at": row.told_at,
        "moved_at": row.moved_at,
        "finished_at": row.finished_at,
        "reason": row.reason,
        "reason_words": _words(row.reason),
    }


def software_out(row: Installed) -> dict[str, Any]:
    """Return what a device has of a kind."""
    return {"kind": row.kind, "version": row.version, "told_at": row.told_at}


def _words(reason: str) -> dict[str, str] | None:
    found = words.reason(reason)
    return both(found) if found else None


def _model_name(model: str) -> dict[str, str] | None:
    found = catalogue.models().get(model)
    return both(found.name) if found else None


def _person(account: Account) -> dict[str, Any]:
    return {"id": account.pk, "name": account.name}

"""Texts, stages and changes of scenes as they travel over HTTP; and what shadows found."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from ninja import Schema
from pydantic import ConfigDict

from linli.contracts.effects import Because
from linli.contracts.scenes import SceneBrief
from linli.foundation.shapes import Person, TwoLanguages
from linli.registry.alarms import shown
from linli.registry.alarms.schemas import BecauseOut
from linli.registry.scenes.models import SceneChange, SceneVersion, ShadowFinding
from linli.registry.scenes.operations import Written
from linli.registry.scenes.schemas import by


class VersionOut(Schema):
    number: int
    at: datetime
    by: Person | None
    note: str
    toml: str


class Versions(Schema):
    """`catalogue` is the text that came with the system, null where it has none; `in_force` the
    number of the text by which the scene stands, 0 the catalogue's.
    """

    items: list[VersionOut]
    next: int | None
    catalogue: str | None
    in_force: int
    stage: str


class VersionIn(Schema):
    """A whole scene; the id inside says which."""

    model_config = ConfigDict(extra="forbid")
    toml: str
    note: str = ""


class WrittenOut(Schema):
    """`safety`: it touches life safety, so that a second person must let it pass."""

    scene: str
    number: int
    safety: bool


class StageIn(Schema):
    """`stage` is off, shadow or on; `version` 0 is the catalogue's text."""

    model_config = ConfigDict(extra="forbid")
    stage: str
    version: int
    reason: str = ""


class Decision(Schema):
    model_config = ConfigDict(extra="forbid")
    reason: str = ""


class ChangeOut(Schema):
    """`state` is waiting, done, refused or withdrawn. With a `key` it is about that limit at the
    `target`, a device code or the path of a place; a value of null is the text's own. Without, it
    is about stage and text of the scene.
    """

    id: int
    scene: str
    scene_name: TwoLanguages
    version_before: int
    version: int
    stage_before: str
    stage: str
    target: str
    key: str
    unit: str
    value_before: float | None
    value: float | None
    state: str
    by: Person | None
    reason: str
    at: datetime
    decided_by: Person | None
    decided_at: datetime | None
    decision_reason: str


class ChangeMade(Schema):
    change: ChangeOut


class Changes(Schema):
    items: list[ChangeOut]
    next: int | None


class FindingOut(Schema):
    """Once that a scene in shadow would have acted. `would` in the words of stories; of a later
    step with its delay, `5m case opened`.
    """

    id: int
    at: datetime
    ended_at: datetime | None
    device: str | None
    device_name: TwoLanguages | None
    place: str
    place_name: TwoLanguages
    because: BecauseOut | None
    severity: str
    would: list[str]


class DayOut(Schema):
    day: date
    count: int


class Findings(Schema):
    """`per_day` counts each of the last 30 days, today the last."""

    items: list[FindingOut]
    next: int | None
    per_day: list[DayOut]


_PLAIN = (
    "scene", "version_before", "version", "stage_before", "stage", "target", "key", "value_before",
    "value", "state", "reason", "at", "decided_at", "decision_reason",
)  # fmt: skip


def version_out(row: SceneVersion) -> dict[str, Any]:
    """Return one text of a scene."""
    return {
        "number": row.number,
        "at": row.at,
        "by": by(row),
        "note": row.note,
        "toml": row.toml,
    }


def written_out(one: Written) -> dict[str, Any]:
    """Return what was written down."""
    return {"scene": one.scene, "number": one.number, "safety": one.safety}


def change_out(
    row: SceneChange, briefs: Mapping[str, SceneBrief], units: Mapping[tuple[str, str], str]
) -> dict[str, Any]:
    """Return a change with the name of its scene, and the unit of its limit."""
    brief, decided = briefs.get(row.scene), row.decided_by
    return {name: getattr(row, name) for name in _PLAIN} | {
        "id": row.pk,
        "scene_name": msgspec.to_builtins(brief.name)
        if brief
        else {"zh": row.scene, "en": row.scene},
        "unit": units.get((row.scene, row.key), ""),
        "by": by(row),
        "decided_by": {"id": decided.pk, "name": decided.name} if decided else None,
    }


def findings_out(*, community: str, rows: Sequence[ShadowFinding]) -> list[dict[str, Any]]:
    """Return what a shadow found, with the names of all that it is about."""
    reasons = [msgspec.convert(row.because, Because) if row.because else None for row in rows]
    names = shown.named(
        community,
        [row.device for row in rows] + [one.device for one in reasons if one],
        [row.place for row in rows],
    )
    return [_finding(row, reason, names) for row, reason in zip(rows, reasons, strict=True)]


def _finding(row: ShadowFinding, reason: Because | None, names: shown.Names) -> dict[str, Any]:
    device = names.devices.get(row.device)
    zh, en = names.places.get(row.place, (row.place, row.place))
    return {
        "id": row.pk,
        "at": row.at,
        "ended_at": row.ended_at,
        "device": row.device or None,
        "device_name": msgspec.to_builtins(device.name) if device else None,
        "place": row.place,
        "place_name": {"zh": zh, "en": en},
        "because": msgspec.to_builtins(shown.reading(reason, names)),
        "severity": row.severity,
        "would": row.would,
    }

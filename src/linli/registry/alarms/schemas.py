"""Alarms as they travel over HTTP."""

from datetime import datetime
from typing import Any

import msgspec
from ninja import Schema

from linli.foundation.identity.models import Account
from linli.foundation.shapes import Person, TwoLanguages
from linli.registry.alarms.models import Alarm
from linli.registry.alarms.shown import Shown


class BecauseOut(Schema):
    """The reading that tipped it, and the limit that it met."""

    device: str
    point: str
    value: float
    limit: float | None
    unit: str
    point_name: TwoLanguages


class CaseOfAlarm(Schema):
    id: int
    number: str
    state: str


class VerdictOut(Schema):
    """`verdict` is right, wrong or unsure."""

    verdict: str
    by: Person | None
    at: datetime
    note: str


class AlarmOut(Schema):
    """`storm` is the number of the storm it is part of, `storm_count` how many are in it."""

    id: int
    effect: str
    scene: str
    scene_name: TwoLanguages
    severity: str
    state: str
    active: bool
    device: str | None
    device_name: TwoLanguages | None
    place: str
    place_name: TwoLanguages
    count: int
    first_at: datetime
    last_at: datetime
    acknowledged_by: Person | None
    acknowledged_at: datetime | None
    shelved_until: datetime | None
    shelve_reason: str
    cleared_at: datetime | None
    closed_at: datetime | None
    closed_by: Person | None
    close_reason: str
    flapping: bool
    storm: int | None
    storm_count: int
    leads: bool
    because: BecauseOut | None
    case: CaseOfAlarm | None
    verdict: VerdictOut | None
    sentence: TwoLanguages


class Alarms(Schema):
    items: list[AlarmOut]
    next: int | None


class Counts(Schema):
    critical: int
    major: int
    minor: int
    info: int
    open: int


class Shelf(Schema):
    minutes: int
    reason: str


class VerdictIn(Schema):
    """`right`, `wrong` or `unsure`; null takes it back."""

    verdict: str | None
    note: str = ""


class Closing(Schema):
    reason: str = ""


_PLAIN = (
    "effect", "scene", "severity", "state", "active", "place", "count", "first_at", "last_at",
    "acknowledged_at", "shelved_until", "shelve_reason", "cleared_at", "closed_at", "close_reason",
    "leads",
)  # fmt: skip


def alarm_out(shown: Shown) -> dict[str, Any]:
    """Return an alarm with its names."""
    row = shown.row
    return {name: getattr(row, name) for name in _PLAIN} | {
        "id": row.pk,
        "device": row.device or None,
        "scene_name": msgspec.to_builtins(shown.scene_name),
        "device_name": msgspec.to_builtins(shown.device_name),
        "place_name": msgspec.to_builtins(shown.place_name),
        "acknowledged_by": _person(row.acknowledged_by),
        "closed_by": _person(row.closed_by),
        "flapping": row.flapping_since is not None,
        "storm": row.storm_id,
        "storm_count": row.storm.count if row.storm else 0,
        "because": msgspec.to_builtins(shown.because),
        "case": msgspec.to_builtins(shown.case),
        "verdict": _verdict(row),
        "sentence": msgspec.to_builtins(shown.sentence),
    }


def _verdict(row: Alarm) -> dict[str, Any] | None:
    if not row.verdict:
        return None
    return {
        "verdict": row.verdict,
        "by": _person(row.verdict_by),
        "at": row.verdict_at,
        "note": row.verdict_note,
    }


def _person(account: Account | None) -> dict[str, Any] | None:
    return {"id": account.pk, "name": account.name} if account else None

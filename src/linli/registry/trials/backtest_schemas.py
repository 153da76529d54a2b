"""Back-tests and proposals as they travel over HTTP."""

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import ConfigDict, Field

from linli.contracts.sentences import sentence
from linli.foundation.shapes import Person, TwoLanguages
from linli.kernel.words import both
from linli.registry.scenes.change_schemas import DayOut
from linli.registry.trials.backtests import Shown
from linli.registry.trials.proposals import Shown as ShownProposal
from linli.registry.trials.reading import MOST_BYTES

_LONGEST_TOML = MOST_BYTES


class BackTestIn(Schema):
    model_config = ConfigDict(extra="forbid")
    toml: str = Field(min_length=1, max_length=_LONGEST_TOML)
    days: int = 30


class Asked(Schema):
    id: int


class ErrorOut(Schema):
    """Why it came to nothing."""

    key: str
    message: TwoLanguages


class MetOut(Schema):
    """What a firing found: an alarm or a case with its number, and what people said of it."""

    kind: str
    id: int
    verdict: str | None
    title: TwoLanguages


class ItemOut(Schema):
    at: datetime
    ended_at: datetime | None
    device: str
    device_name: TwoLanguages | None
    place: str
    place_name: TwoLanguages
    point: str
    value: float | None
    limit: float | None
    met: MetOut | None


class MissedOut(Schema):
    kind: str
    id: int
    at: datetime
    device: str
    device_name: TwoLanguages | None
    place: str
    place_name: TwoLanguages
    title: TwoLanguages


class ReportOut(Schema):
    """`seconds` is how long it took. `precision` is the share of firings that found something, and
    `recall` the share of what happened that was found. `on_share` is the share of the time in which
    the scene was on somewhere (null in a report from before that was told), `long` the number of
    firings that lasted more than a day.
    """

    start: datetime = Field(alias="from")
    end: datetime = Field(alias="to")
    readings: int
    points: int
    devices: int
    seconds: float
    firings: int
    per_day: list[DayOut]
    firings_per_day: float
    matched: int
    unmatched: int
    missed: int
    precision: float | None
    recall: float | None
    on_share: float | None = None
    long: int = 0
    items: list[ItemOut]
    missed_items: list[MissedOut]


class BackTestOut(Schema):
    """`state` is waiting, running, done, failed or cancelled."""

    id: int
    scene: str
    scene_name: TwoLanguages
    state: str
    progress: float
    asked_by: Person | None
    at: datetime
    days: int
    error: ErrorOut | None


class BackTestDetail(BackTestOut):
    toml: str
    report: ReportOut | None


class BackTests(Schema):
    items: list[BackTestOut]
    next: int | None


def backtest_out(found: Shown) -> dict[str, Any]:
    """Return a back-test without its report."""
    row = found.row
    by = row.asked_by
    return {
        "id": row.pk,
        "scene": row.scene,
        "scene_name": both(found.scene_name),
        "state": row.state,
        "progress": row.progress,
        "asked_by": {"id": by.pk, "name": by.name} if by else None,
        "at": row.at,
        "days": row.days,
        "error": {"key": row.error, "message": both(sentence(row.error, row.error_values))}
        if row.error
        else None,
    }


def detail_out(found: Shown) -> dict[str, Any]:
    """Return a back-test with its report, where it has one."""
    report = found.row.report
    if report:
        report = report | {
            part: [_named(one, found) for one in report[part]] for part in ("items", "missed_items")
        }
    return backtest_out(found) | {"toml": found.row.toml, "report": report}


def _named(one: dict[str, Any], found: Shown) -> dict[str, Any]:
    device, place = found.devices.get(one["device"]), found.places.get(one["place"])
    return one | {
        "device_name": both(device) if device else None,
        "place_name": both(place) if place else {"zh": one["place"], "en": one["place"]},
    }


class ProposalDecision(Schema):
    model_config = ConfigDict(extra="forbid")
    reason: str = Field(default="", max_length=500)


class ProposalEntry(Schema):
    key: str
    before: float
    after: float


class ProposalOut(Schema):
    """A limit proposed for a device or a place. `entries` are all the limits that change with it.
    `by` answered it first, `second_by` after him; `safety` says that it takes two persons.
    """

    id: int
    scene: str
    scene_name: TwoLanguages
    target: str
    target_name: TwoLanguages
    key: str
    unit: str
    value: float
    proposed: float
    precision: float
    alarms: int
    per_day_before: float
    per_day_after: float
    right_kept: int
    right_lost: int
    wrong_dropped: int
    wrong_kept: int
    entries: list[ProposalEntry]
    safety: bool
    state: str
    at: datetime
    by: Person | None
    decided_at: datetime | None
    reason: str
    second_by: Person | None
    second_at: datetime | None
    second_reason: str


class Proposals(Schema):
    items: list[ProposalOut]
    next: int | None


_SAME = (
    "scene", "target", "key", "unit", "value", "proposed", "precision", "alarms", "per_day_before",
    "per_day_after", "right_kept", "right_lost", "wrong_dropped", "wrong_kept", "entries", "state",
    "at", "decided_at", "reason", "second_at", "second_reason",
)  # fmt: skip


def proposal_out(found: ShownProposal) -> dict[str, Any]:
    """Return a proposal with the names of its scene and its target."""
    row, by, second = found.row, found.row.decided_by, found.row.second_by
    return {name: getattr(row, name) for name in _SAME} | {
        "id": row.pk,
        "scene_name": both(found.scene_name),
        "target_name": both(found.target_name),
        "safety": found.safety,
        "by": {"id": by.pk, "name": by.name} if by else None,
        "second_by": {"id": second.pk, "name": second.name} if second else None,
    }

"""Drafts, dry runs and the words of scenes as they travel over HTTP."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field

from linli.contracts.sentences import sentence
from linli.contracts.things import Argument
from linli.foundation.shapes import TwoLanguages
from linli.kernel.words import both
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.scenes.schemas import StoryOut
from linli.registry.trials.drafts import Understood
from linli.registry.trials.dry_run import DryRun
from linli.registry.trials.reading import Problem
from linli.registry.trials.vocabulary import ModeTerm, PointTerm, ServiceTerm, Term, Terms
from linli.scenes import vocabulary
from linli.scenes.probe import Shown
from linli.scenes.story import Result


class ValueName(Schema):
    value: str | bool
    words: TwoLanguages


class PointWord(Schema):
    """`range` and `values` are what all models here can show."""

    name: str
    words: TwoLanguages
    unit: str
    type: str
    range: tuple[float, float] | None
    values: list[ValueName]
    devices: int
    models: list[str]


class EventWord(Schema):
    name: str
    words: TwoLanguages
    devices: int


class ArgumentWord(Schema):
    name: str
    words: TwoLanguages
    type: str
    unit: str
    range: tuple[float, float] | None
    required: bool


class ServiceWord(Schema):
    name: str
    words: TwoLanguages
    args: list[ArgumentWord]
    inverse: str | None
    safety: bool
    devices: int


class ModeWord(Schema):
    mode: str
    words: TwoLanguages
    values: list[ValueName]


class KindWord(Schema):
    kind: str
    words: TwoLanguages


class PlaceWord(KindWord):
    count: int


class NamedWord(Schema):
    id: str
    words: TwoLanguages


class CategoryWord(Schema):
    board: str
    id: str


class Vocabulary(Schema):
    points: list[PointWord]
    events: list[EventWord]
    services: list[ServiceWord]
    modes: list[ModeWord]
    cases: list[KindWord]
    people: list[NamedWord]
    places: list[PlaceWord]
    boards: list[NamedWord]
    categories: list[CategoryWord]
    severities: list[NamedWord]


class DraftText(Schema):
    model_config = ConfigDict(extra="forbid")
    toml: str


class DraftTable(Schema):
    """`toml` is the text that the table was read from, or empty."""

    model_config = ConfigDict(extra="forbid")
    table: dict[str, Any]
    toml: str = ""


class StoryWanted(Schema):
    model_config = ConfigDict(extra="forbid")
    toml: str
    device: str
    start: AwareDatetime = Field(alias="from")
    end: AwareDatetime = Field(alias="to")


class ProblemOut(Schema):
    """`where` is the way to it in the table, as `when.all.0.above`; empty: the whole text."""

    where: str
    key: str
    message: str
    severity: str


class DraftOut(Schema):
    """`table` is null where the text is no TOML, `sentence` while it says nothing yet."""

    toml: str
    table: dict[str, Any] | None
    id: str
    sentence: TwoLanguages | None
    stories: list[StoryOut]
    problems: list[ProblemOut]
    safety: bool
    known: str


class SeenValue(Schema):
    """A value at which the scene looks. `value` is null where none is known or it is stale."""

    device: str
    point: str
    value: float | None
    unit: str
    at: datetime | None
    limit: float | None


class DryRunItem(Schema):
    """`anchor` is a device's code or a place's path. `holds` is null where it cannot be known;
    `waits_s` is how much longer, at most, it must stay so before the scene acts; `would` is what it
    does there when it acts.
    """

    anchor: str
    name: TwoLanguages
    place_name: TwoLanguages
    holds: bool | None
    waits_s: float
    values: list[SeenValue]
    would: list[str]


class DryRunOut(Schema):
    """Where a scene stands now: `bound` counts all, `holds` and `unknown` some of them."""

    bound: int
    checked_at: datetime
    holds: int
    unknown: int
    items: list[DryRunItem]


def vocabulary_out(terms: Terms) -> dict[str, Any]:
    """Return the words of a community."""
    return {
        "points": [_point(one) for one in terms.points],
        "events": [
            {"name": one.id, "words": both(one.words), "devices": one.count} for one in terms.events
        ],
        "services": [_service(one) for one in terms.services],
        "modes": [_mode(one) for one in terms.modes],
        "cases": [{"kind": one.id, "words": both(one.words)} for one in terms.cases],
        "people": [_named(one) for one in terms.people],
        "places": [
            {"kind": one.id, "words": both(one.words), "count": one.count} for one in terms.places
        ],
        "boards": [_named(one) for one in terms.boards],
        "categories": [
            {"board": one.partition(".")[0], "id": one.partition(".")[2]}
            for one in terms.categories
        ],
        "severities": [_named(one) for one in terms.severities],
    }


def _named(one: Term) -> dict[str, Any]:
    return {"id": one.id, "words": both(one.words)}


def _point(one: PointTerm) -> dict[str, Any]:
    return {
        "name": one.name,
        "words": both(one.words),
        "unit": one.unit,
        "type": one.type,
        "range": one.range,
        "values": [{"value": value, "words": both(words)} for value, words in one.values],
        "devices": one.devices,
        "models": list(one.models),
    }


def _service(one: ServiceTerm) -> dict[str, Any]:
    return {
        "name": one.name,
        "words": both(one.service.name),
        "args": [_argument(name, arg) for name, arg in one.service.arguments.items()],
        "inverse": one.service.inverse,
        "safety": one.safety,
        "devices": one.devices,
    }


def _argument(name: str, one: Argument) -> dict[str, Any]:
    return {
        "name": name,
        "words": both(one.name),
        "type": one.type,
        "unit": one.unit,
        "range": one.range,
        "required": one.required,
    }


def _mode(one: ModeTerm) -> dict[str, Any]:
    values = [{"value": value.id, "words": both(value.words)} for value in one.values]
    return {"mode": one.mode, "words": both(one.words), "values": values}


def draft_out(found: Understood, *, language: str) -> dict[str, Any]:
    """Return a draft understood, its problems said in a language."""
    draft = found.draft
    return {
        "toml": draft.toml,
        "table": draft.table,
        "id": draft.id,
        "sentence": both(found.sentence) if found.sentence else None,
        "stories": [
            {"title": both(one.title), "given": list(one.given), "then": list(one.then)}
            for one in draft.stories
        ],
        "problems": [_problem(one, language) for one in found.problems],
        "safety": found.safety,
        "known": found.known,
    }


def _problem(one: Problem, language: str) -> dict[str, Any]:
    return {
        "where": one.where,
        "key": one.key,
        "message": said(one.key, one.values, language),
        "severity": "warning" if one.warning else "error",
    }


def results_out(results: Sequence[Result]) -> dict[str, Any]:
    """Return what came of stories."""
    return {"results": [msgspec.to_builtins(one) for one in results]}


def said(key: str, values: Mapping[str, object], language: str) -> str:
    """Return the sentence of a mistake without the name of a file, which a draft has not."""
    text = sentence(key, {**values, "file": ""}).in_(language).lstrip(" ：:")
    return text[:1].upper() + text[1:]


def dry_run_out(found: DryRun) -> dict[str, Any]:
    """Return where a scene stands now."""
    units = vocabulary.of(device_catalogue.models().values())
    return {
        "bound": found.bound,
        "checked_at": found.checked_at,
        "holds": found.holds,
        "unknown": found.unknown,
        "items": [
            {
                "anchor": one.device or one.place,
                "name": dict(zip(("zh", "en"), where.name, strict=True)),
                "place_name": dict(zip(("zh", "en"), where.place_name, strict=True)),
                "holds": one.holds,
                "waits_s": round(one.waits_s, 1),
                "values": [_value(value, units.unit(value.point)) for value in one.values],
                "would": list(one.would),
            }
            for one, where in found.items
        ],
    }


def _value(one: Shown, unit: str) -> dict[str, Any]:
    return {
        "device": one.device,
        "point": one.point,
        "value": one.value,
        "unit": unit,
        "at": datetime.fromtimestamp(one.at, UTC) if one.at else None,
        "limit": one.limit,
    }

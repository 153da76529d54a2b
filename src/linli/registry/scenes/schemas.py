"""Scenes and modes as they travel over HTTP."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import ConfigDict

from linli.contracts.sentences import sentence as sentence_of
from linli.foundation.shapes import Person, TwoLanguages
from linli.kernel.fault import Fault
from linli.kernel.words import both
from linli.registry.alarms.queries import Precision
from linli.registry.alarms.schemas import AlarmOut, alarm_out
from linli.registry.alarms.shown import Shown
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.scenes.known import scene_of
from linli.registry.scenes.models import LimitOverride, Mode, SceneState
from linli.registry.scenes.queries import Detail, Standing
from linli.scenes import limits, vocabulary
from linli.scenes.limits import Meant, stands
from linli.scenes.model import Scene
from linli.scenes.sentence import sentence
from linli.scenes.vocabulary import Vocabulary


class PrecisionOut(Schema):
    """Verdicts of 90 days; `share` is right of right and wrong, null where nobody judged."""

    right: int
    wrong: int
    unsure: int
    share: float | None


class SceneOut(Schema):
    """`stage` is off, shadow or on; `version` 0 the catalogue's text. `own`: it is not of the
    catalogue. `safety`: it touches life safety, and is changed by two persons. `waiting` is the
    number of a change that waits. `fired_24h` counts the last day; `last_fired_at` looks back a
    week.
    """

    id: str
    name: TwoLanguages
    board: str
    category: str
    severity: str
    alarm: bool
    on: bool
    stage: str
    version: int
    own: bool
    safety: bool
    waiting: int | None
    precision: PrecisionOut
    bindings: int
    active: int
    fired_24h: int
    last_fired_at: datetime | None


class TextWrong(Schema):
    """Why a text of this community's own is not loaded; the catalogue's stands in its place."""

    scene: str
    words: TwoLanguages


class Scenes(Schema):
    items: list[SceneOut]
    wrong: list[TextWrong]


class StoryOut(Schema):
    title: TwoLanguages
    given: list[str]
    then: list[str]


class LimitOut(Schema):
    """A limit that may be changed. The unit of a span is `s`."""

    key: str
    value: float
    unit: str


class OverrideOut(Schema):
    """A changed limit. `lapsed`: the text in force has something else under its key, and the change
    does nothing until a text has it again.
    """

    target: str
    key: str
    value: float
    lapsed: bool
    by: Person | None
    at: datetime


class SwitchOut(Schema):
    stage: str
    version: int
    reason: str
    by: Person | None
    at: datetime


class SceneDetail(SceneOut):
    source: str
    scope: str
    sentence: TwoLanguages
    toml: str
    stories: list[StoryOut]
    limits: list[LimitOut]
    overrides: list[OverrideOut]
    switched: SwitchOut | None
    wrong: TextWrong | None
    bound: list[str]
    recent: list[AlarmOut]


class MomentOut(Schema):
    at_s: float
    kind: str
    text: str


class ResultOut(Schema):
    title: str
    passed: bool
    expected: list[str]
    got: list[str]
    timeline: list[MomentOut]


class Results(Schema):
    results: list[ResultOut]


class Override(Schema):
    """`target` is a device code or the path of a place; a value of null takes the change back."""

    model_config = ConfigDict(extra="forbid")
    target: str
    key: str
    value: float | None
    reason: str = ""


class ModeIn(Schema):
    model_config = ConfigDict(extra="forbid")
    place: str
    mode: str
    value: str


class ModeOut(Schema):
    place: str
    mode: str
    value: str
    by: Person | None
    cause: str
    at: datetime


class Modes(Schema):
    items: list[ModeOut]
    next: str | None


class ConflictOut(Schema):
    """One conflict. `about` names a few devices or points of `count`."""

    kind: str
    scenes: list[str]
    about: list[str]
    count: int
    words: TwoLanguages


class Conflicts(Schema):
    items: list[ConflictOut]


def scene_out(one: Standing) -> dict[str, Any]:
    """Return a scene as it stands."""
    scene = one.scene
    return {
        "id": scene.id,
        "name": both(scene.name),
        "board": scene.board,
        "category": scene.category,
        "severity": scene.severity.value,
        "alarm": scene.alarm,
        "on": one.stage == "on",
        "stage": one.stage,
        "version": one.version,
        "own": one.own,
        "safety": one.safety,
        "waiting": one.waiting,
        "precision": _precision(one.precision),
        "bindings": one.bindings,
        "active": one.active,
        "fired_24h": one.fired_24h,
        "last_fired_at": one.last_fired_at,
    }


def _precision(one: Precision) -> dict[str, Any]:
    return {"right": one.right, "wrong": one.wrong, "unsure": one.unsure, "share": one.share}


def wrong_out(fault: Fault) -> dict[str, Any]:
    """Return why a text is not loaded."""
    words = sentence_of(fault.key, fault.values)
    return {"scene": scene_of(fault), "words": both(words)}


def _switched(state: SceneState | None) -> dict[str, Any] | None:
    """Return who let a scene stand as it does; nobody, where nobody changed that."""
    if state is None or state.by is None:
        return None
    return {
        "stage": state.stage,
        "version": state.version,
        "reason": state.reason,
        "by": by(state),
        "at": state.at,
    }


def detail_out(found: Detail, recent: Sequence[Shown]) -> dict[str, Any]:
    """Return all about a scene, in words too."""
    scene = found.standing.scene
    words = vocabulary.of(device_catalogue.models().values())
    meant = limits.meant(scene)
    return scene_out(found.standing) | {
        "source": scene.source,
        "scope": scene.scope,
        "sentence": both(sentence(scene, words)),
        "toml": scene.toml,
        "stories": [
            {"title": both(one.title), "given": list(one.given), "then": list(one.then)}
            for one in scene.stories
        ],
        "limits": _limits(scene, words),
        "overrides": [override_out(row, meant) for row in found.overrides],
        "switched": _switched(found.state),
        "wrong": wrong_out(found.wrong) if found.wrong else None,
        "bound": list(found.bound),
        "recent": [alarm_out(one) for one in recent],
    }


def _limits(scene: Scene, words: Vocabulary) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "value": value,
            "unit": words.unit(point) or ("s" if limits.is_span(key) else ""),
        }
        for key, (value, point) in limits.of_scene(scene).items()
    ]


def override_out(row: LimitOverride, meant: Mapping[str, Meant]) -> dict[str, Any]:
    """Return a changed limit; `meant` is what those of the text in force are about."""
    standing = stands(meant=meant, key=row.key, point=row.point, operator=row.operator)
    return {
        "target": row.target,
        "key": row.key,
        "value": row.value,
        "lapsed": not standing,
        "by": by(row),
        "at": row.at,
    }


def mode_out(row: Mode) -> dict[str, Any]:
    """Return the mode of a place."""
    return {
        "place": row.place,
        "mode": row.mode,
        "value": row.value,
        "by": by(row),
        "cause": row.cause,
        "at": row.at,
    }


def by(row: Any) -> dict[str, Any] | None:
    """Return who did something."""
    return {"id": row.by.pk, "name": row.by.name} if row.by else None

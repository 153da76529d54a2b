"""A draft of a scene understood: its table, its sentence's scene, and everything wrong with it."""

import json
import math
import tomllib
from collections.abc import Mapping, Sequence

import msgspec

from linli.contracts.things import ThingModel
from linli.kernel.fault import Fault
from linli.kernel.table import NotToml
from linli.registry.trials import masking
from linli.registry.trials.layout import Value
from linli.scenes import bounds, sizes, story
from linli.scenes.faults import MissingStories, StoryFailed
from linli.scenes.load import load
from linli.scenes.model import Scene, Story

MOST_BYTES = sizes.MOST_BYTES
_DEEPEST = 16
_SAID = {"id", "needs", "at", "scope", "when", "clear", "do"}
"""The parts without which nothing can be said of a scene."""


class DraftNotText(Fault):
    """It holds signs that are no text: half of a pair, as broken programs send them."""

    key = "trials.draft_not_text"
    status = 422


class TooDeep(Fault):
    key = "trials.too_deep"
    status = 422


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something wrong with a draft, or (a warning) something to know before it is trusted.

    `where` is the way to it in the table, as `when.all.0.above`, `do.1`, `story.0`.
    """

    where: str
    key: str
    values: Mapping[str, object]
    warning: bool = False


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A text understood as far as it goes.

    `scene` is None while it does not say when it acts or what it does; something stands in for a
    name or a source that is missing.
    """

    toml: str
    table: Mapping[str, Value] | None
    scene: Scene | None
    stories: Sequence[Story]
    problems: Sequence[Problem]

    @property
    def id(self) -> str:
        """Return the id that the text gives, be it right or not; empty where it gives none."""
        found = (self.table or {}).get("id")
        return found if isinstance(found, str) else ""


def read(toml: str, *, models: Mapping[str, ThingModel]) -> Draft:
    """Return a draft understood; what cannot be read is told as a problem."""
    try:
        check_text(toml)
        found = rows(toml)
    except Fault as fault:
        problem = _problem(fault, where="")
        return Draft(toml=toml, table=None, scene=None, stories=(), problems=[problem])
    scene, faults = masking.mistakes(found, models=models)
    told = None if _SAID & set(map(_part, faults)) else scene
    written = found.get("story", [])
    stories, failed = _stories(
        written if isinstance(written, list) else [written],
        scene=None if faults else scene,
        models=models,
    )
    return Draft(
        toml=toml,
        table=found,
        scene=told and msgspec.structs.replace(told, stories=tuple(stories), toml=toml),
        stories=stories,
        problems=[*map(_problem, faults), *failed],
    )


def loaded(toml: str, *, models: Mapping[str, ThingModel]) -> Scene:
    """Return the scene of a draft that is right but for what its stories show.

    :raises Fault: naming the first mistake
    """
    check_text(toml)
    rows(toml)
    scene = load(toml, file="", models=models)
    bounds.check(scene)
    return scene


def begun(toml: str, *, models: Mapping[str, ThingModel]) -> Scene:
    """Return the scene of a draft whose stories, name and source may still be missing or wrong.

    :raises Fault: naming the first mistake in what it says
    """
    check_text(toml)
    scene, faults = masking.mistakes(rows(toml), models=models)
    for fault in faults:
        if scene is None or _part(fault) in _SAID:
            raise fault
    assert scene is not None, "where nothing is wrong there is a scene"
    return msgspec.structs.replace(scene, stories=(), toml=toml)


def check_text(toml: str) -> None:
    """Refuse a text before it is read: too long, none at all, or one to read for ever.

    :raises TextTooLong: if it is the first or the second
    :raises TextTooMuch: if it is the third
    """
    sizes.check_text(toml, file="")


def check_table(rows: Mapping[str, Value]) -> None:
    """Refuse a table that cannot be written down: its texts hold what is no text.

    :raises DraftNotText: if it does
    """
    try:
        json.dumps(rows, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise DraftNotText from error


def table(value: object, *, depth: int = 0) -> Value:
    """Return a value as TOML and JSON both have it: nothing for null, text for what is neither.

    :raises TooDeep: if tables lie in tables without end
    """
    if depth > _DEEPEST:
        raise TooDeep(most=_DEEPEST)
    match value:
        case Mapping():
            kept = {name: one for name, one in value.items() if one is not None}
            return {str(name): table(one, depth=depth + 1) for name, one in kept.items()}
        case list():
            return [table(one, depth=depth + 1) for one in value if one is not None]
        case float() if not math.isfinite(value):
            return str(value)
        case bool() | int() | float() | str():
            return value
        case _:
            return str(value)


def rows(toml: str) -> dict[str, Value]:
    """Return the table of a text.

    :raises NotToml: with the line at fault
    :raises TooDeep: if tables lie in tables without end
    """
    try:
        found = table(tomllib.loads(toml))
    except tomllib.TOMLDecodeError as error:
        raise NotToml(file="", key="", reason=str(error)) from error
    except (RecursionError, ValueError) as error:
        raise TooDeep(most=_DEEPEST) from error
    return found if isinstance(found, dict) else {}


def _part(fault: Fault) -> str:
    """Return the part of a draft that a mistake is in: `when`, `do`, `name` …"""
    return str(fault.values.get("key", "")).partition(".")[0]


def _problem(fault: Fault, *, where: str | None = None) -> Problem:
    found = where if where is not None else str(fault.values.get("key", ""))
    return Problem(where=found, key=fault.key, values={**fault.values, "file": ""})


def _stories(
    written: Sequence[Value], *, scene: Scene | None, models: Mapping[str, ThingModel]
) -> tuple[list[Story], list[Problem]]:
    """Return the stories that can be told, and what is wrong with each; once they have taken too
    much together, the rest is told and not tried.
    """
    stories: list[Story] = []
    wrong: list[Problem] = []
    budget = story.Budget()
    for at, one in enumerate(written[: bounds.MOST_STORIES]):
        try:
            told = masking.read_story(one, models=models)
            stories.append(told)
            _try(told, scene if budget.left >= 0 else None, models, budget)
        except Fault as fault:
            _, found, inner = str(fault.values.get("key", "")).rpartition("story.0")
            wrong.append(_problem(fault, where=f"story.{at}{inner if found else ''}"))
    acts, rests = any(one.then for one in stories), any(not one.then for one in stories)
    if not wrong and not (acts and rests):
        wrong.append(_problem(MissingStories(file="", key="story")))
    return stories, wrong


def _try(
    told: Story, scene: Scene | None, models: Mapping[str, ThingModel], budget: story.Budget
) -> None:
    """Refuse a story that is not understood or, where there is a scene, does not come about.

    :raises Fault: saying which
    """
    bounds.check_one(told)
    result = story.run_one(scene, told, models=models, budget=budget) if scene else None
    if result is not None and not result.passed:
        raise StoryFailed(
            file="",
            key=told.title.zh,
            expected=", ".join(result.expected) or "[]",
            got=", ".join(result.got) or "[]",
        )

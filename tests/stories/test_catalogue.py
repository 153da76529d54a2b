"""The catalogue as it is shipped: every model and scene loads, every story comes true."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from linli.app import catalogue, settings
from linli.domains.cases.logic.kinds import CaseKind
from linli.domains.cases.logic.kinds import load as load_kinds
from linli.domains.notices.logic import HOUSEHOLD, WORKPLACE
from linli.foundation.identity.roles import PERMISSIONS
from linli.kernel.words import Words
from linli.scenes import story
from linli.scenes.load import load, promised_id
from linli.scenes.model import BOARDS, Command, Notify, OpenCase, Scene

LEAST_SCENES = 256
LEAST_CATEGORIES = 50
LEAST_MODELS = 60
CHINESE = re.compile(r"[\u4e00-\u9fff]")
MODELS, WRONG_MODELS = catalogue.models()
FILES = catalogue.scene_files()
GLOSSARY = tomllib.loads((settings.CATALOG / "glossary.toml").read_text("utf-8"))


def told(path: str) -> Scene:
    return load(FILES[path], file=path, models=MODELS, expected_id=promised_id(path))


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [told(path) for path in FILES]


@pytest.fixture(scope="module")
def kinds() -> Mapping[str, CaseKind]:
    return load_kinds((settings.CATALOG / "case_kinds.toml").read_text("utf-8"))


def in_both(words: Words) -> bool:
    """Tell whether a text is there in Chinese and, without Chinese signs, in English."""
    return bool(words.zh.strip() and words.en.strip()) and not CHINESE.search(words.en)


def shape(node: object) -> object:
    """Return a table with every number in it, spans of time included, taken out."""
    match node:
        case dict():
            return tuple(sorted((key, shape(value)) for key, value in node.items()))
        case list():
            return tuple(shape(one) for one in node)
        case bool():
            return node
        case int() | float():
            return "#"
        case str():
            return re.sub(r"\d+(\.\d+)?(ms|s|m|h|d)\b", "#", node)
    raise AssertionError(node)


def told_steps(scene: Scene) -> Iterator[Words]:
    for step in scene.do:
        text = getattr(step, "text", None)
        if isinstance(text, Words):
            yield text


class TestModels:
    def test_loads_every_model(self) -> None:
        assert WRONG_MODELS == []
        assert len(MODELS) >= LEAST_MODELS

    def test_gives_every_model_a_source_and_names_in_both_languages(self) -> None:
        for model in MODELS.values():
            words = [model.name]
            for parts in (model.properties, model.events, model.services):
                words += [one.name for one in parts.values()]

            assert model.source, model.id
            assert all(in_both(one) for one in words), model.id

    def test_lets_a_property_mean_the_same_in_every_model(self) -> None:
        meanings: dict[str, set[tuple[Any, ...]]] = {}
        for model in MODELS.values():
            for name, one in model.properties.items():
                meaning = (one.name.zh, one.name.en, one.type, one.unit, one.values)
                meanings.setdefault(name, set()).add(meaning)

        assert {name for name, found in meanings.items() if len(found) > 1} == set()

    def test_lets_a_service_mean_the_same_in_every_model(self) -> None:
        meanings: dict[str, set[tuple[Any, ...]]] = {}
        for model in MODELS.values():
            for name, one in model.services.items():
                meaning = (one.name.zh, one.inverse, one.moves, tuple(one.arguments))
                meanings.setdefault(name, set()).add(meaning)

        assert {name for name, found in meanings.items() if len(found) > 1} == set()

    def test_names_every_category_of_devices(self) -> None:
        used = {model.category for model in MODELS.values()}

        assert used == set(GLOSSARY["device_categories"])


class TestScenes:
    @pytest.mark.parametrize("path", FILES, ids=lambda path: promised_id(path) or path)
    def test_comes_true(self, path: str) -> None:
        scene = told(path)

        results = story.run(scene, models=MODELS)

        assert len(results) == len(scene.stories)
        for result in results:
            assert result.passed, (result.title, result.expected, result.got)

    def test_tells_enough_scenes_on_all_five_boards(self, scenes: list[Scene]) -> None:
        assert len(scenes) >= LEAST_SCENES
        assert len({(one.board, one.category) for one in scenes}) >= LEAST_CATEGORIES
        assert {scene.board for scene in scenes} == set(BOARDS)

    def test_calls_each_scene_as_its_path_says(self, scenes: list[Scene]) -> None:
        paths = {f"scenes/{scene.id.replace('.', '/')}.toml" for scene in scenes}

        assert paths == set(FILES)

    def test_gives_each_scene_a_source_and_words_in_both_languages(
        self, scenes: list[Scene]
    ) -> None:
        for scene in scenes:
            titles = [one.title for one in scene.stories]

            assert scene.source, scene.id
            assert all(in_both(one) for one in (scene.name, *titles, *told_steps(scene))), scene.id

    def test_repeats_no_scene_with_other_numbers(self) -> None:
        shapes: dict[object, list[str]] = {}
        for path, text in FILES.items():
            rows = tomllib.loads(text)
            whole = {key: rows.get(key, {}) for key in ("when", "clear", "do", "at", "scope")}
            shapes.setdefault(shape(whole), []).append(path)

        assert [paths for paths in shapes.values() if len(paths) > 1] == []

    def test_commands_only_what_some_device_can_do(self, scenes: list[Scene]) -> None:
        known = {name for model in MODELS.values() for name in model.services}
        used = {step.service for scene in scenes for step in scene.do if isinstance(step, Command)}

        assert used <= known

    def test_watches_only_what_some_one_device_has(self, scenes: list[Scene]) -> None:
        for scene in scenes:
            having = [one for one in MODELS.values() if set(scene.sensors) <= set(one.points())]

            assert having, scene.id


class TestCases:
    def test_opens_only_kinds_that_are_written(
        self, scenes: list[Scene], kinds: Mapping[str, CaseKind]
    ) -> None:
        used = {step.kind for scene in scenes for step in scene.do if isinstance(step, OpenCase)}

        assert used <= set(kinds)

    def test_sends_to_somebody_that_there_is(
        self, scenes: list[Scene], kinds: Mapping[str, CaseKind]
    ) -> None:
        known = {kind.skill for kind in kinds.values()} | set(PERMISSIONS)
        steps = [step for scene in scenes for step in scene.do]
        sent = {step.to for step in steps if isinstance(step, OpenCase)}
        told = {step.to for step in steps if isinstance(step, Notify)}

        assert sent <= known
        assert told <= known | {HOUSEHOLD, WORKPLACE}


class TestGlossary:
    def test_names_every_board(self) -> None:
        assert set(GLOSSARY["boards"]) == set(BOARDS)

    def test_names_every_category_and_no_other(self, scenes: list[Scene]) -> None:
        used = {f"{scene.board}.{scene.category}" for scene in scenes}

        assert used == set(GLOSSARY["categories"])

    def test_says_everything_in_both_languages(self) -> None:
        for part in GLOSSARY.values():
            for name, row in part.items():
                for words in row.values():
                    assert in_both(Words(**words)), name

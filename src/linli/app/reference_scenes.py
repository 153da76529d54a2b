"""The generated pages of scenes: an index, and a page a category."""

import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from linli.app import catalogue, settings
from linli.app.catalogue import Catalogue
from linli.scenes import limits, vocabulary
from linli.scenes.model import BOARDS, Broadcast, Notify, OpenCase, Scene, Story
from linli.scenes.sentence import sentence
from linli.scenes.vocabulary import Vocabulary

Shelves = Mapping[str, list[Scene]]
_SEVERITIES = {"critical": "紧急", "major": "重要", "minor": "一般", "info": "提示"}


def pages(folder: Path) -> Mapping[Path, Callable[[], str]]:
    """Return the index and the page of each category, with what makes each."""
    found: dict[Path, Callable[[], str]] = {folder / "scenes.md": _index}
    for shelf in _shelves():
        found[folder / "scenes" / f"{shelf}.md"] = partial(_page, shelf)
    return found


@cache
def _known() -> Catalogue:
    return catalogue.load()


@cache
def _terms() -> Vocabulary:
    return vocabulary.of(_known().models.values())


@cache
def _shelves() -> Shelves:
    """Return the scenes by board and category, in the order of the boards."""
    shelves: dict[str, list[Scene]] = defaultdict(list)
    for scene in sorted(_known().scenes, key=lambda one: (BOARDS.index(one.board), one.id)):
        shelves[scene.id.rpartition(".")[0]].append(scene)
    return shelves


@cache
def _names() -> Mapping[str, Any]:
    text = (settings.CATALOG / "glossary.toml").read_text("utf-8")
    return tomllib.loads(text)


def _title(shelf: str) -> str:
    name = _names()["categories"][shelf]["name"]
    return f"{name['zh']} · {name['en']}"


def _index() -> str:
    shelves = _shelves()
    scenes = [scene for shelf in shelves.values() for scene in shelf]
    stories = sum(len(scene.stories) for scene in scenes)
    lines = ["# 场景 · Scenes", ""]
    lines += [
        f"{len(scenes)} scenes in `catalog/scenes/`, {len(shelves)} categories on "
        f"{len(BOARDS)} boards, proven by {stories} stories. How to read one: "
        "[scenes](../explanation/scenes.md).",
        "",
    ]
    for board in BOARDS:
        name = _names()["boards"][board]["name"]
        lines += [f"## {name['zh']} · {name['en']}", "", "| | scenes | stories |", "|---|---|---|"]
        for shelf, found in shelves.items():
            if shelf.startswith(board + "."):
                count = sum(len(one.stories) for one in found)
                lines.append(f"| [{_title(shelf)}](scenes/{shelf}.md) | {len(found)} | {count} |")
        lines.append("")
    return "\n".join(lines)


def _page(shelf: str) -> str:
    lines = [f"# {_title(shelf)}", "", f"`{shelf}` · [all categories](../scenes.md)", ""]
    for scene in _shelves()[shelf]:
        lines += _told(scene)
    return "\n".join(lines)


def _told(scene: Scene) -> Iterator[str]:
    words = sentence(scene, _terms())
    yield f"## {scene.name.zh} · {scene.name.en}"
    yield ""
    yield f"`{scene.id}` · {_SEVERITIES[scene.severity]} {scene.severity}"
    for part in (words.zh, words.en, f"来源 Source: {scene.source}"):
        yield ""
        yield part
    yield ""
    yield from _limits(scene)
    yield from _people(scene)
    yield from _said(scene)
    for story in scene.stories:
        yield from _story(story)
    yield ""


def _limits(scene: Scene) -> Iterator[str]:
    """Yield the numbers that may be changed on the spot, with their units."""
    known = limits.of_scene(scene)
    if not known:
        return
    yield "| 限值 limit | | 单位 unit |"
    yield "|---|---|---|"
    for key, (value, point) in known.items():
        unit = "s" if limits.is_span(key) else _terms().unit(point)
        yield f"| `{key}` | {value:g} | {unit} |"
    yield ""


def _people(scene: Scene) -> Iterator[str]:
    """Yield who acts, and within what time."""
    for step in scene.do:
        if isinstance(step, OpenCase):
            whom = step.to or "as its kind says"
            within = f", within {step.within_s / 60:g} min" if step.within_s else ""
            yield f"- 工单 case `{step.kind}` → {whom}{within}"


def _said(scene: Scene) -> Iterator[str]:
    for step in scene.do:
        if isinstance(step, Broadcast):
            yield f"- 广播 broadcast: “{step.text.zh}” “{step.text.en}”"
        elif isinstance(step, Notify):
            yield f"- 通知 told to {step.to}: “{step.text.zh}” “{step.text.en}”"


def _story(story: Story) -> Iterator[str]:
    given = "; ".join(story.given)
    then = "; ".join(story.then) or "nothing"
    yield f"- 故事 story **{story.title.zh} · {story.title.en}**: {given} ⇒ {then}"

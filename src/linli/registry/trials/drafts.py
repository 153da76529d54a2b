"""Drafts of scenes: what people write before it is a version. Nothing of it is kept here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from linli.kernel.words import Words
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.scenes import catalogue as scene_catalogue
from linli.registry.scenes.models import SceneVersion
from linli.registry.trials import drafting, reading, recording
from linli.registry.trials.cautions import cautions
from linli.registry.trials.reading import Draft, Problem
from linli.scenes import story, vocabulary
from linli.scenes.life_safety import touches_life
from linli.scenes.sentence import sentence

Known = Literal["catalogue", "own", "new"]


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """A draft as it is shown. `sentence` is None while it does not say when it acts or what it
    does; `safety` tells that two persons must put it in force.
    """

    draft: Draft
    sentence: Words | None
    problems: Sequence[Problem]
    safety: bool
    known: Known


def read(*, community: str, toml: str) -> Understood:
    """Return a draft understood; whatever is wrong with it is told, and nothing is raised."""
    models = device_catalogue.models()
    draft = reading.read(toml, models=models)
    scene = draft.scene
    told = cautions(community=community, scene=scene, models=models) if scene else ()
    return Understood(
        draft=draft,
        sentence=sentence(scene, vocabulary.of(models.values())) if scene else None,
        problems=[*draft.problems, *told],
        safety=touches_life(scene, models) if scene else False,
        known=_known(community, draft.id),
    )


def _known(community: str, scene: str) -> Known:
    if scene in scene_catalogue.scenes():
        return "catalogue"
    own = SceneVersion.rows.of(community).filter(scene=scene[:96]).exists() if scene else False
    return "own" if own else "new"


def write(*, community: str, table: Mapping[str, object], toml: str) -> Understood:
    """Return the draft of a table; what it has in common with the text before stays as written.

    :raises TooDeep: if tables lie in tables without end
    :raises DraftNotText: if it holds what cannot be written down
    :raises TextTooLong: if its text would be too long, or the text before is
    """
    reading.check_text(toml)
    rows = reading.table(table)
    assert isinstance(rows, dict), "the table of a table is one"
    reading.check_table(rows)
    text = drafting.write(rows, before=toml)
    reading.check_text(text)
    return read(community=community, toml=text)


def run_stories(*, toml: str) -> list[story.Result]:
    """Run the stories of a draft; return what came of each.

    :raises Fault: if it does not load, naming the first mistake
    """
    models = device_catalogue.models()
    return story.run(reading.loaded(toml, models=models), models=models)


def with_recorded(
    *,
    community: str,
    toml: str,
    device: str,
    start: datetime,
    end: datetime,
    seen: Sequence[str],
    now: datetime,
) -> Understood:
    """Return a draft with a story more, as `recording.record` writes it."""
    text = recording.record(
        community=community, toml=toml, device=device, start=start, end=end, seen=seen, now=now
    )  # fmt: skip
    reading.check_text(text)
    return read(community=community, toml=text)

"""Texts of scenes that a community writes itself."""

from collections.abc import Iterator
from datetime import datetime

import msgspec
from django.db import transaction
from django.utils.translation import get_language

from linli.contracts.scenes import SceneVersionWritten
from linli.contracts.sentences import sentence
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.devices import operations as devices
from linli.registry.scenes import logic, queries
from linli.registry.scenes.models import SceneState, SceneVersion
from linli.scenes import bounds, load, story
from linli.scenes.life_safety import touches_life
from linli.scenes.model import Scene


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A text that was written down; `safety` says that it touches life safety."""

    scene: str
    number: int
    safety: bool


def write(*, community: str, toml: str, note: str, by: int | None, now: datetime) -> Written:
    """Write down a text of a scene under the next number. It is in no force by that.

    The same text as the newest is that again.

    :raises logic.DraftWrong: if it does not load, or a story of it fails
    :raises logic.NeedsReason: if the note is too long
    :raises logic.TooManyScenes: if there are as many as a community may have
    """
    logic.check_reason(reason=note, due=False)
    scene = proven(toml=toml)
    row = _written(community, scene, note, by, now)
    safety = touches_life(scene, device_catalogue.models())
    return Written(scene=scene.id, number=row.number, safety=safety)


def proven(*, toml: str) -> Scene:
    """Return the scene of a text that loads and whose stories all pass.

    :raises logic.DraftWrong: if it is not one
    """
    try:
        scene = load.load(toml, file="", models=device_catalogue.models())
        bounds.check(scene)
        failed = list(_failed(scene))
    except Fault as fault:
        raise logic.DraftWrong(problems=[problem(fault)]) from fault
    if failed:
        raise logic.DraftWrong(problems=failed)
    return scene


@transaction.atomic
def _written(
    community: str, scene: Scene, note: str, by: int | None, now: datetime
) -> SceneVersion:
    locked(community=community, scene=scene.id, now=now)
    last = queries.newest(community=community, scene=scene.id)
    if last is not None and last.toml == scene.toml:
        return last
    number = last.number + 1 if last is not None else 1
    full = last is None and queries.own_count(community=community) >= logic.MOST_OWN
    if number > logic.MOST_OWN or full:
        raise logic.TooManyScenes(most=logic.MOST_OWN)
    row = SceneVersion.rows.create(
        community=community,
        scene=scene.id,
        number=number,
        toml=scene.toml,
        note=note,
        by_id=by,
        at=now,
    )
    outbox.record(
        SceneVersionWritten(
            id=ids.new(), at=now, community=community, scene=scene.id, version=number, by=by
        )
    )
    devices.bump(community=community, now=now, announce=False)
    return row


def locked(*, community: str, scene: str, now: datetime) -> SceneState:
    """Return how a scene stands, locked, so that one thing at a time is done to it.

    It tells how it really stands: the catalogue may have lost it, or come to it, since.
    """
    stage, version = queries.stage_of(scene=scene, state=None)
    row, _ = (
        SceneState.rows.of(community)
        .select_for_update()
        .get_or_create(scene=scene, defaults={"stage": stage, "version": version, "at": now})
    )
    row.stage, row.version = queries.stage_of(scene=scene, state=row)
    return row


def _failed(scene: Scene) -> Iterator[dict[str, str]]:
    for at, one in enumerate(story.run(scene, models=device_catalogue.models())):
        if not one.passed:
            values: dict[str, object] = {
                "key": one.title,
                "expected": ", ".join(one.expected) or "[]",
                "got": ", ".join(one.got) or "[]",
            }
            yield _row(f"story.{at}", "scenes.story_failed", values)


def problem(fault: Fault) -> dict[str, str]:
    """Return what is wrong with a text, for whoever reads the answer."""
    return _row(str(fault.values.get("key", "")), fault.key, fault.values)


def _row(where: str, key: str, values: dict[str, object]) -> dict[str, str]:
    """Return a problem for whoever reads the answer, in his language."""
    words = sentence(key, {**values, "file": ""}).in_(get_language() or "zh")
    return {"where": where, "key": key, "message": words.lstrip("：: ")}

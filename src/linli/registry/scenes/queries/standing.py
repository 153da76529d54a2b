"""Scenes as they stand in a community."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from linli.contracts.scenes import SceneBrief
from linli.kernel.fault import Fault
from linli.registry.alarms import queries as alarms
from linli.registry.alarms.models import Alarm
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.devices import queries as devices
from linli.registry.scenes import bindings, known
from linli.registry.scenes.models import LimitOverride, SceneChange, SceneState
from linli.registry.scenes.queries import register, stages
from linli.registry.scenes.queries.stages import SceneNotFound
from linli.scenes import limits, story, vocabulary
from linli.scenes.conflicts import Conflict
from linli.scenes.model import Scene

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
_BOUND = 200
_RECENT = 20


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a scene stands in a community, by the text in force (`version` 0 is the catalogue's).

    `own`: the catalogue does not have it. `safety`: it touches life safety. `waiting` is the change
    that waits for a second person. `last_fired_at` looks back a week.
    """

    scene: Scene
    stage: str
    version: int
    own: bool
    safety: bool
    waiting: int | None
    precision: alarms.Precision
    bindings: int
    active: int
    fired_24h: int
    last_fired_at: datetime | None


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """Scenes as they stand, and what keeps own texts of this community from being loaded."""

    standings: Sequence[Standing]
    wrong: Sequence[Fault]


class ChangePage(msgspec.Struct, frozen=True, kw_only=True):
    """Changes with the scenes as they may be named, and the units of limits, by scene and key;
    `next` is where the next page begins.
    """

    changes: Sequence[SceneChange]
    briefs: Mapping[str, SceneBrief]
    units: Mapping[tuple[str, str], str]
    next: int | None


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """All about one scene in a community. `bound` are device codes, or paths of places.

    `wrong` is what keeps the text in force from being loaded; the catalogue's stands in its place.
    """

    standing: Standing
    state: SceneState | None
    wrong: Fault | None
    overrides: Sequence[LimitOverride]
    bound: Sequence[str]
    recent: Sequence[Alarm]


def briefs(community: str) -> Mapping[str, SceneBrief]:
    """Return every scene of a community by its id, its own among them, as others may name it."""
    return known.known(community=community).briefs


def scenes(*, community: str) -> Mapping[str, Scene]:
    """Return every scene of a community by its id, each by the text in force, or that was last."""
    return known.known(community=community).scenes


def in_force(*, community: str) -> list[Scene]:
    """Return the scenes that are on, or in shadow, by the texts in force."""
    off = stages.in_stage(community=community, stage="off")
    return [one for one in scenes(community=community).values() if one.id not in off]


def scene(*, community: str, id: str) -> Scene:
    """Return the scene with this id.

    :raises SceneNotFound: if the community has none
    """
    found = scenes(community=community).get(id)
    if found is None:
        raise SceneNotFound(scene=id)
    return found


def standings(
    *, community: str, board: str = "", category: str = "", text: str = "", now: datetime
) -> list[Standing]:
    """Return the scenes of a board or category, or with a text in their names, as they stand."""
    wanted = [
        one
        for one in scenes(community=community).values()
        if board in {"", one.board} and category in {"", one.category} and _has(one, text)
    ]
    return _standing(community, sorted(wanted, key=lambda one: one.id), now)


def listing(
    *, community: str, board: str = "", category: str = "", text: str = "", now: datetime
) -> Listing:
    """Return the scenes as they stand, as `standings` does, and which own texts do not load."""
    return Listing(
        standings=standings(
            community=community, board=board, category=category, text=text, now=now
        ),
        wrong=texts_wrong(community=community),
    )


def change_page(
    *, community: str, scene: str = "", state: str = "", before: int | None = None, limit: int = 100
) -> ChangePage:
    """Return changes, the newest first, with the names of their scenes."""
    rows, following = stages.changes(
        community=community, scene=scene, state=state, before=before, limit=limit
    )
    return ChangePage(
        changes=rows,
        briefs=briefs(community),
        units=limit_units(community=community, scenes_asked={row.scene for row in rows if row.key}),
        next=following,
    )


def _has(one: Scene, text: str) -> bool:
    return text.casefold() in f"{one.id}\n{one.name.zh}\n{one.name.en}".casefold()


def _standing(community: str, wanted: Sequence[Scene], now: datetime) -> list[Standing]:
    everything = known.known(community=community)
    states = stages.standings_set(community=community)
    waiting = stages.waiting(community=community)
    precision = alarms.precision(community=community, now=now)
    bound = bound_scenes(community=community)
    active = alarms.active_by_scene(community=community, scenes=[one.id for one in wanted])
    span = {"since": now - WEEK, "lately": now - DAY}
    raised = alarms.firings(community=community, **span)
    commanded = devices.firings(community=community, **span)
    found = []
    for one in wanted:
        count, last = (raised if one.alarm else commanded).get(one.id, (0, None))
        stage, version = stages.stage_of(scene=one.id, state=states.get(one.id))
        found.append(
            Standing(
                scene=one,
                stage=stage,
                version=version,
                own=one.id in everything.own,
                safety=one.id in everything.safety,
                waiting=waiting.get(one.id),
                precision=precision.get(one.id, alarms.Precision()),
                bindings=len(bound.get(one.id, ())),
                active=active.get(one.id, 0),
                fired_24h=count,
                last_fired_at=last,
            )
        )
    return found


def detail(*, community: str, id: str, seen: Sequence[str], now: datetime) -> Detail:
    """Return all about one scene; `seen` are the places below which the reader may look.

    :raises SceneNotFound: if the community has none
    """
    one = scene(community=community, id=id)
    wrong = {known.scene_of(fault): fault for fault in texts_wrong(community=community)}
    return Detail(
        standing=_standing(community, [one], now)[0],
        state=stages.standing(community=community, scene=id),
        wrong=wrong.get(id),
        overrides=register.overrides(community=community, scene=id),
        bound=bound_scenes(community=community).get(id, ())[:_BOUND],
        recent=alarms.latest(community=community, scene=id, limit=_RECENT, seen=seen),
    )


def texts_wrong(*, community: str) -> Sequence[Fault]:
    """Return what keeps own texts of this community from being loaded."""
    return known.known(community=community).wrong


def limits_of(*, community: str, id: str) -> dict[str, tuple[float, str]]:
    """Return the limits of a scene that may be changed: value and point, by key.

    :raises SceneNotFound: if the community has none
    """
    return limits.of_scene(scene(community=community, id=id))


def limit_units(*, community: str, scenes_asked: Collection[str]) -> dict[tuple[str, str], str]:
    """Return the units of the limits of scenes, by scene and key; that of a span is `s`."""
    words = vocabulary.of(device_catalogue.models().values())
    known_here = scenes(community=community)
    return {
        (scene, key): words.unit(point) or ("s" if limits.is_span(key) else "")
        for scene in scenes_asked
        if scene in known_here
        for key, (_, point) in limits.of_scene(known_here[scene]).items()
    }


def stories_told(*, community: str, id: str) -> list[story.Result]:
    """Run the stories of a scene on the spot; return what came of each.

    :raises SceneNotFound: if the community has none
    """
    return story.run(scene(community=community, id=id), models=device_catalogue.models())


def bound_scenes(*, community: str) -> Mapping[str, Sequence[str]]:
    """Return for each scene what it watches here: device codes, or paths of places.

    Found anew when the register changes, and remembered until then.
    """
    return bindings.bound(
        community=community,
        version=devices.version(community=community),
        scenes=scenes(community=community),
        read=lambda: register.directory(community),
    )


def conflicts(*, community: str) -> Sequence[Conflict]:
    """Return what stands against what among the scenes that are on here, or in shadow.

    Found anew when the register changes, which takes seconds, and remembered until then.
    """
    return bindings.conflicts(
        community=community,
        version=devices.version(community=community),
        scenes=scenes(community=community),
        read=lambda: register.directory(community),
    )

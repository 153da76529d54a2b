"""The scenes of a community: the catalogue's, with its own beside them and in their place."""

from collections.abc import Mapping, Sequence

import msgspec

from linli.contracts.directory import SceneEntry
from linli.contracts.scenes import SceneBrief
from linli.kernel.fault import Fault
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.devices import queries as devices
from linli.registry.scenes import catalogue
from linli.registry.scenes.models import SceneState, SceneVersion
from linli.scenes.life_safety import touches_life
from linli.scenes.model import Scene
from linli.scenes.overlay import overlay

_KEPT = 64
_known: dict[tuple[str, int, int], "Known"] = {}


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """The scenes of a community by id, each by the text that is in force, or was last.

    `own` are those that the catalogue does not have; `safety` touch life safety; `wrong` says which
    own texts do not load (the catalogue's stand in their place).
    """

    scenes: Mapping[str, Scene]
    briefs: Mapping[str, SceneBrief]
    own: frozenset[str]
    safety: frozenset[str]
    wrong: Sequence[Fault]


def known(*, community: str) -> Known:
    """Return the scenes of a community.

    Found anew when its register changes, and remembered until then.
    """
    key = (community, devices.version(community=community), id(catalogue.scenes()))
    if key not in _known:
        _known[key] = _find(community)
        while len(_known) > _KEPT:
            del _known[next(iter(_known))]
    return _known[key]


def scene_of(fault: Fault) -> str:
    """Return the scene whose own text a fault is about."""
    return str(fault.values.get("file", "")).partition("@")[0]


def forget() -> None:
    """Forget what was found."""
    _known.clear()


def entries(*, community: str) -> list[SceneEntry]:
    """Return the texts in force or in shadow that are not the catalogue's, by the ids of scenes."""
    states = SceneState.rows.of(community).exclude(stage="off").filter(version__gt=0)
    return _texts(community, dict(states.values_list("scene", "version")))


def _find(community: str) -> Known:
    models, base = device_catalogue.models(), catalogue.scenes()
    states = dict(SceneState.rows.of(community).values_list("scene", "version"))
    newest = dict(SceneVersion.rows.of(community).order_by("number").values_list("scene", "number"))
    wanted = {scene: version for scene, version in states.items() if version}
    wanted |= {scene: n for scene, n in newest.items() if scene not in base and scene not in wanted}
    scenes, wrong = overlay(base.values(), _texts(community, wanted), models)
    return Known(
        scenes={one.id: one for one in scenes},
        briefs={one.id: _brief(one) for one in scenes},
        own=frozenset(one.id for one in scenes if one.id not in base),
        safety=frozenset(one.id for one in scenes if touches_life(one, models)),
        wrong=wrong,
    )


def _texts(community: str, wanted: Mapping[str, int]) -> list[SceneEntry]:
    """Return the texts of these versions."""
    if not wanted:
        return []
    rows = SceneVersion.rows.of(community).filter(scene__in=wanted, number__in=set(wanted.values()))
    return [
        SceneEntry(scene=scene, version=number, toml=toml)
        for scene, number, toml in rows.order_by("scene").values_list("scene", "number", "toml")
        if wanted[scene] == number
    ]


def _brief(one: Scene) -> SceneBrief:
    return SceneBrief(
        id=one.id,
        name=one.name,
        board=one.board,
        category=one.category,
        severity=one.severity.value,
    )

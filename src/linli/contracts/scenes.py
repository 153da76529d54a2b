"""What the rest of the system may know of scenes and modes."""

from collections.abc import Mapping

import msgspec

from linli.kernel.event import Event
from linli.kernel.port import Port
from linli.kernel.words import Words


class SceneChangeProposed(Event, frozen=True, kw_only=True):
    """A change of a scene that touches life safety waits for a second person."""

    change: int
    scene: str
    version: int
    stage: str
    by: int | None
    reason: str


class SceneChanged(Event, frozen=True, kw_only=True):
    """A scene stands otherwise from now on; `version` 0 is the catalogue's text. `by` asked for it,
    and `decided_by` let it pass: where nobody else need, the same.
    """

    change: int
    scene: str
    version: int
    version_before: int
    stage: str
    stage_before: str
    by: int | None
    decided_by: int | None
    reason: str


class ModeSet(Event, frozen=True, kw_only=True):
    place: str
    mode: str
    value: str
    by: int | None = None


class SceneBrief(msgspec.Struct, frozen=True, kw_only=True):
    """A scene, as others may name it."""

    id: str
    name: Words
    board: str
    category: str
    severity: str


scene_briefs: Port[[str], Mapping[str, SceneBrief]] = Port("scenes.briefs")
"""Asked with a community's code: every scene that it has, by id; one taken out of the catalogue
since is not there.
"""

"""What the rest of the system may know of scenes and modes."""

from collections.abc import Mapping

import msgspec

from linli.kernel.event import Event
from linli.kernel.port import Port
from linli.kernel.words import Words


class SceneSwitched(Event, frozen=True, kw_only=True):
    scene: str
    on: bool
    by: int
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


scene_briefs: Port[[], Mapping[str, SceneBrief]] = Port("scenes.briefs")
"""Every scene of the catalogue by its id; a scene taken out of it since is not there."""

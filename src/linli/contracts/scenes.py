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


class SceneChangeRefused(Event, frozen=True, kw_only=True):
    """A change of a scene or of a limit was turned down by the second person."""

    change: int
    scene: str
    by: int
    asked_by: int | None
    reason: str


class SceneChangeWithdrawn(Event, frozen=True, kw_only=True):
    """Who asked for a change took it back."""

    change: int
    scene: str
    by: int
    reason: str


class SceneVersionWritten(Event, frozen=True, kw_only=True):
    """A text of a scene was written down under a number; it is in no force by that."""

    scene: str
    version: int
    by: int | None


class LimitChangeProposed(Event, frozen=True, kw_only=True):
    """A limit of a scene that touches life safety waits for a second person to be changed. A value
    of null is the text's own.
    """

    change: int
    scene: str
    target: str
    key: str
    value_before: float | None
    value: float | None
    by: int
    reason: str


class LimitChanged(Event, frozen=True, kw_only=True):
    """A limit of a scene is another from now on at a device, or at a place and below it; null is
    the text's own. `by` asked for it, and `decided_by` let it pass: where nobody else need, the
    same.
    """

    change: int
    scene: str
    target: str
    key: str
    value_before: float | None
    value: float | None
    by: int
    decided_by: int
    reason: str


class ProposalDecided(Event, frozen=True, kw_only=True):
    """Somebody answered a proposed limit; `state` is what became of it: waiting (for a second
    person), accepted, dismissed, or gone, where the scene has changed since.
    """

    proposal: int
    scene: str
    target: str
    key: str
    state: str
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


scene_briefs: Port[[str], Mapping[str, SceneBrief]] = Port("scenes.briefs")
"""Asked with a community's code: every scene that it has, by id; one taken out of the catalogue
since is not there.
"""

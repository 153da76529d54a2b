"""A scene made ready: what it listens to, looked up once."""

from collections.abc import Iterable

from linli.contracts.effects import Severity
from linli.scenes.model import (
    Case,
    Clock,
    Command,
    Count,
    Held,
    Looking,
    Mode,
    Rate,
    Scene,
    Threshold,
)
from linli.scenes.walk import is_lazy, is_momentary, leaves, looks, nodes

_RANK = {Severity.CRITICAL: 0, Severity.MAJOR: 1, Severity.MINOR: 2, Severity.INFO: 3}


class Plan:
    """What the engine asks of a scene again and again.

    In `shadow` it only tells what it would do. `safety` tells that it goes before scenes of other
    boards at an actuator; `ordinary` takes that from one of the board of safety.
    """

    def __init__(self, scene: Scene, *, shadow: bool = False, ordinary: bool = False) -> None:
        self.scene = scene
        self.shadow = shadow
        self.safety = scene.safety and not ordinary
        self.id = scene.id
        self.lazy = is_lazy(scene)
        self.momentary = is_momentary(scene)
        self.of_device = scene.scope == "device"
        self.rank = (0 if self.safety else 1, _RANK[scene.severity])
        """The smaller wins at an actuator: safety beats all, then severity."""
        self.when_looks = tuple(looks(scene.when))
        self.clear_looks = tuple(looks(scene.clear))
        self.roles = _roles((*self.when_looks, *self.clear_looks))
        both = (*leaves(scene.when), *leaves(scene.clear))
        self.windows = tuple(one for one in both if isinstance(one, (Count, Rate)))
        self.clocks = tuple(one for one in both if isinstance(one, Clock))
        self.modes = frozenset(one.mode for one in both if isinstance(one, Mode))
        self.cases = frozenset(one.kind for one in both if isinstance(one, Case))
        self.nodes = {one.node: one for one in (*nodes(scene.when), *nodes(scene.clear))}
        own = (*self.when_looks, *self.clear_looks)
        self.alone = self.of_device and all(look.where in (None, "device") for look in own)
        """It looks at its own device only."""
        bare = scene.when.part if isinstance(scene.when, Held) else scene.when
        self.plain = self.alone and self.lazy and isinstance(bare, Threshold)
        """It begins with one limit at its own device."""
        self.reflex = (
            self.plain
            and not shadow
            and bare is scene.when
            and scene.clear is None
            and not scene.alarm
            and not scene.cooldown_s
            and all(isinstance(step, Command) and not step.after_s for step in scene.do)
        )
        """It does no more than command, at once, while its limit is met."""


def _roles(every: Iterable[Looking]) -> dict[str, tuple[str | None, ...]]:
    """Return, by point (all points: empty), the places from which it is looked at."""
    found: dict[str, dict[str | None, None]] = {}
    for look in every:
        found.setdefault(look.point, {})[look.where] = None
    return {point: tuple(wheres) for point, wheres in found.items()}

"""Every write to the texts, stages, limits and modes of scenes."""

from linli.registry.scenes.operations.limits import decided, override, place_moved
from linli.registry.scenes.operations.modes import (
    mode_wanted,
    modes_wanted,
    renew_mode,
    set_mode,
)
from linli.registry.scenes.operations.shadows import (
    forget_findings,
    shadows_acted,
    shadows_ended,
)
from linli.registry.scenes.operations.stages import approve, change, refuse, withdraw
from linli.registry.scenes.operations.versions import Written, proven, write

__all__ = [
    "Written",
    "approve",
    "change",
    "decided",
    "forget_findings",
    "mode_wanted",
    "modes_wanted",
    "override",
    "place_moved",
    "proven",
    "refuse",
    "renew_mode",
    "set_mode",
    "shadows_acted",
    "shadows_ended",
    "withdraw",
    "write",
]

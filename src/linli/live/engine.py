"""The scene engine as the live half uses it; `linli.scenes.engine.Engine` is one."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from linli.contracts.directory import Directory
from linli.contracts.effects import AnyEffect
from linli.contracts.signals import AnySignal
from linli.devices.batch import Batch
from linli.kernel.fault import Fault


class Engine(Protocol):
    """Deterministic: state and input to effects. Times are epoch seconds."""

    def feed(self, batch: Batch) -> Sequence[AnyEffect]:
        """Hear readings."""

    def hear(self, signals: Sequence[AnySignal], at: float) -> Sequence[AnyEffect]:
        """Hear signals."""

    def advance(self, now: float) -> Sequence[AnyEffect]:
        """Let time pass."""

    def next_deadline(self) -> float | None:
        """Return when time alone will do something; None when never."""

    def standing_against(self, *, device: str, service: str) -> tuple[str, str] | None:
        """Return (scene, command) of the safety scene that wants the opposite now, if one does."""

    def snapshot(self) -> bytes:
        """Return the state."""

    def restore(self, snapshot: bytes) -> None:
        """Go on from a state."""

    def rewire(self, directory: Directory, at: float, cause: str = "") -> Sequence[AnyEffect]:
        """Take the register as it is now; `cause` is what told that it changed."""

    @property
    def wrong(self) -> Sequence[Fault]:
        """Return what is wrong with texts of scenes that the directory has and do not load."""

    @property
    def twin(self) -> Any:
        """Return the last values."""


MakeEngine = Callable[[Directory, float], Engine]
"""Given a directory and the time: an engine with the scenes of this installation."""

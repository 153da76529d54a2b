"""What a driver asks of the live half: who may come in, and where what he says goes."""

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

Mark = tuple[int, int]
"""What was pending when a chunk began."""


class Plan(Protocol):
    """What to do with the payloads of one topic of one caller."""

    def take(self, payload: bytes) -> int:
        """Take one; return 0, or a reason code of MQTT 5.0 when nothing of it was taken."""


class Line(Protocol):
    """Where acknowledgements go."""

    tickets: deque[Any]

    def send(self, data: bytes) -> None:
        """Send acknowledgements."""


class Caller(Protocol):
    """A device or gateway that has said its secret. `devices`: itself and its children."""

    community: str
    device: str
    devices: frozenset[str]
    many: bool
    safety: bool


class Door(Protocol):
    """The live half, as a driver sees it. None of it waits. Callers are those that it admitted."""

    def admit(self, *, username: str, password: bytes) -> Caller | None:
        """Return who it is, or None where name and secret do not fit."""

    def plan(self, caller: Any, topic: bytes) -> Plan | None:
        """Return what to do with a topic, or None (counted) where it is not the caller's."""

    def begin(self, caller: Any) -> Mark:
        """Read the clock: what is taken from here on arrived now."""

    def end(self, caller: Any, mark: Mark, acks: bytes, line: Line) -> None:
        """Send `acks` to the line when all that was taken since the mark is on disk."""

    def full(self, caller: Any) -> bool:
        """Tell whether the caller must wait: too much of what was taken is not dealt with yet."""

    def wait(self, caller: Any, resume: Callable[[], None]) -> None:
        """Call `resume` when there is room again."""

    def came(self, caller: Any, line: object) -> None:
        """A line of the caller is up."""

    def listens(self, caller: Any) -> None:
        """A line of the caller hears commands now."""

    def went(self, caller: Any, line: object, reason: str) -> None:
        """It is down; `reason` is empty where the device said goodbye."""

    def refused(self, caller: Any, name: str, reason: str, sample: bytes) -> None:
        """Count something that was not taken; of strangers `caller` is None."""

"""What a driver asks of the live half: who may come in, and where what he says goes."""

from collections.abc import Callable
from typing import Protocol


class Plan(Protocol):
    """What to do with the payloads of one topic of one caller."""

    def take(self, payload: bytes) -> int:
        """Take one; return 0, or a reason code of MQTT 5.0 when nothing of it was taken."""


class Caller(Protocol):
    """A device or gateway that has said its secret."""

    community: str
    device: str
    devices: frozenset[str]
    """Itself, and for a gateway its children."""
    many: bool
    safety: bool


class Door(Protocol):
    """The live half, as a driver sees it. None of it waits."""

    def admit(self, *, username: str, password: bytes) -> Caller | None:
        """Return who it is, or None where name and secret do not fit."""

    def plan(self, caller: Caller, topic: bytes) -> Plan | None:
        """Return what to do with a topic, or None where it is not the caller's."""

    def begin(self) -> None:
        """Read the clock: what is taken from here on arrived now."""

    def end(self, caller: Caller, acks: bytes, release: Callable[[bytes], None]) -> None:
        """Call `release` with `acks` when all that was taken since `begin` is on disk."""

    def full(self, caller: Caller) -> bool:
        """Tell whether the caller must wait: too much of what was taken is not dealt with yet."""

    def wait(self, caller: Caller, resume: Callable[[], None]) -> None:
        """Call `resume` when there is room again."""

    def came(self, caller: Caller, line: object) -> None:
        """A line of the caller is up."""

    def went(self, caller: Caller, line: object, reason: str) -> None:
        """It is down; `reason` is empty where the device said goodbye."""

    def refused(self, caller: Caller | None, name: str, reason: str, sample: bytes) -> None:
        """Something was not taken: count it."""

"""A half-duplex line over TCP that is polled: meters, controllers behind a serial server.

We dial the serial server, or it dials us. One question is open on a line at a time. What is asked
and what an answer says is a protocol's own: its `Talk`.
"""

from collections.abc import Generator, Sequence
from typing import Any, Protocol

import msgspec

from linli.drivers import serial_port
from linli.drivers.line import Order, Wired
from linli.drivers.reading import Reading
from linli.drivers.timetable import Group
from linli.drivers.wire import Read

__all__ = ["Ask", "Dialogue", "Group", "NoAnswer", "Outcome", "Refused", "Talk", "Way"]


class NoAnswer(Exception):
    """Nobody answered a question, however often it was asked. Thrown into the dialogue: one that
    heard enough before may catch it and return."""


class Refused(Exception):
    """The device would not. `reason` is a word that an operator is shown."""

    def __init__(self, reason: str, sample: bytes = b"") -> None:
        super().__init__(reason)
        self.reason = reason
        self.sample = sample


def _unread(_: bytes) -> None:
    return None


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One question. `read` tells what a frame answers to it; without `answered` nobody does.

    `shown` is what the engineer sees of it, where the frame holds a secret. Before it the line
    rests `after_s`, as where a device needs a moment to do what it was told.
    """

    frame: bytes
    read: Read = _unread
    shown: bytes = b""
    answered: bool = True
    after_s: float = 0.0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a dialogue came to. `refusals` are (reason, sample) of what the device would not tell;
    `strangers` are (address, about) of who answered a search. Without `heard` nobody spoke.
    `then` is a dialogue that goes on after an order was answered, to look at what it did.
    """

    readings: Sequence[Reading] = ()
    refusals: Sequence[tuple[str, bytes]] = ()
    strangers: Sequence[tuple[str, dict[str, str]]] = ()
    heard: bool = True
    then: Generator[Ask, Any, "Outcome"] | None = None


Dialogue = Generator[Ask, Any, Outcome]
"""Questions, one after the other; each `yield` gives what its `read` returned.

It may raise Refused. NoAnswer is thrown in where nobody answers.
"""


class Talk(Protocol):
    """A protocol on a polled line. Nothing of it waits or keeps bytes.

    `longest` is the longest frame in bytes. `quiet_s` is how long the line must be still after a
    question that nobody answered; 0 where a late answer cannot be taken for another one.
    """

    longest: int
    quiet_s: float

    def measure(self, data: bytearray, at: int) -> int:
        """Tell how long the frame is that begins there (`linli.drivers.frames.Measure`)."""

    def groups(self, member: Wired) -> Sequence[Group]:
        """Return what a member is asked, and how often. The line itself is a member too."""

    def poll(self, member: Wired, group: Group, *, now: float) -> Dialogue:
        """Return the dialogue that asks a group."""

    def tell(self, member: Wired, order: Order, *, now: float) -> Dialogue | None:
        """Return the dialogue that does an order, None where the member knows no such service.

        It begins anew where the line breaks in its middle, so what it does must bear doing twice.
        """

    def seek(self) -> Dialogue | None:
        """Return the dialogue that looks for whom nobody told us of, on a line without members."""


class Way(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a polled line is reached. A driver's options of a line extend it.

    `connect` is the host:port of a serial server, `listen` the host:port where it dials us; then
    `hello` is what it says first, as text or as `hex:…`, before it is let in. `serial` is a port of
    this machine, as `/dev/ttyUSB0:2400:8E1`. `pause_s` is a rest after each answer.
    """

    connect: str = ""
    listen: str = ""
    serial: str = ""
    hello: str = ""
    answer_within_s: float = 2.0
    tries: int = 2
    pause_s: float = 0.0

    def __post_init__(self) -> None:
        if [bool(self.connect), bool(self.listen), bool(self.serial)].count(True) != 1:
            raise ValueError("one of connect, listen and serial is needed")
        if self.serial:
            serial_port.port(self.serial)
        else:
            host_and_port(self.connect or self.listen)
        self.greeting()
        if not (0 < self.answer_within_s <= 60 and 1 <= self.tries <= 10):  # noqa: PLR2004
            raise ValueError("answer_within_s is up to 60, tries up to 10")
        if not 0 <= self.pause_s <= 10:  # noqa: PLR2004
            raise ValueError("pause_s is up to 10")

    def greeting(self) -> bytes:
        """Return the bytes of `hello`."""
        kind, colon, digits = self.hello.partition(":")
        return bytes.fromhex(digits) if colon and kind == "hex" else self.hello.encode()


def host_and_port(text: str) -> tuple[str, int]:
    """Return the parts of `host:port`, `[v6]:port`.

    :raises ValueError: if it is neither
    """
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) < 1 << 16):
        raise ValueError(f"not host:port: {text!r}")
    return host.strip("[]"), int(port)

"""What was taken and is not yet in the log: columns, gathered a few milliseconds, in two lanes.

The safety lane goes out at the end of the turn of the loop, the bulk lane in larger batches.
"""

from array import array
from collections import deque
from typing import Protocol

import numpy as np

from linli.contracts.signals import AnySignal, encode
from linli.devices import batch
from linli.live.seen import Seen


class Line(Protocol):
    """Where acknowledgements go: a connection, or a request waiting for its answer."""

    tickets: deque["Ticket"]

    def send(self, data: bytes) -> None:
        """Send the acknowledgements."""


class Ticket:
    """Acknowledgements of one line, held until `left` batches are on disk."""

    __slots__ = ("acks", "left", "line")

    def __init__(self, line: Line, acks: bytes) -> None:
        self.line = line
        self.acks = acks
        self.left = 0

    def stored(self) -> None:
        """One of its batches is on disk; send in the order in which the line was heard."""
        self.left -= 1
        tickets = self.line.tickets
        while tickets and not tickets[0].left:
            self.line.send(tickets.popleft().acks)


class Pending:
    """Readings and signals gathered for one append. A time of 0 means: when it arrived. `numbers`
    are those of the sealed payloads that brought the readings, by the marks of their links.
    """

    __slots__ = ("extras", "numbers", "points", "quality", "signals", "tickets", "times", "values")

    def __init__(self) -> None:
        self.points = array("I")
        self.times = array("d")
        self.values = array("d")
        self.quality: dict[int, int] = {}
        self.extras: dict[int, bytes] = {}
        self.numbers: dict[str, list[int]] = {}
        self.signals: list[AnySignal] = []
        self.tickets: list[Ticket] = []

    @property
    def size(self) -> int:
        """Return how many readings and signals it holds."""
        return len(self.points) + len(self.signals)

    def columns(self, *, community: str, at: float, seen: Seen) -> batch.Batch:
        """Return the readings as a batch, late ones and duplicates flagged."""
        times = np.array(self.times, np.float64)
        quality = np.zeros(len(times), np.uint8)
        for row, flags in self.quality.items():
            quality[row] = flags
        columns = batch.Batch(
            community=community,
            at=at,
            points=np.array(self.points, np.uint32),
            times=times,
            values=np.array(self.values, np.float64),
            quality=quality,
            extras=self.extras,
            numbers=self.numbers,
        )
        quality |= seen.settle(columns, times == 0.0)
        return columns

    def signal_body(self) -> bytes:
        """Return the signals as a message of INPUT."""
        return encode(self.signals)


class Lane:
    """One of the two ways into the log."""

    __slots__ = ("pending", "safety")

    def __init__(self, *, safety: bool) -> None:
        self.safety = safety
        self.pending = Pending()

    def take_all(self) -> Pending:
        """Return what was gathered and begin anew."""
        pending, self.pending = self.pending, Pending()
        return pending

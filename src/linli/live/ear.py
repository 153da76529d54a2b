"""Facts of the record half that concern the live half, put into INPUT as signals, or as an event
of a device.

A fact may be heard twice after a restart; its signals say how things are, or carry the id of a
command that is dealt with once, so nothing is done twice.
"""

import logging
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from linli.adapters.bus import Bus, Stored
from linli.contracts import cases, devices, scenes, signals, subjects, tours
from linli.contracts.signals import AnySignal
from linli.live.gate import Gate
from linli.live.lanes import Ticket
from linli.live.log import Log
from linli.live.refusals import MANY

_log = logging.getLogger(__name__)
_CLOSED = frozenset({cases.CaseState.CLOSED, cases.CaseState.VOID, cases.CaseState.EVALUATED})


def _directory(body: bytes) -> list[AnySignal]:
    fact = msgspec.json.decode(body, type=devices.DirectoryChanged)
    return [signals.DirectoryChanged(id=fact.id, at=fact.at.timestamp(), version=fact.version)]


def _mode(body: bytes) -> list[AnySignal]:
    fact = msgspec.json.decode(body, type=scenes.ModeSet)
    return [
        signals.ModeChanged(
            id=fact.id,
            at=fact.at.timestamp(),
            cause=fact.cause or "",
            place=fact.place,
            mode=fact.mode,
            value=fact.value,
            since=fact.at.timestamp(),
        )
    ]


def _case(body: bytes) -> list[AnySignal]:
    fact = msgspec.json.decode(body, type=cases.CaseMoved)
    was_open = fact.before is not None and fact.before not in _CLOSED
    is_open = fact.after not in _CLOSED
    if was_open == is_open:
        return []
    return [
        signals.CaseChanged(
            id=fact.id,
            at=fact.at.timestamp(),
            kind=fact.kind,
            place=fact.place,
            open=is_open,
            case=fact.case,
        )
    ]


def _command(body: bytes) -> list[AnySignal]:
    fact = msgspec.json.decode(body, type=devices.CommandRequested)
    return [
        signals.CommandAsked(
            id=fact.command,
            at=fact.at.timestamp(),
            cause=fact.id,
            device=fact.device,
            service=fact.service,
            args=fact.args,
            expires_at=fact.expires_at,
            override=fact.override,
        )
    ]


HEARD: dict[str, Callable[[bytes], list[AnySignal]]] = {
    "DirectoryChanged": _directory,
    "ModeSet": _mode,
    "CaseMoved": _case,
    "CommandRequested": _command,
}
"""The facts that concern us, and how each is said as signals."""


class Happened(NamedTuple):
    """An event of a device, at a time (epoch seconds). The same twice is one reading."""

    device: str
    event: str
    at: float


def _visit(body: bytes) -> Happened:
    fact = msgspec.json.decode(body, type=tours.PointVisited)
    return Happened(fact.device, tours.VISITED, fact.visited_at.timestamp())


HAPPENED: dict[str, Callable[[bytes], Happened]] = {"PointVisited": _visit}
"""The facts that are told as what happened at a device, which is not known to have said it."""


class Ear:
    """Hears the facts of one community after a sequence; `heard` is how far INPUT has them."""

    def __init__(self, *, bus: Bus, gate: Gate, log: Log, after: int) -> None:
        self._bus = bus
        self._gate = gate
        self._log = log
        self.heard = after
        self.tickets: deque[Ticket] = deque()

    async def run(self) -> None:
        """Listen until cancelled."""
        following = self._bus.follow(
            stream=subjects.FACTS_STREAM,
            subject=subjects.facts(self._gate.community, "*"),
            after=self.heard,
        )
        async for message in following:
            self._pass_on(message)

    def _pass_on(self, message: Stored) -> None:
        """Put a fact where devices' signals go, so that all have one order."""
        safety, bulk = self._gate.safety.pending, self._gate.bulk.pending
        before, bulk_before = safety.size, bulk.size
        self._take(message)
        if (safety.size, bulk.size) == (before, bulk_before):
            if not self.tickets:
                self.heard = message.sequence
            return
        self._log.end(
            acks=str(message.sequence).encode(),
            line=self,
            safety_before=before,
            bulk_before=bulk_before,
        )

    def _take(self, message: Stored) -> None:
        """Take what a fact says to us; one that cannot be read is counted and skipped."""
        kind, now = message.subject.rpartition(".")[2], time.time()
        try:
            if kind in HAPPENED:
                told = HAPPENED[kind](message.body)
                self._gate.now = now
                self._gate.happened(told.device, told.event, at=told.at)
            elif kind in HEARD:
                found = HEARD[kind](message.body)
                signals_here = self._gate.safety.pending.signals
                signals_here.extend(msgspec.structs.replace(one, at=now) for one in found)
        except msgspec.DecodeError as error:
            _log.error("%s: FACTS %d is skipped: %s", message.subject, message.sequence, error)
            self._gate.refusals.count(MANY, "poison", sample=message.body)

    def send(self, data: bytes) -> None:
        """A fact is in INPUT: it need not be heard again."""
        self.heard = max(self.heard, int(data))

"""The door of the live half, as drivers see it: one for all communities of the process."""

import time
from collections import deque
from collections.abc import Callable

from linli.devices import credential
from linli.drivers.door import Plan
from linli.live.gate import Gate
from linli.live.lanes import Line, Ticket
from linli.live.log import Log

CLEAN_GOODBYE = ""
TAKEN_OVER = "taken_over"
EVERYBODY = "*"


class Visitor:
    """A device or gateway that has said its secret."""

    __slots__ = ("community", "device", "devices", "gate", "log", "many", "safety")

    def __init__(self, *, gate: Gate, log: Log, device: str) -> None:
        self.gate = gate
        self.log = log
        self.community = gate.community
        self.device = device
        self.devices = gate.spoken_for(device)
        self.many = gate.has_children(device)
        self.safety = gate.is_safety(device)

    @classmethod
    def everybody(cls, *, gate: Gate, log: Log) -> "Visitor":
        """Return one who speaks for every device: an operator's broker."""
        visitor = cls(gate=gate, log=log, device=EVERYBODY)
        visitor.refresh()
        return visitor

    def refresh(self) -> None:
        """Take the devices of everybody as the register has them now."""
        self.devices = frozenset(self.gate.devices)
        self.many = self.safety = True


class LiveDoor:
    """Lets devices in and puts what they say before the gate of their community."""

    def __init__(self) -> None:
        self._gates: dict[str, tuple[Gate, Log]] = {}
        self._lines: dict[tuple[str, str], set[object]] = {}
        self.on_line: Callable[[str, str], None] = _nobody
        """Called with community and device when a line hears commands: some may wait for it."""

    def open(self, *, gate: Gate, log: Log) -> None:
        """Serve a community."""
        self._gates[gate.community] = (gate, log)

    def lines(self, community: str) -> int:
        """Return how many devices and gateways of a community have a line."""
        return sum(1 for key in self._lines if key[0] == community)

    def admit(self, *, username: str, password: bytes) -> Visitor | None:
        """Return who it is: the user name is `<community>/<device>`, the password its secret."""
        community, _, device = username.partition("/")
        found = self._gates.get(community)
        if found is None:
            return None
        gate, log = found
        entry = gate.devices.get(device)
        if entry is None or not entry.enabled or not _fits(password, entry.secret_hash):
            return None
        return Visitor(gate=gate, log=log, device=device)

    def plan(self, caller: Visitor, topic: bytes) -> Plan | None:
        """Return what to do with a topic of a caller."""
        return caller.gate.topic_plan(topic, caller.devices)

    def begin(self, caller: Visitor) -> tuple[int, int]:
        """Read the clock; return a mark of what is pending before the caller is heard."""
        gate = caller.gate
        gate.now = time.time()
        return gate.safety.pending.size, gate.bulk.pending.size

    def end(self, caller: Visitor, mark: tuple[int, int], acks: bytes, line: Line) -> None:
        """Send `acks` to the line when all that was taken since the mark is on disk."""
        caller.log.end(acks=acks, line=line, safety_before=mark[0], bulk_before=mark[1])

    def full(self, caller: Visitor) -> bool:
        """Tell whether a caller must wait."""
        return caller.log.full(safety=caller.safety)

    def wait(self, caller: Visitor, resume: Callable[[], None]) -> None:
        """Call `resume` when there is room again."""
        caller.log.wait(resume)

    def came(self, caller: Visitor, line: object) -> None:
        """A line is up; the first of a device is told to the scenes."""
        key = (caller.community, caller.device)
        lines = self._lines.setdefault(key, set())
        lines.add(line)
        caller.gate.now = time.time()
        if len(lines) == 1:
            caller.gate.heard(caller.device, online=True, reason="")
            caller.log.kick()

    def listens(self, caller: Visitor) -> None:
        """A line of the caller hears commands now."""
        self.on_line(caller.community, caller.device)

    def went(self, caller: Visitor, line: object, reason: str) -> None:
        """A line is down; the last of a device is told, unless it said goodbye in good order."""
        key = (caller.community, caller.device)
        lines = self._lines.get(key, set())
        lines.discard(line)
        if lines:
            return
        self._lines.pop(key, None)
        if reason not in (CLEAN_GOODBYE, TAKEN_OVER):
            caller.gate.now = time.time()
            caller.gate.heard(caller.device, online=False, reason=reason)
            caller.log.kick()

    def refused(self, caller: Visitor | None, name: str, reason: str, sample: bytes) -> None:
        """Count what was not taken; of strangers only where they name a community of ours."""
        if caller is not None:
            caller.gate.refusals.count(name, reason, sample=sample)
            return
        community, _, device = name.partition("/")
        found = self._gates.get(community)
        if found is not None:
            found[0].refusals.count(device, reason, sample=sample)


class Waiter:
    """A line of one frame: it wakes whoever waits for the frame to be on disk."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self.tickets: deque[Ticket] = deque()
        self._wake = wake

    def send(self, data: bytes) -> None:
        """The frame is on disk."""
        self._wake()


def _fits(password: bytes, kept: str) -> bool:
    try:
        return credential.verify(password.decode(), kept=kept)
    except UnicodeDecodeError:
        return False


def _nobody(community: str, device: str) -> None:
    """Nobody waits for lines."""

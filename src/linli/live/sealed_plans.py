"""Plans of devices whose payloads are sealed: opened first, then dealt with as any other's."""

from typing import Protocol

from linli.drivers.door import Plan
from linli.drivers.mqtt.packets import Reason
from linli.drivers.plain.sealed import Opened
from linli.drivers.reading import BadPayload
from linli.live.lanes import Lane
from linli.live.links import Link
from linli.live.plans import Answered, ReadingPlan
from linli.live.refusals import Refusals


class Gate(Protocol):
    """What these ask of the gate that made them."""

    refusals: Refusals
    safety: Lane
    bulk: Lane

    def number_heard(self, mark: str, number: int, *, rows: tuple[int, int]) -> None:
        """A sealed payload was heard, under a number of its link."""

    def heard_again(self, device: str) -> None:
        """A device said the very same again."""


class _Device(Plan, Protocol):
    device: str


class SealedPlan:
    """What a sealed device says on one topic."""

    __slots__ = ("_gate", "_link", "_plan", "_what", "device")

    def __init__(self, *, gate: Gate, what: str, link: Link, plan: _Device) -> None:
        self._gate = gate
        self._what = what
        self._link = link
        self._plan = plan
        self.device = plan.device

    @property
    def link(self) -> Link:
        """The link by whose key its payloads are opened."""
        return self._link

    def take(self, payload: bytes) -> int:
        """Open a payload and take it. What was heard before is acknowledged, and not taken."""
        try:
            found = self._link.unseal(self._what, payload)
        except BadPayload as bad:
            self._gate.refusals.count(self.device, bad.why)
            return int(Reason.BAD_PAYLOAD)
        if found is None:
            self._gate.heard_again(self.device)
            return 0
        return self._take(found)

    def _take(self, found: Opened) -> int:
        """Take what is news. What is asked waits for what is pending: its number comes first."""
        self._note(found)
        return self._plan.take(found.plain)

    def _rows(self) -> tuple[int, int]:
        return len(self._gate.safety.pending.points), len(self._gate.bulk.pending.points)

    def _note(self, found: Opened, *, rows: tuple[int, int] | None = None) -> None:
        """Have the number stored with what it brought since there were so many rows."""
        self._gate.number_heard(self._link.mark, found.number, rows=rows or self._rows())

    def unseal_news(self, payload: bytes) -> bytes:
        """Return what a payload says, its number noted.

        :raises BadPayload: if it cannot be opened, or was heard before
        """
        found = self._link.unseal(self._what, payload)
        if found is None:
            raise BadPayload("said_before")
        self._note(found)
        return found.plain


class SealedReadings(SealedPlan):
    """Readings and events of a sealed device."""

    __slots__ = ("_readings",)

    def __init__(self, *, gate: Gate, what: str, link: Link, plan: ReadingPlan) -> None:
        super().__init__(gate=gate, what=what, link=link, plan=plan)
        self._readings = plan

    def take_all(self, payload: bytes, content_type: str = "") -> Answered:
        """Open a payload and take it, and say of each reading whether it was taken."""
        try:
            found = self._link.unseal(self._what, payload)
        except BadPayload as bad:
            self._gate.refusals.count(self.device, bad.why)
            return Answered(0, [(0, bad.why)])
        if found is None:
            self._gate.heard_again(self.device)
            return Answered(0, [])
        rows = self._rows()
        answered = self._readings.take_all(found.plain, content_type)
        self._note(found, rows=rows)
        return answered

    def _take(self, found: Opened) -> int:
        rows = self._rows()
        code = self._readings.take(found.plain)
        self._note(found, rows=rows)
        return code

"""Plans of devices whose payloads are sealed: opened first, then dealt with as any other's."""

from typing import Protocol

from linli.drivers.door import Plan
from linli.drivers.mqtt.packets import Reason
from linli.drivers.reading import BadPayload
from linli.live.links import Link
from linli.live.plans import Answered, ReadingPlan
from linli.live.refusals import Refusals


class Gate(Protocol):
    """What these ask of the gate that made them."""

    refusals: Refusals

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

    def take(self, payload: bytes) -> int:
        """Open a payload and take it. What was heard before is acknowledged, and not taken."""
        try:
            plain = self.unseal(payload)
        except BadPayload as bad:
            self._gate.refusals.count(self.device, bad.why)
            return int(Reason.BAD_PAYLOAD)
        if plain is None:
            self._gate.heard_again(self.device)
            return 0
        return self._plan.take(plain)

    def unseal(self, payload: bytes) -> bytes | None:
        """Return what a payload says; None where it was heard before.

        :raises BadPayload: if it cannot be opened
        """
        return self._link.unseal(self._what, payload)

    def unseal_news(self, payload: bytes) -> bytes:
        """Return what a payload says.

        :raises BadPayload: if it cannot be opened, or was heard before
        """
        plain = self.unseal(payload)
        if plain is None:
            raise BadPayload("said_before")
        return plain


class SealedReadings(SealedPlan):
    """Readings and events of a sealed device."""

    __slots__ = ("_readings",)

    def __init__(self, *, gate: Gate, what: str, link: Link, plan: ReadingPlan) -> None:
        super().__init__(gate=gate, what=what, link=link, plan=plan)
        self._readings = plan

    def take_all(self, payload: bytes, content_type: str = "") -> Answered:
        """Open a payload and take it, and say of each reading whether it was taken."""
        try:
            plain = self.unseal(payload)
        except BadPayload as bad:
            self._gate.refusals.count(self.device, bad.why)
            return Answered(0, [(0, bad.why)])
        if plain is None:
            self._gate.heard_again(self.device)
            return Answered(0, [])
        return self._readings.take_all(plain, content_type)

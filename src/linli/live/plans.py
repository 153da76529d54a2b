"""What the payloads of one topic mean: which names are points, their ranges, their lane.

Plans are made by the gate from the register once, and kept by the connections.
"""

import sys
from array import array
from collections.abc import Sequence
from typing import Protocol

import msgspec
import numpy as np

from linli.contracts.directory import DeviceEntry
from linli.devices.batch import Quality
from linli.devices.model import Lane as LaneName
from linli.devices.model import Property, ThingModel
from linli.drivers.http_push import codec as payloads
from linli.drivers.mqtt.packets import Reason
from linli.drivers.plain import asks
from linli.drivers.plain import codec as plain
from linli.drivers.plain.children import Child, children
from linli.drivers.reading import BadPayload, Reading
from linli.drivers.senml.pack import NAME
from linli.live.lanes import Lane
from linli.live.links import Links
from linli.live.packs import Known, Packs
from linli.live.refusals import Refusals

AHEAD_S = 300.0
OLD_S = 7 * 86400.0
_decode = msgspec.json.Decoder(dict[str, float]).decode
_LARGEST = sys.float_info.max
Field = tuple[int, float, float]
_UNITS = {"Cel": {"℃", "°C", "Cel"}, "%RH": {"%", "%RH"}, "Pa": {"Pa"}, "V": {"V"}, "A": {"A"},
          "W": {"W"}, "dB": {"dB", "dB(A)"}, "lx": {"lx"}, "m3": {"m3", "m³"},
          "%EL": {"%", "%EL"}, "m": {"m"}}  # fmt: skip
"""SenML's units (RFC 8428 section 12.1) and how thing models write them."""


class Gate(Protocol):
    """What plans ask of the gate that made them."""

    now: float
    refusals: Refusals
    links: Links
    safety: Lane
    bulk: Lane

    def spoken_for(self, device: str) -> frozenset[str]:
        """Return a device and its children."""

    def knows(self, device: str) -> bool:
        """Tell whether the register has a device."""

    def plan(self, device: str, what: str) -> object | None:
        """Return what to do with one kind of message of a device."""

    def answered(self, device: str, command: str, *, ok: bool, reason: str) -> None:
        """A device did, or would not do, what it was told."""

    def heard(self, device: str, *, online: bool, reason: str) -> None:
        """A device's line came up or went down."""

    def announced(self, gateway: str, found: Sequence[Child]) -> None:
        """A gateway told of devices behind it."""

    def asked(self, device: str, question: asks.Question) -> None:
        """A device asks, and waits to be told."""


class Answered(msgspec.Struct, frozen=True):
    """What a plan did with a payload, reading by reading, for doors that answer in words."""

    taken: int
    refused: list[tuple[int, str]]


class ReadingPlan:
    """Readings and events of one device."""

    __slots__ = ("_children", "_fields", "_gate", "_lane", "_model", "_packs", "device")

    def __init__(
        self, *, gate: "Gate", device: DeviceEntry, model: ThingModel, fields: dict[str, Field]
    ) -> None:
        self._gate = gate
        self._lane = gate.safety if model.lane is LaneName.SAFETY else gate.bulk
        self._model = model
        self._fields = fields
        self._children: dict[str, ReadingPlan | None] = {}
        self._packs = Packs(self._behind)
        self.device = device.code

    def take(self, payload: bytes) -> int:
        """Take a payload. The usual one, an object of numbers, is dealt with here alone."""
        try:
            found = _decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return self.take_slowly(payload)
        at = found.pop("t", 0.0)
        pending = self._lane.pending
        if at:
            now = self._gate.now
            if at >= plain.MILLIS_FROM:
                at /= 1000.0
            if not now - OLD_S < at < now + AHEAD_S:
                return self.take_slowly(payload)
        fields = self._fields
        for name, value in found.items():
            field = fields.get(name)
            if field is None:
                self._gate.refusals.count(self.device, "unknown_property", sample=name.encode())
                continue
            if not field[1] <= value <= field[2]:
                self._flag(Quality.OUT_OF_RANGE, "out_of_range", f"{name} {value:g}".encode())
            pending.points.append(field[0])
            pending.times.append(at)
            pending.values.append(value)
        return 0

    def _flag(self, quality: Quality, reason: str, sample: bytes) -> None:
        """Flag the row that is appended next."""
        row = len(self._lane.pending.points)
        odd = self._lane.pending.quality
        odd[row] = odd.get(row, 0) | quality
        self._gate.refusals.count(self.device, reason, taken=True, sample=sample)

    def take_slowly(self, payload: bytes) -> int:
        """Take any payload: lists, SenML, words, booleans, other times."""
        now = self._gate.now
        if self._packs.take(payload, now=now, oldest=now - OLD_S, latest=now + AHEAD_S):
            return 0
        answered = self.take_all(payload)
        return 0 if answered.taken or not answered.refused else int(Reason.BAD_PAYLOAD)

    def take_all(self, payload: bytes, content_type: str = "") -> Answered:
        """Take a payload and say of each reading whether it was taken."""
        try:
            found = payloads.readings(payload, content_type=content_type, now=self._gate.now)
        except BadPayload as bad:
            self._gate.refusals.count(self.device, bad.why, sample=payload)
            return Answered(0, [(0, bad.why)])
        return self.take_readings(found)

    def take_readings(self, found: Sequence[Reading]) -> Answered:
        """Take what a driver made of its frames."""
        refused = []
        for index, reading in enumerate(found):
            why = self._take_one(reading)
            if why:
                sample = f"{reading.name} {reading.value}"[:200].encode()
                self._gate.refusals.count(self.device, why, sample=sample)
                refused.append((index, why))
        return Answered(len(found) - len(refused), refused)

    def _take_one(self, reading: Reading) -> str:
        """Take one reading; return why not, or nothing."""
        plan, name = self._whose(reading.name)
        if isinstance(plan, str):
            return plan
        if plan is not self:
            return plan._take_one(reading._replace(name=name))  # noqa: SLF001
        field, known = self._fields.get(name), self._model.properties.get(name)
        if field is None:
            return "unknown_property"
        value = _number(reading.value, known)
        if value is None:
            return "wrong_value"
        if reading.unit and known is not None and not _same_unit(reading.unit, known.unit):
            return "wrong_unit"
        self._append(name, field, value, reading)
        return ""

    def _whose(self, name: str) -> "tuple[ReadingPlan | str, str]":
        """Return the plan of the device that a name speaks of, or why there is none; and the name
        of the point. A prefix that is no device of the register is the sender's own affair.
        """
        if name in self._fields:
            return self, name
        whose, short = _split(name)
        if whose == self.device or not self._gate.knows(whose):
            return self, short
        if whose not in self._gate.spoken_for(self.device):
            return "not_own_child", short
        return self._child(whose) or self._why_not(whose), short

    def field(self, name: str, unit: str, lane: Lane) -> Field | None:
        """Return the point of a name and its range; None where it has none, or another unit or
        lane.
        """
        found, known = self._fields.get(name), self._model.properties.get(name)
        if unit and known is not None and not _same_unit(unit, known.unit):
            return None
        return found if self._lane is lane else None

    def _behind(self, names: Sequence[str], units: Sequence[str]) -> Known | None:
        """Return what is behind the names of a pack; None where one cannot be taken as it is."""
        found = []
        for name, unit in zip(names, units, strict=True):
            plan, short = self._whose(name)
            if isinstance(plan, str) or not NAME.fullmatch(name):
                return None
            field = plan.field(short, unit, self._lane)
            if field is None:
                return None
            found.append(field)
        return Known(
            points=array("I", [field[0] for field in found]),
            low=np.array([field[1] for field in found]),
            high=np.array([field[2] for field in found]),
            lane=self._lane,
        )

    def _append(self, name: str, field: Field, value: float, reading: Reading) -> None:
        pending, now, at = self._lane.pending, self._gate.now, reading.at or 0.0
        if not field[1] <= value <= field[2]:
            self._flag(Quality.OUT_OF_RANGE, "out_of_range", f"{name} {value:g}".encode())
        if at and not now - OLD_S < at < now + AHEAD_S:
            self._flag(Quality.CLOCK_WRONG, "clock_wrong", f"t {at:g}".encode())
            at = 0.0
        if reading.extras:
            pending.extras[len(pending.points)] = reading.extras
        pending.points.append(field[0])
        pending.times.append(at)
        pending.values.append(value)

    def _why_not(self, child: str) -> str:
        """Return why a child's readings are not taken from its gateway: a sealed one speaks for
        itself, on its own topic.
        """
        return "disabled" if self._gate.links.get(child) is None else "not_sealed"

    def _child(self, device: str) -> "ReadingPlan | None":
        """Return the plan of a child; None where it is out of use."""
        if device not in self._children:
            plan = self._gate.plan(device, "readings")
            self._children[device] = plan if isinstance(plan, ReadingPlan) else None
        return self._children[device]


class _Saying:
    """What one device says on one topic, other than readings."""

    __slots__ = ("_gate", "device")

    def __init__(self, *, gate: "Gate", device: DeviceEntry) -> None:
        self._gate = gate
        self.device = device.code


class AnswerPlan(_Saying):
    """What a device says of its commands."""

    __slots__ = ()

    def take(self, payload: bytes) -> int:
        """Take answers; each becomes a signal."""
        try:
            answers = plain.answers(payload)
        except BadPayload as bad:
            self._gate.refusals.count(self.device, bad.why, sample=payload)
            return int(Reason.BAD_PAYLOAD)
        for answer in answers:
            self._gate.answered(self.device, answer.id, ok=answer.ok, reason=answer.reason)
        return 0


class StatusPlan(_Saying):
    """What a device, or its last will, says of its own presence."""

    __slots__ = ()

    def take(self, payload: bytes) -> int:
        """Take a status."""
        try:
            online = plain.online(payload)
        except BadPayload as bad:
            self._gate.refusals.count(self.device, bad.why, sample=payload)
            return int(Reason.BAD_PAYLOAD)
        self._gate.heard(self.device, online=online, reason="" if online else "status")
        return 0


class ChildrenPlan(_Saying):
    """What a gateway says of the devices behind it."""

    __slots__ = ()

    def take(self, payload: bytes) -> int:
        """Take an announcement: whom the register lacks becomes a newcomer there."""
        gate = self._gate
        try:
            found, bad = children(payload)
        except BadPayload as wrong:
            gate.refusals.count(self.device, wrong.why, sample=payload)
            return int(Reason.BAD_PAYLOAD)
        for entry in bad:
            gate.refusals.count(self.device, "bad_child", sample=str(entry)[:200].encode())
        gate.announced(self.device, found)
        return 0 if found or not bad else int(Reason.BAD_PAYLOAD)


class AskPlan(_Saying):
    """What a device asks."""

    __slots__ = ()

    def take(self, payload: bytes) -> int:
        """Take a question; of one that is none, nothing is kept: it may hold a card's number."""
        try:
            question = asks.question(payload)
        except BadPayload as bad:
            self._gate.refusals.count(self.device, bad.why)
            return int(Reason.BAD_PAYLOAD)
        self._gate.asked(self.device, question)
        return 0


AnyPlan = ReadingPlan | AnswerPlan | StatusPlan | ChildrenPlan | AskPlan


def range_of(known: Property | None) -> tuple[float, float]:
    """Return the least and the greatest number that a property may have."""
    if known is None or known.type in ("number", "integer"):
        return (known.range if known is not None else None) or (-_LARGEST, _LARGEST)
    return (0.0, 1.0) if known.type == "boolean" else (0.0, len(known.values) - 1.0)


def _number(value: float | bool | str, known: Property | None) -> float | None:
    """Return a value as a number: a boolean 0 or 1, a word of an enum its index."""
    if isinstance(value, str):
        words = known.values if known is not None else ()
        return float(words.index(value)) if value in words else None
    return float(value) if abs(value) <= _LARGEST else None


def _split(name: str) -> tuple[str, str]:
    """Return the device and the point in a long name: `urn:dev:mac:0024befffe804ff1/meter-7:co`."""
    parts = name.replace("/", ":").split(":")
    return (parts[-2] if len(parts) > 1 else ""), parts[-1]


def _same_unit(said: str, own: str) -> bool:
    return said == own or not own or own in _UNITS.get(said, {own})

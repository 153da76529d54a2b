"""The one gate: every frame of every protocol is taken, flagged, or refused with a reason, here.

A plan says what the payloads of one topic mean: which names are points, which range they have, in
which lane they travel. Plans are made from the register once and kept by the connections.
"""

import sys
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from linli.contracts.directory import DeviceEntry, Directory
from linli.contracts.signals import CommandAnswered, DeviceHeard, StrangersSpoke
from linli.devices import software
from linli.devices.batch import Quality
from linli.devices.model import Lane as LaneName
from linli.devices.model import Property, ThingModel
from linli.drivers.http_push import codec as payloads
from linli.drivers.mqtt.packets import Reason
from linli.drivers.mqtt.topics import parse
from linli.drivers.plain import codec as plain
from linli.drivers.plain.children import Child, children
from linli.drivers.reading import BadPayload, Reading
from linli.live.lanes import Lane
from linli.live.refusals import Refusals
from linli.live.seen import Seen
from linli.live.strangers import Strangers

AHEAD_S = 300.0
OLD_S = 7 * 86400.0
_decode = msgspec.json.Decoder(dict[str, float]).decode
_LARGEST = sys.float_info.max
_Field = tuple[int, float, float]
_UNITS = {"Cel": {"℃", "°C", "Cel"}, "%RH": {"%", "%RH"}, "Pa": {"Pa"}, "V": {"V"}, "A": {"A"},
          "W": {"W"}, "dB": {"dB", "dB(A)"}, "lx": {"lx"}, "m3": {"m3", "m³"},
          "%EL": {"%", "%EL"}, "m": {"m"}}  # fmt: skip
"""SenML's units (RFC 8428 section 12.1) and how thing models write them."""


class Answered(msgspec.Struct, frozen=True):
    """What a plan did with a payload, reading by reading, for doors that answer in words."""

    taken: int
    refused: list[tuple[int, str]]


class ReadingPlan:
    """Readings and events of one device."""

    __slots__ = ("_children", "_fields", "_gate", "_lane", "_model", "device")

    def __init__(
        self, *, gate: "Gate", device: DeviceEntry, model: ThingModel, fields: dict[str, _Field]
    ) -> None:
        self._gate = gate
        self._lane = gate.safety if model.lane is LaneName.SAFETY else gate.bulk
        self._model = model
        self._fields = fields
        self._children: dict[str, ReadingPlan] = {}
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
        name = reading.name
        if name not in self._fields:
            whose, name = _split(reading.name)
            if whose != self.device and whose in self._gate.spoken_for(self.device):
                return self._child(whose)._take_one(reading._replace(name=name))  # noqa: SLF001
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

    def _append(self, name: str, field: _Field, value: float, reading: Reading) -> None:
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

    def _child(self, device: str) -> "ReadingPlan":
        found = self._children.get(device)
        if found is None:
            plan = self._gate.plan(device, "readings")
            found = plan if isinstance(plan, ReadingPlan) else self
            self._children[device] = found
        return found


class AnswerPlan:
    """What a device says of its commands."""

    __slots__ = ("_gate", "device")

    def __init__(self, *, gate: "Gate", device: DeviceEntry) -> None:
        self._gate = gate
        self.device = device.code

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


class StatusPlan:
    """What a device, or its last will, says of its own presence."""

    __slots__ = ("_gate", "device")

    def __init__(self, *, gate: "Gate", device: DeviceEntry) -> None:
        self._gate = gate
        self.device = device.code

    def take(self, payload: bytes) -> int:
        """Take a status."""
        try:
            online = plain.online(payload)
        except BadPayload as bad:
            self._gate.refusals.count(self.device, bad.why, sample=payload)
            return int(Reason.BAD_PAYLOAD)
        self._gate.heard(self.device, online=online, reason="" if online else "status")
        return 0


class ChildrenPlan:
    """What a gateway says of the devices behind it."""

    __slots__ = ("_gate", "device")

    def __init__(self, *, gate: "Gate", device: DeviceEntry) -> None:
        self._gate = gate
        self.device = device.code

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


AnyPlan = ReadingPlan | AnswerPlan | StatusPlan | ChildrenPlan


class Gate:
    """The gate of one community. `now` is set by whoever brings frames."""

    def __init__(self, *, directory: Directory, models: Mapping[str, ThingModel]) -> None:
        self.community = directory.community
        self.now = 0.0
        self.refusals = Refusals()
        self.strangers = Strangers(community=directory.community)
        self.safety, self.bulk = Lane(safety=True), Lane(safety=False)
        self._models = models
        self.seen = Seen(np.array([], np.uint32))
        self.learn(directory)

    def learn(self, directory: Directory) -> None:
        """Take the register as it is now. Plans made before are to be dropped."""
        self.devices = {entry.code: entry for entry in directory.devices}
        self._points: dict[str, dict[str, int]] = {}
        self.point_device: dict[int, str] = {}
        self.software_points: dict[int, tuple[str, str]] = {}
        for point in directory.points:
            self._points.setdefault(point.device, {})[point.name] = point.number
            self.point_device[point.number] = point.device
            if point.name in software.WORDS:
                self.software_points[point.number] = (point.device, point.name)
        children: dict[str, set[str]] = {}
        for entry in directory.devices:
            if entry.gateway is not None:
                children.setdefault(entry.gateway, set()).add(entry.code)
        self._children = {code: frozenset(found) for code, found in children.items()}
        self.seen = self.seen.known(np.array(list(self.point_device), np.uint32))

    def spoken_for(self, device: str) -> frozenset[str]:
        """Return a device and its children."""
        return self._children.get(device, frozenset()) | {device}

    def has_children(self, device: str) -> bool:
        """Tell whether others are reached through a device."""
        return device in self._children

    def is_safety(self, device: str) -> bool:
        """Tell whether a device, or a child of it, is of a safety model."""
        entries = (self.devices.get(code) for code in self.spoken_for(device))
        models = (self._models.get(entry.model) for entry in entries if entry is not None)
        return any(model is not None and model.lane is LaneName.SAFETY for model in models)

    def topic_plan(self, topic: bytes, own: frozenset[str]) -> AnyPlan | None:
        """Return the plan of a topic for one who speaks for `own`; None, counted, where none is."""
        found = parse(topic)
        if found is None or found.community != self.community or found.device not in own:
            known = found is not None and found.device in self.devices
            name = found.device[:64] if found is not None else ""
            reason = "not_own_topic" if found is None or known else "unknown_device"
            self.refusals.count(name, reason, sample=topic)
            return None
        return self.plan(found.device, found.what)

    def plan(self, device: str, what: str) -> AnyPlan | None:
        """Return what to do with one kind of message of a device; None, counted, where nothing."""
        entry = self.devices.get(device)
        model = self._models.get(entry.model) if entry is not None else None
        if entry is None or model is None or not entry.enabled:
            reason = "unknown_device" if entry is None else "disabled"
            if entry is not None and model is None:
                reason = "unknown_model"
            self.refusals.count(device[:64], reason)
            return None
        if what in ("readings", "events"):
            return ReadingPlan(
                gate=self, device=entry, model=model, fields=self._fields(model, device)
            )
        if what == "acks":
            return AnswerPlan(gate=self, device=entry)
        if what == "status":
            return StatusPlan(gate=self, device=entry)
        if what == "children":
            return ChildrenPlan(gate=self, device=entry)
        self.refusals.count(device, "unknown_topic", sample=what.encode())
        return None

    def _fields(self, model: ThingModel, device: str) -> dict[str, _Field]:
        numbers = self._points.get(device, {})
        out: dict[str, _Field] = {}
        for name in model.points():
            if name in numbers:
                low, high = _range(model.properties.get(name))
                out[name] = (numbers[name], low, high)
        return out

    def answered(self, device: str, command: str, *, ok: bool, reason: str) -> None:
        """A device did, or would not do, what it was told: tell it as a signal."""
        self.safety.pending.signals.append(
            CommandAnswered(
                id=f"{command}.{'ok' if ok else 'no'}"[:64],
                at=self.now,
                cause=command[:64],
                command=command[:64],
                ok=ok,
                reason=reason[:200],
                device=device,
            )
        )

    def announced(self, gateway: str, found: Sequence[Child]) -> None:
        """A gateway told of devices behind it: tell those that are news as a signal."""
        own = self.spoken_for(gateway)
        addresses = {self.devices[code].address for code in own if code in self.devices}
        news: list[tuple[str, dict[str, str]]] = []
        for child in found:
            if child.address in own or child.address in addresses:
                continue
            if child.address in self.devices:
                self.refusals.count(gateway, "not_own_child", sample=child.address.encode())
            elif self.strangers.is_news(line=gateway, address=child.address, at=self.now):
                news.append((child.address, dict(child.about)))
        if news:
            self.safety.pending.signals.append(
                StrangersSpoke(
                    id=f"children.{gateway}.{self.now:.6f}",
                    at=self.now,
                    line=gateway,
                    strangers=news,
                )
            )

    def heard(self, device: str, *, online: bool, reason: str) -> None:
        """A device's line came up or went down: tell it as a signal."""
        word = "up" if online else "down"
        self.safety.pending.signals.append(
            DeviceHeard(
                id=f"heard.{device}.{word}.{self.now:.6f}",
                at=self.now,
                device=device,
                online=online,
                reason=reason,
            )
        )


def _range(known: Property | None) -> tuple[float, float]:
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

"""What information objects mean for devices: readings, strangers, what was not understood. Pure.

Bit 0 of a state says test or normal running. Devices in the field send fires with the test bit, so
a test changes nothing in what is told: it stands beside it.

States and events are told as of their arrival, the panel's own time beside them. That time counts
whole seconds, and jumps when the clock is set: a fire stamped with it could pass for an older one.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from linli.drivers.gb26875 import codec, objects, tables
from linli.drivers.gb26875.objects import Part, Thing, Told
from linli.drivers.gb26875.options import Map, Measured, MemberOptions
from linli.drivers.gb26875.units import Units, map_of
from linli.drivers.line import Wired
from linli.drivers.reading import Reading

FIRE = "fire_alarm"
FAULTS = frozenset({"fault", "power_fault", "main_power_fault", "standby_power_fault", "bus_fault"})
PART_FAULT = "part_fault"
"""Events of a transmission device: a fire, or a fault, that no part of the register tells."""

DESCRIBED = "described"
_BACKLOG_S = 300.0
"""A measurement this old was kept by the device while it was cut off: it has its own time."""

DUTY_ANSWERED, DUTY_MISSED = "duty_answered", "duty_missed"

_encode = msgspec.json.encode


class Heard:
    """What one frame said."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.readings: defaultdict[str, list[Reading]] = defaultdict(list)
        self.strangers: dict[str, dict[str, str]] = {}
        self.refusals: list[tuple[str, str]] = []
        self.confirmed: Thing | None = None
        """Somebody pressed confirm at the transmission device."""


class Teller:
    """Tells what the objects of one transmission device mean.

    It remembers which parts burn, so that the end of a fire is told once.
    """

    def __init__(self, *, device: Wired, units: Units, east_h: float) -> None:
        self._device, self._units, self._east_h = device, units, east_h
        self._burning: dict[str, bool] = {}
        self._tells: Mapping[int, Callable[[Thing, Heard], None]] = {
            objects.SYSTEM_STATE: self._system_state,
            objects.PART_STATE: self._part_state,
            objects.ANALOGUE: self._analogue,
            objects.OPERATION: self._operation,
            objects.VERSION: self._described,
            objects.SYSTEM_TEXT: self._described,
            objects.PART_TEXT: self._described,
            objects.DEVICE_STATE: self._device_state,
            objects.DEVICE_OPERATION: self._device_operation,
            objects.DEVICE_VERSION: self._described,
            objects.DEVICE_TEXT: self._described,
        }

    def rewire(self, device: Wired, units: Units) -> None:
        """Take the members as they are now."""
        self._device, self._units = device, units
        known = {part.code for part in units.parts(device.code)}
        self._burning = {code: on for code, on in self._burning.items() if code in known}

    def tell(self, told: Told, *, now: float) -> Heard:
        """Return what the objects of a frame mean; `now` in epoch seconds."""
        heard = Heard(now)
        what = self._tells.get(told.type)
        if what is None:
            if told.type not in (objects.SYSTEM_CLOCK, objects.DEVICE_CLOCK):
                heard.refusals.append((self._device.code, "unknown_type"))
            return heard
        for thing in told.things:
            what(thing, heard)
        return heard

    def _system_state(self, thing: Thing, heard: Heard) -> None:
        set_ = tables.bits(thing.state or 0, tables.SYSTEM_BITS)
        extras = self._about(thing, set_)
        self._tell_for_parts(set_, extras, heard)
        if "reset" in set_ and FIRE not in set_:
            self._reset(thing, heard)

    def _part_state(self, thing: Thing, heard: Heard) -> None:
        part, set_ = _part(thing), tables.bits(thing.state or 0, tables.PART_BITS)
        extras = self._about(thing, set_)
        known = self._units.part(self._device.code, part)
        if known is None:
            self._stranger(part, thing, heard)
            self._tell_for_parts(set_, extras, heard)
            return
        map_ = map_of(known)
        self._show(known, set_, thing, heard)
        self._happen(known, set_, extras, heard)
        self._burning[known.code] = FIRE in set_
        untold = [bit for bit in set_ if bit == FIRE or bit in FAULTS]
        self._tell_for_parts(tuple(bit for bit in untold if not _tells(map_, bit)), extras, heard)

    def _tell_for_parts(
        self, set_: tuple[str, ...], extras: Mapping[str, Any], heard: Heard
    ) -> None:
        """Tell by the transmission device what nobody below it can tell."""
        if FIRE in set_:
            self._event(self._device, FIRE, extras, heard)
        if FAULTS & set(set_):
            self._event(self._device, PART_FAULT, extras, heard)

    def _show(self, device: Wired, set_: tuple[str, ...], thing: Thing, heard: Heard) -> None:
        extras = self._beside(set_, thing)
        for name, shown in map_of(device).properties.items():
            on = bool(set(shown.any) & set(set_)) if shown.any else not set(shown.none) & set(set_)
            heard.readings[device.code].append(Reading(name, on, extras=extras))

    def _happen(
        self, device: Wired, set_: tuple[str, ...], extras: Mapping[str, Any], heard: Heard
    ) -> None:
        ended = FIRE not in set_ and self._burning.get(device.code, True)
        for name, happens in map_of(device).events.items():
            if set(happens.any) & set(set_) or (ended and FIRE in happens.ends):
                self._event(device, name, extras, heard)

    def _analogue(self, thing: Thing, heard: Heard) -> None:
        part = _part(thing)
        known = self._units.part(self._device.code, part)
        if known is None:
            self._stranger(part, thing, heard)
            return
        rows = [row for row in map_of(known).analogues if row.type == thing.analogue]
        if not rows:
            heard.refusals.append((known.code, "unmapped_analogue"))
        for row in rows:
            value = _value(row, thing.value or 0, known)
            if value is None:
                heard.refusals.append((known.code, "no_scale"))
            else:
                at = self._kept_since(thing, heard.now)
                heard.readings[known.code].append(Reading(row.property, value, at))

    def _operation(self, thing: Thing, heard: Heard) -> None:
        set_ = tables.bits(thing.operation or 0, tables.OPERATIONS)
        self._operate("system", set_, thing, heard)
        if "reset" in set_:
            self._reset(thing, heard)

    def _device_operation(self, thing: Thing, heard: Heard) -> None:
        set_ = tables.bits(thing.operation or 0, tables.OPERATIONS)
        self._operate("device", set_, thing, heard)
        if "confirm" in set_:
            heard.confirmed = thing

    def _operate(self, of: str, set_: tuple[str, ...], thing: Thing, heard: Heard) -> None:
        extras = self._about(thing, set_) | {"of": of}
        for name, happens in map_of(self._device).events.items():
            if happens.operation in set_ and happens.of in (of, "both"):
                self._event(self._device, name, extras, heard)

    def _reset(self, thing: Thing, heard: Heard) -> None:
        """A fire system was reset: its parts no longer burn until they say so again."""
        extras = _encode({"by": "reset"})
        of = self._units.parts_of(self._device.code, thing.sys_type or 0, thing.sys_addr or 0)
        for part in of:
            if not self._burning.get(part.code, True):
                continue
            self._burning[part.code] = False
            for name, shown in map_of(part).properties.items():
                if FIRE in shown.any:
                    heard.readings[part.code].append(Reading(name, False, extras=extras))
            for name, happens in map_of(part).events.items():
                if happens.operation == "reset":
                    self._event(part, name, {"by": "reset"}, heard)

    def _device_state(self, thing: Thing, heard: Heard) -> None:
        set_ = tables.bits(thing.state or 0, tables.DEVICE_BITS)
        self._show(self._device, set_, thing, heard)

    def _described(self, thing: Thing, heard: Heard) -> None:
        part = thing.part()
        if part is not None and self._units.part(self._device.code, part) is None:
            self._stranger(part, thing, heard)
        extras = self._about(thing, ())
        if thing.version is not None:
            extras["software"] = ".".join(map(str, thing.version))
        self._event(self._device, DESCRIBED, extras, heard)

    def _stranger(self, part: Part, thing: Thing, heard: Heard) -> None:
        model = tables.MODELS.get(part.part_type, "")
        name = thing.text or tables.name(tables.PARTS, part.part_type).zh
        about = {"name": name, "gateway": self._device.code}
        if model:
            about["model"] = model
        heard.strangers[f"{int(self._device.address)}/{part.address()}"] = about

    def _event(self, device: Wired, name: str, extras: Mapping[str, Any], heard: Heard) -> None:
        if name not in device.model.events:
            heard.refusals.append((device.code, "no_such_event"))
            return
        heard.readings[device.code].append(Reading(name, True, extras=_encode(extras)))

    def _about(self, thing: Thing, set_: tuple[str, ...]) -> dict[str, Any]:
        """Return what an event says beside itself: which part, what it is called, what is set."""
        about: dict[str, Any] = {"bits": list(set_), "test": _is_test(set_)} if set_ else {}
        if thing.sys_type is not None:
            about["system"] = f"{thing.sys_type}.{thing.sys_addr}"
            about["system_name"] = tables.name(tables.SYSTEMS, thing.sys_type)
        part = thing.part()
        if part is not None:
            about["part"] = part.address()
            about["part_name"] = tables.name(tables.PARTS, part.part_type)
        if thing.text:
            about["name"] = thing.text
        if thing.operator is not None:
            about["operator"] = thing.operator
        if thing.occurred is not None:
            about["occurred"] = codec.iso(thing.occurred, east_h=self._east_h)
        return about

    def _beside(self, set_: tuple[str, ...], thing: Thing) -> bytes:
        """Return what stands beside a property: that it is a test, and when a fire broke out."""
        beside: dict[str, object] = {"test": True} if _is_test(set_) else {}
        if FIRE in set_ and thing.occurred is not None:
            beside["occurred"] = codec.iso(thing.occurred, east_h=self._east_h)
        return _encode(beside) if beside else b""

    def _kept_since(self, thing: Thing, now: float) -> float | None:
        at = codec.instant(thing.occurred, east_h=self._east_h)
        return at if at is not None and at < now - _BACKLOG_S else None


def _part(thing: Thing) -> Part:
    return thing.part() or Part(0, 0, 0, 0)


def _is_test(set_: tuple[str, ...]) -> bool:
    return tables.TEST_MODE in set_


def _tells(map_: Map, bit: str) -> bool:
    """Tell whether a part says by itself that a bit is set."""
    shown = any(bit in one.any or bit in one.none for one in map_.properties.values())
    return shown or any(bit in one.any for one in map_.events.values())


def _value(row: Measured, raw: int, device: Wired) -> float | None:
    """Return the value of a raw number as the property has it; None where no scale is entered."""
    kind = tables.ANALOGUES.get(row.type)
    step = row.step if row.step is not None else (kind.step if kind is not None else 1.0)
    options = device.options if isinstance(device.options, MemberOptions) else MemberOptions()
    own = options.scales.get(row.property)
    if own is None and row.installed:
        return None
    return round(raw * step * row.scale * (1.0 if own is None else own), 6)

"""What is asked on a line of Modbus devices, and what their answers say."""

from collections.abc import Generator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from linli.drivers import serial_port
from linli.drivers.line import Order, Wired
from linli.drivers.modbus import codec, doing, values
from linli.drivers.modbus.asking import Asking, Questions
from linli.drivers.modbus.map import Map
from linli.drivers.modbus.pdu import DeviceRefused
from linli.drivers.modbus.plan import Span, apart, read, spans
from linli.drivers.modbus.values import BadValue, Place
from linli.drivers.polling import Ask, Dialogue, Group, NoAnswer, Outcome, Refused, Way
from linli.drivers.reading import Reading

_UNITS = 256
_QUIET_S = 0.1
_NOT_THERE = (2, 3)
_ADDRESS = Group(name="address", every_s=600.0)
"""What a member is "asked" whose address is no unit: so an operator sees it."""


class LineOptions(Way, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`mode`: `tcp`, or `rtu` for wires behind a serial server. `unit` and `shift` are of the line
    itself, where it has registers.
    """

    mode: Literal["tcp", "rtu"] = "tcp"
    unit: int = 1
    shift: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.serial and self.mode != "rtu":
            raise ValueError("a serial port speaks rtu")


class MemberOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`shift` is added to every address of the map: the third pump of one controller."""

    shift: int = 0


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """Where a member's registers are. Places are shifted already."""

    number: int
    map: Map
    places: Mapping[str, Place]


class _Heard:
    """What a poll gathered."""

    def __init__(self) -> None:
        self.words: dict[str, list[int]] = {}
        self.refusals: list[tuple[str, bytes]] = []

    def __bool__(self) -> bool:
        return bool(self.words or self.refusals)


class ModbusTalk:
    """The `Talk` of one line."""

    longest = codec.LONGEST_TCP

    def __init__(self, *, options: LineOptions) -> None:
        rtu = options.mode == "rtu"
        self.quiet_s = _QUIET_S if rtu else 0.0
        rest_s = serial_port.port(options.serial).quiet_s if options.serial else 0.0
        self._questions = Questions(rtu=rtu, rest_s=rest_s)
        self._apart: dict[str, frozenset[Span]] = {}
        self._flags: dict[str, dict[str, bool]] = {}

    def measure(self, data: bytearray, at: int) -> int:
        """Tell how long the answer is that begins there."""
        return self._questions.measure(data, at)

    def groups(self, member: Wired) -> Sequence[Group]:
        """Return what is read at the same pace."""
        if not isinstance(member.map, Map):
            return ()
        unit = _unit_of(member)
        if unit is None:
            return (_ADDRESS,)
        paces = {unit.map.every_s(place) for place in unit.places.values()}
        return [Group(name=f"{pace:g}", every_s=pace) for pace in sorted(paces)]

    def poll(self, member: Wired, group: Group, *, now: float) -> Dialogue:
        """Read a group. What a device does not have is refused alone, not what stands beside it."""
        del now
        unit = _unit_of(member)
        if unit is None:
            return Outcome(refusals=[("bad_address", member.address.encode())], heard=False)
        heard = _Heard()
        for span in self._spans(member.code, unit, group):
            try:
                yield from self._read(member.code, unit, span, heard)
            except NoAnswer:
                if not heard:
                    raise
                heard.refusals.append(("no_answer", b""))
                break
        readings = self._readings(member.code, unit, heard)
        return Outcome(readings=readings, refusals=heard.refusals)

    def tell(self, member: Wired, order: Order, *, now: float) -> Dialogue | None:
        """Return the dialogue that writes what a service says, and reads it back."""
        del now
        unit = _unit_of(member)
        if unit is None or order.service not in unit.map.services:
            return None
        return self._obey(member, unit, order)

    def seek(self) -> Dialogue | None:
        """Nobody is looked for: a Modbus device does not say what it is."""
        return None

    def _obey(self, member: Wired, unit: Unit, order: Order) -> Dialogue:
        """Do an order; where it is refused, in the device's words or as `not_confirmed`."""

        def ask(body: bytes, rest_s: float) -> Asking:
            return self._questions.ask(unit.number, body, rest_s=rest_s)

        service = member.model.services.get(order.service)
        moved = unit.places.get(service.moves or "") if service else None
        try:
            yield from doing.do(unit.map, unit.places, order, ask, shift=member.options.shift)
            words = [] if moved is None else (yield from ask(read(moved), 0.0))
        except DeviceRefused as no:
            raise Refused(no.word) from no
        except BadValue as bad:
            raise Refused(bad.reason) from bad
        if service is None or moved is None:
            return Outcome()
        heard = _Heard()
        heard.words[service.moves or ""] = words
        return Outcome(readings=self._readings(member.code, unit, heard), refusals=heard.refusals)

    def _spans(self, code: str, unit: Unit, group: Group) -> Sequence[Span]:
        """Return the reads of a group; those that a device refused whole, in parts."""
        own = {
            name: place
            for name, place in unit.places.items()
            if f"{unit.map.every_s(place):g}" == group.name
        }
        torn = self._apart.get(code, frozenset())
        out: list[Span] = []
        for span in spans(own, gap=unit.map.gap, most=unit.map.most):
            out += apart(span, own) if span in torn else [span]
        return out

    def _read(self, code: str, unit: Unit, span: Span, heard: _Heard) -> Generator[Ask, Any, None]:
        """Read a span; where the device has not all of it, read its parts from now on."""
        try:
            words = yield from self._questions.ask(unit.number, read(span))
        except DeviceRefused as no:
            parts = apart(span, unit.places)
            if no.code not in _NOT_THERE or len(parts) == 1:
                heard.refusals.append((no.word, ",".join(span.names).encode()))
                return
            self._apart[code] = self._apart.get(code, frozenset()) | {span}
            for part in parts:
                yield from self._read(code, unit, part, heard)
            return
        for name in span.names:
            at = unit.places[name].address - span.address
            heard.words[name] = words[at : at + unit.places[name].count]

    def _readings(self, code: str, unit: Unit, heard: _Heard) -> list[Reading]:
        out = []
        for name, words in heard.words.items():
            try:
                value = values.decode(unit.places[name], words, unit.map.order)
            except BadValue as bad:
                heard.refusals.append((bad.reason, name.encode()))
                continue
            if name in unit.map.events:
                out += self._event(code, name, bool(value))
            elif value is not None:
                out.append(Reading(name, value))
        return out

    def _event(self, code: str, name: str, flag: bool) -> list[Reading]:
        """An event happens when its bit rises; what was so when we first looked, did long ago."""
        flags = self._flags.setdefault(code, {})
        before = flags.get(name, True)
        flags[name] = flag
        return [Reading(name, 1.0)] if flag and not before else []


def _unit_of(member: Wired) -> Unit | None:
    """Return where a member's registers are; None where it has none at such an address."""
    options = member.options
    if not isinstance(member.map, Map):
        return None
    if isinstance(options, LineOptions):
        number = options.unit
    elif member.address.isascii() and member.address.isdigit():
        number = int(member.address)
    else:
        return None
    try:
        places = {name: one.shifted(options.shift) for name, one in member.map.places().items()}
    except ValueError:
        return None
    return Unit(number=number, map=member.map, places=places) if 0 <= number < _UNITS else None

"""What is asked of meters on a polled line, and what their answers say."""

from collections.abc import Generator, Sequence
from decimal import Decimal
from typing import Any

from linli.drivers.dlt645 import codec, messages, values
from linli.drivers.dlt645.codec import ANYBODY, Frame
from linli.drivers.dlt645.map import Item, Map
from linli.drivers.dlt645.messages import Function, Variant
from linli.drivers.dlt645.options import Line, Speaker
from linli.drivers.frames import BadFrame
from linli.drivers.line import Order, Wired
from linli.drivers.polling import Ask, Dialogue, Group, NoAnswer, Outcome, Refused
from linli.drivers.reading import Reading
from linli.kernel import period

_CLOCK = Group(name="clock", every_s=86_400.0)
_MOST_FOLLOWING = 32
_UNKNOWN_FOR_S = 86_400.0
_VALID_FOR_S = 600.0
"""A relay command holds so much longer than its order: the clocks of meters are not ours."""
_LOOK_AFTER_S = 0.5
_DIRECT, _PERMIT = 0x1C, 0x1B
_ADDRESS_DIGITS = 12


class MeterTalk:
    """The talk of one line. It remembers what meters said they do not have, for a day."""

    longest = codec.LONGEST
    quiet_s = 0.3
    """An answer to 1CH does not say to which one: a late one must not be taken for the next."""

    def __init__(self, line: Line) -> None:
        self._wake = line.wake
        self._set_clock = line.set_clock
        self._unknown: dict[tuple[str, str], float] = {}

    def measure(self, data: bytearray, at: int) -> int:
        """Tell how long the frame is that begins there."""
        return codec.measure(data, at)

    def groups(self, member: Wired) -> Sequence[Group]:
        """Return a group for each period of its table; of the line also the clock."""
        variant = _variant(member)
        items = [item for item in _items(member) if item.code(variant)]
        groups = [_group(every) for every in sorted({item.every for item in items})]
        if isinstance(member.options, Line) and self._set_clock:
            groups.append(_CLOCK)
        return groups

    def poll(self, member: Wired, group: Group, *, now: float) -> Dialogue:
        """Ask all identifiers of a group, one after the other."""
        if group == _CLOCK:
            return self._tell_time(now)
        items = [item for item in _items(member) if item.every == group.name]
        return self._read_items(member, items, now)

    def tell(self, member: Wired, order: Order, *, now: float) -> Dialogue | None:
        """Command a relay, then look at what shows it. Only -2007 has 1CH."""
        table: Map | None = member.map
        command = None if table is None else table.services.get(order.service)
        address = _address(member)
        if command is None or _variant(member) is not Variant.V2007 or address in (None, ANYBODY):
            return None
        return self._command(member, order, int(command, 16), now)

    def seek(self) -> Dialogue | None:
        """Ask for the address of the one meter on a line of which nobody told us."""
        return self._seek()

    def _read_items(self, member: Wired, items: Sequence[Item], now: float) -> Dialogue:
        address, variant = _address(member), _variant(member)
        if address is None:
            return Outcome(refusals=[("bad_address", member.address.encode())], heard=False)
        readings: list[Reading] = []
        refusals: list[tuple[str, bytes]] = []
        spoke = False
        for code in dict.fromkeys(item.code(variant) for item in items if item.code(variant)):
            if self._unknown.get((member.code, code), 0.0) > now:
                continue
            try:
                data = yield from self._read(address, code)
                readings += _readings(code, data, items, variant)
            except NoAnswer:
                if not spoke:
                    raise
                refusals.append(("no_answer", bytes.fromhex(code)))
            except (Refused, BadFrame) as no:
                self._note(member, code, no, now)
                refusals.append(_refusal(no))
            spoke = True
        return Outcome(readings=readings, refusals=refusals, heard=spoke)

    def _note(self, member: Wired, code: str, no: Exception, now: float) -> None:
        if isinstance(no, Refused) and no.reason == "no_requested_data":
            self._unknown[member.code, code] = now + _UNKNOWN_FOR_S

    def _read(self, address: str, code: str, *, after_s: float = 0.0) -> Generator[Ask, Any, bytes]:
        """Ask for an identifier, and for the frames that follow; give the data of all of them.

        :raises Refused: if the meter says no
        :raises BadFrame: if what follows has no end
        """
        width = len(code) // 2
        frame: Frame = yield self._ask(messages.read(address=address, code=code), after_s=after_s)
        data = _accepted(frame).data[width:]
        for sequence in range(1, _MOST_FOLLOWING + 1):
            if not frame.more:
                return data
            question = messages.read_next(address=address, code=code, sequence=sequence)
            frame = yield self._ask(question)
            data += _accepted(frame).data[width : -1 if width == 4 else None]  # noqa: PLR2004
        raise BadFrame("too many frames follow")

    def _command(self, member: Wired, order: Order, command: int, now: float) -> Dialogue:
        options: Speaker = member.options
        if not options.password:
            raise Refused("no_password")
        if command == _DIRECT and options.closing == "permit":
            command = _PERMIT
        address = _address(member) or ""
        question = messages.relay(
            address=address,
            command=command,
            level=options.level,
            password=options.password,
            operator=options.operator,
            until=order.expires_at + _VALID_FOR_S,
        )
        _accepted((yield self._ask(question)))
        service = member.model.services.get(order.service)
        moved = [item for item in _items(member) if service and item.property == service.moves]
        return Outcome(then=self._look(address, moved))

    def _look(self, address: str, items: Sequence[Item]) -> Dialogue:
        """Read what shows that a command was done."""
        readings: list[Reading] = []
        for code in dict.fromkeys(item.di for item in items if item.di):
            data = yield from self._read(address, code, after_s=_LOOK_AFTER_S)
            readings += _readings(code, data, items, Variant.V2007)
        return Outcome(readings=readings)

    def _tell_time(self, now: float) -> Dialogue:
        yield Ask(frame=self._bytes(messages.tell_time(now=now)), answered=False)
        return Outcome(heard=False)

    def _seek(self) -> Dialogue:
        try:
            frame: Frame = yield self._ask(messages.read_address())
        except NoAnswer:
            return Outcome(heard=False)
        about = {"model": "electricity_meter", "name": frame.address, "serial": frame.address}
        return Outcome(strangers=[(frame.address, about)])

    def _ask(self, question: Frame, *, after_s: float = 0.0) -> Ask:
        def read(data: bytes) -> Frame | None:
            frame = codec.decode(data)
            return frame if messages.answers(frame, question) else None

        shown = b""
        if question.function == Function.RELAY:
            shown = self._bytes(messages.without_secret(question))
        return Ask(frame=self._bytes(question), read=read, shown=shown, after_s=after_s)

    def _bytes(self, question: Frame) -> bytes:
        return codec.encode(question, wake=self._wake)


def _group(every: str) -> Group:
    return Group(name=every, every_s=period.seconds(every))


def _items(member: Wired) -> Sequence[Item]:
    table: Map | None = member.map
    return () if table is None else table.readings


def _variant(member: Wired) -> Variant:
    options: Speaker = member.options
    return Variant(options.variant)


def _address(member: Wired) -> str | None:
    """Return 12 digits; anybody for a meter alone on its line without one; None for no address."""
    digits = member.address.strip()
    if not digits and isinstance(member.options, Line):
        return ANYBODY
    fits = digits.isascii() and digits.isdigit() and len(digits) <= _ADDRESS_DIGITS
    return digits.zfill(_ADDRESS_DIGITS) if fits else None


def _accepted(frame: Frame) -> Frame:
    """Return an answer that is no refusal.

    :raises Refused: with the first of the meter's reasons
    """
    if frame.abnormal:
        said = messages.refusals(frame, messages.variant_of(frame)) or ["other"]
        raise Refused(said[0].replace(" ", "_"), codec.encode(frame))
    return frame


def _refusal(no: Refused | BadFrame) -> tuple[str, bytes]:
    return (no.reason, no.sample) if isinstance(no, Refused) else ("bad_frame", no.why.encode())


def _readings(code: str, data: bytes, items: Sequence[Item], variant: Variant) -> Sequence[Reading]:
    """Return the readings of one identifier. A value that the meter fills with FF gives none.

    :raises BadFrame: if the data do not fit
    """
    found = values.read(code, data) or ()
    return [
        Reading(item.property, _scaled(item, value.value))
        for value in found[:1]
        for item in items
        if item.code(variant) == code and value.value is not None
    ]


def _scaled(item: Item, value: values.Plain) -> float | bool:
    if item.bit is not None and isinstance(value, int):
        return (value >> item.bit & 1 == 1) != item.inverted
    assert isinstance(value, Decimal | int)
    return float(value * item.scale)

"""What is asked on a line of CJ/T 188 meters, and what their answers say."""

from collections.abc import Generator, Sequence
from typing import Any, Literal

import msgspec

from linli.drivers.cjt188 import answers, codec
from linli.drivers.cjt188.codec import Frame
from linli.drivers.cjt188.map import ByteOrder, Map, Valve
from linli.drivers.line import Order, Wired
from linli.drivers.polling import Ask, Dialogue, Group, NoAnswer, Outcome, Refused, Way

_QUIET_S = 0.1
_ADDRESS = Group(name="address", every_s=600.0)
"""What a member is "asked" whose address is no meter's: so an operator sees it."""
_MODELS = {
    codec.Family.WATER: "water_meter",
    codec.Family.HEAT: "heat_meter",
    codec.Family.GAS: "gas_meter",
}
_MOST_WAKING = 20
_ANYBODY = bytes((codec.ANY,)) * 7


class LineOptions(Way, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`wake` is how many FE go before a request. `kind` and `order` are of a meter that has the
    line for itself; such a one needs no address.
    """

    wake: int = 4
    kind: int = 0
    order: ByteOrder | Literal[""] = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.wake <= _MOST_WAKING:
            raise ValueError(f"wake is up to {_MOST_WAKING}")


class MemberOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What this meter does otherwise than the table of its model says. `kind` 0: as there."""

    kind: int = 0
    order: ByteOrder | Literal[""] = ""


class _Meter(msgspec.Struct, frozen=True, kw_only=True):
    """A member, its address read."""

    wired: Wired
    map: Map
    kind: int
    address: bytes
    low_first: bool


class Cjt188Talk:
    """The `Talk` of one line."""

    longest = codec.LONGEST
    quiet_s = _QUIET_S

    def __init__(self, *, options: LineOptions) -> None:
        self._wake = options.wake
        self._serial = 0

    def measure(self, data: bytearray, at: int) -> int:
        """Tell how long the frame is that begins there."""
        return codec.measure(data, at)

    def groups(self, member: Wired) -> Sequence[Group]:
        """Return the identifiers that are read of a meter."""
        meter = _meter(member)
        if meter is None:
            return (_ADDRESS,) if isinstance(member.map, Map) else ()
        return [Group(name=poll.di, every_s=poll.every_s) for poll in meter.map.polls]

    def poll(self, member: Wired, group: Group, *, now: float) -> Dialogue:
        """Read one identifier."""
        del now
        meter = _meter(member)
        if meter is None:
            return Outcome(refusals=[("bad_address", member.address.encode())], heard=False)
        poll = next(one for one in meter.map.polls if one.di == group.name)
        found = yield from self._read(meter, poll.number)
        return answers.outcome(meter.wired, meter.map, meter.kind, found, poll.properties)

    def tell(self, member: Wired, order: Order, *, now: float) -> Dialogue | None:
        """Return the dialogue that moves the valve."""
        del now
        meter = _meter(member)
        if meter is None or order.service not in meter.map.services:
            return None
        return self._move(meter, meter.map.services[order.service])

    def seek(self) -> Dialogue | None:
        """Ask who is there: the only meter of a line answers to any address."""
        return self._sought()

    def _sought(self) -> Dialogue:
        data = codec.identified(di=codec.ADDRESS, ser=self._next_serial())
        request = Frame(kind=codec.ANY, address=_ANYBODY, control=codec.READ_ADDRESS, data=data)
        try:
            found: Frame = yield self._question(request)
        except NoAnswer:
            return Outcome(heard=False)
        number = codec.from_address(found.address)
        about = {"name": number, "serial": number[4:], "vendor": number[:4]}
        if model := _MODELS.get(codec.family(found.kind)):
            about["model"] = model
        return Outcome(strangers=[(number, about)])

    def _move(self, meter: _Meter, service: Valve) -> Dialogue:
        """Move the valve, and look until it stands as wanted.

        :raises Refused: `abnormal_answer` if the meter would not, `not_confirmed` if it did not
        """
        request = codec.valve(
            kind=meter.kind,
            address=meter.address,
            close=service.valve == "closed",
            ser=self._next_serial(),
            low_first=meter.low_first,
        )
        yield from self._ask(request)
        properties = answers.of_counter(meter.map)
        for look in range(service.looks):
            rest_s = service.look_every_s if look else 0.0
            found = yield from self._read(meter, codec.COUNTER, rest_s=rest_s)
            if answers.valve(meter.map, meter.kind, found) == service.valve:
                return answers.outcome(meter.wired, meter.map, meter.kind, found, properties)
        if service.looks:
            raise Refused("not_confirmed")
        return Outcome()

    def _read(self, meter: _Meter, di: int, *, rest_s: float = 0.0) -> Generator[Ask, Any, Frame]:
        request = codec.read(
            kind=meter.kind,
            address=meter.address,
            di=di,
            ser=self._next_serial(),
            low_first=meter.low_first,
        )
        found = yield from self._ask(request, rest_s=rest_s)
        return found

    def _ask(self, request: Frame, *, rest_s: float = 0.0) -> Generator[Ask, Any, Frame]:
        """Ask a meter.

        :raises Refused: if it answers that it cannot
        """
        found: Frame = yield self._question(request, rest_s=rest_s)
        if found.abnormal:
            raise Refused("abnormal_answer", found.data)
        return found

    def _question(self, request: Frame, *, rest_s: float = 0.0) -> Ask:
        def read(data: bytes) -> Frame | None:
            came = codec.decode(data)
            return came if _answers(request, came) else None

        return Ask(frame=codec.encode(request, wake=self._wake), read=read, after_s=rest_s)

    def _next_serial(self) -> int:
        self._serial = (self._serial + 1) % 256
        return self._serial


def _answers(request: Frame, came: Frame) -> bool:
    """Tell whether a frame answers a request. Its serial is not asked for: some meters keep one."""
    if not codec.meant(asked=request.address, came=came.address):
        return False
    if came.control & ~codec.ABNORMAL != request.control | codec.ANSWER:
        return False
    asked, found = codec.identify(request.data), codec.identify(came.data)
    if came.abnormal or request.control == codec.READ_ADDRESS:
        return True
    return asked is not None and found is not None and asked.di == found.di


def _meter(member: Wired) -> _Meter | None:
    """Return a member with its address read; None where it is none."""
    options = member.options
    if not isinstance(member.map, Map):
        return None
    alone = isinstance(options, LineOptions) and not member.address
    try:
        address = _ANYBODY if alone else codec.to_address(member.address)
    except ValueError:
        return None
    order = options.order or member.map.order
    return _Meter(
        wired=member,
        map=member.map,
        kind=options.kind or member.map.kind,
        address=address,
        low_first=order == "low_first",
    )

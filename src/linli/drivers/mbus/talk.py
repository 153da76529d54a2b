"""What is asked on a line of M-Bus meters, and what their answers say."""

from collections.abc import Generator, Sequence
from typing import Any

import msgspec

from linli.drivers.line import Order, Wired
from linli.drivers.mbus import codec
from linli.drivers.mbus.codec import Frame
from linli.drivers.mbus.map import Map, readings
from linli.drivers.mbus.records import MEDIA, Telegram, read
from linli.drivers.polling import Ask, Dialogue, Group, NoAnswer, Outcome, Refused, Way

_QUIET_S = 0.3
_MOST_TELEGRAMS = 16
_HIGHEST_PRIMARY = 250
_PRIMARY_DIGITS = 3
_SECONDARY_DIGITS = (8, 16)
_ID_DIGITS = 8
_MODELS = {
    "electricity": "electricity_meter",
    "gas": "gas_meter",
    "heat": "heat_meter",
    "heat and cooling": "heat_meter",
    "cooling": "heat_meter",
    "water": "water_meter",
    "hot water": "water_meter",
    "cold water": "water_meter",
}


class LineOptions(Way, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`rest_s` is how long the bus rests after a telegram that nobody answers."""

    rest_s: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.rest_s <= 5:  # noqa: PLR2004
            raise ValueError("rest_s is up to 5")


class MemberOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to set: the address says how a meter is found (0 to 250, or 8 or 16 digits)."""


class MbusTalk:
    """The `Talk` of one line."""

    longest = codec.LONGEST
    quiet_s = _QUIET_S

    def __init__(self, options: LineOptions) -> None:
        self._rest_s = options.rest_s

    def measure(self, data: bytearray, at: int) -> int:
        """Tell how long the frame is that begins there."""
        return codec.measure(data, at)

    def groups(self, member: Wired) -> Sequence[Group]:
        """Return the one thing that a meter is asked: all that it measures."""
        if not isinstance(member.map, Map):
            return ()
        return (Group(name="readings", every_s=member.map.every_s),)

    def poll(self, member: Wired, group: Group, *, now: float) -> Dialogue:
        """Read every telegram of a meter."""
        del group, now
        address = member.address.strip().upper()
        if not is_address(address):
            return Outcome(refusals=[("bad_address", member.address.encode())], heard=False)
        secondary = len(address) > _PRIMARY_DIGITS
        telegrams = yield from (
            self._by_secondary(address) if secondary else self._by_primary(int(address))
        )
        found, refused = readings(telegrams, member.map)
        return Outcome(readings=found, refusals=refused)

    def tell(self, member: Wired, order: Order, *, now: float) -> Dialogue | None:
        """A meter does nothing."""
        del member, order, now
        return None

    def seek(self) -> Dialogue | None:
        """Ask who is there: the only meter of a line answers to FE."""
        return self._sought()

    def _sought(self) -> Dialogue:
        try:
            telegrams = yield from self._by_primary(codec.ANYBODY)
        except NoAnswer:
            return Outcome(heard=False)
        found = telegrams[0]
        medium = MEDIA.get(found.medium, "")
        about = {
            "name": f"{found.manufacturer} {found.identity} {medium}".strip(),
            "serial": found.identity,
            "vendor": found.manufacturer,
        }
        if model := _MODELS.get(medium):
            about["model"] = model
        return Outcome(strangers=[(found.secondary, about)])

    def _by_primary(self, address: int) -> Generator[Ask, Any, list[Telegram]]:
        yield _acknowledged(Frame(c=codec.NORMALISE, a=address))
        telegrams = yield from self._telegrams(address)
        return telegrams

    def _by_secondary(self, address: str) -> Generator[Ask, Any, list[Telegram]]:
        """Deselect who is selected, select the meter, and read it.

        :raises Refused: if another one answers
        """
        nobody = Frame(c=codec.NORMALISE, a=codec.SELECTED)
        yield Ask(frame=codec.encode(nobody), answered=False)
        yield _acknowledged(codec.select(address), after_s=self._rest_s)
        telegrams = yield from self._telegrams(codec.SELECTED)
        if not _meant(address, telegrams[0].secondary):
            raise Refused("other_meter", telegrams[0].secondary.encode())
        return telegrams

    def _telegrams(self, address: int) -> Generator[Ask, Any, list[Telegram]]:
        """Ask for telegram after telegram; the frame count bit toggles (EN 13757-2, 5.7.4).

        Some meters always promise one more: their first telegram coming again is the end.
        """
        found: list[Telegram] = []
        while len(found) < _MOST_TELEGRAMS:
            c = codec.REQUEST_AGAIN if len(found) % 2 else codec.REQUEST
            answer: Frame = yield _answered(Frame(c=c, a=address))
            telegram = read(answer)
            if found and telegram.records == found[0].records:
                break
            found.append(telegram)
            if not telegram.more:
                break
        return found


def is_address(text: str) -> bool:
    """Tell whether a text is a primary address, or a secondary one with or without its maker."""
    if len(text) <= _PRIMARY_DIGITS:
        return text.isascii() and text.isdecimal() and int(text) <= _HIGHEST_PRIMARY
    digits = set(text[:_ID_DIGITS]) <= set("0123456789F")
    return len(text) in _SECONDARY_DIGITS and digits and not set(text) - set("0123456789ABCDEF")


def _meant(address: str, secondary: str) -> bool:
    return all(want in {"F", found} for want, found in zip(address, secondary, strict=False))


def _acknowledged(frame: Frame, *, after_s: float = 0.0) -> Ask:
    def is_ack(data: bytes) -> bool | None:
        return codec.decode(data).is_ack or None

    return Ask(frame=codec.encode(frame), read=is_ack, after_s=after_s)


def _answered(frame: Frame) -> Ask:
    def answer(data: bytes) -> Frame | None:
        came = codec.decode(data)
        if came.c is None or came.c & codec.RESPONSE_MASK != codec.RESPONSE or came.ci is None:
            return None
        own = frame.a in {codec.SELECTED, codec.ANYBODY} or came.a == frame.a
        return came if own else None

    return Ask(frame=codec.encode(frame), read=answer)

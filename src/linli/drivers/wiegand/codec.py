"""Wiegand: 26 and 34 bits with two parities, keys of 4 and 8 bits, silence between frames."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from linli.drivers.frames import BadFrame

SILENCE_S = 0.025
"""So long without a pulse, and a frame is over."""

_KEY, _CHECKED_KEY, _SHORT, _LONG = 4, 8, 26, 34
_NIBBLE = 0xF
_KEYS = {10: "#", 11: "*"}
_NUMBERS = {number: str(number) for number in range(10)}


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A card as it was read: a number of 24 bits (26 on the wire) or of 32 (34)."""

    number: int
    bits: int


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key that was pressed: a digit, `*` or `#`. `bits` is how many it came as."""

    key: str
    bits: int


class Pulse(NamedTuple):
    """One bit, and when it came, in seconds of one monotonic clock."""

    at_s: float
    bit: int


def decode(bits: str) -> Card | Key:
    """Return what one frame says.

    :raises BadFrame: if it has another length, a wrong parity, or no key
    """
    if not bits or set(bits) - {"0", "1"}:
        raise BadFrame("not bits: only 0 and 1 are")
    if len(bits) in {_SHORT, _LONG}:
        return _card(bits)
    if len(bits) == _KEY:
        return Key(key=_key(int(bits, 2)), bits=_KEY)
    if len(bits) == _CHECKED_KEY:
        return _checked_key(int(bits, 2))
    raise BadFrame(f"{len(bits)} bits, not 4, 8, 26 or 34")


def encode(said: Card | Key) -> str:
    """Return the bits of a card or a key.

    :raises ValueError: if there is no such frame
    """
    if isinstance(said, Card):
        return _card_bits(said)
    known = {key: number for number, key in (_NUMBERS | _KEYS).items()}
    if said.key not in known or said.bits not in {_KEY, _CHECKED_KEY}:
        raise ValueError(f"no key {said.key!r} of {said.bits} bits")
    low = known[said.key]
    return f"{low:04b}" if said.bits == _KEY else f"{low ^ _NIBBLE:04b}{low:04b}"


def _card(bits: str) -> Card:
    half = len(bits) // 2
    wrong = []
    if bits[:half].count("1") % 2:
        wrong.append(f"first parity (even over bits 1 to {half})")
    if not bits[half:].count("1") % 2:
        wrong.append(f"last parity (odd over bits {half + 1} to {len(bits)})")
    if wrong:
        raise BadFrame(f"{' and '.join(wrong)} is wrong")
    return Card(number=int(bits[1:-1], 2), bits=len(bits) - 2)


def _card_bits(card: Card) -> str:
    if card.bits + 2 not in {_SHORT, _LONG} or not 0 <= card.number < 1 << card.bits:
        raise ValueError(f"{card.number} is no card of {card.bits} bits")
    data = f"{card.number:0{card.bits}b}"
    half = card.bits // 2
    even, odd = data[:half].count("1") % 2, 1 - data[half:].count("1") % 2
    return f"{even}{data}{odd}"


def _key(number: int) -> str:
    found = _NUMBERS.get(number) or _KEYS.get(number)
    if found is None:
        raise BadFrame(f"no key {number:X}")
    return found


def _checked_key(byte: int) -> Key:
    high, low = byte >> 4, byte & _NIBBLE
    if high != low ^ _NIBBLE:
        raise BadFrame(f"key {byte:02X}: high nibble is not the inverse of the low one")
    return Key(key=_key(low), bits=_CHECKED_KEY)


def frames(
    pulses: Iterable[Pulse], *, now_s: float, silence_s: float = SILENCE_S
) -> tuple[Sequence[str], Sequence[Pulse]]:
    """Return the frames that are over, and the pulses of the one that may go on.

    :param pulses: what came and was not cut yet, in order
    """
    found: list[str] = []
    current: list[Pulse] = []
    for pulse in pulses:
        if current and pulse.at_s - current[-1].at_s >= silence_s:
            found.append(_bits(current))
            current = []
        current.append(pulse)
    if current and now_s - current[-1].at_s >= silence_s:
        found.append(_bits(current))
        current = []
    return found, current


def _bits(pulses: Iterable[Pulse]) -> str:
    return "".join("1" if pulse.bit else "0" for pulse in pulses)

"""One card, however its number is printed or its bytes are turned.

Cards carry ten decimal digits (all 32 bits) or `facility,card` with three and five digits (the
lower 24); some readers send the bytes in reverse, and 26-bit ones leave the upper byte out.
"""

import re
from collections.abc import Iterator

from linli.drivers.frames import BadFrame
from linli.drivers.wiegand.codec import Card

_DECIMAL = re.compile(r"\d{10}")
_PAIR = re.compile(r"(\d{1,3})\s*[,.\-/ ]\s*(\d{1,5})")
_HEX = re.compile(r"(?:0x)?([0-9A-F]{6}|[0-9A-F]{8})", re.IGNORECASE)
_BYTE, _SHORT, _LONG = 8, 24, 32
_LOW_24 = (1 << _SHORT) - 1
_SHORTEST_HEX = 6


def facility(card: Card) -> int:
    """Return the facility code: the third byte from the end."""
    return card.number >> 16 & 0xFF


def number_in_facility(card: Card) -> int:
    """Return the last two bytes."""
    return card.number & 0xFFFF


def as_decimal(card: Card) -> str:
    """Return the number as ten digits."""
    return f"{card.number:010d}"


def as_pair(card: Card) -> str:
    """Return the number as `facility,card`: three and five digits."""
    return f"{facility(card):03d},{number_in_facility(card):05d}"


def turned(card: Card) -> Card:
    """Return the card with its bytes in reverse."""
    size = card.bits // _BYTE
    number = int.from_bytes(card.number.to_bytes(size, "big"), "little")
    return Card(number=number, bits=card.bits)


def printed(text: str) -> Card:
    """Return the card of a printed number: ten digits, `fff,ccccc`, or six or eight hex digits.

    :raises BadFrame: if it is none of them, or too large
    """
    text = text.strip()
    pair = _PAIR.fullmatch(text)
    if pair:
        return _bounded(int(pair[1]), int(pair[2]), text)
    if _DECIMAL.fullmatch(text):
        number = int(text)
        if number >= 1 << _LONG:
            raise BadFrame(f"{text} is more than 32 bits")
        return Card(number=number, bits=_LONG)
    hexadecimal = _HEX.fullmatch(text)
    if hexadecimal is None:
        raise BadFrame(f"no card number: {text[:40]!r}")
    digits = hexadecimal[1]
    return Card(number=int(digits, 16), bits=_SHORT if len(digits) == _SHORTEST_HEX else _LONG)


def _bounded(facility_code: int, number: int, text: str) -> Card:
    if facility_code > 0xFF or number > 0xFFFF:  # noqa: PLR2004
        raise BadFrame(f"{text}: facility up to 255, card up to 65535")
    return Card(number=facility_code << 16 | number, bits=_SHORT)


def same(one: Card, other: Card) -> bool:
    """Tell whether two readings may be of one card: turned or not, all bits or the lower 24."""
    return any(_agree(mine, theirs) for mine in _turns(one) for theirs in _turns(other))


def normal(card: Card) -> str:
    """Return one spelling for a card whichever way its bytes are turned: the smaller, in hex.

    Readings of different lengths have different spellings: compare those with `same`.
    """
    number = min(card.number, turned(card).number)
    return f"{number:0{card.bits // 4}X}"


def _turns(card: Card) -> Iterator[Card]:
    yield card
    yield turned(card)


def _agree(one: Card, other: Card) -> bool:
    if one.bits == other.bits:
        return one.number == other.number
    return one.number & _LOW_24 == other.number & _LOW_24

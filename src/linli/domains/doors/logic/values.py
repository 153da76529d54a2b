"""What is shown at a door, brought to one spelling, and how little of it a list shows."""

import re

import msgspec

from linli.contracts.doors import Way
from linli.kernel.fault import Fault

_DIGITS = re.compile(r"\d{4,10}")
_HEX = re.compile(r"[0-9A-F]{4,64}")
CODE_DIGITS = 6
"""A PIN and a one-time code have so many; they are made here and not chosen."""


class BadValue(Fault):
    """What was shown or entered is no number of this kind; it is not repeated here."""

    key = "doors.bad_value"
    status = 422


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """A value in its one spelling. `short` is what readers of 26 bits send of a card; `tail` are
    its last four signs.
    """

    space: str
    value: str
    short: str = ""

    @property
    def whole(self) -> str:
        """What is digested to find it again."""
        return f"{self.space}:{self.value}"

    @property
    def part(self) -> str:
        """What finds a card by its last 24 bits; empty where there is no such part."""
        return f"{self.space}.24:{self.short}" if self.short else ""


SPACES = {Way.SIM: "card", Way.CARD: "card", Way.PIN: "code", Way.CODE: "code"}
"""A reader cannot tell a chip in a telephone from one in a card, nor a keypad a PIN from a code."""


def space(way: Way) -> str:
    """Return among which values one of this way must be the only one."""
    return SPACES.get(way, way.value)


def digits(way: Way, text: str) -> Shape:
    """Return a PIN or a code.

    :raises BadValue: if it is not four to ten digits
    """
    bare = "".join(text.split())
    if not _DIGITS.fullmatch(bare):
        raise BadValue(way=way.value)
    return Shape(space=space(way), value=bare)


def chip(way: Way, text: str) -> Shape:
    """Return the number of a telephone's Bluetooth key, in hexadecimal.

    :raises BadValue: if it is none
    """
    bare = re.sub(r"[\s:\-]", "", text).upper()
    if not _HEX.fullmatch(bare):
        raise BadValue(way=way.value)
    return Shape(space=space(way), value=bare)


def masked(value: str) -> str:
    """Return what a list may show of a value: its last four signs, of a short one nothing."""
    if len(value) <= _SHORT:
        return "*" * len(value)
    return f"{'*' * (len(value) - 4)}{value[-4:]}"


_SHORT = 6

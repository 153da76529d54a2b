"""Codes of YKC in the words of charging, and back: why a start is refused, why a charging ended."""

from collections.abc import Mapping

from linli.contracts.charge_points import By, Why
from linli.contracts.charging import StopReason
from linli.drivers.ykc import accounts, words

REFUSED: Mapping[Why, int] = {
    Why.UNKNOWN: accounts.NO_ACCOUNT,
    Why.BLOCKED: accounts.FROZEN,
    Why.EXPIRED: accounts.FROZEN,
    Why.TOO_LITTLE: accounts.NO_BALANCE,
    Why.OWES: accounts.UNSETTLED,
    Why.TOO_MANY: accounts.UNSETTLED,
    Why.BUSY: accounts.PILE_UNSETTLED,
    Why.KEPT: accounts.NOT_HERE,
    Why.ELSEWHERE: accounts.NOT_HERE,
    Why.OFF: accounts.PILE_STOPPED,
}
"""V1.6, 8.2."""


def refused(why: Why, *, by: By) -> int:
    """Return the code of a refusal: a car that nobody wants to pay for has a word of its own."""
    if by == "vin" and why is Why.UNKNOWN:
        return accounts.NO_VIN
    return REFUSED[why]


_ENDED: Mapping[int, StopReason] = {
    0x40: StopReason.USER,
    0x41: StopReason.FULL,
    0x42: StopReason.FULL,
    0x43: StopReason.MONEY,
    0x44: StopReason.OVERTIME,
    0x45: StopReason.USER,
    0x6B: StopReason.UNPLUGGED,
    0x6E: StopReason.MONEY,
    0x74: StopReason.OVERHEAT,
    0x7A: StopReason.OVERCURRENT,
    0x7C: StopReason.OVERHEAT,
    0x7E: StopReason.OVERHEAT,
    0x80: StopReason.OVERHEAT,
    0x82: StopReason.CHARGER,
    0x83: StopReason.CHARGER,
    0x90: StopReason.CHARGER,
}
_NOT_STARTED = range(0x4A, 0x6A)


def ended(code: int) -> StopReason:
    """Return why a charging ended, by the code of its bill (V1.6, 11.1). An abort that has no word
    of its own is a fault; a code that the document does not have is the pile's own affair.
    """
    if code in _NOT_STARTED:
        return StopReason.NOT_STARTED
    return _ENDED.get(code, StopReason.FAULT if code in words.STOPS else StopReason.CHARGER)

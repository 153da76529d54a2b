"""What frames ask and answer: the functions of control codes, of -2007 and of -1997."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from enum import IntEnum, StrEnum

from linli.drivers.dlt645.codec import ABNORMAL, ANYBODY, EVERYBODY, FUNCTION, Frame
from linli.drivers.frames import BadFrame


class Variant(StrEnum):
    """The two standards. They differ in functions and in the length of identifiers."""

    V2007 = "2007"
    V1997 = "1997"


class Function(IntEnum):
    """Control codes, bits 0-4. -2007 unless named otherwise."""

    SECURITY = 0x03
    TIME = 0x08
    READ = 0x11
    READ_NEXT = 0x12
    READ_ADDRESS = 0x13
    WRITE = 0x14
    WRITE_ADDRESS = 0x15
    FREEZE = 0x16
    BAUD_RATE = 0x17
    PASSWORD = 0x18
    CLEAR_DEMAND = 0x19
    CLEAR_METER = 0x1A
    CLEAR_EVENTS = 0x1B
    RELAY = 0x1C
    READ_1997 = 0x01
    READ_NEXT_1997 = 0x02


FUNCTIONS_2007: Mapping[int, str] = {
    0x03: "security",
    0x08: "broadcast time",
    0x11: "read",
    0x12: "read next",
    0x13: "read address",
    0x14: "write",
    0x15: "write address",
    0x16: "freeze",
    0x17: "baud rate",
    0x18: "password",
    0x19: "clear demand",
    0x1A: "clear meter",
    0x1B: "clear events",
    0x1C: "relay",
    0x1D: "output terminal",
}
FUNCTIONS_1997: Mapping[int, str] = {
    0x01: "read",
    0x02: "read next",
    0x03: "read again",
    0x04: "write",
    0x08: "broadcast time",
    0x0A: "write address",
    0x0C: "baud rate",
    0x0F: "password",
    0x10: "clear demand",
}
_ONLY_1997 = frozenset({0x01, 0x02, 0x04, 0x0A, 0x0C, 0x0F, 0x10})
_SHORTEST_SECURITY = 8

RELAY_COMMANDS: Mapping[int, str] = {
    0x1A: "trip",
    0x1B: "permit closing",
    0x1C: "close",
    0x1D: "trip after a warning",
    0x2A: "alarm",
    0x2B: "end alarm",
    0x3A: "keep power",
    0x3B: "end keeping power",
}

_REFUSALS_2007 = (
    "other",
    "no requested data",
    "password or authority",
    "baud rate cannot change",
    "too many seasons",
    "too many day periods",
    "too many tariffs",
)
_REFUSALS_1997 = (
    "illegal data",
    "no requested data",
    "password or authority",
    "other",
    "too many seasons",
    "too many day periods",
    "too many tariffs",
)

CHINA = timezone(timedelta(hours=8))
"""Meters keep the time of Beijing."""


def variant_of(frame: Frame) -> Variant:
    """Tell by control code and length which standard a frame follows; where both fit, -2007.

    03H is `read again` of -1997, with two bytes at the most, or `security` of -2007.
    """
    if frame.function in _ONLY_1997:
        return Variant.V1997
    if frame.function == Function.SECURITY and len(frame.data) < _SHORTEST_SECURITY:
        return Variant.V1997
    return Variant.V2007


def width_of(variant: Variant) -> int:
    """Return how many bytes an identifier has."""
    return 4 if variant is Variant.V2007 else 2


def identifier_of(frame: Frame, variant: Variant) -> str:
    """Return the identifier that DATA begins with, highest byte first.

    :raises BadFrame: if there is none
    """
    width = width_of(variant)
    if len(frame.data) < width:
        raise BadFrame(f"{len(frame.data)} bytes of data hold no identifier")
    return frame.data[width - 1 :: -1].hex().upper() if width else ""


def refusals(frame: Frame, variant: Variant) -> Sequence[str]:
    """Return what an abnormal answer says, in English words."""
    words = _REFUSALS_2007 if variant is Variant.V2007 else _REFUSALS_1997
    bits = frame.data[0] if frame.data else 0
    return [word for at, word in enumerate(words) if bits >> at & 1]


def read(*, address: str, code: str) -> Frame:
    """Ask for an identifier: one of 8 digits by -2007, of 4 by -1997."""
    wire = bytes.fromhex(code)[::-1]
    return Frame(address, Function.READ if len(wire) == width_of(Variant.V2007) else 1, wire)


def read_next(*, address: str, code: str, sequence: int) -> Frame:
    """Ask for the frame that follows; -2007 counts them from 1."""
    wire = bytes.fromhex(code)[::-1]
    if len(wire) == width_of(Variant.V2007):
        return Frame(address, Function.READ_NEXT, wire + bytes((sequence & 0xFF,)))
    return Frame(address, Function.READ_NEXT_1997, wire)


def read_address() -> Frame:
    """Ask the one meter on a line for its address."""
    return Frame(ANYBODY, Function.READ_ADDRESS)


def tell_time(*, now: float) -> Frame:
    """Tell every meter the time; nobody answers. ss mm hh DD MM YY, as a meter's clock has it."""
    return Frame(EVERYBODY, Function.TIME, _moment(now))


def relay(
    *, address: str, command: int, level: str, password: str, operator: str, until: float
) -> Frame:
    """Tell a meter's relay: `level` 2 digits, `password` 6, `operator` 8; not after `until`.

    DATA: PA P0-P2 C0-C3 N1 N2 N3-N8, modelled on -2007 and its supplement (M).
    """
    data = b"".join(
        (
            bytes.fromhex(level),
            bytes.fromhex(password)[::-1],
            bytes.fromhex(operator)[::-1],
            bytes((command, 0)),
            _moment(until),
        )
    )
    return Frame(address, Function.RELAY, data)


def without_secret(frame: Frame) -> Frame:
    """Return a relay frame with zeroes for its password and operator."""
    return Frame(frame.address, frame.control, frame.data[:1] + bytes(7) + frame.data[8:])


def answers(frame: Frame, question: Frame) -> bool:
    """Tell whether a frame is a meter's answer to a question, a refusal among them.

    A meter asked by its address answers with it; one asked as anybody with its own.
    """
    if not frame.from_meter or frame.control & FUNCTION != question.control & FUNCTION:
        return False
    if "A" not in question.address and frame.address != question.address:
        return False
    if frame.control & ABNORMAL or frame.function in (Function.READ_ADDRESS, Function.RELAY):
        return True
    width = width_of(variant_of(question))
    if frame.function == Function.READ_NEXT and frame.data[-1:] != question.data[-1:]:
        return False
    return frame.data[:width] == question.data[:width]


def _moment(at: float) -> bytes:
    digits = datetime.fromtimestamp(at, CHINA).strftime("%y%m%d%H%M%S")
    return bytes.fromhex(digits)[::-1]

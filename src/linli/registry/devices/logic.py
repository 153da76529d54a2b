"""Rules of the register of devices: values in, values out."""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from math import isfinite
from typing import TypeVar

import msgspec

from linli.kernel.fault import Fault

T = TypeVar("T")

MOST_REFUSALS = 5_000
"""Rows of refusals that a community keeps; codes nobody registered are counted together beyond."""

OTHERS = "*"
"""The device under which refusals are counted once a community has `MOST_REFUSALS` rows."""

_CODE = re.compile(r"[a-z0-9-]{2,48}")
_EAST_DEG, _NORTH_DEG = 180, 90

RANKS = {
    "queued": 0,
    "sent": 1,
    "expired": 2,
    "overruled": 3,
    "failed": 4,
    "acknowledged": 5,
}
"""States of a command. It only ever rises, so the order in which news of it comes does not matter:
the device's own word outranks our clock, and what was done in the end outranks a first failure."""

FINAL = frozenset({"expired", "overruled", "failed", "acknowledged"})


class BadCode(Fault):
    key = "devices.bad_code"
    status = 422


class BadPosition(Fault):
    key = "devices.bad_position"
    status = 422


class BadGateway(Fault):
    key = "devices.bad_gateway"
    status = 422


class CodeTaken(Fault):
    key = "devices.code_taken"


def check_code(code: str) -> None:
    """Refuse a code that could not stand in a topic.

    :raises BadCode: if it has other signs than a-z, 0-9 and the hyphen, or is not 2 to 48 long
    """
    if not _CODE.fullmatch(code):
        raise BadCode(code=code[:60])


def check_codes(*, codes: Sequence[str], taken: Collection[str]) -> None:
    """Refuse codes that are wrong, given twice, or used already.

    :raises BadCode: if one could not stand in a topic
    :raises CodeTaken: if one is used already, or twice here
    """
    seen = set(taken)
    for code in codes:
        check_code(code)
        if code in seen:
            raise CodeTaken(code=code)
        seen.add(code)


def check_position(position: tuple[float, float] | None) -> None:
    """Refuse what is no place on earth; (longitude, latitude) in degrees.

    :raises BadPosition: if it is not
    """
    if position is None:
        return
    east, north = position
    if not (isfinite(east) and isfinite(north)):
        raise BadPosition(position=str(position))
    if abs(east) > _EAST_DEG or abs(north) > _NORTH_DEG:
        raise BadPosition(position=str(position))


def check_gateway(*, device: str, gateway: str, behind: str | None, has_children: bool) -> None:
    """Refuse a gateway that itself is spoken for: one step from a device to the wire is enough.

    `behind` is the gateway of the gateway; `has_children` whether the device is one itself.

    :raises BadGateway: if it is
    """
    if device == gateway or behind is not None or has_children:
        raise BadGateway(device=device, gateway=gateway)


def rises(*, before: str, after: str) -> bool:
    """Tell whether news of a command changes its state."""
    return RANKS[after] > RANKS[before]


class Waves(msgspec.Struct, frozen=True):
    """Which of many new devices can be entered at once, and which only after them."""

    first: tuple[int, ...]
    then: tuple[int, ...]


def waves(*, codes: Sequence[str], gateways: Sequence[str | None]) -> Waves:
    """Return the rows to enter first and those whose gateway is among these rows.

    :raises BadGateway: if a gateway among them is itself behind one
    """
    own = dict(zip(codes, gateways, strict=True))
    first = [row for row, up in enumerate(gateways) if up is None or up not in own]
    then = [row for row, up in enumerate(gateways) if up is not None and up in own]
    for row in then:
        up = gateways[row]
        if up is not None and own[up] is not None:
            raise BadGateway(device=codes[row], gateway=up)
    return Waves(first=tuple(first), then=tuple(then))


class Disabled(Fault):
    key = "devices.disabled"


class KeyUsed(Fault):
    key = "devices.key_used"


class BadKey(Fault):
    key = "devices.bad_key"
    status = 422


LONGEST_KEY = 64


def check_key(key: str) -> None:
    """Refuse a key by which a repeated request could not be told.

    :raises BadKey: if it is empty or too long
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise BadKey(longest=LONGEST_KEY)


class BadSpan(Fault):
    key = "devices.bad_span"
    status = 422


def check_span(*, start: datetime, end: datetime, longest: timedelta) -> None:
    """Refuse a stretch of the past that is none, or too long.

    :raises BadSpan: if it is
    """
    if not timedelta(0) < end - start <= longest:
        raise BadSpan(longest_days=longest.days)


def parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Return a list in pieces that one statement can hold."""
    return (items[start : start + size] for start in range(0, len(items), size))

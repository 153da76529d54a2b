"""Rules of the register of devices: values in, values out."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, TypeVar

from linli.kernel.fault import Fault

T = TypeVar("T")

MOST_REFUSALS = 5_000
"""Rows of refusals that a community keeps; codes nobody registered are counted together beyond."""

OTHERS = "*"
"""The device under which refusals are counted once a community has `MOST_REFUSALS` rows."""

MOST_STEPS = 3
"""Gateways above a device at most: a line, a panel on it, a loop of the panel."""

RESERVED = frozenset({"labels", "scan"})
"""Codes that no device has: `/devices/scan` is a door."""

_CODE = re.compile(r"[a-z0-9-]{2,48}")
_EAST_DEG, _NORTH_DEG = 180, 90

LONGEST_MAINTENANCE = timedelta(days=90)
SHORTEST_REASON, LONGEST_REASON = 2, 200
LONGEST_SERIAL = 64

UNCONFIRMED = "unconfirmed"
TIME_TO_CONFIRM = timedelta(minutes=2)

RANKS = {
    UNCONFIRMED: -1,
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


class CodeReserved(Fault):
    key = "devices.code_reserved"
    status = 422


class BadPosition(Fault):
    key = "devices.bad_position"
    status = 422


class BadGateway(Fault):
    key = "devices.bad_gateway"
    status = 422


class BadUntil(Fault):
    """Maintenance ends in the future, and within `LONGEST_MAINTENANCE`."""

    key = "devices.bad_until"
    status = 422


class ReasonNeeded(Fault):
    key = "devices.reason_needed"
    status = 422


class SerialNeeded(Fault):
    key = "devices.serial_needed"
    status = 422


class SameSerial(Fault):
    """The unit that is to be put in is the one that stands there."""

    key = "devices.same_serial"


class SerialTaken(Fault):
    """The unit stands elsewhere in this community, as `device`."""

    key = "devices.serial_taken"


class NotSealable(Fault):
    """Who speaks a field protocol speaks it as it is; our own MQTT and HTTP may be sealed."""

    key = "devices.not_sealable"
    status = 422


class CodeTaken(Fault):
    key = "devices.code_taken"


class AddressTaken(Fault):
    """Another device behind the same gateway has this address in this protocol."""

    key = "devices.address_taken"


MASKED = "•••"
"""What stands for a secret option when a device is shown; sent back, the secret stays."""


def unmasked(*, wanted: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return options as they are to be: a secret that comes back masked stays what it was."""
    return {
        name: kept.get(name, value) if value == MASKED else value for name, value in wanted.items()
    }


def check_code(code: str) -> None:
    """Refuse a code that could not stand in a topic.

    :raises BadCode: if it has other signs than a-z, 0-9 and the hyphen, or is not 2 to 48 long
    :raises CodeReserved: if a door of ours is called so
    """
    if not _CODE.fullmatch(code):
        raise BadCode(code=code[:60])
    if code in RESERVED:
        raise CodeReserved(code=code)


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


def check_reason(reason: str) -> str:
    """Return why something is done, without blanks around it.

    :raises ReasonNeeded: if that says nothing, or is too long to be kept
    """
    said = reason.strip()
    if not SHORTEST_REASON <= len(said) <= LONGEST_REASON:
        raise ReasonNeeded(shortest=SHORTEST_REASON, longest=LONGEST_REASON)
    return said


def check_until(*, until: datetime, now: datetime) -> None:
    """Refuse an end of maintenance that is past, or too far away to be meant.

    :raises BadUntil: if it is
    """
    if not now < until <= now + LONGEST_MAINTENANCE:
        raise BadUntil(until=until.isoformat(), longest_days=LONGEST_MAINTENANCE.days)


def check_serial(serial: str) -> str:
    """Return the serial of a unit, without blanks around it.

    :raises SerialNeeded: if there is none, or it is too long to be kept
    """
    said = serial.strip()
    if not 0 < len(said) <= LONGEST_SERIAL:
        raise SerialNeeded(longest=LONGEST_SERIAL)
    return said


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


def check_gateway(*, device: str, gateway: str, above: Sequence[str], below: int) -> None:
    """Refuse a gateway that is below the device itself, or a chain that is too long.

    `above` are the gateways of the gateway, going up; `below` how many steps there are below the
    device.

    :raises BadGateway: if it is so
    """
    circle = device == gateway or device in above
    if circle or len(above) + 1 + below > MOST_STEPS:
        raise BadGateway(device=device, gateway=gateway, most=MOST_STEPS)


def rises(*, before: str, after: str) -> bool:
    """Tell whether news of a command changes its state."""
    return RANKS[after] > RANKS[before]


def waves(*, codes: Sequence[str], gateways: Sequence[str | None]) -> tuple[tuple[int, ...], ...]:
    """Return the rows of new devices in the order to enter them: gateways before what is behind.

    :raises BadGateway: if they go in a circle, or the chain is too long
    """
    own = dict(zip(codes, gateways, strict=True))
    depths = [_depth(code, own) for code in codes]
    return tuple(
        tuple(row for row, depth in enumerate(depths) if depth == wave)
        for wave in range(max(depths, default=-1) + 1)
    )


def _depth(code: str, own: Mapping[str, str | None]) -> int:
    """Return how many of the new gateways stand above a new device."""
    depth, up = 0, own[code]
    while up is not None and up in own:
        depth += 1
        if depth > MOST_STEPS:
            raise BadGateway(device=code, gateway=own[code], most=MOST_STEPS)
        up = own[up]
    return depth


class Disabled(Fault):
    key = "devices.disabled"


class TooLateToConfirm(Fault):
    key = "devices.too_late_to_confirm"


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

"""A motor vehicle as the question that every lane camera asks, and the one picture beside it."""

import binascii
from base64 import b64decode
from collections.abc import Sequence

import msgspec

from linli.drivers import lane
from linli.drivers.frames import BadFrame
from linli.drivers.gat1400.objects import Car, Picture
from linli.drivers.gat1400.options import Compass, Map, MemberOptions
from linli.drivers.isapi import pictures
from linli.drivers.line import Wired
from linli.drivers.plain.asks import Question

_SHOWS_THE_CAR = ("02", "09", "01", "08")
"""Types of pictures that may be taken, the best first: the plate, the car close by, the car, one
put together of its passing. None of a face (04, 05, 11), a person (10), or who knows what."""
_OLD_S, _AHEAD_S = 600.0, 60.0
"""A camera's clock that is further off than this is wrong."""
_TOGETHER_S = 60.0
_OLDEST_S = 6 * 86400.0
_WHOLE_ID = 48
_OPPOSITE: dict[str, Compass] = {
    "1": "2", "2": "1", "3": "4", "4": "3", "5": "6", "6": "5", "7": "8", "8": "7",
}  # fmt: skip
_EMPTY = Map(models=())


class When(msgspec.Struct, frozen=True, kw_only=True):
    """When a car passed, epoch seconds, None where its clock says nothing; `replayed`: it has long
    gone on, and nobody stands there.
    """

    at: float | None
    replayed: bool = False


def when(passed: float | None, *, newest: float | None, late_s: float, now: float) -> When:
    """Return when a car passed that a camera told now, in a list whose `newest` car it is not.

    The standard does not mark what is sent afterwards, and a camera's clock may be wrong. But one
    list is told by one clock: a car that passed well before another of its list is gone. Whether
    the newest is gone too, nobody knows, unless the clock is to be relied upon (`late_s`).

    :raises BadFrame: if it passed so long ago that it is no news
    """
    if passed is None or newest is None:
        return When(at=None)
    right = now - _OLD_S < newest < now + _AHEAD_S
    late = 0 < late_s < now - passed
    if not late and newest - passed <= _TOGETHER_S:
        return When(at=passed if right else None)
    at = passed if late or right else now - (newest - passed)
    if now - at > _OLDEST_S:
        raise BadFrame("a car of long ago")
    return When(at=at, replayed=True)


def question(car: Car, *, device: Wired, when: When, picture: str) -> Question:
    """Return what a motor vehicle asks; `picture` is the SHA-256 of the one handed on with it.

    :raises BadFrame: if its plate can be none
    """
    table = device.map if isinstance(device.map, Map) else _EMPTY
    return Question(
        id=mark(car),
        kind=table.asks["motorvehicle"],
        body=lane.body(
            plate=lane.plate(car.plate),
            colour=table.classes.get(car.plate_class.zfill(2)) or table.colours.get(car.colour, ""),
            confidence=lane.share(car.reliability),
            direction=_direction(car, device),
            at=when.at,
            picture=picture,
            replayed=when.replayed,
            number=car.lane,
        ),
    )


def mark(car: Car) -> str:
    """Return the id of a car's question. One that is no whole id of the standard's, of which some
    camera may have one for all its cars, does not count alone.
    """
    whole = len(car.id) == _WHOLE_ID
    return lane.mark("viid", car.id if whole else f"{car.id} {car.passed_at} {car.plate}")


def _direction(car: Car, device: Wired) -> str:
    options = device.options
    way_in = options.way_in if isinstance(options, MemberOptions) else ""
    if not way_in or car.direction not in _OPPOSITE:
        return ""
    if car.direction == way_in:
        return "in"
    return "out" if car.direction == _OPPOSITE[way_in] else ""


def best(found: Sequence[Picture]) -> Picture | None:
    """Return the one picture of a car that is taken; None where there is none that may be."""
    fitting = [one for one in found if one.type in _SHOWS_THE_CAR and one.data]
    return min(fitting, key=lambda one: _SHOWS_THE_CAR.index(one.type), default=None)


def jpeg(picture: Picture) -> bytes:
    """Return the bytes of a picture; empty where it is none, or too long."""
    if len(picture.data) > pictures.LONGEST_BYTES * 3 // 2:
        return b""
    try:
        content = b64decode("".join(picture.data.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return content if pictures.look(content) is not None else b""

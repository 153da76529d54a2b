"""ANPR: the plate of a car as a camera read it, asked about as `lane.seen`; never a reading.

Elements as public fixtures of posts by DS-TCG405-E, DS-TCG406-E and DeepinView cameras show them
(firmwares V5.3 to V5.8), and as the vendor's Device Network SDK (Traffic) lists the element ANPR;
that document was not at hand as a whole. `noPlate` and the sign of a colour before the plate are as
the SDK writes them.
"""

import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

import msgspec

from linli.drivers import lane, markup

_COLOURS: Mapping[str, str] = {
    "blue": "blue",
    "yellow": "yellow",
    "white": "white",
    "black": "black",
    "green": "green",
    "newenergygreen": "green",
    "newenergyyellowgreen": "yellow_green",
    "yellowgreen": "yellow_green",
}
_COVERED = re.compile(rb"license|plate|anpr", re.IGNORECASE)
COVER = lane.COVER
_LONGEST_LANE = 8


class Plate(msgspec.Struct, frozen=True, kw_only=True):
    """A plate as it was read: empty for a car without one. `forward`: the car comes towards the
    camera; None where it does not say. `again`: it is sent afterwards, of a car long gone. `lane`
    is which of its lanes it was, where it says so.
    """

    text: str
    colour: str
    confidence: float
    forward: bool | None
    again: bool
    lane: str = ""


def read(root: Element) -> Plate | None:
    """Return the plate that an alert tells; None where it tells of none.

    :raises BadFrame: if what it calls a plate can be none
    """
    said = next(markup.below(root, "ANPR"), None)
    if said is None:
        return None
    again = markup.text(root, "isDataRetransmission").lower() == "true"
    return Plate(
        text=_text(said),
        colour=_COLOURS.get(markup.text(said, "plateColor").lower(), ""),
        confidence=lane.share(markup.number(said, "confidenceLevel")),
        forward={"forward": True, "reverse": False}.get(markup.text(said, "direction").lower()),
        again=again,
        lane=markup.text(said, "line")[:_LONGEST_LANE],
    )


def _text(said: Element) -> str:
    return lane.plate(
        markup.text(said, "licensePlate") or markup.text(said, "originalLicensePlate")
    )


def body(plate: Plate, *, at: float | None, forward: str, picture: str) -> dict[str, Any]:
    """Return what is asked of a car at a lane. `forward` is the way of one that comes towards the
    camera (in, out). The camera hears no answer: the arm is raised by a command.
    """
    ways = {True: forward, False: "out" if forward == "in" else "in", None: ""}
    return lane.body(
        plate=plate.text,
        colour=plate.colour,
        confidence=plate.confidence,
        direction=ways[plate.forward],
        at=at,
        picture=picture,
        replayed=plate.again,
        number=plate.lane,
    )


def mark(*, uuid: str, channel: int | None, at: float | None, plate: Plate) -> str:
    """Return the id of a question: the same whenever a camera posts the same again."""
    return lane.mark("anpr", uuid or f"{channel} {at} {plate.text}")


def cover(frame: bytes) -> bytes:
    """Return what may be shown of a frame: nothing, where it may tell a plate."""
    return COVER if _COVERED.search(frame) else frame

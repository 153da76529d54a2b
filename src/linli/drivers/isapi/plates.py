"""ANPR: the plate of a car as a camera read it, asked about as `lane.seen`; never a reading.

Elements as public fixtures of posts by DS-TCG405-E, DS-TCG406-E and DeepinView cameras show them
(firmwares V5.3 to V5.8), and as the vendor's Device Network SDK (Traffic) lists the element ANPR;
that document was not at hand as a whole. `noPlate` and the sign of a colour before the plate are as
the SDK writes them.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

import msgspec

from linli.drivers import markup
from linli.drivers.frames import BadFrame

_LONGEST = 16
_UNSURE = 0.9
"""Where a camera does not say how sure it is, it is believed, and no wallet pays by it."""
_NONE = frozenset({"unknown", "noplate", "no plate", "无车牌", "无牌车", "车牌", "-"})
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
_COLOUR_BEFORE = re.compile("^[蓝黄绿白黑](?=[\u4e00-\u9fff])")
_COVERED = re.compile(rb"license|plate|anpr", re.IGNORECASE)
COVER = b"(a plate event: not kept)"


class Plate(msgspec.Struct, frozen=True, kw_only=True):
    """A plate as it was read: empty for a car without one. `forward`: the car comes towards the
    camera; None where it does not say. `again`: it is sent afterwards, of a car long gone.
    """

    text: str
    colour: str
    confidence: float
    forward: bool | None
    again: bool


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
        confidence=_share(markup.number(said, "confidenceLevel")),
        forward={"forward": True, "reverse": False}.get(markup.text(said, "direction").lower()),
        again=again,
    )


def _text(said: Element) -> str:
    text = markup.text(said, "licensePlate") or markup.text(said, "originalLicensePlate")
    text = _COLOUR_BEFORE.sub("", "".join(text.split()))
    if text.lower() in _NONE:
        return ""
    if len(text) > _LONGEST or not text.isprintable():
        raise BadFrame("a plate that can be none")
    return text


def _share(percent: float | None) -> float:
    return _UNSURE if percent is None else min(100.0, max(0.0, percent)) / 100


def body(plate: Plate, *, at: float | None, forward: str, picture: str) -> dict[str, Any]:
    """Return what is asked of a car at a lane. `forward` is the way of one that comes towards the
    camera (in, out). The camera hears no answer: the arm is raised by a command.
    """
    ways = {True: forward, False: "out" if forward == "in" else "in", None: ""}
    said: dict[str, Any] = {
        "plate": plate.text,
        "colour": plate.colour,
        "confidence": plate.confidence,
        "direction": ways[plate.forward],
        "picture": picture,
        "replayed": plate.again,
        "commanded": True,
    }
    return said if at is None else {**said, "at": at}


def mark(*, uuid: str, channel: int | None, at: float | None, plate: Plate) -> str:
    """Return the id of a question: the same whenever a camera posts the same again."""
    told = uuid or f"{channel} {at} {plate.text}"
    return f"anpr-{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def cover(frame: bytes) -> bytes:
    """Return what may be shown of a frame: nothing, where it may tell a plate."""
    return COVER if _COVERED.search(frame) else frame

"""Codes of points, signed: nobody prints one for himself. The key follows from the installation's
own, and one from before that was turned over is believed still, for it was printed; a new edition,
or another half minute, has another signature.
"""

from datetime import datetime

from django.utils.crypto import constant_time_compare

from linli.domains.tours import logic
from linli.domains.tours.models import Point
from linli.foundation.vault import kept

USE = "linli.tours.point"
_SIGNS = 20
"""80 bits, in hexadecimal."""


def printed(point: Point) -> str:
    """Return the text of a point's printed code."""
    return logic.text(_code(point, point.edition))


def on_tag(point: Point) -> str:
    """Return the text of a point's tag by NFC: another than the printed one, so that a photograph
    of the print is not told as a tag that was read.
    """
    return logic.text(_code(point, point.edition, tag=True))


def shown(point: Point, now: datetime) -> str:
    """Return the text that a screen at the point shows now."""
    return logic.text(_code(point, logic.step_of(now), rotating=True))


def genuine(point: Point, code: logic.Code) -> bool:
    """Tell whether a code was made here for this point, and is not of an older edition."""
    true = _signatures(point, code.number, rotating=code.rotating, tag=code.tag)
    current = code.rotating or code.number == point.edition
    return current and any(constant_time_compare(one, code.signature) for one in true)


def _code(point: Point, number: int, *, rotating: bool = False, tag: bool = False) -> logic.Code:
    signature = _signatures(point, number, rotating=rotating, tag=tag)[0]
    return logic.Code(
        point=point.code, number=number, rotating=rotating, signature=signature, tag=tag
    )


def _signatures(point: Point, number: int, *, rotating: bool, tag: bool) -> list[str]:
    """Return the signature of today, and those of older keys that are still believed."""
    kind = 2 if tag else int(rotating)
    said = f"{point.community}:{point.code}:{kind}:{number}"
    return [one.hex()[:_SIGNS] for one in kept.digests(use=USE, value=said)]

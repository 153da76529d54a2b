"""Codes of points, signed: nobody prints one for himself. The key follows from the installation's
own; a new edition, or another half minute, has another signature.
"""

from datetime import datetime

from django.utils.crypto import constant_time_compare, salted_hmac

from linli.domains.tours import logic
from linli.domains.tours.models import Point

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
    true = _code(point, code.number, rotating=code.rotating, tag=code.tag)
    current = code.rotating or code.number == point.edition
    return constant_time_compare(true.signature, code.signature) and current


def _code(point: Point, number: int, *, rotating: bool = False, tag: bool = False) -> logic.Code:
    kind = 2 if tag else int(rotating)
    said = f"{point.community}:{point.code}:{kind}:{number}"
    signature = salted_hmac("linli.tours.point", said, algorithm="sha256").hexdigest()[:_SIGNS]
    return logic.Code(
        point=point.code, number=number, rotating=rotating, signature=signature, tag=tag
    )

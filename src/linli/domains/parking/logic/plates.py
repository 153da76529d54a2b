"""A plate as a camera reads it, and the car that it is likely to be.

Plates and their colours are modelled on GA 36 as the register reads them (`kernel.checks`).
"""

from collections.abc import Collection, Iterator

import msgspec

from linli.kernel import masks
from linli.kernel.checks import PLATE_COLOURS, check

_PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
_ALIKE = ("0ODQ", "8B", "5S", "2Z", "1IL7", "6G", "VY", "MN", "EF", "UV", "4A", "CG", "HK", "PR")
"""Signs that a camera takes for each other at night, in rain, behind mud."""
_LOOKS: dict[str, str] = {
    sign: "".join({other for group in _ALIKE if sign in group for other in group} - {sign})
    for sign in {sign for group in _ALIKE for sign in group}
}
SURE_MILLI = 950
"""So sure a camera must be for a plate that it reads whole to be taken as it is."""
DOUBT_MILLI = 800
"""Below this any one sign may be wrong, not only one that looks like another."""
_EMERGENCY = frozenset({"white"})


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A plate in its right form. `whole`: it is one that there can be. `colour` is the one seen, or
    the usual one of such a plate.
    """

    plate: str
    colour: str
    whole: bool


def read(*, plate: str, colour: str = "") -> Reading:
    """Return what a camera read; an empty plate is a car without one."""
    found = check("plate", plate)
    seen = colour if colour in PLATE_COLOURS else ""
    return Reading(
        plate=found.value[:10], colour=seen or found.colour or "", whole=bool(found.valid)
    )


def likely(*, reading: Reading, confidence_milli: int) -> list[str]:
    """Return plates that a misread one may be: those that look alike, and where the camera doubts,
    those with any one sign different, missing or too many. None where it is sure.
    """
    if not reading.plate or (reading.whole and confidence_milli >= SURE_MILLI):
        return []
    found = set(_alike(reading.plate))
    if not reading.whole or confidence_milli < DOUBT_MILLI:
        found |= set(_one_off(reading.plate))
    return sorted(one for one in found - {reading.plate} if check("plate", one).valid)


def clear(*, reading: Reading, confidence_milli: int) -> bool:
    """Tell whether a camera read a plate: a whole one, and it does not doubt it much. A lens that
    is dirty, or a lamp that is out, shows by many that were not.
    """
    return reading.whole and confidence_milli >= DOUBT_MILLI


def corrected(*, candidates: Collection[str]) -> str | None:
    """Return the one car that fits; None where none does, or more than one."""
    return next(iter(candidates)) if len(candidates) == 1 else None


def _alike(plate: str) -> Iterator[str]:
    for at, sign in enumerate(plate):
        for other in _LOOKS.get(sign, ""):
            yield plate[:at] + other + plate[at + 1 :]


def _one_off(plate: str) -> Iterator[str]:
    for at in range(len(plate)):
        for sign in _SIGNS if at else _PROVINCES:
            yield plate[:at] + sign + plate[at + 1 :]
        yield plate[:at] + plate[at + 1 :]
    for at in range(1, len(plate) + 1):
        for sign in _SIGNS:
            yield plate[:at] + sign + plate[at:]


def masked(plate: str) -> str:
    """Return a plate as lists show it: `京A·1***5`; of a car without one nothing, which each reader
    is told in his own words.
    """
    return masks.plate(plate)


def spoken(plate: str) -> str:
    """Return a plate as a screen at the lane shows it."""
    return f"{plate[:2]}·{plate[2:]}" if plate else "无牌车"


def on_duty(colour: str) -> bool:
    """Tell whether it is a car of the police or the army: it is never kept out."""
    return colour in _EMERGENCY

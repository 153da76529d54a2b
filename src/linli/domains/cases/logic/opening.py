"""How a new case is numbered, worded, and to whom it goes."""

import msgspec

from linli.contracts.effects import Because
from linli.kernel.words import Words

__all__ = ["Because", "Named", "because", "number", "skill"]


def number(*, year: int, place: int) -> str:
    """Return a case's number, as `2026-000123`."""
    return f"{year}-{place:06d}"


def skill(to: str) -> str:
    """Return the skill or role that a scene asks for: `nearest engineer` and `engineer` are one."""
    return to.strip().removeprefix("nearest").strip()


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """What a device and one of its points are called, and the unit that the point is read in."""

    device: Words
    point: Words
    unit: str = ""


def because(reading: Because | None, named: Named | None = None) -> Words:
    """Say the reading that tipped it: device, property, value with unit, limit.

    Where the register does not know the device its codes stand in for names.
    """
    if reading is None:
        return Words(zh="", en="")
    code = Words(zh=reading.device, en=reading.device)
    point = Words(zh=reading.point, en=reading.point)
    named = named or Named(device=code, point=point)
    unit = f" {named.unit}" if named.unit else ""
    zh = f"{named.device.zh} {named.point.zh} {reading.value:g}{unit}"
    en = f"{named.device.en}: {named.point.en} {reading.value:g}{unit}"
    if reading.limit is not None:
        zh, en = f"{zh}（限值 {reading.limit:g}）", f"{en} (limit {reading.limit:g})"
    return Words(zh=zh, en=en)

"""How a new case is numbered, worded, and to whom it goes."""

from linli.contracts.effects import Because
from linli.kernel.words import Words

__all__ = ["Because", "because", "number", "skill"]


def number(*, year: int, place: int) -> str:
    """Return a case's number, as `2026-000123`."""
    return f"{year}-{place:06d}"


def skill(to: str) -> str:
    """Return the skill or role that a scene asks for: `nearest engineer` and `engineer` are one."""
    return to.strip().removeprefix("nearest").strip()


def because(reading: Because | None) -> Words:
    """Say the reading that tipped it: device, property, value, limit."""
    if reading is None:
        return Words(zh="", en="")
    value, limit = f"{reading.value:g}", reading.limit
    zh = f"{reading.device} {reading.point} = {value}"
    en = zh
    if limit is not None:
        zh, en = f"{zh}（限值 {limit:g}）", f"{en} (limit {limit:g})"
    return Words(zh=zh, en=en)

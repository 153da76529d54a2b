"""Identifiers that follow from what they name, so the same thing done twice has the same id."""

from hashlib import blake2b


def effect(*, scene: str, cause: str, part: str = "") -> str:
    """Return the id of one effect of a scene for one cause. There is one effect for each.

    `part` tells apart the several effects that one firing may have.
    """
    return blake2b(f"{scene}\n{cause}\n{part}".encode(), digest_size=12).hexdigest()


def reading(*, point: int, at: float) -> str:
    """Return the id of a reading: its point and its time in milliseconds since 1970 (UTC)."""
    return f"r:{point}:{round(at * 1000)}"


def parse_reading(cause: str) -> tuple[int, float] | None:
    """Return (point, epoch seconds) if the cause is a reading, else None."""
    kind, _, rest = cause.partition(":")
    point, _, millis = rest.partition(":")
    if kind != "r" or not point.isdecimal() or not millis.isdecimal():
        return None
    return int(point), int(millis) / 1000

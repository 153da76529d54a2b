"""Two cars on one place: which of a group's cars stands on it, and from when to when."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

LEAST_PLACES = 1
"""A home that has no place of its own may have as many cars as one with one."""

Span = tuple[datetime, datetime]


class Inside(msgspec.Struct, frozen=True, kw_only=True):
    """A car of a group inside a lot; `left` is None while it is there."""

    stay: int
    entered: datetime
    left: datetime | None


def covered(
    *, stays: Sequence[Inside], places: int, since: datetime, until: datetime, now: datetime
) -> dict[int, list[Span]]:
    """Return for each stay when it stood on a place of its group, within a permit's span. Who came
    first has it until he leaves; then the next who is inside.
    """
    order = sorted(stays, key=lambda one: (one.entered, one.stay))
    free: list[datetime] = [since] * places
    found: dict[int, list[Span]] = {}
    for one in order:
        left = one.left or now
        if not free:
            break
        best = min(range(len(free)), key=free.__getitem__)
        begins, ends = max(one.entered, free[best], since), min(left, until)
        if begins < ends:
            found.setdefault(one.stay, []).append((begins, ends))
        if begins < left:
            free[best] = left
    return found


def most_cars(*, places: int, cars_a_place: int) -> int:
    """Return how many cars a home may have that has so many places."""
    return max(LEAST_PLACES, places) * cars_a_place

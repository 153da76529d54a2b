"""What to merge and what to let go: rules only, the store acts on them."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

import msgspec

from linli.adapters.history.manifest import Segment

FAN_IN = 16
"""So many segments of one size of today become one of the next."""
ENOUGH_ROWS = 4_000_000
"""A segment of so many rows is merged no more: it is about 20 MB."""


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """Segments of one day that are to become one."""

    parts: tuple[Segment, ...]
    level: int


def merges(*, segments: Sequence[Segment], today: date) -> list[Merge]:
    """Return what to merge: today's small segments by sixteens, all that a past day has left.

    Each reading of a day is rewritten once a level, so writing costs a constant factor.
    """
    found: list[Merge] = []
    by_day = sorted(segments, key=lambda part: (part.day, part.first, part.file))
    for day, parts in groupby(by_day, key=lambda part: part.day):
        small = [part for part in parts if part.rows < ENOUGH_ROWS]
        found += _of_past_day(small) if day < today else _of_today(small)
    return found


def _of_past_day(small: Sequence[Segment]) -> Iterator[Merge]:
    for bundle in _bundles(small, len(small)):
        if len(bundle) > 1:
            yield Merge(parts=tuple(bundle), level=max(part.level for part in bundle) + 1)


def _of_today(small: Sequence[Segment]) -> Iterator[Merge]:
    by_level = sorted(small, key=lambda part: (part.level, part.first))
    for level, parts in groupby(by_level, key=lambda part: part.level):
        for bundle in _bundles(list(parts), FAN_IN):
            full = sum(part.rows for part in bundle) >= ENOUGH_ROWS // 2
            if len(bundle) == FAN_IN or (full and len(bundle) > 1):
                yield Merge(parts=tuple(bundle), level=level + 1)


def _bundles(parts: Sequence[Segment], most: int) -> Iterator[list[Segment]]:
    """Cut a row of segments into runs of at most so many, and of at most enough rows each."""
    bundle: list[Segment] = []
    rows = 0
    for part in parts:
        if bundle and (len(bundle) == most or rows + part.rows > ENOUGH_ROWS):
            yield bundle
            bundle, rows = [], 0
        bundle.append(part)
        rows += part.rows
    if bundle:
        yield bundle


def kept(*, segments: Sequence[Segment], today: date, days: int) -> tuple[Segment, ...]:
    """Return the segments that stay when only so many past days are kept."""
    oldest = today - timedelta(days=days)
    return tuple(part for part in segments if part.day >= oldest)

"""What a meter told, made into something that can be billed: it never runs back."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

import msgspec

Reading = tuple[float, int]
"""Epoch seconds and the register, Wh."""

_KEPT_EVERY_S = 300.0


class Metered(msgspec.Struct, frozen=True, kw_only=True):
    """Readings in the order of their times, none below the one before. `back` says how often the
    meter ran back, `jumped` how often it claimed more than the connector can give.
    """

    readings: tuple[Reading, ...]
    back: int = 0
    jumped: int = 0

    @property
    def energy_wh(self) -> int:
        """What was taken."""
        return self.readings[-1][1] - self.readings[0][1] if self.readings else 0


def steady(readings: Sequence[Reading], *, most_w: int = 0) -> Metered:
    """Return the readings that count.

    A register that falls is not believed until it is above its highest again, so nothing is paid
    twice; one that rises faster than `most_w` allows, with a fifth and 100 Wh of tolerance, is not
    believed either (0: not looked at). Whatever is doubted is in the customer's favour.
    """
    kept: list[Reading] = []
    back = jumped = 0
    for at, wh in sorted(readings):
        if not kept:
            kept.append((at, wh))
            continue
        last_at, last_wh = kept[-1]
        if wh < last_wh:
            back += 1
        elif most_w and wh - last_wh > most_w * 1.2 * (at - last_at) / 3600 + 100:
            jumped += 1
        elif at == last_at:
            kept[-1] = (at, wh)
        else:
            kept.append((at, wh))
    return Metered(readings=tuple(kept), back=back, jumped=jumped)


def added(
    readings: Sequence[Reading], new: Reading, *, boundary: float | None = None
) -> list[Reading]:
    """Return the readings with a new one; one that tells nothing for the bill gives way to it.

    Kept are the first, the newest, one for every five minutes, and both neighbours of `boundary`,
    the first moment after the last but one at which the price may change.
    """
    known = sorted({*readings, new})
    if len(known) < 3 or known[-1] != new:  # noqa: PLR2004
        return known
    before, last = known[-3], known[-2]
    near_boundary = boundary is not None and before[0] < boundary <= new[0]
    if not near_boundary and last[0] - before[0] < _KEPT_EVERY_S:
        known.pop(-2)
    return known


def register_at(readings: Sequence[Reading], at: float) -> int:
    """Return the register at a moment, Wh: between two readings it rose evenly, rounded down."""
    for (start, low), (end, high) in pairwise(readings):
        if start <= at <= end:
            return low + int((high - low) * (at - start) // (end - start)) if end > start else high
    return readings[0][1] if at < readings[0][0] else readings[-1][1]


def moment(at: float) -> datetime:
    """Return epoch seconds as an instant."""
    return datetime.fromtimestamp(at, UTC)

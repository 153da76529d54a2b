"""False faces that were tried while nobody heard of it. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

FEW = 2
WITHIN = timedelta(minutes=10)
"""So many within so long are no mishap: a mask, or the sun behind somebody, fails once. The scene
`safety.access.not_alive` says the same of what is heard at once.
"""


def unheard(*, before: Sequence[datetime], late: Sequence[datetime]) -> list[datetime]:
    """Return the times of the series of tries that `late` ones make: each within `WITHIN` of the
    one before it, `FEW` or more. One that had `FEW` within `WITHIN` without them is known; where
    a late try joins others that made none, nobody has heard of it.
    """
    marked = sorted([(at, False) for at in before] + [(at, True) for at in late])
    series: list[list[tuple[datetime, bool]]] = []
    for one in marked:
        if not series or one[0] - series[-1][-1][0] > WITHIN:
            series.append([])
        series[-1].append(one)
    return [
        at
        for one in series
        if len(one) >= FEW and not _is_known([at for at, is_late in one if not is_late])
        for at, _ in one
    ]


def _is_known(times: Sequence[datetime]) -> bool:
    """Tell whether `FEW` of these times, in their order, lie within `WITHIN`."""
    lasts = times[FEW - 1 :]
    return any(last - first <= WITHIN for first, last in zip(times, lasts, strict=False))

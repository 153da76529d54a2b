"""What one check saw in one window, and how looks add up to a fault."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from linli.devices.health.kinds import CHECKS, Kind
from linli.devices.health.window import Flags, Floats, Numbers


class Look(NamedTuple):
    """For each row: it looks bad, it looks well, or (neither) nothing can be said this time.

    `figures` are columns in the order of `kinds.FIGURES`.
    """

    bad: Flags
    ok: Flags
    figures: tuple[Floats, ...]


def judge(
    *,
    rows: npt.NDArray[np.void],
    kind: Kind,
    at: int,
    look: Look,
    began: float,
    more: Numbers | int,
) -> None:
    """Count a look in these rows of our own copy of the memory; `at` is the kind's column there.

    `began` is when the trouble began if it did now; `more` how many looks a row needs beyond those
    of its kind.
    """
    check = CHECKS[kind]
    bad, ok, found = rows["bad"][:, at], rows["ok"][:, at], rows["found"][:, at]
    first = look.bad & (bad == 0) & ~found
    rows["since"][first, at] = began
    bad[look.bad] = np.minimum(bad[look.bad], 60_000) + 1
    bad[look.ok] = 0
    ok[look.ok] = np.minimum(ok[look.ok], 60_000) + 1
    ok[look.bad] = 0
    found[look.bad & (bad >= check.found_after + more)] = True
    found[look.ok & (ok >= check.gone_after)] = False
    for place, column in enumerate(look.figures):
        rows["figures"][look.bad, at, place] = column[look.bad]

"""How far a controller was heard, as a line of text that outlives a restart: its own time of the
last event that is on record, how far its clock was off then, and the ids of the last ones.
"""

import math
from collections.abc import Sequence

import msgspec

MOST_IDS = 16
"""The search begins with the second of the mark: what was taken of it is known by its id."""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """`at` is in the controller's own time, to which `off_s` was to be added to make it right."""

    at: float
    off_s: float = 0.0
    ids: Sequence[str] = ()

    def said(self) -> str:
        """Return it as it is kept: the time, the offset, the ids."""
        return " ".join((repr(self.at), repr(self.off_s), *self.ids))

    def since(self, off_s: float) -> float:
        """Return from when on something may be missing, in the time of the controller's clock as
        it is off now. One that was set back meanwhile told again of times that it had told of.
        """
        return max(0.0, self.at - max(0.0, off_s - self.off_s))


def read(text: str) -> Mark | None:
    """Return what was kept; None where it is no mark."""
    said = text.split()
    try:
        off_s = float(said[1]) if len(said) > 1 else 0.0
        found = Mark(at=float(said[0]), off_s=off_s, ids=said[2:][-MOST_IDS:])
    except (ValueError, IndexError):
        return None
    return found if math.isfinite(found.at) and math.isfinite(found.off_s) else None

"""How far a controller was heard, as a line of text that outlives a restart: its own time of the
last event that is on record, how far its clock was off then, the ids of the last ones, and of
those that scenes heard while they wait to be put on record.
"""

import math
from collections.abc import Sequence

import msgspec

MOST_IDS = 16
"""The search begins with the second of the mark: what was taken of it is known by its id."""
MOST_WAITING = 64
_WAITS = "+"
"""Stands before the id of one that waits."""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """`at` is in the controller's own time, to which `off_s` was to be added to make it right.
    `waiting` are not on record: a search is to find them, and scenes are not to hear them again.
    """

    at: float
    off_s: float = 0.0
    ids: Sequence[str] = ()
    waiting: Sequence[str] = ()

    def said(self) -> str:
        """Return it as it is kept: the time, the offset, the ids."""
        waiting = (_WAITS + one for one in self.waiting)
        return " ".join((repr(self.at), repr(self.off_s), *self.ids, *waiting))

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
        ids = [one for one in said[2:] if not one.startswith(_WAITS)]
        waiting = [one.removeprefix(_WAITS) for one in said[2:] if one.startswith(_WAITS)]
        found = Mark(
            at=float(said[0]),
            off_s=off_s,
            ids=ids[-MOST_IDS:],
            waiting=waiting[-MOST_WAITING:],
        )
    except (ValueError, IndexError):
        return None
    return found if math.isfinite(found.at) and math.isfinite(found.off_s) else None

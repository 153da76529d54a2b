"""Garbage is swept by a thread that holds nothing.

Python sweeps in whichever thread happens to make one object too many. If that thread is in the
middle of a write on SQLite, and the garbage holds a cursor of another thread's connection, closing
it waits for that connection; which waits in `BEGIN IMMEDIATE` for the write to end. Both wait until
the other's time is up, and everybody who writes with them (seen under load, with
`sqlite3_reset` on the one's stack and the busy handler on the other's).
"""

import atexit
import gc
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

_OLDEST = 2
_EVERY_S = 0.25
_ALL_EVERY_S = 60.0
"""The oldest generation is looked through no more often: it is large."""


def begin() -> threading.Event:
    """Let a thread of its own sweep from now on, and no other, until the event is set."""
    gc.disable()
    stop = threading.Event()
    threading.Thread(target=_keep, args=(stop,), name="sweeper", daemon=True).start()
    return stop


@contextmanager
def paused() -> Iterator[None]:
    """Sweep nothing in the block: for one that makes a great deal and all of it to stay, where a
    sixth of the time would go on looking through it.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def settle() -> None:
    """Let later sweeps leave alone what is there now, for it stays until the process ends. Then it
    is swept with all else: what libraries hold in circles would never be let go, and those that
    keep count (nanobind, below DuckDB) call it leaked.
    """
    gc.freeze()
    atexit.unregister(gc.unfreeze)
    atexit.register(gc.unfreeze)


def _keep(stop: threading.Event) -> None:
    all_at = time.monotonic()
    while not stop.wait(_EVERY_S):
        is_time = time.monotonic() - all_at >= _ALL_EVERY_S
        if sweep(oldest=_OLDEST if is_time else _OLDEST - 1) == _OLDEST:
            all_at = time.monotonic()


def sweep(*, oldest: int) -> int | None:
    """Sweep the oldest generation that is due, up to one; return which that was."""
    found = due(gc.get_count(), gc.get_threshold(), oldest=oldest)
    if found is not None:
        gc.collect(found)
    return found


def due(counts: Sequence[int], limits: Sequence[int], *, oldest: int) -> int | None:
    """Return the oldest generation, up to one, that has more in it than its limit."""
    over = [one for one in range(oldest + 1) if counts[one] > limits[one]]
    return over[-1] if over else None

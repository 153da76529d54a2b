"""One trial at a time for each account: stories are run while somebody waits, and all who wait
share the machine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from linli.kernel.fault import Fault

PATIENCE_S = 5.0
_MOST = 2
"""One that runs, and one that waits for it: what was typed meanwhile."""


class OneAtATime(Fault):
    """This account has a trial under way already, and another that waits for it."""

    key = "scenes.one_at_a_time"
    status = 429


class _Seat:
    """Where the trials of one account take turns, in this process."""

    def __init__(self) -> None:
        self.free = Lock()
        self.taken = 0


_seats: dict[int, _Seat] = {}
_door = Lock()


@contextmanager
def turn(account: int, *, patience_s: float | None = None) -> Iterator[None]:
    """Let an account try something while nothing else of it is tried; one may wait, and not long.

    :raises OneAtATime: if one waits already, or waited too long
    """
    with _door:
        seat = _seats.setdefault(account, _Seat())
        if seat.taken >= _MOST:
            raise OneAtATime
        seat.taken += 1
    try:
        patience = PATIENCE_S if patience_s is None else patience_s
        if not seat.free.acquire(timeout=patience):
            raise OneAtATime
        try:
            yield
        finally:
            seat.free.release()
    finally:
        with _door:
            seat.taken -= 1
            if not seat.taken:
                del _seats[account]

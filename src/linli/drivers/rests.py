"""How long to rest before something is tried again: a second first, each time twice as long, a
minute at most; by chance up to half of it is left out, so that what was lost together does not come
back all at one moment.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import NoReturn

FIRST_S, LONGEST_S = 1.0, 60.0
STEADY_S = 60.0
"""What lasted for longer than this went well: the next rest is the first again. It is well above
what a line waits for one that took the connection and says nothing, with its introduction.
"""


class Rests:
    """The rests of one thing that is tried; with `at_once` it is tried first without one."""

    def __init__(self, *, at_once: bool = False) -> None:
        self._next_s = 0.0 if at_once else FIRST_S

    def anew(self) -> None:
        """Begin with the first rest again."""
        self._next_s = FIRST_S

    def next_s(self) -> float:
        """Return how long to rest now."""
        rest_s = self._next_s * random.uniform(0.5, 1.0)  # noqa: S311
        self._next_s = min(max(self._next_s * 2, FIRST_S), LONGEST_S)
        return rest_s


async def again_and_again(attempt: Callable[[], Awaitable[None]]) -> NoReturn:
    """Do something, rest, and do it again, until it raises or is cancelled."""
    rests, loop = Rests(), asyncio.get_running_loop()
    while True:
        began = loop.time()
        await attempt()
        if loop.time() - began > STEADY_S:
            rests.anew()
        await asyncio.sleep(rests.next_s())

"""Devices that fetch what they are told over HTTP: while one waits here, it has a line.

Nothing is kept here. Commands wait in the ledger, which says one again under its id until it is
answered or expires: what went with an answer that was lost comes with the next. One that wants no
answer is done once it is handed to a fetch: where the device hung up unheard, it is lost.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from linli.drivers.line import Order

LONGEST_S = 30.0
_LEAST_S = 0.25
"""A device that will not wait is held for so long: by then what waited for it has come."""
_LATELY_S = 120.0
"""So long after a fetch a device is one that fetches, and is looked for at no broker."""
_HEARD_EVERY_S = 30.0
_MOST_ORDERS = 32
_MOST_WAITING = 1024
_BURST, _A_SECOND = 20.0, 2.0


class Fetch:
    """One device that waits, and what it has been told meanwhile."""

    __slots__ = ("came", "orders")

    def __init__(self) -> None:
        self.came = asyncio.Event()
        self.orders: dict[str, tuple[str, Order]] = {}

    async def wait(self, wait_s: float) -> None:
        """Wait until something came, somebody ends it, or the time is over."""
        try:
            async with asyncio.timeout(min(max(wait_s, _LEAST_S), LONGEST_S)):
                await self.came.wait()
        except TimeoutError:
            return

    def told(self) -> Sequence[dict[str, Any]]:
        """Return what came, in its order, each with the device that it is for."""
        return [
            {
                "id": order.id,
                "device": device,
                "service": order.service,
                "args": dict(order.args),
                "expires": order.expires_at,
            }
            for device, order in self.orders.values()
        ]


class _Pace:
    """How often a device fetched, and when it was last said to be there."""

    __slots__ = ("at", "heard_at", "left")

    def __init__(self, at: float) -> None:
        self.at = at
        self.left = _BURST
        self.heard_at = -_HEARD_EVERY_S


class Fetches:
    """The fetches of one community, one of each device: of two the newest holds."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[str, Fetch] = {}
        self._paces: dict[str, _Pace] = {}

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._open)

    @property
    def full(self) -> bool:
        """Tell whether so many wait that nobody else can; he is answered at once."""
        return len(self._open) >= _MOST_WAITING

    def may(self, device: str) -> bool:
        """Count a fetch; tell whether the device has not come too often."""
        now = self._clock()
        pace = self._paces.setdefault(device, _Pace(now))
        pace.left = min(_BURST, pace.left + (now - pace.at) * _A_SECOND)
        pace.at = now
        if pace.left < 1.0:
            return False
        pace.left -= 1.0
        return True

    def is_news(self, device: str) -> bool:
        """Tell whether it is to be said again that a device is there."""
        now, pace = self._clock(), self._paces[device]
        if now - pace.heard_at < _HEARD_EVERY_S:
            return False
        pace.heard_at = now
        return True

    def keep_only(self, devices: Sequence[str] | frozenset[str]) -> None:
        """Forget who is in the register no more."""
        for gone in self._paces.keys() - set(devices):
            del self._paces[gone]

    def open(self, device: str) -> Fetch:
        """Let a device wait; one that it left behind ends with nothing."""
        before = self._open.pop(device, None)
        if before is not None:
            before.came.set()
        fetch = self._open[device] = Fetch()
        return fetch

    def close(self, device: str, fetch: Fetch) -> None:
        """End a fetch: from now on nothing is handed to it."""
        if self._open.get(device) is fetch:
            del self._open[device]

    def lately(self, device: str, gateway: str | None) -> bool:
        """Tell whether a device, or its gateway, fetches what it is told."""
        oldest = self._clock() - _LATELY_S
        paces = (self._paces.get(code) for code in (device, gateway) if code is not None)
        return any(pace.at > oldest for pace in paces if pace is not None)

    def hand(self, device: str, gateway: str | None, order: Order) -> int:
        """Give an order to whoever waits for it; return to how many."""
        waiting = (self._open.get(code) for code in (device, gateway) if code is not None)
        handed = 0
        for fetch in waiting:
            if fetch is not None and len(fetch.orders) < _MOST_ORDERS:
                fetch.orders.setdefault(order.id, (device, order))
                fetch.came.set()
                handed += 1
        return handed

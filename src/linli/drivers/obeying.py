"""Orders of a line whose devices answer side by side: one after the other of each device."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from linli.drivers.line import Order, Station
from linli.drivers.orders import BROKE, CUT, Orders

_log = logging.getLogger(__name__)
_MOST = 256
"""Orders under way on a line; more are not taken."""
Obey = Callable[[str, Order], Awaitable[tuple[bool, str]]]
"""Do what a device was told; return whether it was done, and if not, why."""


class Obeying:
    """Takes orders and hands each to `obey`, when those before it to the same device are done."""

    def __init__(self, *, station: Station, obey: Obey) -> None:
        self._station, self._obey = station, obey
        self._orders = Orders(station)
        self._came = asyncio.Event()
        self._last: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._told: set[str] = set()
        """Orders that are being obeyed: they may be on the wire."""

    def put(self, device: str, order: Order, *, reachable: bool) -> bool:
        """Take an order; False where the device cannot be reached, or too many wait."""
        if self._orders.know(device, order):
            return True
        full = len(self._tasks) >= _MOST
        if full or not reachable or not self._orders.put(device, order):
            return False
        self._came.set()
        return True

    async def run(self) -> None:
        """Hand out orders, until cancelled. Of what is under way then nobody knows what came;
        what only waited may come again.
        """
        try:
            while True:
                await self._came.wait()
                self._came.clear()
                while (taken := self._orders.take()) is not None:
                    self._begin(*taken)
        finally:
            for task in tuple(self._tasks):
                task.cancel()
            self._last.clear()

    def _begin(self, device: str, order: Order) -> None:
        self._last = {code: task for code, task in self._last.items() if not task.done()}
        work = self._after(self._last.get(device), device, order)
        task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(partial(self._ended, device, order))
        self._last[device] = task
        self._tasks.add(task)

    def _ended(self, device: str, order: Order, task: asyncio.Task[None]) -> None:
        """Where the line broke with the order under way, it may be tried again."""
        self._tasks.discard(task)
        told = order.id in self._told
        self._told.discard(order.id)
        if task.cancelled() and told:
            self._orders.done(device, order, ok=False, reason=CUT)
        elif task.cancelled():
            self._orders.forget(order)
        elif (error := task.exception()) is not None:
            _log.error("order %s broke", order.id, exc_info=error)
            self._orders.done(device, order, ok=False, reason=BROKE)

    async def _after(self, before: asyncio.Task[None] | None, device: str, order: Order) -> None:
        if before is not None:
            await asyncio.wait((before,))
        ok, reason = False, "expired"
        if order.expires_at > self._station.now():
            self._told.add(order.id)
            ok, reason = await self._obey(device, order)
        self._orders.done(device, order, ok=ok, reason=reason)

"""Bills of one pile: each taken once however often it comes, and missed where it does not."""

import asyncio
from collections.abc import Awaitable, Callable

from linli.drivers.once import Lately

_KEPT = 512


class Billing:
    """`missing` is called with the number of a charging that was not billed in time."""

    def __init__(self, *, within_s: float, missing: Callable[[str], None]) -> None:
        self._within_s = within_s
        self._missing = missing
        self._settled: Lately[str, None] = Lately(most=_KEPT)
        self._settling = asyncio.Lock()
        self._charging: dict[int, str] = {}
        self._owed: dict[int, asyncio.TimerHandle] = {}

    async def once(self, *, gun: int, number: str, settle: Callable[[], Awaitable[None]]) -> None:
        """Settle a bill, unless it was settled; return when it is."""
        async with self._settling:
            if number not in self._settled:
                await settle()
                self._settled.keep(number, None)
        self._came(gun)

    def goes_on(self, *, gun: int, number: str) -> None:
        """A gun charges."""
        self._came(gun)
        self._charging[gun] = number

    def ended(self, *, gun: int) -> None:
        """A gun does not charge: where it did, its bill is due (V1.6, annex 11.3)."""
        number = self._charging.pop(gun, None)
        if number is not None and number not in self._settled:
            loop = asyncio.get_running_loop()
            self._owed[gun] = loop.call_later(self._within_s, self._missing, number)

    def stop(self) -> None:
        """Expect nothing any more: what comes later comes all the same."""
        for gun in list(self._owed):
            self._came(gun)
        self._charging.clear()

    def _came(self, gun: int) -> None:
        owed = self._owed.pop(gun, None)
        if owed is not None:
            owed.cancel()

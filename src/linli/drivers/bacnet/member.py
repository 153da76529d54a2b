"""One member of a line: found, read, subscribed to and written to."""

import asyncio
from collections.abc import Sequence
from typing import Any

from linli.drivers.bacnet.points import (
    PRESENT_VALUE,
    STATUS_FLAGS,
    Address,
    Point,
    Target,
    poll_s,
    reading,
)
from linli.drivers.bacnet.stack import NoAnswer, Refused, Stack, Told, is_fault
from linli.drivers.bacnet.tags import ObjectId
from linli.drivers.line import Order, Station, Wired
from linli.drivers.reading import Reading
from linli.drivers.rests import Rests

_MOST_AT_ONCE = 20
"""Properties in one request: an answer of them fits into 480 bytes."""
_SETTLES_S = 0.5
_SETTLE_TRIES = 4
_HEEDS_EVERY_S = 5.0
"""How often an introduction of a device that is there makes us ask it."""
_RENEW_AT = 0.5
"""The share of its lifetime after which a subscription is renewed."""


class Member:
    """Keeps the values of one device fresh, and says when it comes and goes."""

    def __init__(
        self,
        *,
        wired: Wired,
        where: Address,
        points: Sequence[Point],
        process: int,
        stack: Stack,
        station: Station,
        gate: asyncio.Semaphore,
    ) -> None:
        self.wired = wired
        self.where = where
        self.points = tuple(points)
        self.reached = f"{where.host}:{where.port}" if where.host else ""
        """How the library reaches it; empty until its number was answered for."""
        self.socket = (where.host, where.port) if where.host else None
        """Where its datagrams come from: its own, or those of the router before it."""
        self._process = process
        self._stack, self._station, self._gate = stack, station, gate
        self._subscribed: dict[ObjectId, float] = {}
        self._refused: dict[ObjectId, float] = {}
        self._singly = False
        self._found = asyncio.Event()
        self._there: bool | None = None
        self._heeds_at = 0.0

    @property
    def code(self) -> str:
        return self.wired.code

    def introduced(self, reached: str, addr: tuple[str, int]) -> None:
        """Its device said I-Am: it may have begun anew, so that it forgot its subscriptions.

        Who speaks with the number of a device that answers elsewhere is not believed.
        """
        now = asyncio.get_running_loop().time()
        if self._there and reached != self.reached:
            self._station.refused(self.code, "number_taken", reached.encode())
            return
        if self._there and now < self._heeds_at:
            return
        self._heeds_at = now + _HEEDS_EVERY_S
        self.reached, self.socket = reached, addr
        self._subscribed.clear()
        self._refused.clear()
        self._found.set()

    async def run(self) -> None:
        """Read and subscribe, again and again, until cancelled."""
        rests = Rests()
        while True:
            try:
                await self._round()
            except NoAnswer:
                self._gone()
                await self._rest(rests.next_s())
            else:
                rests.anew()
                await self._rest(self._pace_s())

    async def _rest(self, rest_s: float) -> None:
        """Wait, but no longer than until the device introduces itself."""
        try:
            async with asyncio.timeout(rest_s):
                await self._found.wait()
        except TimeoutError:
            return
        finally:
            self._found.clear()

    async def _round(self) -> None:
        if not self.reached:
            self._stack.ask_who(instance=self.where.instance)
            raise NoAnswer
        async with self._gate:
            told = await self._read({(point.object, point.prop) for point in self.points})
        self._came()
        await self._bring(told)
        if self.wired.options.cov:
            await self._subscribe()

    def _pace_s(self) -> float:
        now = asyncio.get_running_loop().time()
        wanted = {point.object for point in self.points}
        live = {name for name, until in self._subscribed.items() if until > now}
        pace_s = poll_s(self.wired, subscribed=wanted <= live)
        renewals = [
            until - self.wired.options.lifetime_s * _RENEW_AT - now
            for until in self._subscribed.values()
        ]
        return max(0.05, min(pace_s, *renewals)) if renewals else pace_s

    async def _subscribe(self) -> None:
        """Subscribe to what is not, and renew what is past half of its life."""
        options, now = self.wired.options, asyncio.get_running_loop().time()
        for name in sorted({point.object for point in self.points if point.row.cov}):
            until = max(self._subscribed.get(name, 0.0), self._refused.get(name, 0.0))
            if until - now > options.lifetime_s * _RENEW_AT:
                continue
            try:
                async with self._gate:
                    await self._stack.subscribe(
                        self.reached,
                        name,
                        process=self._process,
                        confirmed=options.confirmed,
                        lifetime_s=options.lifetime_s,
                    )
            except Refused as no:
                self._subscribed.pop(name, None)
                self._refused[name] = now + options.lifetime_s
                self._station.refused(self.code, f"cov_{no.reason}")
            else:
                self._subscribed[name] = now + options.lifetime_s

    async def _read(self, wanted: set[tuple[ObjectId, int]]) -> list[Told]:
        """Read properties, several at once where the device can."""
        ordered = sorted(wanted)
        told: list[Told] = []
        for first in range(0, len(ordered), _MOST_AT_ONCE):
            told += await self._some(ordered[first : first + _MOST_AT_ONCE])
        return told

    async def _some(self, wanted: Sequence[tuple[ObjectId, int]]) -> list[Told]:
        if not self._singly:
            flags = {(name, STATUS_FLAGS) for name, prop in wanted if prop == PRESENT_VALUE}
            try:
                return _marked(await self._stack.tell(self.reached, [*wanted, *sorted(flags)]))
            except Refused:
                self._singly = True
        return [await self._one(name, prop) for name, prop in wanted]

    async def _one(self, name: ObjectId, prop: int) -> Told:
        try:
            return await self._stack.tell_one(self.reached, name, prop)
        except Refused as no:
            return Told(name, prop, None, error=no.reason)

    async def changed(self, told: Sequence[Told]) -> bool:
        """Take a notification; False where it tells nothing that we read."""
        names = {point.object for point in self.points}
        if not any(each.object in names for each in told):
            return False
        self._came()
        await self._bring(told)
        return True

    async def _bring(self, told: Sequence[Told]) -> None:
        said = {(each.object, each.prop): each for each in told}
        found = [(point, said.get((point.object, point.prop))) for point in self.points]
        readings = [
            taken
            for point, each in found
            if each is not None and (taken := self._taken(point, each)) is not None
        ]
        if readings:
            await self._station.bring(self.code, readings)

    def _taken(self, point: Point, told: Told) -> Reading | None:
        """Return a reading; what the device itself calls faulty is counted, not taken."""
        if told.error or told.fault:
            self._station.refused(self.code, told.error or "fault_flag", point.name.encode())
            return None
        value = reading(point, told.value)
        if value is None:
            self._station.refused(self.code, "no_number", point.name.encode())
            return None
        if self.wired.model.properties[point.name].type == "boolean":
            return Reading(point.name, bool(value))
        return Reading(point.name, value)

    async def obey(self, order: Order, target: Target) -> tuple[bool, str]:
        """Write, read back, and return whether it was done and if not, why."""
        try:
            async with self._gate:
                await self._stack.write(self.reached, target)
                stands = await self._stands(target)
                await self._show(order)
        except NoAnswer:
            return False, "no_answer"
        except Refused as no:
            return False, no.reason
        return (True, "") if stands else (False, "overridden")

    async def _stands(self, target: Target) -> bool:
        """Tell whether what was written is what the object has now. A value that somebody wrote
        with a higher priority outranks ours; a release leaves what others wrote.
        """
        if target.value is None:
            return True
        for tries in range(_SETTLE_TRIES):
            if tries:
                await asyncio.sleep(_SETTLES_S)
            told = await self._one(target.object, target.prop)
            if told.error:
                return True
            if _same(told.value, target.value):
                return True
        return False

    async def _show(self, order: Order) -> None:
        """Read the property that the service moves, so that it is seen without waiting."""
        service = self.wired.model.services.get(order.service)
        moved = [p for p in self.points if service is not None and p.name == service.moves]
        if moved:
            await self._bring(await self._read({(p.object, p.prop) for p in moved}))

    def _came(self) -> None:
        self._there = True
        self._station.came(self.code)

    def _gone(self) -> None:
        self._subscribed.clear()
        if not self.where.host:
            self.reached = ""
        if self._there is not False:
            self._there = False
            self._station.went(self.code, "no_answer")


def _marked(told: Sequence[Told]) -> list[Told]:
    """Return what was told, with the flags of each object at its value."""
    faulty = {each.object for each in told if each.prop == STATUS_FLAGS and is_fault(each.value)}
    return [
        each._replace(fault=each.prop == PRESENT_VALUE and each.object in faulty)
        for each in told
        if each.prop != STATUS_FLAGS
    ]


def _same(found: Any, wanted: float) -> bool:
    """Compare as the wire does: a real has 24 bits."""
    return isinstance(found, int | float) and abs(found - wanted) <= max(1.0, abs(wanted)) * 1e-6

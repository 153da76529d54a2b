"""One member of a line: what its groups say, asked for where they are still."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from linli.drivers.frames import BadFrame
from linli.drivers.knx.bus import NotConfirmed
from linli.drivers.knx.cemi import group_text
from linli.drivers.knx.dpt import Payload
from linli.drivers.knx.points import Point, Target, confirms, reading, shows, target
from linli.drivers.line import Order, Station, Wired
from linli.drivers.reading import Reading
from linli.kernel.period import seconds

_STILL_ROUNDS = 2
"""Rounds of questions without any answer after which a member counts as gone."""

Ask = Callable[[int], Awaitable[None]]
Write = Callable[[Target], Awaitable[None]]


class Member:
    """Knows the groups of one device, and says when it comes and goes."""

    def __init__(
        self,
        *,
        wired: Wired,
        points: Sequence[Point],
        writes: frozenset[int],
        station: Station,
        ask: Ask,
        write: Write,
        answer_s: float,
    ) -> None:
        self.wired = wired
        self.points = tuple(points)
        self.groups = frozenset(point.group for point in points) | writes
        self._station, self._ask, self._write = station, ask, write
        self._answer_s = answer_s
        self._heard: dict[int, float] = {}
        self._waiting: dict[int, asyncio.Event] = {}
        self._said: dict[int, Payload] = {}
        self._still = 0
        self._there: bool | None = None

    @property
    def code(self) -> str:
        return self.wired.code

    async def watch(self) -> None:
        """Ask for every group at the start, and for those that are still too long, until cancelled.

        What is heard of itself is not asked for: a bus is slow.
        """
        options = self.wired.options
        period_s = (
            options.poll_s if options.poll_s is not None else seconds(self.wired.model.period)
        )
        self._heard.clear()
        while options.read:
            await self._round(float(period_s))
            await asyncio.sleep(float(period_s))

    async def _round(self, period_s: float) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        still = {
            point.group
            for point in self.points
            if point.row.read and began - self._heard.get(point.group, -period_s) >= period_s * 0.9
        }
        for group in sorted(still):
            try:
                await self._ask(group)
            except NotConfirmed:
                self._station.refused(self.code, "not_confirmed", group_text(group).encode())
        if not still:
            return
        await asyncio.sleep(self._answer_s)
        if any(at >= began for at in self._heard.values()):
            self._still = 0
        else:
            self._still += 1
            if self._still >= _STILL_ROUNDS:
                self.gone("no_answer")

    def hear(self, group: int, payload: Payload) -> list[Reading]:
        """Take a telegram of one of its groups; return what it says."""
        self._heard[group] = asyncio.get_running_loop().time()
        self._said[group] = payload
        if group in self._waiting:
            self._waiting[group].set()
        self._there = True
        self._station.came(self.code)
        return [
            taken
            for point in self.points
            if point.group == group and (taken := self._taken(point, payload)) is not None
        ]

    def _taken(self, point: Point, payload: Payload) -> Reading | None:
        try:
            value = reading(point, payload)
        except BadFrame as bad:
            self._station.refused(self.code, "wrong_type", bad.why.encode())
            return None
        if value is None:
            self._station.refused(self.code, "no_value", point.name.encode())
            return None
        if self.wired.model.properties[point.name].type == "boolean":
            return Reading(point.name, bool(value))
        return Reading(point.name, value)

    def gone(self, reason: str) -> None:
        """Say that it is lost, once."""
        if self._there is not False:
            self._there = False
            self._station.went(self.code, reason)

    async def obey(self, order: Order) -> tuple[bool, str]:
        """Write, and wait until the group that shows it says so; ask that group where it is still.

        Without such a group the confirmation of the bus is all the answer that there is.
        """
        try:
            wanted = target(self.wired, order)
        except ValueError:
            return False, "bad_argument"
        if wanted is None:
            return False, "unknown_service"
        name = shows(self.wired, order.service)
        shown = next((point for point in self.points if point.name == name), None)
        try:
            if shown is None:
                await self._write(wanted)
                return True, ""
            return await self._moved(shown, wanted)
        except NotConfirmed:
            return False, "not_confirmed"

    async def _moved(self, shown: Point, wanted: Target) -> tuple[bool, str]:
        """Write and see it moved. Others may speak in between: only what is right ends the wait."""
        came = self._waiting.setdefault(shown.group, asyncio.Event())
        came.clear()
        try:
            await self._write(wanted)
            if await self._shown(came, shown, wanted) is True:
                return True, ""
            if not shown.row.read:
                return False, "no_answer"
            await self._ask(shown.group)
            said = await self._shown(came, shown, wanted)
        finally:
            self._waiting.pop(shown.group, None)
        if said is None:
            return False, "no_answer"
        return said, "" if said else "not_moved"

    async def _shown(self, came: asyncio.Event, shown: Point, wanted: Target) -> bool | None:
        """Return whether the group showed what was meant in time; None where it said nothing."""
        said = None
        try:
            async with asyncio.timeout(self._answer_s):
                while not said:
                    await came.wait()
                    came.clear()
                    said = confirms(shown, wanted, self._said[shown.group])
        except TimeoutError:
            return said
        return said

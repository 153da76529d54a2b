"""One KNX network: a tunnel or a multicast group, and the members whose groups are on it."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Sequence
from functools import partial
from typing import Any

from linli.drivers.knx import cemi
from linli.drivers.knx.bus import Bus, NotConfirmed
from linli.drivers.knx.cemi import Cemi, group_text, individual_text
from linli.drivers.knx.dpt import Payload
from linli.drivers.knx.member import Member
from linli.drivers.knx.points import Target, points, written
from linli.drivers.line import Order, Station, Wired
from linli.drivers.minding import broke, mind
from linli.drivers.obeying import Obeying
from linli.drivers.reading import Reading
from linli.drivers.rests import again_and_again

_MOST_WAITING = 1000
_BRINGS_THE_REST_WITHIN_S = 3.0
_MOST_STRANGERS = 256


class KnxLine:
    """Keeps one connection to a KNX network."""

    def __init__(self, *, line: Wired, members: Sequence[Wired], station: Station) -> None:
        self.port = 0
        self._line, self._station = line, station
        self._members: dict[str, Member] = {}
        self._groups: dict[int, list[Member]] = {}
        self._watching: dict[str, asyncio.Task[None]] = {}
        self._heard: deque[tuple[str, list[Reading]]] = deque()
        self._hear = asyncio.Event()
        self._closing = False
        self._strangers: OrderedDict[int, None] = OrderedDict()
        self._obeying = Obeying(station=station, obey=self._obey)
        self._bus: Bus | None = None
        self._reachable = True
        self.rewire(members)

    async def run(self) -> None:
        """Connect, and connect again with back-off, until cancelled.

        What was heard until then is brought all the same: a change of the line loses none of it.
        """
        loop = asyncio.get_running_loop()
        self._closing = False
        bringing = loop.create_task(self._bring())
        connecting = loop.create_task(again_and_again(self._connection))
        try:
            works = (bringing, connecting)
            await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
            for work in works:
                if work.done():
                    work.result()
        finally:
            connecting.cancel()
            await asyncio.wait((connecting,))
            await self._bring_the_rest(bringing)

    async def _connection(self) -> None:
        """Keep one connection until it is lost."""
        bus = Bus(options=self._line.options, heard=self._take, broken=self._broken)
        try:
            await bus.open()
        except OSError:
            if self._reachable:
                self._station.went(self._line.code, "unreachable")
            self._reachable = False
            await bus.close()
            return
        self._reachable, self._bus = True, bus
        self._station.came(self._line.code)
        try:
            await self._serve(bus)
        finally:
            self._bus = None
            self._unwatch()
            await bus.close()
        self._station.went(self._line.code, "hung_up")
        for member in self._members.values():
            member.gone("line_lost")

    async def _serve(self, bus: Bus) -> None:
        loop = asyncio.get_running_loop()
        for member in self._members.values():
            self._watch(member)
        obeying = loop.create_task(self._obeying.run())
        lost = loop.create_task(bus.lost.wait())
        try:
            ends: list[asyncio.Future[Any]] = [obeying, lost]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for each in ends:
                if each.done():
                    each.result()
        finally:
            obeying.cancel()
            lost.cancel()
            await asyncio.wait((obeying, lost))

    def rewire(self, members: Sequence[Wired]) -> None:
        """Take the members as they are now; those that did not change go on as they were."""
        wanted = {wired.code: wired for wired in members}
        for code, member in tuple(self._members.items()):
            if wanted.get(code) != member.wired:
                del self._members[code]
                if code in self._watching:
                    self._watching.pop(code).cancel()
        for code, wired in wanted.items():
            if code not in self._members:
                self._begin(wired)
        self._groups = {}
        for member in self._members.values():
            for group in member.groups:
                self._groups.setdefault(group, []).append(member)

    def _begin(self, wired: Wired) -> None:
        if wired.map is None:
            self._station.refused(wired.code, "no_map")
            return
        try:
            read, writes = points(wired), written(wired)
        except ValueError as error:
            self._station.refused(wired.code, "bad_address", str(error).encode())
            return
        member = self._members[wired.code] = Member(
            wired=wired,
            points=read,
            writes=writes,
            station=self._station,
            ask=partial(self._ask, wired.code),
            write=partial(self._write, wired.code),
            answer_s=self._line.options.answer_s,
        )
        if self._bus is not None:
            self._watch(member)

    def _watch(self, member: Member) -> None:
        work = mind(member.watch, station=self._station, device=member.code, carries=True)
        self._watching[member.code] = asyncio.get_running_loop().create_task(work)

    def _unwatch(self) -> None:
        for task in self._watching.values():
            task.cancel()
        self._watching.clear()

    def send(self, device: str, order: Order) -> bool:
        """Tell a device; False where it is not of this line, or there is no connection."""
        reachable = self._bus is not None and device in self._members
        return self._obeying.put(device, order, reachable=reachable)

    async def _obey(self, device: str, order: Order) -> tuple[bool, str]:
        member = self._members.get(device)
        return (False, "unknown") if member is None else await member.obey(order)

    async def _ask(self, device: str, group: int) -> None:
        await self._say(device, Cemi(code=cemi.REQUEST, dst=group, apci=cemi.READ))

    async def _write(self, device: str, target: Target) -> None:
        said = Cemi(
            code=cemi.REQUEST,
            dst=target.group,
            apci=cemi.WRITE,
            data=target.payload.data,
            small=target.payload.small,
            priority=target.priority,
        )
        await self._say(device, said)

    async def _say(self, device: str, said: Cemi) -> None:
        if self._bus is None:
            raise NotConfirmed
        self._station.frame(device, "out", await self._bus.send(said))

    def _take(self, said: Cemi, raw: bytes) -> None:
        """Take a telegram from the bus. Our own comes back as a confirmation: it counts too."""
        if not said.group or said.failed or said.apci not in (cemi.WRITE, cemi.RESPONSE):
            return
        if said.dst not in self._groups:
            if said.code == cemi.INDICATION:
                self._stranger(said, raw)
            return
        for member in self._groups[said.dst]:
            self._station.frame(member.code, "in", raw)
            try:
                readings = member.hear(said.dst, Payload(said.data, said.small))
            except Exception as error:  # the others who share the group are to hear it
                broke(error, station=self._station, device=member.code)
                continue
            if readings:
                self._keep(member.code, readings)

    def _keep(self, device: str, readings: list[Reading]) -> None:
        """Let readings wait for the log; while it is full the oldest are lost, and counted."""
        if len(self._heard) >= _MOST_WAITING:
            self._station.refused(self._heard.popleft()[0], "log_full")
        self._heard.append((device, readings))
        self._hear.set()

    def _broken(self, reason: str, data: bytes) -> None:
        self._station.refused(self._line.code, reason, data[:64])

    def _stranger(self, said: Cemi, raw: bytes) -> None:
        """Show a group that nobody registered, once; of very many the first."""
        if said.dst in self._strangers or len(self._strangers) >= _MOST_STRANGERS:
            return
        self._strangers[said.dst] = None
        about = {"name": individual_text(said.src)}
        self._station.stranger(group_text(said.dst), about=about, sample=raw)

    async def _bring(self) -> None:
        """Bring what was heard, in order, whatever becomes of the connection."""
        while not self._closing:
            await self._hear.wait()
            self._hear.clear()
            while self._heard:
                await self._station.bring(*self._heard.popleft())

    async def _bring_the_rest(self, bringing: asyncio.Task[None]) -> None:
        """Let what waits be brought; what a full log does not take in time is counted."""
        self._closing = True
        self._hear.set()
        await asyncio.wait((bringing,), timeout=_BRINGS_THE_REST_WITHIN_S)
        if not bringing.done():
            bringing.cancel()
            for device, _ in self._heard:
                self._station.refused(device, "log_full")
            self._heard.clear()

"""The lines of one community: every field protocol that a device of the register speaks, at work.

A line that breaks off with an error is shown to the operator as a refusal of its device, and begun
again after a while. A change of the register reaches a line as new members; a line whose own way
changed is begun anew.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from linli.contracts.asking import Told
from linli.contracts.directory import DeviceEntry
from linli.contracts.wires import Wire
from linli.drivers import known
from linli.drivers.line import NotSigned, Order, PushTaken, Running, Said, Wired
from linli.drivers.line import Push as PushAsked
from linli.drivers.plain.asks import Question
from linli.drivers.reading import Reading
from linli.drivers.rests import again_and_again
from linli.drivers.wiring import Wires
from linli.kernel.fault import Fault
from linli.live.door import LiveDoor
from linli.live.gate import Gate
from linli.live.kept_frames import KeptFrames
from linli.live.log import Log
from linli.live.marks import Marks
from linli.live.members import by_line
from linli.live.pictures import Spool
from linli.live.pushes import put
from linli.live.station import AskOfDevice, LineStation, nobody

_log = logging.getLogger(__name__)
ReadPush = Callable[[PushAsked, Wired, Mapping[str, Wired], float], PushTaken]
_ENDS_WITHIN_S = 5.0
_BROKE = "line_broke"
_WAYS = ("connect", "listen", "serial")
"""Options by which a line has a way of its own."""


class _Line:
    """A line: its device, its members by code, and what runs it."""

    def __init__(self, wired: Wired, driver: str, station: LineStation) -> None:
        self.wired = wired
        self.driver = driver
        self.station = station
        self.members: dict[str, Wired] = {}
        self.by_address: dict[str, Wired] = {}
        self.running: Running | None = None
        self.task: asyncio.Task[None] | None = None
        self.trouble = ""

    @property
    def port(self) -> int:
        """Where it listens; 0 where it does not."""
        return int(getattr(self.running, "port", 0))

    def told(self) -> list[tuple[str, float]]:
        """Return what it says of itself. One that only waits for pushes is neither up nor down."""
        if known.driver(self.driver).run is None:
            return []
        told: list[tuple[str, float]] = [
            ("members_there", self.station.there),
            ("members_known", len(self.members)),
        ]
        if any(getattr(self.wired.options, way, "") for way in _WAYS):
            told.append(("line_up", bool(self.port) or self.station.up))
        return told

    def member(self, address: str) -> Wired | None:
        """Return who has an address on the wire: a member, or the line itself."""
        own = self.wired if address == self.wired.address else None
        return self.by_address.get(address, own)


class Lines:
    """Keeps the lines of a community. Nothing of a driver is imported before a device needs it."""

    def __init__(
        self, *, gate: Gate, log: Log, door: LiveDoor, wires: Wires,
        pictures: Spool | None = None, marks: Marks | None = None,
    ) -> None:  # fmt: skip
        self._gate = gate
        self._marks = marks
        self._pictures = pictures
        self._log = log
        self._door = door
        self._wires = wires
        self._lines: dict[str, _Line] = {}
        self._line_of: dict[str, str] = {}
        self._open = False
        self.frames = KeptFrames()
        self.strangers = gate.strangers
        self.ask: AskOfDevice = nobody
        """Called with a device and what it asks; the answer goes to its line."""

    # -- the register

    def learn(self) -> None:
        """Take the register as the gate has it now: begin, change and end lines."""
        devices = self._gate.devices
        members = by_line(devices)
        for code in self._lines.keys() - members.keys():
            self._end(self._lines.pop(code))
        self._line_of = {one: line for line, below in members.items() for one in (line, *below)}
        for line, below in members.items():
            self._learn_one(devices[line], [devices[code] for code in below])

    def _learn_one(self, entry: DeviceEntry, below: Sequence[DeviceEntry]) -> None:
        wired = self._wired(entry, is_line=True)
        found = self._lines.get(entry.code)
        if wired is None or not entry.enabled:
            if found is not None:
                self._end(self._lines.pop(entry.code))
            return
        members = [self._wired(one, is_line=False) for one in below if one.enabled]
        known_members = [one for one in members if one is not None]
        before = None
        if found is None or found.wired != wired or found.driver != entry.driver:
            if found is not None:
                self._end(found)
                before = found.task
            found = self._lines[entry.code] = _Line(wired, entry.driver, self._station(entry))
        found.members = {one.code: one for one in known_members}
        found.by_address = {one.address: one for one in known_members}
        found.station.relearn(found.members)
        if found.running is not None:
            self._rewire(found, found.running)
        elif self._open and found.task is None:
            self._begin(found, after=before)

    def _rewire(self, line: _Line, running: Running) -> None:
        """Tell a line at work of its members; one that breaks over them is begun anew."""
        try:
            running.rewire(list(line.members.values()))
        except Exception as error:  # the others are to learn the register all the same
            self._broke(line, error)
            self._end(line)
            self._begin(line, after=line.task)

    def _wired(self, entry: DeviceEntry, *, is_line: bool) -> Wired | None:
        """Return a device as its driver sees it; where it cannot be one, the operator is told."""
        wire = Wire(
            driver=entry.driver,
            address=entry.address,
            model=entry.model,
            options=entry.options,
            is_line=is_line,
        )
        try:
            return self._wires.wired(
                wire=wire, community=self._gate.community, code=entry.code, gateway=entry.gateway
            )
        except (Fault, KeyError) as fault:
            _log.warning("%s: no line to %s: %r", self._gate.community, entry.code, fault)
            self._gate.refusals.count(entry.code, "bad_wire", sample=str(fault).encode())
            return None

    def _station(self, entry: DeviceEntry) -> LineStation:
        return LineStation(
            line=entry.code,
            gate=self._gate,
            log=self._log,
            door=self._door,
            frames=self.frames,
            strangers=self.strangers,
            pictures=self._pictures,
            marks=self._marks,
            ask=self._asked,
        )

    async def _asked(self, device: str, question: Question) -> Told:
        return await self.ask(device, question)

    # -- at work

    def open(self) -> None:
        """Begin every line."""
        self._open = True
        for line in self._lines.values():
            self._begin(line)

    def _begin(self, line: _Line, *, after: asyncio.Task[None] | None = None) -> None:
        if known.driver(line.driver).run is not None:
            line.task = asyncio.get_running_loop().create_task(self._keep(line, after))

    async def _keep(self, line: _Line, after: asyncio.Task[None] | None) -> None:
        """Run a line, and run it again when it broke off, less and less soon.

        What was before it lets go of its port first.
        """
        if after is not None:
            await asyncio.wait((after,), timeout=_ENDS_WITHIN_S)
        await again_and_again(partial(self._run, line))

    async def _run(self, line: _Line) -> None:
        code, run = line.wired.code, known.driver(line.driver).run
        if run is None:
            return
        running: Running | None = None
        try:
            running = line.running = run(line.wired, list(line.members.values()), line.station)
            line.trouble = ""
            await running.run()
            line.trouble = "ended"
        except asyncio.CancelledError as error:
            if _is_ending():
                raise
            self._broke(line, error)  # something of the line's own was cancelled
        except OSError as error:
            _log.warning("%s: line %s is down: %s", self._gate.community, code, error)
            line.trouble = str(error)
            self._gate.refusals.count(code, "line_down", sample=str(error).encode())
        except Exception as error:  # one line must not end the others; it is shown and begun again
            self._broke(line, error)
        finally:
            if line.running in (running, None):
                line.running = None
                line.station.down()

    def _broke(self, line: _Line, error: BaseException) -> None:
        """Show what broke in a line."""
        code = line.wired.code
        _log.error("%s: line %s broke", self._gate.community, code, exc_info=error)
        line.trouble = repr(error)
        self._gate.refusals.count(code, _BROKE, sample=repr(error).encode())

    def _end(self, line: _Line) -> None:
        if line.task is not None:
            line.task.cancel()
        line.running = None
        line.station.down()

    async def close(self) -> None:
        """End every line."""
        self._open = False
        tasks = [line.task for line in self._lines.values() if line.task is not None]
        for line in self._lines.values():
            self._end(line)
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._pictures is not None:
            await self._pictures.close()

    # -- both ways

    def signs(self, *, line: str, driver: str) -> bool:
        """Tell whether what is pushed to a line is signed, as its driver reads it."""
        found = self._lines.get(line)
        return found is not None and found.driver == driver and known.driver(driver).signs

    def carries(self, device: str) -> bool:
        """Tell whether a device is reached over a line of a field protocol."""
        return device in self._line_of

    def send(self, device: str, order: Order) -> int:
        """Tell a device; return over how many lines it went: 1 or none."""
        line = self._lines.get(self._line_of.get(device, ""))
        if line is None or line.running is None:
            return 0
        try:
            return int(line.running.send(device, order))
        except Exception as error:  # one order must not end the community, nor come again and again
            self._broke(line, error)
            line.station.answered(device, order.id, ok=False, reason=_BROKE)
            return 1

    async def pushed(self, *, line: str, driver: str, asked: PushAsked, now: float) -> "Answer":
        """Take a push of a platform; return when it is on disk.

        :raises UnknownLine: if the line does not speak that, or the driver takes no pushes
        :raises NotSigned, BadFrame, BadPayload: as the driver says
        :raises TimeoutError: if it is to be sent again
        """
        found = self._lines.get(line)
        spoken = known.driver(driver).push if found is not None and found.driver == driver else None
        if found is None or spoken is None:
            raise UnknownLine(line=line, driver=driver)
        told: PushTaken = self._read(spoken, asked, found, now)
        found.station.came(line)
        members = ((found.member(one.address), one) for one in told.asked)
        await put(found.station, [(who.code, one) for who, one in members if who is not None])
        for address, what in told.unknown:
            member = found.member(address)
            found.station.refused(member.code if member else line, "unknown_event", what.encode())
        taken, refused = 0, 0
        for said in told.said:
            more, less = await self._take_said(found, said)
            taken, refused = taken + more, refused + less
        await found.station.settled()
        if told.stored is not None:
            told.stored()
        for one in told.pictures:
            member = found.member(one.address)
            if member is not None:
                found.station.picture(member.code, one.content, at=one.at, event=one.event)
        return Answer(
            taken=taken, refused=refused, reply=told.reply, content_type=told.content_type
        )

    @staticmethod
    def _read(spoken: ReadPush, asked: PushAsked, line: _Line, now: float) -> PushTaken:
        """Return what a push says. Its frame is kept, unless nobody knows who sent it."""
        cover = known.driver(line.driver).cover
        try:
            told = spoken(asked, line.wired, line.by_address, now)
        except NotSigned:
            raise
        except Exception:
            line.station.frame(line.wired.code, "in", cover(asked.body))
            raise
        line.station.frame(line.wired.code, "in", cover(asked.body))
        return told

    async def _take_said(self, line: _Line, said: Said) -> tuple[int, int]:
        member = line.member(said.address)
        if member is None:
            line.station.stranger(said.address, about=said.about)
            return 0, max(1, len(said.readings))
        if said.online is not False:
            line.station.came(member.code)
        for order, ok, reason in said.answers:
            line.station.answered(member.code, order, ok=ok, reason=reason)
        refused = 0
        taken = 0
        if said.readings:
            told = await line.station.bring(member.code, said.readings)
            taken, refused = told.taken, len(told.refused)
        if said.online is False:
            line.station.went(member.code, "status")
        return taken, refused

    # -- for those who watch

    async def tell(self) -> None:
        """Let each line say how it is, as readings of its own."""
        for line in list(self._lines.values()):
            names = line.wired.model.properties
            readings = [Reading(name, value) for name, value in line.told() if name in names]
            if readings:
                await line.station.bring(line.wired.code, readings)
            if line.port:
                line.station.came(line.wired.code)

    def ports(self) -> dict[str, int]:
        """Return where lines listen, by code."""
        found = {code: line.port for code, line in self._lines.items()}
        return {code: port for code, port in found.items() if port}

    def fares(self) -> list[dict[str, Any]]:
        """Return how each line does."""
        return [
            {
                "line": code,
                "driver": line.driver,
                "members": len(line.members),
                "up": line.running is not None,
                "port": line.port,
                "trouble": line.trouble,
            }
            for code, line in self._lines.items()
        ]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a push: rows taken and not, and what its sender is to read."""

    taken: int
    refused: int
    reply: bytes
    content_type: str


class UnknownLine(Fault):
    """Nobody registered a line of this name for this protocol."""

    key = "live.unknown_line"
    status = 404


def _is_ending() -> bool:
    """Tell whether it is this task that somebody cancelled."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0

"""One transmission device: what it said, what it was asked, whether somebody is on duty."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from linli.drivers.frames import BadFrame
from linli.drivers.gb26875 import asking, codec, objects, tables
from linli.drivers.gb26875.asker import Asker
from linli.drivers.gb26875.codec import Frame
from linli.drivers.gb26875.connection import Connection, reply
from linli.drivers.gb26875.objects import Thing, Told
from linli.drivers.gb26875.options import LineOptions
from linli.drivers.gb26875.telling import DUTY_ANSWERED, DUTY_MISSED, Heard, Teller
from linli.drivers.gb26875.units import Units
from linli.drivers.line import Station, Wired
from linli.drivers.reading import Reading

_GONE = "unknown_device"
_SEEN = 64
_RESENT_WITHIN_S = 60.0
_PARTS_EVERY_S = 60.0
_CLOCK_AGAIN_S = 600.0
_GREET_AGAIN_S = 10.0

_encode = msgspec.json.encode


class Panel:
    """A transmission device over all its connections. Its frames are dealt with one by one."""

    def __init__(
        self, *, device: Wired, units: Units, options: LineOptions, station: Station
    ) -> None:
        self.code = device.code
        self.asker = Asker(device=device, options=options, station=station)
        self.way: Connection | None = None
        """The connection on which it was heard last."""
        self._device, self._units, self._options, self._station = device, units, options, station
        self._teller = Teller(device=device, units=units, east_h=options.east_h)
        self._one_by_one = asyncio.Lock()
        self._seen: OrderedDict[bytes, float] = OrderedDict()
        self._parts_told_at = self._clock_set_at = self._greeted_at = float("-inf")
        self._takes: Mapping[int, Callable[[Frame], Awaitable[None]]] = {
            tables.SEND: self._sent,
            tables.CONTROL: self._asked,
            tables.REQUEST: self._asked,
            tables.CONFIRM: self._confirmed,
            tables.ANSWER: self._answered,
            tables.DENY: self._denied,
        }

    def rewire(self, device: Wired, units: Units) -> None:
        """Take itself and its parts as the register has them now."""
        self._device, self._units = device, units
        self._teller.rewire(device, units)
        self._parts_told_at = float("-inf")

    async def take(self, way: Connection, frame: Frame, raw: bytes) -> None:
        """Deal with a frame; acknowledge it when what it said is on disk."""
        self._station.frame(self.code, "in", raw)
        self.asker.called(frame)
        self._came(way, frame)
        async with self._one_by_one:
            take = self._takes.get(frame.command)
            if take is None:
                self._station.refused(self.code, "unknown_command", raw)
                await self._reply(frame, tables.DENY)
            else:
                await take(frame)

    def lose(self, reason: str) -> None:
        """Its way is gone: nothing more can be asked."""
        self.way = None
        self.asker.end()
        self._station.went(self.code, reason)
        for part in self._units.parts(self.code):
            self._station.went(part.code, "gateway_gone")
        self._parts_told_at = float("-inf")

    async def tick(self, now: float) -> None:
        """Do what is due: hang up on the silent, set the clock, see whether duty was answered."""
        missed = self.asker.duty.missed(now)
        if missed is not None:
            await self._event(DUTY_MISSED, missed)
        if self.way is None:
            return
        if now - self.way.heard_at >= self._options.silent_after_s:
            way = self.way
            self.lose("silent")
            way.close()
        elif 0 < self._options.clock_every_s <= now - self._clock_set_at:
            self._set_clock(now)

    def _came(self, way: Connection, frame: Frame) -> None:
        now = self._station.now()
        self._station.came(self.code)
        if now - self._parts_told_at >= _PARTS_EVERY_S:
            self._parts_told_at = now
            for part in self._units.parts(self.code):
                self._station.came(part.code)
        if self.way is not way:
            self._take_way(way, now)
            self._set_clock(now)
        sent = codec.instant(frame.sent, east_h=self._options.east_h)
        if sent is not None and abs(sent - now) > self._options.clock_off_s:
            self._set_clock(now)

    def _take_way(self, way: Connection, now: float) -> None:
        """It is heard on another connection: ask there, what was being asked too."""
        self.way = way
        greets = now - self._greeted_at >= _GREET_AGAIN_S
        if greets:
            self._greeted_at = now
        self.asker.begin(way, first=(asking.READ_DEVICE,) if greets else ())

    def _set_clock(self, now: float) -> None:
        """Let its clock be set, not more often than every ten minutes."""
        if self._options.clock_every_s <= 0 or now - self._clock_set_at < _CLOCK_AGAIN_S:
            return
        self._clock_set_at = now
        self.asker.put_own(asking.SET_CLOCK)

    async def _sent(self, frame: Frame) -> None:
        """Data: taken once, acknowledged as often as they come."""
        if frame.data and not self._is_resent(frame):
            try:
                told = objects.read(frame.data)
            except BadFrame:
                self._station.refused(self.code, "bad_frame", frame.data)
                await self._reply(frame, tables.DENY)
                return
            kept = await self._bring(told, frame)
            if told.short:
                self._station.refused(self.code, "short_object", frame.data)
            if told.short or not kept:
                await self._reply(frame, tables.DENY)
                return
            self._remember(frame)
            self.asker.answered_by(told.type)
        await self._reply(frame, tables.CONFIRM)

    async def _asked(self, frame: Frame) -> None:
        """A question of the device: what time it is. It may ask whether we are on duty, too."""
        type_ = frame.data[0] if frame.data else 0
        now = self._wall()
        if type_ in _CLOCK_ANSWERS:
            answer = _CLOCK_ANSWERS[type_]
            thing = Thing(clock=now)
            if answer == objects.SYSTEM_CLOCK:
                where = frame.data[2:4].ljust(2, b"\0")
                thing = Thing(clock=now, sys_type=where[0], sys_addr=where[1])
            await self._reply(frame, tables.ANSWER, objects.write(answer, (thing,)))
        elif type_ == objects.INSPECT or (frame.command == tables.CONTROL and not frame.data):
            await self._reply(frame, tables.CONFIRM)
        else:
            self._station.refused(self.code, "unknown_question", frame.data)
            await self._reply(frame, tables.DENY)

    async def _confirmed(self, frame: Frame) -> None:
        self.asker.answered(frame.serial)

    async def _denied(self, frame: Frame) -> None:
        self.asker.answered(frame.serial, "denied")

    async def _answered(self, frame: Frame) -> None:
        if frame.data:
            try:
                told = objects.read(frame.data)
            except BadFrame:
                self._station.refused(self.code, "bad_frame", frame.data)
                return
            await self._bring(told, frame)
        self.asker.answered(frame.serial)

    async def _bring(self, told: Told, frame: Frame) -> bool:
        """Tell what a frame says; False where somebody is just leaving the register: it is to be
        sent again, and told of who is there then.
        """
        heard = self._teller.tell(told, now=self._station.now())
        for address, about in heard.strangers.items():
            self._station.stranger(address, about=about, sample=frame.data)
        for device, reason in heard.refusals:
            self._station.refused(device, reason, frame.data)
        if heard.confirmed is not None:
            self._on_duty(heard.confirmed, heard)
        for device in heard.readings:
            self._station.came(device)
        brought = await asyncio.gather(
            *(self._station.bring(device, said) for device, said in heard.readings.items())
        )
        return not any(why == _GONE for taken in brought for _, why in taken.refused)

    def _on_duty(self, thing: Thing, heard: Heard) -> None:
        """Somebody pressed confirm: an answer, where we asked."""
        extras = self.asker.duty.answered(self._station.now())
        extras["operator"] = thing.operator
        extras["occurred"] = codec.iso(thing.occurred, east_h=self._options.east_h)
        if DUTY_ANSWERED in self._device.model.events:
            reading = Reading(DUTY_ANSWERED, True, extras=_encode(extras))
            heard.readings[self.code].append(reading)

    async def _event(self, name: str, extras: Mapping[str, object]) -> None:
        if name in self._device.model.events:
            reading = Reading(name, True, extras=_encode(extras))
            await self._station.bring(self.code, [reading])

    async def _reply(self, frame: Frame, command: int, data: bytes = b"") -> None:
        if self.way is None:
            return
        raw = codec.encode(reply(frame, command=command, sent=self._wall(), data=data))
        self._station.frame(self.code, "out", raw)
        await self.way.send(raw)

    def _is_resent(self, frame: Frame) -> bool:
        at = self._seen.get(_mark(frame))
        return at is not None and self._station.now() - at < _RESENT_WITHIN_S

    def _remember(self, frame: Frame) -> None:
        mark = _mark(frame)
        self._seen[mark] = self._station.now()
        self._seen.move_to_end(mark)
        if len(self._seen) > _SEEN:
            self._seen.popitem(last=False)

    def _wall(self) -> codec.Clock:
        return codec.wall(self._station.now(), east_h=self._options.east_h)


_CLOCK_ANSWERS: Mapping[int, int] = {
    objects.SYSTEM_CLOCK: objects.SYSTEM_CLOCK,
    objects.READ_SYSTEM_CLOCK: objects.SYSTEM_CLOCK,
    objects.DEVICE_CLOCK: objects.DEVICE_CLOCK,
    objects.READ_DEVICE_CLOCK: objects.DEVICE_CLOCK,
    objects.SET_CLOCK: objects.SET_CLOCK,
}
"""What answers a device that asks for the time, by what it asks with."""


def _mark(frame: Frame) -> bytes:
    """Return what a frame that is sent again has in common with the first one."""
    return hashlib.sha256(frame.serial.to_bytes(2, "little") + frame.data).digest()[:16]

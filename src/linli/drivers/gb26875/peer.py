"""A fire panel behind its transmission device, for tests and the demo: it dials, tells, answers.

It keeps its own table of parts, tells their states and values in frames of many objects, resends
what nobody confirms, keeps alive, and answers what it is asked. It can be told to misbehave. 500 of
them fit in one process.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Literal

import msgspec

from linli.drivers.frames import BadFrame, Frames
from linli.drivers.gb26875 import codec, objects, tables
from linli.drivers.gb26875.codec import Clock, Frame
from linli.drivers.gb26875.objects import Part, Thing

NORMAL, FIRE, FAULT, SHIELDED, STARTED, FEEDBACK = 0x0001, 0x0002, 0x0004, 0x0008, 0x0020, 0x0040
ON_WATCH = 0x01
MAINS_FAULT, STANDBY_FAULT, LINE_FAULT = 0x08, 0x10, 0x40
RESET, SILENCE, MANUAL_ALARM, CONFIRM_DUTY = 0x01, 0x02, 0x04, 0x20
CENTRE = 1

Cut = Literal["whole", "halves", "bytes", "glued"]


class Fitted(msgspec.Struct):
    """A part as the panel has it: its state bits, its words, its measurement of a type."""

    part: Part
    text: str = ""
    state: int = NORMAL
    analogue: int = 0
    value: int = 0


class FirePanel:
    """One transmission device. `clock` gives epoch seconds; everything else is set from outside.

    `on_duty`: somebody answers an on-duty check at once. `silent`: it confirms and answers nothing.
    """

    def __init__(
        self,
        *,
        source: int,
        parts: Sequence[Fitted] = (),
        clock: Callable[[], float],
        east_h: float = 8.0,
        keep_alive_s: float = 60.0,
        answer_within_s: float = 10.0,
        resends: int = 3,
    ) -> None:
        self.source = source
        self.parts = {fitted.part: fitted for fitted in parts}
        self.state = ON_WATCH
        self.on_duty = True
        self.silent = False
        self.cut: Cut = "whole"
        self.garbage = b""
        """Sent before each frame."""
        self.clock_off_s = 0.0
        self.words = "消防控制室一层传输装置"
        self.heard: list[Frame] = []
        """The last frames that the centre sent."""
        self.confirmed = self.denied = 0
        self.clock_set_to: Clock | None = None
        self.initialised = 0
        self._now, self._east_h = clock, east_h
        self._keep_alive_s, self._answer_within_s = keep_alive_s, answer_within_s
        self._resends = resends
        self._serial = 0
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: dict[int, asyncio.Future[int]] = {}
        self._held = b""
        self._changed = asyncio.Event()

    # --- being there

    async def run(self, host: str, port: int) -> None:
        """Dial, keep alive and answer until the centre hangs up."""
        reader, writer = await asyncio.open_connection(host, port)
        self._writer = writer
        keeper = asyncio.create_task(self._keep_alive())
        frames = Frames(measure=codec.measure, longest=codec.LONGEST)
        try:
            while data := await reader.read(4096):
                frames.feed(data)
                while (raw := frames.next()) is not None:
                    await self._hear(frames, raw)
        except ConnectionError:
            return
        finally:
            keeper.cancel()
            self._writer = None
            writer.close()

    async def stay(self, host: str, port: int, *, again_after_s: float = 2.0) -> None:
        """Dial, and dial again whenever the line breaks, until cancelled."""
        while True:
            with suppress(OSError):
                await self.run(host, port)
            await asyncio.sleep(again_after_s)

    def hang_up(self) -> None:
        """Break the connection in the middle of whatever it is at."""
        if self._writer is not None:
            self._writer.transport.abort()

    @property
    def up(self) -> bool:
        """Whether it is connected."""
        return self._writer is not None

    async def until(self, there: Callable[[], bool], *, within_s: float = 5.0) -> None:
        """Wait until something is so; looked at whenever it hears a frame.

        :raises TimeoutError: if it never is
        """
        async with asyncio.timeout(within_s):
            while not there():
                self._changed.clear()
                await self._changed.wait()

    # --- telling

    async def tell_state(self) -> bool:
        """Tell its own state, as it does to keep alive; return whether it was confirmed."""
        thing = Thing(state=self.state, occurred=self._wall())
        return await self.tell(objects.DEVICE_STATE, [thing])

    async def tell_parts(self, parts: Sequence[Part]) -> bool:
        """Tell the states of parts, as many in a frame as it may have."""
        fitted = [self.parts[part] for part in parts]
        return await self._tell_all(objects.PART_STATE, [self._state_of(one) for one in fitted])

    async def tell_values(self, parts: Sequence[Part]) -> bool:
        """Tell the measurements of parts."""
        fitted = [self.parts[part] for part in parts]
        return await self._tell_all(objects.ANALOGUE, [self._value_of(one) for one in fitted])

    async def set(self, part: Part, state: int) -> bool:
        """Give a part a state and tell it."""
        self.parts[part].state = state
        return await self.tell_parts([part])

    async def measure(self, part: Part, value: int) -> bool:
        """Give a part a raw measurement and tell it."""
        self.parts[part].value = value
        return await self.tell_values([part])

    async def reset(self, sys_type: int = 1, sys_addr: int = 1) -> bool:
        """Somebody resets a fire system: its parts are normal, and it tells the operation only."""
        for fitted in self.parts.values():
            if (fitted.part.sys_type, fitted.part.sys_addr) == (sys_type, sys_addr):
                fitted.state = NORMAL
        thing = Thing(
            sys_type=sys_type,
            sys_addr=sys_addr,
            operation=RESET,
            operator=1,
            occurred=self._wall(),
        )
        return await self.tell(objects.OPERATION, [thing])

    async def press(self, operation: int, operator: int = 1) -> bool:
        """Somebody presses a button of the transmission device."""
        thing = Thing(operation=operation, operator=operator, occurred=self._wall())
        return await self.tell(objects.DEVICE_OPERATION, [thing])

    async def tell(self, type_: int, things: Sequence[Thing]) -> bool:
        """Send data until they are confirmed, up to three times again; return whether they were."""
        frame = self.frame(tables.SEND, objects.write(type_, things))
        return await self.push(frame) == tables.CONFIRM

    async def ask_clock(self) -> bool:
        """Ask the centre what time it is."""
        data = objects.write(objects.READ_DEVICE_CLOCK, (Thing(),))
        return await self.push(self.frame(tables.REQUEST, data)) == tables.ANSWER

    async def push(self, frame: Frame) -> int:
        """Send a frame until something answers it; return the command of that, 0 for nothing."""
        waiting: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting[frame.serial] = waiting
        try:
            for _ in range(1 + self._resends):
                await self.put_out(codec.encode(frame))
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._answer_within_s):
                        return await asyncio.shield(waiting)
        except ConnectionError:
            return 0
        finally:
            self._waiting.pop(frame.serial, None)
        return 0

    def frame(self, command: int, data: bytes = b"", serial: int | None = None) -> Frame:
        """Return a frame of its own, with its next serial unless one is given."""
        if serial is None:
            serial, self._serial = self._serial, (self._serial + 1) & 0xFFFF
        return Frame(
            serial=serial,
            command=command,
            source=self.source,
            target=CENTRE,
            sent=self._wall(),
            data=data,
        )

    async def put_out(self, raw: bytes) -> None:
        """Send bytes the way `cut` and `garbage` say.

        :raises ConnectionError: if it is not connected
        """
        raw = self.garbage + raw
        if self.cut == "glued":
            self._held += raw
            if len(self._held) == len(raw):
                return
            raw, self._held = self._held, b""
        pieces = [raw]
        if self.cut == "halves":
            pieces = [raw[: len(raw) // 2], raw[len(raw) // 2 :]]
        elif self.cut == "bytes":
            pieces = [raw[i : i + 1] for i in range(len(raw))]
        for piece in pieces:
            if self._writer is None:
                raise ConnectionResetError("not connected")
            self._writer.write(piece)
            await self._writer.drain()
            await asyncio.sleep(0)

    # --- hearing

    async def _hear(self, frames: Frames, raw: bytes) -> None:
        try:
            frame = codec.decode(raw)
        except BadFrame:
            frames.reject(raw)
            return
        self.heard = [*self.heard[-99:], frame]
        self.confirmed += frame.command == tables.CONFIRM
        self.denied += frame.command == tables.DENY
        if frame.command in (tables.CONFIRM, tables.ANSWER, tables.DENY):
            waiting = self._waiting.get(frame.serial)
            if waiting is not None and not waiting.done():
                waiting.set_result(frame.command)
        elif not self.silent:
            await self._obey(frame)
        self._changed.set()

    async def _obey(self, frame: Frame) -> None:
        told = objects.read(frame.data)
        if told.type == objects.SET_CLOCK:
            self.clock_set_to, self.clock_off_s = told.things[0].clock, 0.0
        elif told.type == objects.INITIALISE:
            self.initialised += 1
        elif told.type != objects.INSPECT:
            await self._answer(frame, told.type, told.things[0])
            return
        await self._reply(frame, tables.CONFIRM)
        if told.type == objects.INSPECT and self.on_duty:
            thing = Thing(operation=CONFIRM_DUTY, operator=1, occurred=self._wall())
            data = objects.write(objects.DEVICE_OPERATION, (thing,))
            await self.put_out(codec.encode(self.frame(tables.SEND, data)))

    async def _answer(self, frame: Frame, asked: int, about: Thing) -> None:
        """Answer a question, or deny one that it knows nothing of."""
        fitted = next(
            (
                one
                for part, one in self.parts.items()
                if (part.sys_type, part.sys_addr, part.part_addr)
                == (about.sys_type, about.sys_addr, about.part_addr)
            ),
            None,
        )
        answers = {
            objects.READ_DEVICE: Thing(state=self.state, occurred=self._wall()),
            objects.READ_DEVICE_VERSION: Thing(version=(2, 7)),
            objects.READ_DEVICE_TEXT: Thing(text=self.words),
            objects.READ_DEVICE_CLOCK: Thing(clock=self._wall()),
        }
        if fitted is not None:
            answers[objects.READ_PART] = self._state_of(fitted)
            answers[objects.READ_VALUE] = self._value_of(fitted)
        if asked not in answers:
            await self._reply(frame, tables.DENY)
            return
        type_ = _ANSWERED_WITH[asked]
        await self._reply(frame, tables.ANSWER, objects.write(type_, (answers[asked],)))

    async def _reply(self, to: Frame, command: int, data: bytes = b"") -> None:
        await self.put_out(codec.encode(self.frame(command, data, serial=to.serial)))

    async def _keep_alive(self) -> None:
        while True:
            await self.tell_state()
            await asyncio.sleep(self._keep_alive_s)

    async def _tell_all(self, type_: int, things: Sequence[Thing]) -> bool:
        most = tables.MOST[type_]
        done = [
            await self.tell(type_, things[at : at + most]) for at in range(0, len(things), most)
        ]
        return all(done)

    def _state_of(self, fitted: Fitted) -> Thing:
        part = msgspec.structs.asdict(fitted.part)
        return Thing(**part, state=fitted.state, text=fitted.text, occurred=self._wall())

    def _value_of(self, fitted: Fitted) -> Thing:
        part = msgspec.structs.asdict(fitted.part)
        return Thing(**part, analogue=fitted.analogue, value=fitted.value, occurred=self._wall())

    def _wall(self) -> Clock:
        return codec.wall(self._now() + self.clock_off_s, east_h=self._east_h)


_ANSWERED_WITH = {
    objects.READ_DEVICE: objects.DEVICE_STATE,
    objects.READ_DEVICE_VERSION: objects.DEVICE_VERSION,
    objects.READ_DEVICE_TEXT: objects.DEVICE_TEXT,
    objects.READ_DEVICE_CLOCK: objects.DEVICE_CLOCK,
    objects.READ_PART: objects.PART_STATE,
    objects.READ_VALUE: objects.ANALOGUE,
}


def loops(*, loops: int, points: int, part_type: int = 42, sys_addr: int = 1) -> list[Fitted]:
    """Return the parts of a panel of so many loops, smoke detectors unless said: loop 2, point 3
    has the part address 0x00020003.
    """
    return [
        Fitted(
            Part(1, sys_addr, part_type, loop << 16 | point),
            text=f"{loop}回路{point}号{tables.PARTS[part_type].zh}"[:15],
        )
        for loop in range(1, loops + 1)
        for point in range(1, points + 1)
    ]

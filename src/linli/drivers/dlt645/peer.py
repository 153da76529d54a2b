"""Meters that are not there: a bus of them behind a serial server, over a real socket."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal

from linli.drivers.dlt645 import codec, messages, values
from linli.drivers.dlt645.codec import ABNORMAL, FROM_METER, MORE_FOLLOWS, Frame
from linli.drivers.dlt645.identifiers import Form, Identifier, identified, members
from linli.drivers.dlt645.messages import Function, Variant
from linli.drivers.frames import BadFrame, Frames

Number = Decimal | int
Source = Number | Callable[[], Number]

_NO_DATA, _NO_RIGHT = 0x02, 0x04
_PER_FRAME = 200
_STATUS_3, _RELAY_OPEN = "04000503", 1 << 4
_TRIPS, _CLOSES = (0x1A, 0x1D), (0x1B, 0x1C)


class Meter:
    """One meter. `values` are by identifier, in its unit, or what gives them.

    It can be told to misbehave: `silent`, `noise` before an answer, `broken` checksums, `cut` after
    so many bytes. `frames_of` makes it answer in frames of so many bytes of data.
    """

    def __init__(
        self,
        address: str,
        readings: Mapping[str, Source],
        *,
        password: str = "",
        variant: Variant = Variant.V2007,
    ) -> None:
        self.address = address
        self.values = dict(readings)
        self.variant = variant
        self.relay_open = False
        self.commands: list[int] = []
        self.clock = b""
        self.silent = False
        self.broken = False
        self.noise = b""
        self.cut: int | None = None
        self.frames_of = _PER_FRAME
        self._password = password

    def answer(self, question: Frame) -> bytes:
        """Return what comes back on the wire; nothing where the meter keeps still."""
        if question.function == Function.TIME:
            self.clock = question.data
            return b""
        answer = None if self.silent else self._answered(question)
        if answer is None:
            return b""
        frame = bytearray(codec.encode(answer, wake=2))
        if self.broken:
            frame[-2] ^= 0xFF
        return self.noise + bytes(frame[: self.cut])

    def _answered(self, question: Frame) -> Frame | None:
        if messages.variant_of(question) is not self.variant:
            return None
        function = question.function
        if function == Function.READ_ADDRESS:
            return self._say(question, bytes.fromhex(self.address)[::-1])
        if function in (Function.READ, Function.READ_1997):
            return self._tell(question, part=0)
        if function in (Function.READ_NEXT, Function.READ_NEXT_1997):
            return self._tell(question, part=question.data[-1])
        if function == Function.RELAY:
            return self._obey(question)
        return self._refuse(question, _NO_DATA)

    def _tell(self, question: Frame, *, part: int) -> Frame:
        code = messages.identifier_of(question, self.variant)
        data = self._data(code)
        if data is None:
            return self._refuse(question, _NO_DATA)
        at = part * self.frames_of
        shown = data[at : at + self.frames_of]
        more = MORE_FOLLOWS if at + self.frames_of < len(data) else 0
        number = bytes((part,)) if part else b""
        return self._say(question, bytes.fromhex(code)[::-1] + shown + number, more)

    def _data(self, code: str) -> bytes | None:
        """Return the bytes of an identifier or of what the meter has of a block."""
        if code == _STATUS_3:
            return (_RELAY_OPEN if self.relay_open else 0).to_bytes(2, "little")
        found = [code] if code in self.values else [m for m in members(code) if m in self.values]
        if not found:
            return None
        return b"".join(self._bytes(one) for one in found)

    def _bytes(self, code: str) -> bytes:
        source, identifier = self.values[code], identified(code)
        assert identifier is not None
        return _written(identifier, source() if callable(source) else source)

    def _obey(self, question: Frame) -> Frame:
        password, command = question.data[3:0:-1].hex(), question.data[8]
        if password != self._password:
            return self._refuse(question, _NO_RIGHT)
        self.commands.append(command)
        if command in _TRIPS + _CLOSES:
            self.relay_open = command in _TRIPS
        return self._say(question, b"")

    def _say(self, question: Frame, data: bytes, more: int = 0) -> Frame:
        return Frame(self.address, question.control | FROM_METER | more, data)

    def _refuse(self, question: Frame, bits: int) -> Frame:
        return Frame(self.address, question.control | FROM_METER | ABNORMAL, bytes((bits,)))


def _written(identifier: Identifier, value: Number) -> bytes:
    if identifier.form is Form.BITS:
        return int(value).to_bytes(identifier.size, "little")
    return values.written(identifier, Decimal(value))


class Bus:
    """A serial server with meters behind it: it listens, or dials and may say hello first."""

    def __init__(self, *meters: Meter) -> None:
        self.meters = {meter.address: meter for meter in meters}
        self.port = 0
        self.asked = 0
        self._server: asyncio.Server | None = None
        self._lines: dict[asyncio.Task[None] | None, asyncio.StreamWriter] = {}

    async def listen(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Wait to be dialled; `port` is where."""
        self._server = await asyncio.start_server(self._serve, host, port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def dial(self, *, port: int, host: str = "127.0.0.1", hello: bytes = b"") -> None:
        """Dial, say hello, and serve until hung up."""
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(hello)
        await self._serve(reader, writer)

    def hang_up(self) -> None:
        """Break every connection."""
        for writer in list(self._lines.values()):
            writer.transport.abort()

    async def close(self) -> None:
        """Hang up, and listen no more."""
        if self._server is not None:
            self._server.close()
        self.hang_up()
        tasks = [task for task in self._lines if task and task is not asyncio.current_task()]
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._lines[task] = writer
        frames = Frames(measure=codec.measure, longest=codec.LONGEST)
        try:
            with suppress(ConnectionError):
                while data := await reader.read(4096):
                    frames.feed(data)
                    while (frame := frames.next()) is not None:
                        writer.write(self._answers(frame, frames))
        finally:
            writer.close()
            del self._lines[task]

    def _answers(self, data: bytes, frames: Frames) -> bytes:
        """Return what the meters that are meant say, all of them as on a real bus."""
        try:
            question = codec.decode(data)
        except BadFrame:
            frames.reject(data)
            return b""
        if question.from_meter:
            return b""
        self.asked += 1
        return b"".join(meter.answer(question) for meter in self._meant(question.address))

    def _meant(self, asked: str) -> Sequence[Meter]:
        """Return whom an address means: 9s are everybody, an A is any digit."""
        if asked == codec.EVERYBODY:
            return list(self.meters.values())
        if "A" not in asked:
            return [self.meters[asked]] if asked in self.meters else []
        return [meter for meter in self.meters.values() if _fits(asked, meter.address)]


def _fits(asked: str, address: str) -> bool:
    return all(a in ("A", b) for a, b in zip(asked, address, strict=True))

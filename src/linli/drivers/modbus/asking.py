"""Questions of one line: framed for wires or for TCP, and their answers recognised."""

from collections.abc import Generator
from typing import Any

from linli.drivers.frames import MORE, SKIP
from linli.drivers.modbus import codec, pdu
from linli.drivers.modbus.codec import Message
from linli.drivers.modbus.pdu import DeviceRefused
from linli.drivers.polling import Ask, NoAnswer

Asking = Generator[Ask, Any, list[int]]
"""A question that is being asked; it gives the registers or bits of the answer."""

_BUSY, _PATIENCE, _BUSY_REST_S = 6, 3, 0.3
_NOBODY = (10, 11)
"""A gateway's words for a device behind it that is silent."""
_REFUSAL_BYTES = 5
"""An exception on wires: unit, function, exception, CRC."""
_AROUND_RTU = 3
_BEFORE_LENGTH = 6


class Questions:
    """Asks one question at a time; on wires the open question tells what its answer looks like.

    `rest_s` is how long the wires are still before each.
    """

    def __init__(self, *, rtu: bool, rest_s: float = 0.0) -> None:
        self._rtu, self._rest_s = rtu, rest_s
        self._transaction = 0
        self._open = Message(0, b"")

    def ask(self, number: int, body: bytes, *, rest_s: float = 0.0) -> Asking:
        """Ask a unit after a rest. One that is busy is asked again.

        :raises DeviceRefused: if it says no
        :raises NoAnswer: if a gateway says that nobody answered it
        """
        for _ in range(_PATIENCE):
            answer = yield self._ask(number, body, rest_s)
            if not isinstance(answer, DeviceRefused):
                words: list[int] = answer
                return words
            if answer.code in _NOBODY:
                raise NoAnswer
            if answer.code != _BUSY:
                break
            rest_s = _BUSY_REST_S
        raise answer

    def _ask(self, number: int, body: bytes, rest_s: float) -> Ask:
        self._transaction = 0 if self._rtu else self._transaction % 0xFFFF + 1
        asked = self._open = Message(number, body, self._transaction)
        encode = codec.encode_rtu if self._rtu else codec.encode_tcp
        decode = codec.decode_rtu if self._rtu else codec.decode_tcp

        def read(frame: bytes) -> list[int] | DeviceRefused | None:
            came = decode(frame)
            if (came.unit, came.transaction) != (asked.unit, asked.transaction):
                return None
            try:
                return pdu.answer(body, came.body)
            except DeviceRefused as no:
                return no

        return Ask(frame=encode(asked), read=read, after_s=max(rest_s, self._rest_s))

    def measure(self, data: bytearray, at: int) -> int:
        """Tell how long the frame is that begins there (`linli.drivers.frames.Measure`)."""
        return self._measure_rtu(data, at) if self._rtu else _measure_tcp(data, at)

    def _measure_rtu(self, data: bytearray, at: int) -> int:
        asked = self._open
        if not asked.body or data[at] != asked.unit:
            return SKIP
        if len(data) < at + 2:
            return MORE
        if data[at + 1] == asked.body[0] | pdu.REFUSED:
            return _REFUSAL_BYTES
        if data[at + 1] != asked.body[0]:
            return SKIP
        return pdu.answer_length(asked.body) + _AROUND_RTU


def _measure_tcp(data: bytearray, at: int) -> int:
    if len(data) < at + codec.HEADER:
        return MORE
    protocol, length = data[at + 2] << 8 | data[at + 3], data[at + 4] << 8 | data[at + 5]
    if protocol or not 2 < length <= pdu.LONGEST + 1:  # noqa: PLR2004
        return SKIP
    return length + _BEFORE_LENGTH

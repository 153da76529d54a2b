"""The inner part of a Modbus message: function code and data, alike on wires and over TCP.

Source: MODBUS Application Protocol V1.1b3, as public implementations have it.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from linli.drivers.frames import BadFrame

READ_COILS, READ_DISCRETE, READ_HOLDING, READ_INPUT = 1, 2, 3, 4
WRITE_COIL, WRITE_REGISTER, WRITE_COILS, WRITE_REGISTERS = 5, 6, 15, 16
REFUSED = 0x80

MOST_REGISTERS, MOST_COILS = 125, 2000
MOST_WRITTEN, MOST_COILS_WRITTEN = 123, 1968
LONGEST = 253

ON, OFF = b"\xff\x00", b"\x00\x00"

EXCEPTIONS: Mapping[int, str] = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "device failure",
    5: "acknowledged",
    6: "device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target did not respond",
}


class Table(StrEnum):
    """The four tables of a device. Of these, coils and holding registers can be written."""

    COIL = "coil"
    DISCRETE = "discrete"
    INPUT = "input"
    HOLDING = "holding"

    @property
    def is_bits(self) -> bool:
        return self in (Table.COIL, Table.DISCRETE)

    @property
    def most(self) -> int:
        return MOST_COILS if self.is_bits else MOST_REGISTERS


READS: Mapping[Table, int] = {
    Table.COIL: READ_COILS,
    Table.DISCRETE: READ_DISCRETE,
    Table.HOLDING: READ_HOLDING,
    Table.INPUT: READ_INPUT,
}


class DeviceRefused(Exception):
    """A device refused; `code` says why, `word` in a word."""

    def __init__(self, code: int) -> None:
        super().__init__(EXCEPTIONS.get(code, f"exception {code}"))
        self.code = code

    @property
    def word(self) -> str:
        """The reason as one word, as an operator's screen looks it up."""
        return str(self).replace(" ", "_")


def read(table: Table, *, address: int, count: int) -> bytes:
    """Return a request for `count` registers or bits."""
    return bytes((READS[table],)) + _pair(address, count)


def write(table: Table, *, address: int, values: Sequence[int]) -> bytes:
    """Return a request that sets coils or holding registers; the short form for a single one.

    :raises ValueError: if the table cannot be written
    """
    if table == Table.COIL:
        return _write_coils(address, values)
    if table != Table.HOLDING:
        raise ValueError(f"{table} cannot be written")
    if len(values) == 1:
        return bytes((WRITE_REGISTER,)) + _pair(address, values[0])
    data = b"".join(value.to_bytes(2, "big") for value in values)
    return bytes((WRITE_REGISTERS,)) + _pair(address, len(values)) + bytes((len(data),)) + data


def _write_coils(address: int, values: Sequence[int]) -> bytes:
    if len(values) == 1:
        return bytes((WRITE_COIL,)) + address.to_bytes(2, "big") + (ON if values[0] else OFF)
    data = from_bits(values)
    return bytes((WRITE_COILS,)) + _pair(address, len(values)) + bytes((len(data),)) + data


def answer(request: bytes, response: bytes) -> list[int]:
    """Return the registers or bits of the response to a request; none for a write.

    :raises DeviceRefused: if the device refused
    :raises BadFrame: if it is no response to this request
    """
    code = request[0]
    if len(response) == 2 and response[0] == code | REFUSED:  # noqa: PLR2004
        raise DeviceRefused(response[1])
    if not response or response[0] != code:
        raise BadFrame(f"function {response[:1].hex()} is no answer to {code}")
    if code > READ_INPUT:
        if response != request[:5]:
            raise BadFrame("the answer echoes another address or value")
        return []
    count, length = int.from_bytes(request[3:5], "big"), answer_length(request)
    if len(response) != length or response[1] != length - 2:
        raise BadFrame(f"{len(response) - 2} bytes of data, not {length - 2}")
    found = bits(response[2:]) if code <= READ_DISCRETE else registers(response[2:])
    return found[:count]


def answer_length(request: bytes) -> int:
    """Return how many bytes the answer to a request has, if it is no refusal."""
    code, count = request[0], int.from_bytes(request[3:5], "big")
    if code > READ_INPUT:
        return 5
    return 2 + ((count + 7) // 8 if code <= READ_DISCRETE else 2 * count)


def registers(data: bytes) -> list[int]:
    return [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]


def bits(data: bytes) -> list[int]:
    """Return bits, the first from the lowest of the first byte."""
    return [byte >> i & 1 for byte in data for i in range(8)]


def from_bits(values: Sequence[int]) -> bytes:
    out = bytearray((len(values) + 7) // 8)
    for i, value in enumerate(values):
        out[i // 8] |= bool(value) << i % 8
    return bytes(out)


def _pair(first: int, second: int) -> bytes:
    return first.to_bytes(2, "big") + second.to_bytes(2, "big")

"""Modbus devices on loopback: registers that can be set, and what writing to them moves."""

from collections.abc import Callable, MutableMapping

from linli.drivers.frames import MORE, SKIP
from linli.drivers.modbus import codec, pdu, values
from linli.drivers.modbus.codec import Message
from linli.drivers.modbus.map import Map
from linli.drivers.modbus.pdu import READS, WRITE_COIL, WRITE_COILS, WRITE_REGISTERS, Table
from linli.drivers.modbus.values import Value
from linli.drivers.simulated import Simulated

_TABLES = {code: table for table, code in READS.items()}
_WRITES = (pdu.WRITE_COIL, pdu.WRITE_REGISTER, pdu.WRITE_COILS, pdu.WRITE_REGISTERS)
_FUNCTION, _ADDRESS, _VALUE, _BUSY, _NOBODY = 1, 2, 3, 6, 11

Written = Callable[["Unit", Table, int, int], None]


class Unit:
    """One device. It has the addresses that were set; others it refuses, as it does others' codes.

    `written` is called after each write, with table, address and value: a motor starts.
    """

    def __init__(self, *, written: Written | None = None) -> None:
        self.tables: dict[Table, MutableMapping[int, int]] = {table: {} for table in Table}
        self.written = written
        self.busy = 0
        """How many requests it will put off."""

    def hold(self, map: Map, name: str, value: Value, *, shift: int = 0) -> None:
        """Let a property or an event of a map have a value."""
        place = map.places()[name].shifted(shift)
        words = values.encode(place, value, map.order)
        for i, word in enumerate(words):
            held = self.tables[place.table]
            at = place.address + i
            if place.type == values.Type.BITS and not place.table.is_bits:
                word |= held.get(at, 0) & ~place.mask  # noqa: PLW2901
            held[at] = word

    def fill(self, table: Table, address: int, *words: int) -> None:
        """Let registers or bits that follow each other have values."""
        self.tables[table].update(enumerate(words, start=address))


class ModbusPeer:
    """Units behind one connection. `simulated` listens, dials and misbehaves.

    As a `gateway` it says so where a unit is not there; else nobody answers.
    """

    def __init__(
        self, *, mode: str = "tcp", units: dict[int, Unit] | None = None, gateway: bool = False
    ) -> None:
        self.units = units if units is not None else {}
        self._gateway = gateway
        self._rtu = mode == "rtu"
        self.simulated = Simulated(
            measure=_measure_rtu if self._rtu else _measure_tcp,
            longest=codec.LONGEST_TCP,
            answer=self._answer,
        )

    def _answer(self, frame: bytes) -> bytes | None:
        came = codec.decode_rtu(frame) if self._rtu else codec.decode_tcp(frame)
        unit = self.units.get(came.unit)
        if unit is None and not self._gateway:
            return None
        body = _answered(unit, came.body) if unit else _refusal(came.body, _NOBODY)
        said = Message(came.unit, body, came.transaction)
        return codec.encode_rtu(said) if self._rtu else codec.encode_tcp(said)


def _answered(unit: Unit, body: bytes) -> bytes:
    if unit.busy > 0:
        unit.busy -= 1
        return _refusal(body, _BUSY)
    if body[0] in _TABLES:
        return _read(unit, body)
    return _written(unit, body) if body[0] in _WRITES else _refusal(body, _FUNCTION)


def _refusal(body: bytes, code: int) -> bytes:
    return bytes((body[0] | pdu.REFUSED, code))


def _read(unit: Unit, body: bytes) -> bytes:
    table = _TABLES[body[0]]
    address, count = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
    if not 1 <= count <= table.most:
        return _refusal(body, _VALUE)
    held = unit.tables[table]
    try:
        words = [held[at] for at in range(address, address + count)]
    except KeyError:
        return _refusal(body, _ADDRESS)
    if table.is_bits:
        data = pdu.from_bits(words)
    else:
        data = b"".join(word.to_bytes(2, "big") for word in words)
    return bytes((body[0], len(data))) + data


def _written(unit: Unit, body: bytes) -> bytes:
    coils = body[0] in (WRITE_COIL, WRITE_COILS)
    table = Table.COIL if coils else Table.HOLDING
    address = int.from_bytes(body[1:3], "big")
    words = _words(body)
    if any(address + i not in unit.tables[table] for i in range(len(words))):
        return _refusal(body, _ADDRESS)
    for at, word in enumerate(words, start=address):
        unit.tables[table][at] = word
        if unit.written is not None:
            unit.written(unit, table, at, word)
    return body[:5]


def _words(body: bytes) -> list[int]:
    if body[0] == WRITE_COIL:
        return [int(body[3:5] == pdu.ON)]
    if body[0] == WRITE_COILS:
        return pdu.bits(body[6:])[: int.from_bytes(body[3:5], "big")]
    return pdu.registers(body[6:] if body[0] == WRITE_REGISTERS else body[3:5])


def _measure_rtu(data: bytearray, at: int) -> int:
    if len(data) < at + 2:
        return MORE
    code = data[at + 1]
    if code in (WRITE_COILS, WRITE_REGISTERS):
        return MORE if len(data) < at + 7 else 9 + data[at + 6]
    return 8 if code in _TABLES or code in _WRITES else SKIP


def _measure_tcp(data: bytearray, at: int) -> int:
    if len(data) < at + codec.HEADER:
        return MORE
    return int.from_bytes(data[at + 4 : at + 6], "big") + 6

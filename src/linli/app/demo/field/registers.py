"""Pumps, fans and cabinets behind Modbus: registers that follow the device, coils that move it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from linli.app.demo.field.side import HOST, Far, Moved
from linli.app.demo.moment import Value
from linli.drivers.modbus import values
from linli.drivers.modbus.map import Map, Write
from linli.drivers.modbus.pdu import Table
from linli.drivers.modbus.peer import ModbusPeer, Unit
from linli.drivers.modbus.values import Place

_EVENT_ROUNDS = 3
"""So many times a bit of an event is seen before it falls back."""


class _Device(NamedTuple):
    """A device with its registers."""

    far: Far
    map: Map
    unit: Unit


class Registers:
    """The units of one line."""

    def __init__(self, devices: Sequence[Far], *, mode: str, moved: Moved) -> None:
        self._moved = moved
        self._devices = {far.code: self._device(far) for far in devices}
        self._silent: set[str] = set()
        self._told: dict[tuple[str, str], int] = {}
        self._peer = ModbusPeer(mode=mode)
        self._place_units()

    def _device(self, far: Far) -> _Device:
        def written(unit: Unit, table: Table, address: int, word: int) -> None:
            self._written(made, table, address, word)

        made = _Device(far, far.map, Unit(written=written))
        _lay_out(made)
        return made

    def _place_units(self) -> None:
        self._peer.units = {
            int(device.far.address): device.unit
            for code, device in self._devices.items()
            if code not in self._silent
        }

    def _written(self, device: _Device, table: Table, address: int, word: int) -> None:
        """Somebody wrote: do the service that it is, if it is one."""
        for service, doing in device.map.services.items():
            for one in doing.writes:
                if _is(one, device.map, table, address, word):
                    if not one.read_back:
                        device.unit.tables[table][address] = 0
                    self._moved(device.far.code, service)
                    return

    def show(self, code: str, body: Mapping[str, Value]) -> None:
        """Let registers hold what the device measures; bits of events fall back after a while."""
        device = self._devices[code]
        for name, value in body.items():
            if name in device.map.properties:
                device.unit.hold(device.map, name, value)
        for name in device.map.events:
            left = self._told.get((code, name), 0)
            device.unit.hold(device.map, name, left > 0)
            self._told[code, name] = max(0, left - 1)

    def tell(self, code: str, event: str, more: Mapping[str, Value]) -> None:
        """Set the bit of an event."""
        device = self._devices[code]
        if event in device.map.events:
            device.unit.hold(device.map, event, True)
            self._told[code, event] = _EVENT_ROUNDS

    def silence(self, code: str, silent: bool) -> None:
        """Let a unit answer nothing, or answer again."""
        (self._silent.add if silent else self._silent.discard)(code)
        self._place_units()

    async def serve(self, port: int) -> None:
        """Dial, and answer until hung up."""
        try:
            await self._peer.simulated.dial(HOST, port)
            await self._peer.simulated.alone()
        finally:
            self._peer.simulated.hang_up()


def _lay_out(device: _Device) -> None:
    """Give a unit every register from the first to the last that its map names, all nothing."""
    for table in Table:
        found = [place for place in _places(device.map) if place.table == table]
        if found:
            first = min(place.address for place in found)
            last = max(place.address + place.count for place in found)
            device.unit.fill(table, first, *([0] * (last - first)))


def _places(map_: Map) -> Iterator[Place]:
    yield from map_.places().values()
    for doing in map_.services.values():
        yield from doing.writes


def _is(one: Write, map_: Map, table: Table, address: int, word: int) -> bool:
    if one.value is None or (one.table, one.address) != (table, address):
        return False
    wanted = values.encode(one, one.value, map_.order)[0]
    bits = one.type == values.Type.BITS and not table.is_bits
    return word & one.mask == wanted & one.mask if bits else word == wanted

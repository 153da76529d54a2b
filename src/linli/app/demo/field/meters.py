"""Meters behind serial servers: electricity by DL/T 645-2007, water, gas and heat by CJ/T 188."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from linli.app.demo.field.side import HOST, Far, Moved
from linli.app.demo.moment import Value
from linli.drivers.cjt188 import codec as cjt188
from linli.drivers.cjt188 import peer as cjt188_peer
from linli.drivers.cjt188.map import Map as Cjt188Map
from linli.drivers.dlt645 import codec as dlt645
from linli.drivers.dlt645 import peer as dlt645_peer
from linli.drivers.dlt645.identifiers import identified
from linli.drivers.dlt645.map import Map as Dlt645Map

_ABNORMAL_VALVE = 0x0003
_COUNTER = "901F"
_AMOUNTS = {"heat_kwh": "kWh", "heat_power_w": "W", "heat_flow_m3_h": "m3/h"} | {
    "heat_volume_m3": "m3"
}


class ElectricityMeters:
    """The meters of one serial server. `hello` is what it says when it dials."""

    def __init__(self, devices: Sequence[Far], *, hello: bytes, moved: Moved) -> None:
        self._hello = hello
        self._maps: dict[str, Dlt645Map] = {far.code: far.map for far in devices}
        self.meters = {far.code: _ElectricityMeter(far, moved) for far in devices}
        self._bus = dlt645_peer.Bus(*self.meters.values())

    def show(self, code: str, body: Mapping[str, Value]) -> None:
        """Let a meter show what its device measures."""
        meter = self.meters[code]
        for item in self._maps[code].readings:
            value = body.get(item.property)
            if item.property == "relay_closed":
                meter.relay_open = value is False
            elif isinstance(value, int | float):
                meter.values[item.di] = _digits(item.di, Decimal(str(value)) / item.scale)

    def tell(self, code: str, event: str, more: Mapping[str, Value]) -> None:
        """A meter tells nothing by itself."""

    def silence(self, code: str, silent: bool) -> None:
        """Let a meter answer nothing, or answer again."""
        self.meters[code].silent = silent

    async def serve(self, port: int) -> None:
        """Dial, and answer until hung up."""
        try:
            await self._bus.dial(host=HOST, port=port, hello=self._hello)
        finally:
            self._bus.hang_up()


class _ElectricityMeter(dlt645_peer.Meter):
    def __init__(self, far: Far, moved: Moved) -> None:
        super().__init__(far.address, {}, password=far.secret)
        self._code, self._moved = far.code, moved

    def answer(self, question: dlt645.Frame) -> bytes:
        """Answer; where the relay moved, the device did."""
        before = self.relay_open
        said = super().answer(question)
        if self.relay_open != before:
            self._moved(self._code, "relay.cut" if self.relay_open else "relay.close")
        return said


def _digits(di: str, value: Decimal) -> Decimal:
    """Return a value with as many places as the meter shows."""
    found = identified(di)
    assert found is not None
    return value.quantize(Decimal(1).scaleb(-found.decimals))


class FlowMeters:
    """Water, gas and heat meters of one serial server."""

    def __init__(self, devices: Sequence[Far], *, moved: Moved) -> None:
        self._maps: dict[str, Cjt188Map] = {far.code: far.map for far in devices}
        self.meters = {far.code: _FlowMeter(far, moved) for far in devices}
        self._peer = cjt188_peer.MeterPeer(list(self.meters.values()))

    def show(self, code: str, body: Mapping[str, Value]) -> None:
        """Let a meter show what its device measures."""
        self.meters[code].show(body, self._maps[code])

    def tell(self, code: str, event: str, more: Mapping[str, Value]) -> None:
        """A meter tells nothing by itself."""

    def silence(self, code: str, silent: bool) -> None:
        """Let a meter leave the bus, or come back."""
        meters = {**self.meters}
        self.meters[code].silent = silent
        self._peer.meters[:] = [meter for meter in meters.values() if not meter.silent]

    async def serve(self, port: int) -> None:
        """Dial, and answer until hung up."""
        try:
            await self._peer.simulated.dial(HOST, port)
            await self._peer.simulated.alone()
        finally:
            self._peer.simulated.hang_up()


class _FlowMeter(cjt188_peer.Meter):
    def __init__(self, far: Far, moved: Moved) -> None:
        super().__init__(address=far.address, kind=far.map.kind, total=lambda: self.counted)
        self.counted = 0.0
        self.silent = False
        self._stuck_between = False
        self._valve = next((name.split(".")[0] for name in far.map.services), "")
        self._code, self._when_moved = far.code, moved

    @property
    def status(self) -> int:
        """The status bytes: a valve that is neither open nor shut is a fault."""
        return super().status | (_ABNORMAL_VALVE if self._stuck_between else 0)

    def show(self, body: Mapping[str, Value], map_: Cjt188Map) -> None:
        """Show what the device measures, field by field of the answer."""
        fields = next(poll.properties for poll in map_.polls if poll.di == _COUNTER)
        told = {field: body[name] for field, name in fields.items() if name in body}
        self.counted = float(told.pop("current"))
        self.open = told.pop("valve_open", True) is True
        self.battery_low = told.pop("battery_low", False) is True
        self._stuck_between = told.pop("fault", False) is True and bool(self._valve)
        for field, value in told.items():
            unit = _AMOUNTS.get(fields[field])
            self.others[field] = (float(value), unit) if unit else float(value)

    def answer(self, asked: cjt188.Frame) -> cjt188.Frame:
        """Answer; where the valve moved, the device did."""
        before = self.open
        said = super().answer(asked)
        if self.open != before:
            self._when_moved(self._code, f"{self._valve}.{'open' if self.open else 'close'}")
        return said

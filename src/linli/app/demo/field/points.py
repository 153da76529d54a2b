"""Charge points that speak OCPP 1.6J: sessions follow the device, or the platform."""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from typing import Any

from websockets.exceptions import WebSocketException

from linli.app.demo import wires
from linli.app.demo.field.side import HOST, Far, Moved
from linli.app.demo.moment import Value
from linli.drivers.ocpp import moments
from linli.drivers.ocpp.peer import Peer16

_MEASURE_EVERY_S = 30.0
_LONGEST_PAUSE_S = 20.0
_STATES = {
    "available": "Available",
    "preparing": "Preparing",
    "charging": "Charging",
    "finishing": "Finishing",
    "unavailable": "Unavailable",
    "faulted": "Faulted",
}
_HOT = "HighTemperature"
_MEASURANDS = (
    ("energy_kwh", "Energy.Active.Import.Register", "kWh", "Outlet"),
    ("power_w", "Power.Active.Import", "W", "Outlet"),
    ("power_offered_w", "Power.Offered", "W", "Outlet"),
    ("current_a", "Current.Import", "A", "Outlet"),
    ("current_offered_a", "Current.Offered", "A", "Outlet"),
    ("output_voltage_v", "Voltage", "V", "Outlet"),
    ("soc_pct", "SoC", "Percent", "EV"),
    ("charger_temperature_c", "Temperature", "Celsius", "Body"),
)
_IN_SESSION = frozenset({"soc_pct"})


class Points:
    """The charge points of one line."""

    def __init__(self, devices: Sequence[Far], *, moved: Moved) -> None:
        self.points = {far.code: Point(far, moved) for far in devices}

    def show(self, code: str, body: Mapping[str, Value]) -> None:
        """Let a charge point see how it is; it says what is new."""
        self.points[code].see(body)

    def tell(self, code: str, event: str, more: Mapping[str, Value]) -> None:
        """What happens at a charge point follows from how it is."""

    def silence(self, code: str, silent: bool) -> None:
        """Let a charge point hang up and stay away, or come back."""
        self.points[code].away = silent
        self.points[code].wake.set()

    async def serve(self, port: int) -> None:
        """Be connected with all of them, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for point in self.points.values():
                tasks.create_task(point.stay_at(f"ws://{HOST}:{port}"))


class Point(Peer16):
    """One charge point, with one connector and a car now and then."""

    def __init__(self, far: Far, moved: Moved) -> None:
        super().__init__(url="", id=far.address, password=far.secret, now=time.time)
        self.away = False
        self.wake = asyncio.Event()
        self._code, self._moved = far.code, moved
        self._body: Mapping[str, Value] = {}
        self._shown = ""

    def see(self, body: Mapping[str, Value]) -> None:
        """Take how the device is."""
        self._body = body
        self.energy_wh = float(body.get("energy_kwh", 0.0)) * 1000
        self.wake.set()

    def sample(self, context: str) -> dict[str, Any]:
        """Return a MeterValue of now; a car tells its charge only while it is charged."""
        told = self._held_down()
        shown = [
            {"value": f"{told[name]}", "unit": unit, "measurand": measurand,
             "location": location, "context": context}
            for name, measurand, unit, location in _MEASURANDS
            if name in told and (self.transaction or name not in _IN_SESSION)
        ]  # fmt: skip
        return {"timestamp": moments.written(self.now()), "sampled_value": shown}

    def _held_down(self) -> Mapping[str, Value]:
        """Return what the device measures, as far as its charging profile lets it."""
        if self.limit_a is None:
            return self._body
        volts = float(self._body.get("output_voltage_v", 0.0))
        most = {"current_a": self.limit_a, "current_offered_a": self.limit_a}
        most |= {"power_w": self.limit_a * volts, "power_offered_w": self.limit_a * volts}
        held = {name: min(float(self._body[name]), limit) for name, limit in most.items()}
        return {**self._body, **held}

    async def start(self, tag: str) -> None:
        """Begin to charge: told so, or by a card."""
        await super().start(tag)
        self._moved(self._code, "charge.start")

    async def stop(self, *, reason: str = "Local") -> None:
        """End charging."""
        if self.transaction is None:
            return
        await super().stop(reason=reason)
        self._moved(self._code, "charge.stop")

    async def stay_at(self, url: str) -> None:
        """Keep connected there, with a growing pause, until cancelled."""
        self.url, pause_s = url, 1.0
        try:
            while True:
                try:
                    await self._be_there()
                    pause_s = 1.0
                except (OSError, WebSocketException, TimeoutError):
                    pause_s = min(_LONGEST_PAUSE_S, pause_s * 2)
                await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - a jitter
        finally:
            await self.drop()

    async def _be_there(self) -> None:
        """Connect and boot; then say what is new, and now and then what the meter shows."""
        if self.away or not self._body:
            return
        await self.connect()
        if await self.boot() != "Accepted":
            return
        self._shown = ""
        await self.flush()
        while self.connected and not self.away:
            await self._say_what_is_new()
            self.wake.clear()
            await self.measure()
            await self._rest()
        await self.drop()

    async def _rest(self) -> None:
        """Wait for something new, or until the meter is to be told."""
        try:
            async with asyncio.timeout(_MEASURE_EVERY_S):
                while self.connected and not self.away and not self._is_new():
                    await self.wake.wait()
                    self.wake.clear()
        except TimeoutError:
            return

    @property
    def _wanted(self) -> str:
        if self._body.get("fault"):
            return "faulted"
        return str(self._body.get("connector_state", "available"))

    def _is_new(self) -> bool:
        return self._wanted != self._shown

    async def _say_what_is_new(self) -> None:
        """Begin or end a session, then say the state of the connector."""
        wanted = self._wanted
        if wanted == self._shown:
            return
        if wanted == "charging" and self.transaction is None:
            await self.plug_in()
            if await self.authorize(wires.CARD) == "Accepted":
                await super().start(wires.CARD)
        elif wanted != "charging" and self.transaction is not None:
            await super().stop(reason="Other" if wanted == "faulted" else "EVDisconnected")
        self._shown = wanted
        error = _HOT if wanted == "faulted" else "NoError"
        await self.show(_STATES.get(wanted, "Available"), error=error)

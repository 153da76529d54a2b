"""Charging piles that speak YKC (云快充): sessions follow the device, or the platform."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from linli.app.demo import wires
from linli.app.demo.field.side import HOST, Far, Moved
from linli.app.demo.moment import Value
from linli.drivers.ykc.layout import CHINA
from linli.drivers.ykc.peer import PilePeer

_GUN = 1
_ROUND_S = 1.0
_REPORT_CHARGING_S, _REPORT_IDLE_S = 15.0, 60.0
_MINUTE_S = 60.0
_PAUSE_S = 3.0
_SIGN_IN_WITHIN_S = 10.0
_TOO_HOT = 1 << 2
"""Bit 3 of the faults: the outlet air is too hot."""
_BY_HAND, _BY_FAULT = 0x45, 0x6F
_VOLTS_E1, _AMPS_E1 = 2300, 300
_KEPT = 50


class Piles:
    """The piles of one line."""

    def __init__(self, devices: Sequence[Far], *, moved: Moved) -> None:
        self.piles = {far.code: Pile(far, moved) for far in devices}

    def show(self, code: str, body: Mapping[str, Value]) -> None:
        """Let a pile see how it is; it says what is new."""
        self.piles[code].body = body

    def tell(self, code: str, event: str, more: Mapping[str, Value]) -> None:
        """What happens at a pile follows from how it is."""

    def silence(self, code: str, silent: bool) -> None:
        """Let a pile hang up and stay away, or come back."""
        self.piles[code].away = silent

    async def serve(self, port: int) -> None:
        """Be connected with all of them, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for pile in self.piles.values():
                tasks.create_task(pile.stay_at(port))


class Pile:
    """One pile of one gun, with a car now and then."""

    def __init__(self, far: Far, moved: Moved) -> None:
        self.body: Mapping[str, Value] = {}
        self.away = False
        self.peer = PilePeer(number=far.address, clock=lambda: datetime.now(CHINA))
        self.gun = self.peer.guns[_GUN]
        self.gun.voltage_e1, self.gun.current_e1 = _VOLTS_E1, _AMPS_E1
        self._code, self._moved = far.code, moved
        self._charged = False
        self._wanted = ""
        self._told_at = self._minute_at = 0.0

    async def stay_at(self, port: int) -> None:
        """Keep connected there, until cancelled."""
        try:
            while True:
                try:
                    await self._be_there(port)
                except (OSError, TimeoutError):
                    await asyncio.sleep(_PAUSE_S)
                await asyncio.sleep(_PAUSE_S)
        finally:
            await self.peer.hang_up()

    async def _be_there(self, port: int) -> None:
        if self.away or not self.body:
            return
        async with asyncio.timeout(_SIGN_IN_WITHIN_S):
            await self.peer.connect(host=HOST, port=port)
        self._set_meter()
        try:
            while self.peer.connected and not self.away:
                self._go_on(asyncio.get_running_loop().time())
                await asyncio.sleep(_ROUND_S)
        finally:
            await self.peer.hang_up()

    def _set_meter(self) -> None:
        """Let the meter stand where the device's does; it never goes back."""
        stands = round(float(self.body.get("energy_kwh", 0.0)) * 10_000)
        self.gun.meter_e4 = max(self.gun.meter_e4, stands)

    def _go_on(self, now: float) -> None:
        """Do what a second brings: what the platform wants, what the car wants, a report."""
        self._take_orders()
        self._follow_the_device(now)
        self._let_time_pass(now)
        del self.peer.heard[:-_KEPT], self.peer.verdicts[:-_KEPT]

    def _take_orders(self) -> None:
        """See what the platform did: a start waits for a plug, which somebody puts in."""
        for gun in self.peer.waiting:
            self.peer.plug(gun)
        if self.gun.charging != self._charged:
            self._charged = self.gun.charging
            self._moved(self._code, "charge.start" if self._charged else "charge.stop")
            self._wanted = str(self.body.get("connector_state", "available"))

    def _follow_the_device(self, now: float) -> None:
        """Begin, end or fail where the device does."""
        state, fault = self.body.get("connector_state"), bool(self.body.get("fault"))
        self.gun.cable_c = round(float(self.body.get("charger_temperature_c", 35.0)))
        if fault != bool(self.gun.faults):
            if fault and self.gun.charging:
                self._end(_BY_FAULT)
            self.peer.fail(_GUN, _TOO_HOT if fault else 0)
        if state == self._wanted or fault:
            return
        self._wanted, self._told_at = str(state), now
        if state == "charging" and not self.gun.charging:
            self.peer.plug(_GUN)
            self.peer.swipe(_GUN, wires.card(self.peer.number))
        elif state != "charging" and self.gun.charging:
            self._end(_BY_HAND)
        if state == "available":
            self.peer.unplug(_GUN)

    def _end(self, why: int) -> None:
        self.peer.end(_GUN, stop=why)
        self._charged = False
        self.peer.report(_GUN)

    def _let_time_pass(self, now: float) -> None:
        """Charge minute by minute, and report as often as is promised."""
        if not self.gun.charging:
            self._minute_at = now
        elif now - self._minute_at >= _MINUTE_S:
            self._minute_at = now
            power_w = round(float(self.body.get("power_w", 0.0)))
            self.peer.charge(_GUN, minutes=1, power_w=power_w)
        every_s = _REPORT_CHARGING_S if self.gun.charging else _REPORT_IDLE_S
        if now - self._told_at >= every_s:
            self._told_at = now
            self.peer.report(_GUN)

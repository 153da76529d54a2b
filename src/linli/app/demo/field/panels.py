"""Fire panels behind transmission devices (GB/T 26875.3): they tell when something changes."""

import asyncio
import time
from collections import deque
from collections.abc import Mapping, Sequence

from linli.app.demo.field.side import HOST, Far
from linli.app.demo.moment import Value
from linli.drivers.gb26875 import codec, objects, tables
from linli.drivers.gb26875.objects import Part, Thing
from linli.drivers.gb26875.options import Map
from linli.drivers.gb26875.peer import FIRE, NORMAL, ON_WATCH, RESET, FirePanel, Fitted

_ANALOGUES = {"hydrant_sensor": 5, "heat_detector": 3}
"""By model: the type in which a part tells what it measures; the finest that its map has."""
_SYSTEM = (1, 1)
_ALL_AGAIN_S = 600.0
"""Each part tells its state and its measurement this often even where nothing changed."""
_ROUND_S = 0.25
_EAST_H = 8.0
_FAULT_BIT = 1 << 2

_BIT_OF_PART = {name: 1 << bit for bit, name in tables.PART_BITS.items()}
_BIT_OF_DEVICE = {name: 1 << bit for bit, name in tables.DEVICE_BITS.items()}


class Panels:
    """The transmission devices of one line, each with its parts."""

    def __init__(self, devices: Sequence[Far]) -> None:
        self._parts_of: dict[str, Panel] = {}
        for far in devices:
            if far.address.isdecimal():
                self._parts_of[far.code] = Panel(far)
        self.panels = list(self._parts_of.values())
        for far in devices:
            if not far.address.isdecimal():
                panel = self._parts_of[far.thing.above or ""]
                panel.fit(far)
                self._parts_of[far.code] = panel

    def show(self, code: str, body: Mapping[str, Value]) -> None:
        """Let a panel see what a part measures, or how it is itself."""
        self._parts_of[code].show(code, body)

    def tell(self, code: str, event: str, more: Mapping[str, Value]) -> None:
        """Let a panel tell what happens."""
        self._parts_of[code].happen(code, event)

    def silence(self, code: str, silent: bool) -> None:
        """Let a transmission device hang up, or come back. A part alone cannot be silent."""
        panel = self._parts_of[code]
        if panel.code == code:
            panel.silence(silent)

    async def serve(self, port: int) -> None:
        """Dial with every panel, each again when its line breaks, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for panel in self.panels:
                tasks.create_task(panel.stay(port))
                tasks.create_task(panel.keep_telling())


class Panel:
    """One transmission device and the panel behind it."""

    def __init__(self, far: Far) -> None:
        self.code = far.code
        self._map: Map = far.map
        self._peer = FirePanel(source=int(far.address), clock=time.time)
        self._parts: dict[str, _Part] = {}
        self._changed: dict[str, None] = {}
        self._happened: deque[tuple[str, str]] = deque(maxlen=100)
        self._state_told = -1
        self._told_at = 0.0
        self._up = asyncio.Event()
        self._up.set()

    def fit(self, far: Far) -> None:
        """Hang a part on the panel."""
        part = _Part(far)
        self._parts[far.code] = part
        self._peer.parts[part.fitted.part] = part.fitted

    def show(self, code: str, body: Mapping[str, Value]) -> None:
        """Take what a part measures, or how the device itself is; what is new will be told."""
        if code == self.code:
            self._peer.state = _bits(body, self._map, _BIT_OF_DEVICE, ON_WATCH)
            return
        part = self._parts[code]
        if part.show(body):
            self._changed[code] = None

    def happen(self, code: str, event: str) -> None:
        """Take what happens, to be told."""
        self._happened.append((code, event))

    def silence(self, silent: bool) -> None:
        """Hang up and stay away, or come back."""
        if silent:
            self._up.clear()
            self._peer.hang_up()
        else:
            self._up.set()

    async def stay(self, port: int) -> None:
        """Be connected, again and again."""
        while True:
            await self._up.wait()
            try:
                await self._peer.run(HOST, port)
            except OSError:
                await asyncio.sleep(1.0)
            await asyncio.sleep(1.0)

    async def keep_telling(self) -> None:
        """Tell what is new as long as the line is up; all of it when it came up."""
        while True:
            await asyncio.sleep(_ROUND_S)
            if not self._peer.up:
                self._told_at = 0.0
                continue
            if time.monotonic() - self._told_at > _ALL_AGAIN_S or not self._told_at:
                await self._tell_all()
            await self._tell_new()

    async def _tell_all(self) -> None:
        self._told_at = time.monotonic()
        self._changed.clear()
        self._state_told = self._peer.state
        await self._peer.tell_state()
        await self._peer.tell_parts([part.fitted.part for part in self._parts.values()])
        measuring = [one.fitted.part for one in self._parts.values() if one.fitted.analogue]
        await self._peer.tell_values(measuring)

    async def _tell_new(self) -> None:
        if self._peer.state != self._state_told:
            self._state_told = self._peer.state
            await self._peer.tell_state()
        changed, self._changed = self._changed, {}
        await self._peer.tell_parts([self._parts[code].fitted.part for code in changed])
        while self._happened:
            await self._tell(*self._happened.popleft())

    async def _tell(self, code: str, event: str) -> None:
        """Tell an event: a part's call, or what the panel or the device itself says."""
        if code in self._parts:
            part = self._parts[code]
            part.called = event == "manual_alarm"
            await self._peer.set(part.fitted.part, FIRE if part.called else NORMAL)
        elif event == "reset":
            await self._peer.press(RESET)
        else:
            state = NORMAL | (FIRE if event == "fire_alarm" else _FAULT_BIT)
            at = codec.wall(time.time(), east_h=_EAST_H)
            thing = Thing(sys_type=_SYSTEM[0], sys_addr=_SYSTEM[1], state=state, occurred=at)
            await self._peer.tell(objects.SYSTEM_STATE, [thing])


class _Part:
    """A part of a panel. `called`: somebody pressed it, and nobody set it back."""

    def __init__(self, far: Far) -> None:
        place = [int(number) for number in far.address.split(".")]
        self.fitted = Fitted(
            Part(*place),
            text=far.thing.zh.replace("号楼", "#")[:15],
            analogue=_ANALOGUES.get(far.thing.model, 0),
        )
        self.called = False
        self._map: Map = far.map

    def show(self, body: Mapping[str, Value]) -> bool:
        """Take what the part measures; tell whether its state is another one."""
        before = self.fitted.state
        self.fitted.state = _bits(body, self._map, _BIT_OF_PART, NORMAL)
        if self.called:
            self.fitted.state |= FIRE
        for row in self._map.analogues:
            if row.type == self.fitted.analogue and row.property in body:
                step = row.step if row.step is not None else tables.ANALOGUES[row.type].step
                self.fitted.value = round(float(body[row.property]) / step / row.scale)
        return self.fitted.state != before


def _bits(body: Mapping[str, Value], map_: Map, bits: Mapping[str, int], usual: int) -> int:
    """Return the state that shows what a body says, by the first bit that stands for each word."""
    state = usual
    for name, shown in map_.properties.items():
        value = body.get(name)
        if value is None:
            continue
        bit = (shown.any or shown.none)[0]
        if bit == tables.TEST_MODE:
            state &= ~(usual if value else 0)
        elif value is bool(shown.any):
            state |= bits[bit]
    return state

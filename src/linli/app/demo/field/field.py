"""All far ends: it watches where the platform's lines listen, and lets the right one dial."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from linli.app.demo.devices import Thing
from linli.app.demo.field.meters import ElectricityMeters, FlowMeters
from linli.app.demo.field.panels import Panels
from linli.app.demo.field.piles import Piles
from linli.app.demo.field.points import Points
from linli.app.demo.field.registers import Registers
from linli.app.demo.field.side import Far, Moved, Side

log = logging.getLogger("linli.simulator")

_LOOK_EVERY_S = 0.5
_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 10.0
_ports = msgspec.json.Decoder(dict[str, dict[str, int]])

Make = Callable[[Sequence[Far], Mapping[str, Any], Moved], Side]
"""Makes the far end of a line of its devices and of the options of the line."""

_MAKES: Mapping[str, Make] = {
    "dlt645": lambda fars, options, moved: ElectricityMeters(
        fars, hello=str(options.get("hello", "")).encode(), moved=moved
    ),
    "cjt188": lambda fars, options, moved: FlowMeters(fars, moved=moved),
    "modbus": lambda fars, options, moved: Registers(
        fars, mode=str(options.get("mode", "tcp")), moved=moved
    ),
    "gb26875": lambda fars, options, moved: Panels(fars),
    "ocpp": lambda fars, options, moved: Points(fars, moved=moved),
    "ykc": lambda fars, options, moved: Piles(fars, moved=moved),
}


class Field:
    """The far ends of all lines of the community.

    `fars` are the devices that speak a field protocol, lines left out; `lines` the lines. A line
    without devices is left alone.
    """

    def __init__(
        self,
        *,
        community: str,
        ports: Path,
        lines: Sequence[Thing],
        fars: Sequence[Far],
        moved: Moved,
    ) -> None:
        self._community = community
        self._ports = ports
        self._above = {far.code: far.thing.above or "" for far in fars}
        self._sides: dict[str, Side] = {}
        for line in lines:
            on_it = [far for far in fars if self._line_of(far.code) == line.code]
            if on_it and line.wire:
                self._sides[line.code] = _MAKES[line.wire.driver](on_it, line.wire.options, moved)
        self._tasks: dict[str, tuple[int, asyncio.Task[None]]] = {}
        self._away: set[str] = set()
        self._up: set[str] = set()

    def _line_of(self, code: str) -> str:
        while code in self._above:
            code = self._above[code]
        return code

    @property
    def state(self) -> str:
        """How many lines are reached, of how many."""
        return f"{len(self._up)}/{len(self._sides)}"

    def show(self, code: str, body: Mapping[str, Any]) -> None:
        """A device measures something."""
        if side := self._side(code):
            side.show(code, body)

    def tell(self, code: str, event: str, more: Mapping[str, Any]) -> None:
        """Something happens at a device."""
        if side := self._side(code):
            side.tell(code, event, more)

    def silence(self, code: str, silent: bool) -> None:
        """A device, or a whole line, answers nothing or answers again."""
        if code in self._above:
            if side := self._side(code):
                side.silence(code, silent)
        elif silent:
            self._away.add(code)
        else:
            self._away.discard(code)

    def _side(self, code: str) -> Side | None:
        return self._sides.get(self._line_of(code))

    async def run(self) -> None:
        """Keep every line dialled, wherever it listens now, until cancelled."""
        try:
            while True:
                await self._follow(self._where())
                await asyncio.sleep(_LOOK_EVERY_S)
        finally:
            await asyncio.gather(*(self._stop(code) for code in list(self._tasks)))

    def _where(self) -> Mapping[str, int]:
        """Return where lines listen, as the live half says it; nothing while it does not."""
        try:
            found = _ports.decode(self._ports.read_bytes())
        except (OSError, msgspec.DecodeError):
            return {}
        return found.get(self._community, {})

    async def _follow(self, ports: Mapping[str, int]) -> None:
        for code in self._sides:
            port = 0 if code in self._away else ports.get(code, 0)
            if code in self._tasks and self._tasks[code][0] != port:
                await self._stop(code)
            if port and code not in self._tasks:
                task = asyncio.get_running_loop().create_task(self._stay(code, port))
                self._tasks[code] = (port, task)

    async def _stay(self, code: str, port: int) -> None:
        """Dial a line, and again when it is lost."""
        pause_s = _SHORTEST_PAUSE_S
        while True:
            self._up.add(code)
            try:
                await self._sides[code].serve(port)
                pause_s = _SHORTEST_PAUSE_S
            except OSError as error:
                log.info("%s: %s", code, error)
            except Exception:  # one line must not end the others; it is shown and dialled again
                log.exception("%s broke off", code)
            finally:
                self._up.discard(code)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _stop(self, code: str) -> None:
        _, task = self._tasks.pop(code)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

"""One line: we listen, transmission devices dial us; each is known by its source address."""

import asyncio
from collections.abc import Sequence

from linli.drivers.frames import BadFrame
from linli.drivers.gb26875 import asking, codec, objects, tables
from linli.drivers.gb26875.codec import Frame
from linli.drivers.gb26875.connection import Connection, reply, wants_reply
from linli.drivers.gb26875.options import LineOptions, MemberOptions
from linli.drivers.gb26875.panel import Panel
from linli.drivers.gb26875.units import Units, map_of
from linli.drivers.line import Order, Station, Wired
from linli.drivers.polling import host_and_port

_MOST_UNREAD = 4 * codec.LONGEST


class FireLine:
    """Keeps the connections of all transmission devices of a line."""

    def __init__(self, *, line: Wired, members: Sequence[Wired], station: Station) -> None:
        self.port = 0
        """Where it listens; 0 until it does."""
        self._line, self._station = line, station
        self._options: LineOptions = line.options
        self._connections: dict[Connection, asyncio.Task[None]] = {}
        self._panels: dict[int, Panel] = {}
        self._units = Units(line, ())
        self.rewire(members)

    async def run(self) -> None:
        """Listen until cancelled.

        :raises OSError: if it cannot listen
        """
        host, port = host_and_port(self._options.listen)
        server = await asyncio.start_server(self._meet, host, port, limit=_MOST_UNREAD)
        self.port = server.sockets[0].getsockname()[1]
        self._station.came(self._line.code)
        try:
            while True:
                await asyncio.sleep(self._options.tick_s)
                await self._tick()
        finally:
            server.close()
            self._hang_up()

    def rewire(self, members: Sequence[Wired]) -> None:
        """Take the members as the register has them now."""
        self._units = Units(self._line, members)
        for code in self._units.odd:
            self._station.refused(code, "no_such_address")
        for source in self._panels.keys() - self._units.devices.keys():
            gone = self._panels.pop(source)
            if gone.way is not None:
                gone.lose("removed")
        for source, device in self._units.devices.items():
            panel = self._panels.get(source)
            if panel is None or panel.code != device.code:
                self._panels[source] = Panel(
                    device=device,
                    units=self._units,
                    options=self._options,
                    station=self._station,
                )
            else:
                panel.rewire(device, self._units)

    def send(self, device: str, order: Order) -> bool:
        """Tell a device; False where it is not there now."""
        found = self._units.owner(device)
        if found is None:
            return False
        source, part = found
        panel = self._panels[source]
        if panel.asker.orders.know(device, order):
            return True
        if panel.way is None:
            return False
        wired = self._units.devices[source] if part is None else self._units.part(panel.code, part)
        question = map_of(wired).services.get(order.service) if wired is not None else None
        if question is None or wired is None:
            return self._will_not(device, order, "unknown_service")
        if question == "initialise" and not _may_initialise(wired):
            return self._will_not(device, order, "not_allowed")
        ask = asking.ask(question, device=device, order=order, part=part)
        return (
            self._will_not(device, order, "unknown_service")
            if ask is None
            else panel.asker.put(ask)
        )

    def _will_not(self, device: str, order: Order, reason: str) -> bool:
        self._station.answered(device, order.id, ok=False, reason=reason)
        return True

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._connections) >= self._options.most_connections:
            self._station.refused(self._line.code, "too_many_connections")
            writer.close()
            return
        task = asyncio.current_task()
        assert task is not None
        connection = Connection(
            reader, writer, now=self._station.now, good=self._good, bad=self._bad
        )
        self._connections[connection] = task
        try:
            await connection.run()
        except asyncio.CancelledError:
            return
        finally:
            del self._connections[connection]
            self._lost(connection)

    def _lost(self, connection: Connection) -> None:
        for panel in self._panels.values():
            if panel.way is connection:
                panel.lose("hung_up")

    def _hang_up(self) -> None:
        for connection, task in list(self._connections.items()):
            connection.close()
            task.cancel()

    async def _tick(self) -> None:
        now = self._station.now()
        for panel in list(self._panels.values()):
            await panel.tick(now)
        for connection in list(self._connections):
            if now - connection.heard_at >= self._options.silent_after_s:
                connection.close()

    async def _good(self, connection: Connection, frame: Frame, raw: bytes) -> None:
        panel = self._panels.get(frame.source)
        if panel is not None:
            await panel.take(connection, frame, raw)
            return
        self._station.frame(self._line.code, "in", raw)
        about = {"model": "fire_transmitter", "name": _name(frame)}
        self._station.stranger(str(frame.source), about=about, sample=raw)
        if wants_reply(frame):
            await self._deny(connection, frame, self._line.code)

    async def _bad(self, connection: Connection, raw: bytes) -> None:
        """Say no to what is no right frame; a device sends it again then."""
        head = codec.head(raw)
        panel = self._panels.get(head.source)
        code = self._line.code if panel is None else panel.code
        self._station.refused(code, "bad_frame", raw)
        self._station.frame(code, "in", raw)
        if wants_reply(head):
            await self._deny(connection, head, code)

    async def _deny(self, connection: Connection, frame: Frame, code: str) -> None:
        now = codec.wall(self._station.now(), east_h=self._options.east_h)
        raw = codec.encode(reply(frame, command=tables.DENY, sent=now))
        self._station.frame(code, "out", raw)
        await connection.send(raw)


def _may_initialise(wired: Wired) -> bool:
    return isinstance(wired.options, MemberOptions) and wired.options.may_initialise


def _name(frame: Frame) -> str:
    """Return what to call a transmission device that nobody knows; whether it tells a fire."""
    name = f"用户信息传输装置 {frame.source}"
    if frame.command != tables.SEND or not frame.data:
        return name
    try:
        told = objects.read(frame.data)
    except BadFrame:
        return name
    burns = any((thing.state or 0) & tables.FIRE_BIT for thing in told.things)
    return f"{name}（正报火警）" if burns else name

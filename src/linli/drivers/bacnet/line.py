"""One BACnet/IP network: a socket, and the members that are reached through it."""

import asyncio
import socket
from collections import OrderedDict
from collections.abc import Sequence

from linli.drivers.bacnet.member import Member
from linli.drivers.bacnet.points import Address, address, host_and_port, points, target
from linli.drivers.bacnet.stack import Ears, Introduced, Stack, Told
from linli.drivers.line import Order, Station, Wired
from linli.drivers.minding import mind
from linli.drivers.obeying import Obeying

_AT_ONCE = 8
"""Conversations of a line at a time: old controllers behind routers bear no more."""
_ASKS_WHO_EVERY_S = 600.0
_MOST_STRANGERS = 256
_MOST_CHANGES = 128


class BacnetLine:
    """Keeps one BACnet/IP network."""

    def __init__(self, *, line: Wired, members: Sequence[Wired], station: Station) -> None:
        self.port = 0
        self._line, self._station = line, station
        self._wanted = tuple(members)
        self._members: dict[str, Member] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._sockets: dict[tuple[str, int], str] = {}
        self._strangers: OrderedDict[str, None] = OrderedDict()
        self._changes = 0
        self._obeying = Obeying(station=station, obey=self._obey)
        self._stack: Stack | None = None
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._process = 0

    async def run(self) -> None:
        """Listen, and keep each member, until cancelled.

        :raises OSError: if the socket cannot be bound
        """
        options = self._line.options
        sock = _bound(options.listen)
        self.port = sock.getsockname()[1]
        stack = Stack(
            instance=options.instance,
            timeout_s=options.timeout_s,
            retries=options.retries,
            ears=self._ears(),
        )
        broadcast = host_and_port(options.broadcast) if options.broadcast else None
        try:
            await stack.open(sock=sock, broadcast=broadcast)
            self._stack = stack
            self._station.came(self._line.code)
            self._arrange()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._look_round(bool(broadcast)))
                tasks.create_task(self._obeying.run())
        finally:
            self._close(stack)

    def _close(self, stack: Stack) -> None:
        self._stack, self.port = None, 0
        for task in self._tasks.values():
            task.cancel()
        self._tasks.clear()
        self._members.clear()
        self._sockets.clear()
        stack.close()

    def rewire(self, members: Sequence[Wired]) -> None:
        """Take the members as they are now; those that did not change go on as they were."""
        self._wanted = tuple(members)
        if self._stack is not None:
            self._arrange()

    def send(self, device: str, order: Order) -> bool:
        """Tell a device; False where it is not of this line, or was never reached."""
        member = self._members.get(device)
        reachable = member is not None and bool(member.reached)
        return self._obeying.put(device, order, reachable=reachable)

    def _arrange(self) -> None:
        assert self._stack is not None
        wanted = {wired.code: wired for wired in self._wanted}
        for code, member in tuple(self._members.items()):
            if wanted.get(code) != member.wired:
                self._tasks.pop(code).cancel()
                del self._members[code]
        for code, wired in wanted.items():
            if code not in self._members:
                self._begin(wired)
        self._open_ears()

    def _open_ears(self) -> None:
        """Hear those sockets alone at which a member is, or was when it introduced itself."""
        self._sockets = {m.socket: m.code for m in self._members.values() if m.socket is not None}

    def _begin(self, wired: Wired) -> None:
        assert self._stack is not None
        if wired.map is None:
            self._station.refused(wired.code, "no_map")
            return
        try:
            where = address(wired.address)
            read = points(wired, offset=where.offset)
        except ValueError as error:
            self._station.refused(wired.code, "bad_address", str(error).encode())
            return
        self._process += 1
        member = Member(
            wired=wired,
            where=where,
            points=read,
            process=self._process,
            stack=self._stack,
            station=self._station,
            gate=self._gate,
        )
        self._members[wired.code] = member
        work = mind(member.run, station=self._station, device=wired.code, carries=True)
        self._tasks[wired.code] = asyncio.get_running_loop().create_task(work)

    def _ears(self) -> Ears:
        return Ears(
            knows=self._sockets_known,
            framed=self._framed,
            broken=self._broken,
            introduced=self._introduced,
            changed=self._changed,
        )

    def _sockets_known(self, addr: tuple[str, int]) -> bool:
        return addr in self._sockets

    def _framed(self, addr: tuple[str, int], way: str, data: bytes) -> None:
        self._station.frame(self._sockets.get(addr, self._line.code), way, data)

    def _broken(self, addr: tuple[str, int], data: bytes) -> None:
        known = addr in self._sockets
        reason = "bad_frame" if known else "unknown_sender"
        self._station.refused(self._sockets.get(addr, self._line.code), reason, data[:64])

    def _introduced(self, said: Introduced, addr: tuple[str, int]) -> None:
        found = [m for m in self._members.values() if _is(m.where, said, addr)]
        for member in found:
            member.introduced(said.station, addr)
        self._open_ears()
        if found or str(said.instance) in self._strangers:
            return
        self._strangers[str(said.instance)] = None
        if len(self._strangers) > _MOST_STRANGERS:
            self._strangers.popitem(last=False)
        about = {"name": f"device,{said.instance}", "vendor": str(said.vendor)}
        self._station.stranger(str(said.instance), about=about)

    async def _changed(self, station: str, told: Sequence[Told]) -> bool:
        """Take a change. While the log is full it waits, and so does the device's answer."""
        if self._changes >= _MOST_CHANGES:
            self._station.refused(self._line.code, "too_many_changes")
            return False
        self._changes += 1
        try:
            found = [m for m in self._members.values() if m.reached == station]
            return any([await member.changed(told) for member in found])
        finally:
            self._changes -= 1

    async def _look_round(self, may_ask: bool) -> None:
        """Ask from time to time who is there, so that new devices are seen."""
        while may_ask and self._stack is not None:
            self._stack.ask_who(instance=None)
            await asyncio.sleep(_ASKS_WHO_EVERY_S)

    async def _obey(self, device: str, order: Order) -> tuple[bool, str]:
        member = self._members.get(device)
        if member is None:
            return False, "unknown"
        try:
            wanted = target(member.wired, order, offset=member.where.offset)
        except ValueError:
            return False, "bad_argument"
        if wanted is None:
            return False, "unknown_service"
        return await member.obey(order, wanted)


def _is(where: Address, said: Introduced, addr: tuple[str, int]) -> bool:
    if where.instance is not None:
        return where.instance == said.instance
    return (where.host, where.port) == addr and said.station == f"{where.host}:{where.port}"


def _bound(listen: str) -> socket.socket:
    """Return a UDP socket that is bound.

    :raises OSError: if it cannot be
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sock.setblocking(False)
        sock.bind(host_and_port(listen))
    except OSError:
        sock.close()
        raise
    return sock

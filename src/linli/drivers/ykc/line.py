"""A port where piles sign in: one session a connection, one pile a session."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence

from linli.drivers.frames import BadFrame, Frames
from linli.drivers.line import Order, Station, Wired
from linli.drivers.polling import host_and_port
from linli.drivers.ykc import codec, covering
from linli.drivers.ykc import messages as m
from linli.drivers.ykc.accounts import Accounts
from linli.drivers.ykc.layout import Body
from linli.drivers.ykc.options import Line
from linli.drivers.ykc.pile import Pile

_MISSED_BEATS = 3
_SIGN_IN_WITHIN_S = 10.0
_CHUNK = 4096
_MOST_GARBAGE = 4096
_MOST_UNSENT = 64 * 1024
_TAKES_WITHIN_S = 10.0
_NUMBER_DIGITS = 14
_REFUSED = 1
_MOST_GUESTS = 64
_LAST_SEQ = 0xFFFF

Piles = Callable[[], Mapping[str, Pile]]
"""Who may sign in now, by number."""


class YkcLine:
    """One line. Piles are found by their number, whichever way their firmware fills it up."""

    def __init__(self, line: Wired, members: Sequence[Wired], station: Station) -> None:
        self._line = line
        self._options: Line = line.options
        self._station = station
        self._accounts = Accounts(self._options.accounts)
        self._piles: dict[str, Pile] = {}
        self._by_number: dict[str, Pile] = {}
        self._owners: dict[str, tuple[Pile, Wired]] = {}
        self._sessions: dict[asyncio.Task[None], YkcSession] = {}
        self.port = 0
        self.rewire(members)

    async def run(self) -> None:
        """Listen until cancelled.

        :raises OSError: if it cannot
        """
        host, port = host_and_port(self._options.listen)
        server = await asyncio.start_server(self._visited, host, port)
        self.port = server.sockets[0].getsockname()[1]
        self._station.came(self._line.code)
        try:
            await server.serve_forever()
        finally:
            server.close()
            for pile in self._piles.values():
                pile.close("stopped")
            for task in self._sessions:
                task.cancel()
            await asyncio.gather(*self._sessions, return_exceptions=True)

    def rewire(self, members: Sequence[Wired]) -> None:
        """Take the members as the register has them now."""
        above = {None, self._line.code}
        found = [member for member in members if member.gateway in above]
        guns: dict[str, dict[int, Wired]] = {member.code: {} for member in found}
        for member in members:
            if member.gateway in guns and member.address.isdecimal():
                guns[str(member.gateway)][int(member.address)] = member
        for code in self._piles.keys() - {member.code for member in found}:
            self._piles.pop(code).close("removed")
        for member in found:
            if member.code not in self._piles:
                self._piles[member.code] = self._new(member)
            self._piles[member.code].rewire(member, guns[member.code])
        self._by_number = _numbers(self._piles.values())
        self._owners = {
            device.code: (self._piles[pile.code], device)
            for pile in found
            for device in (pile, *guns[pile.code].values())
        }

    def send(self, device: str, order: Order) -> bool:
        """Tell a device; False where there is no way to it now."""
        if device not in self._owners:
            return False
        pile, wired = self._owners[device]
        if not pile.knows(wired, order.service):
            self._station.answered(device, order.id, ok=False, reason="unknown_service")
            return True
        return pile.send(wired, order)

    def _new(self, wired: Wired) -> Pile:
        return Pile(line=self._line, wired=wired, station=self._station, accounts=self._accounts)

    def _visited(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._make_room()
        if len(self._sessions) >= self._options.most_piles + _MOST_GUESTS:
            self._station.refused(self._line.code, "too_many_connections")
            writer.close()
            return
        session = YkcSession(
            line=self._line,
            station=self._station,
            reader=reader,
            writer=writer,
            piles=lambda: self._by_number,
        )
        task = asyncio.create_task(session.run())
        self._sessions[task] = session
        task.add_done_callback(self._ended)

    def _make_room(self) -> None:
        """Where too many have not signed in, send one away: of those who come from where most of
        them do, who waits longest. So silent strangers keep no pile out.
        """
        guests = [session for session in self._sessions.values() if session.is_guest]
        if len(guests) < _MOST_GUESTS:
            return
        hosts = Counter(session.host for session in guests)
        loudest = max(hosts.values())
        oldest = next(session for session in guests if hosts[session.host] == loudest)
        self._station.refused(self._line.code, "too_many_connections", oldest.host.encode())
        oldest.close("replaced")

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Forget a session; one that broke off is shown, and ends no other."""
        del self._sessions[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._station.refused(self._line.code, "session_broke", repr(error).encode())


class YkcSession:
    """One connection. It must sign in first, and beat from then on."""

    def __init__(
        self,
        *,
        line: Wired,
        station: Station,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        piles: Piles,
    ) -> None:
        self._line = line
        self._station = station
        self._reader = reader
        self._writer = writer
        self._piles = piles
        self._silence_s = _MISSED_BEATS * line.options.heartbeat_s
        self._cut = Frames(measure=codec.measure, longest=codec.LONGEST)
        self._seq = 0
        self._garbage_from = 0
        self._deadline = asyncio.get_running_loop().time() + _SIGN_IN_WITHIN_S
        self._reason = "hung_up"
        self.pile: Pile | None = None
        peer = writer.get_extra_info("peername")
        self.host = str(peer[0]) if peer else ""
        """Where it comes from."""

    @property
    def is_guest(self) -> bool:
        """Whether it has not signed in, and may still."""
        return self.pile is None and not self._writer.is_closing()

    async def run(self) -> None:
        """Talk until the pile hangs up, is silent, or is hung up on."""
        try:
            async for frame in self._frames():
                await self._take(frame)
                if self._writer.is_closing():
                    break
                async with asyncio.timeout(_TAKES_WITHIN_S):
                    await self._writer.drain()
        except TimeoutError:
            self._reason = "silent"
        except ConnectionError:
            self._reason = "hung_up"
        finally:
            self._writer.close()
            if self.pile is not None:
                self.pile.lost(self, self._reason)

    def write(self, kind: int, body: Body, *, seq: int | None = None) -> bool:
        """Send a message; with a sequence it is an answer. False where it cannot be sent."""
        transport = self._writer.transport
        if transport.is_closing() or transport.get_write_buffer_size() > _MOST_UNSENT:
            return False
        number = self._next_seq() if seq is None else seq
        frame = codec.encode(kind, body, seq=number)
        self._writer.write(frame)
        if self.pile is not None:
            self._station.frame(self.pile.wired.code, "out", covering.frame(frame, body))
        return True

    def close(self, reason: str) -> None:
        """Hang up."""
        self._reason = reason
        self._writer.close()

    def _next_seq(self) -> int:
        found, self._seq = self._seq, 0 if self._seq == _LAST_SEQ else self._seq + 1
        return found

    async def _frames(self) -> AsyncIterator[codec.Frame]:
        while True:
            for frame in self._cut_frames():
                yield frame
            if self._cut.skipped - self._garbage_from > _MOST_GARBAGE:
                self._reason = "garbage"
                return
            async with asyncio.timeout_at(self._deadline):
                data = await self._reader.read(_CHUNK)
            if not data:
                return
            self._cut.feed(data)

    def _cut_frames(self) -> Iterator[codec.Frame]:
        while (raw := self._cut.next()) is not None:
            code = self.pile.wired.code if self.pile else self._line.code
            try:
                frame = codec.decode(raw)
            except BadFrame as bad:
                self._station.refused(code, f"bad_frame: {bad.why}"[:80], raw)
                self._cut.reject(raw)
                continue
            self._garbage_from = self._cut.skipped
            if self.pile is not None:
                self._station.frame(code, "in", covering.frame(raw, frame.body))
            yield frame

    async def _take(self, frame: codec.Frame) -> None:
        if isinstance(frame.body, m.Login | m.Heartbeat):
            self._deadline = asyncio.get_running_loop().time() + self._silence_s
        if self.pile is not None:
            await self.pile.take(frame)
        elif isinstance(frame.body, m.Login):
            await self._sign_in(frame, frame.body)
        else:
            self._station.refused(self._line.code, "not_signed_in", frame.raw)

    async def _sign_in(self, frame: codec.Frame, body: m.Login) -> None:
        found = self._piles().get(body.pile)
        if found is None:
            self._station.stranger(body.pile, about=_about(body), sample=frame.raw)
            self.write(0x02, m.LoginAnswer(pile=body.pile, result=_REFUSED), seq=frame.seq)
            self._writer.close()
            return
        self.pile = found
        await found.sign_in(self, body, seq=frame.seq)


def _about(body: m.Login) -> dict[str, str]:
    kind = "AC" if body.pile_type == 1 else "DC"
    return {
        "model": "ev_charger",
        "name": f"{kind} pile, {body.guns} guns, {body.sw}",
        "serial": body.pile,
    }


def _numbers(piles: Iterable[Pile]) -> dict[str, Pile]:
    """Return the piles by every way in which a short number is filled up to 14 digits."""
    found: dict[str, Pile] = {}
    everyone = list(piles)
    for fill in (_zeros_before, _zeros_behind, _f_before, _f_behind):
        for pile in everyone:
            found.setdefault(fill(pile.wired.address.strip().upper()), pile)
    return found


def _zeros_before(address: str) -> str:
    return address.rjust(_NUMBER_DIGITS, "0")


def _zeros_behind(address: str) -> str:
    return address.ljust(_NUMBER_DIGITS, "0")


def _f_before(address: str) -> str:
    return address.rjust(_NUMBER_DIGITS, "F")


def _f_behind(address: str) -> str:
    return address.ljust(_NUMBER_DIGITS, "F")

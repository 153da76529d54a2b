"""The MQTT server that devices connect to: sign-in, takeover, keep-alive, routes to devices."""

import asyncio
import secrets
import socket
import ssl
from collections import OrderedDict

import msgspec

from linli.drivers.door import Door
from linli.drivers.mqtt import codec, topics
from linli.drivers.mqtt.packets import V5, BadPacket, Connect, Reason
from linli.drivers.mqtt.properties import offered
from linli.drivers.mqtt.session import Session

_RECEIVE_MAXIMUM = 65535
_SWEEP_S = 1.0
_CLIENT_ID_CHARACTERS = 256
_BACKLOG = 2048
_HANDSHAKE_S = 10.0


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of what clients can make us hold."""

    connections: int = 20_000
    greeting_s: float = 10.0
    """How long a line may stay silent before its CONNECT."""
    write_bytes: int = 1024 * 1024
    """Unsent bytes from which a device counts as too slow; its messages wait in the ledger. The
    kernel holds about as many again, not what it pleases.
    """
    blocked_s: float = 30.0
    parked: int = 10_000
    """Sessions kept for clients that are away."""
    parked_s: int = 3600
    unread_bytes: int = 65536
    """What the kernel may hold of a line that is not read for now: with it, a sender is slowed
    before he has given away more than a moment's work.
    """


class _Parked(msgspec.Struct):
    session: Session
    until: float


class Acceptor:
    """All MQTT sessions of this process."""

    def __init__(self, *, door: Door, limits: Limits | None = None) -> None:
        self.door = door
        self.limits = limits or Limits()
        self.sessions: set[Session] = set()
        self._by_id: dict[tuple[str, str, str], Session] = {}
        self._by_device: dict[tuple[str, str], set[Session]] = {}
        self._parked: OrderedDict[tuple[str, str, str], _Parked] = OrderedDict()
        self.routes_version = 1
        self._dirty: list[Session] = []
        self._servers: list[asyncio.Server] = []
        self._sweeper: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self.now = self._loop.time

    async def open(self, *, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """Listen there as well, in the clear or by TLS; return the port.

        :raises OSError: if the port is taken
        """
        server = await self._loop.create_server(
            lambda: Session(self),
            host,
            port,
            backlog=_BACKLOG,
            ssl=tls,
            ssl_handshake_timeout=_HANDSHAKE_S if tls else None,
        )
        self._servers.append(server)
        if self._sweeper is None:
            self._sweeper = asyncio.create_task(self._sweep_on())
        return int(server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and say goodbye to everybody."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        for server in self._servers:
            server.close()
        for session in list(self.sessions):
            session.end(Reason.SHUTTING_DOWN, "shutdown")
        await asyncio.sleep(0)

    # -- lines

    def opened(self, session: Session) -> None:
        """A line is there; nobody knows yet whose."""
        transport = session.transport
        line = transport.get_extra_info("socket") if transport is not None else None
        if line is not None and line.family in (socket.AF_INET, socket.AF_INET6):
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.limits.unread_bytes)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.limits.write_bytes)
        self.sessions.add(session)
        if len(self.sessions) > self.limits.connections:
            self.door.refused(None, "", "too_many_connections", b"")
            session.abort()

    def greet(self, session: Session, said: Connect) -> None:
        """Let a client in, or tell it why not (3.1.4)."""
        name = said.username or ""
        caller = self.door.admit(username=name, password=said.password or b"")
        if caller is None:
            self.door.refused(None, name[:64], "bad_credentials", b"")
            raise BadPacket(Reason.BAD_CREDENTIALS, "name or secret")
        if len(said.client_id) > _CLIENT_ID_CHARACTERS or not (
            said.client_id or said.clean or said.version == V5
        ):
            raise BadPacket(Reason.BAD_CLIENT_ID, "client identifier")
        assigned = "" if said.client_id else f"linli-{secrets.token_hex(8)}"
        session.client_id = said.client_id or assigned
        session.caller, session.said = caller, said
        present = self._enter(session, said)
        self.door.came(caller, session)
        session.send(
            codec.write_connack(
                version=said.version,
                reason=Reason.SUCCESS,
                present=present,
                offered=offered(receive_maximum=_RECEIVE_MAXIMUM, assigned=assigned),
            )
        )
        session.redeliver()
        if session.interests:
            self.door.listens(caller)

    def _enter(self, session: Session, said: Connect) -> bool:
        """Put a session in its places; tell whether an earlier one of its client lives on in it."""
        key = self._key(session)
        old = self._by_id.get(key)
        if old is not None:
            self._leave(old)
            old.end(Reason.TAKEN_OVER, "taken_over")
        parked = self._parked.pop(key, None)
        before = old or (parked.session if parked and parked.until > self.now() else None)
        present = before is not None and not said.clean
        if present and before is not None:
            session.interests, session.inflight = before.interests, before.inflight
        self._by_id[key] = session
        self._by_device.setdefault(key[:2], set()).add(session)
        self.forget_routes()
        return present

    def _key(self, session: Session) -> tuple[str, str, str]:
        assert session.caller is not None
        return session.caller.community, session.caller.device, session.client_id

    def _leave(self, session: Session) -> None:
        key = self._key(session)
        if self._by_id.get(key) is session:
            del self._by_id[key]
        lines = self._by_device.get(key[:2])
        if lines is not None:
            lines.discard(session)
            if not lines:
                del self._by_device[key[:2]]
        self.forget_routes()

    def closed(self, session: Session) -> None:
        """A line is gone, whoever ended it."""
        self.sessions.discard(session)
        if session.caller is None or session.said is None:
            return
        was_there = self._by_id.get(self._key(session)) is session
        self._leave(session)
        session.forget_plans()
        if was_there and session.said.expiry_s:
            self._park(session, min(session.said.expiry_s, self.limits.parked_s))
        reason = session.goodbye or ("will" if session.said.will else "closed")
        if was_there and reason != "goodbye":
            self._speak_will(session)
        self.door.went(session.caller, session, "" if reason == "goodbye" else reason)

    def _speak_will(self, session: Session) -> None:
        """Take the last will as if it were said now; that of the own status `went` tells."""
        will = session.said.will if session.said else None
        if will is None or session.caller is None:
            return
        found = topics.parse(will.topic.encode())
        if found is not None and (found.device, found.what) == (session.caller.device, "status"):
            return
        plan = self.door.plan(session.caller, will.topic.encode())
        if plan is not None:
            mark = self.door.begin(session.caller)
            plan.take(will.payload)
            self.door.end(session.caller, mark, b"", session)

    def _park(self, session: Session, keep_s: float) -> None:
        self._parked[self._key(session)] = _Parked(session, self.now() + keep_s)
        while len(self._parked) > self.limits.parked:
            self._parked.popitem(last=False)

    # -- writing, once a turn

    def flush_soon(self, session: Session) -> None:
        """Write what a session gathers at the end of this turn of the loop."""
        if not self._dirty:
            self._loop.call_soon(self._flush)
        self._dirty.append(session)

    def _flush(self) -> None:
        dirty, self._dirty = self._dirty, []
        for session in dirty:
            session.flush()

    # -- to devices

    def way(self, *, community: str, device: str, gateway: str | None, what: str) -> "Way":
        """Return the way to a device, by its own line or its gateway's, now and later."""
        return Way(self, community, device, gateway, what)

    def deliver(
        self, *, community: str, device: str, gateway: str | None, what: str, payload: bytes
    ) -> int:
        """Send a message to a device; return over how many lines.

        0 means that nobody is there to hear it, or takes too slowly.
        """
        return self.way(community=community, device=device, gateway=gateway, what=what)(payload)

    def route(
        self, community: str, device: str, gateway: str | None, what: str
    ) -> list[tuple[Session, int]]:
        """Return the lines that hear a kind of message for a device, and with which QoS."""
        lines = set(self._by_device.get((community, device), ()))
        if gateway is not None:
            lines |= self._by_device.get((community, gateway), set())
        found = []
        for session in lines:
            wanted = [i.qos for i in session.interests.values() if i.hears(device, what)]
            if wanted:
                found.append((session, max(wanted)))
        return found

    def forget_routes(self) -> None:
        """Who hears what has changed."""
        self.routes_version += 1

    def recheck(self, *, community: str) -> None:
        """The register has changed: turn out who may no longer come, ask anew what topics mean."""
        for session in list(self.sessions):
            if session.caller is None or session.said is None:
                continue
            if session.caller.community != community:
                continue
            caller = self.door.admit(
                username=session.said.username or "", password=session.said.password or b""
            )
            if caller is None:
                session.end(Reason.NOT_AUTHORIZED, "not_allowed")
                continue
            session.caller = caller
            session.forget_plans()
        self.forget_routes()

    # -- once a second

    async def _sweep_on(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_S)
            self._sweep()

    def _sweep(self) -> None:
        now = self.now()
        for session in list(self.sessions):
            self._look_at(session, now)
        while self._parked:
            key, oldest = next(iter(self._parked.items()))
            if oldest.until > now:
                break
            del self._parked[key]

    def _look_at(self, session: Session, now: float) -> None:
        silent_s = now - session.heard_at
        if session.closing:
            if silent_s > self.limits.blocked_s:
                session.abort()
        elif session.said is None:
            if silent_s > self.limits.greeting_s:
                session.abort()
        elif session.blocked_at is not None and now - session.blocked_at > self.limits.blocked_s:
            session.goodbye = "too_slow"
            session.abort()
        elif 0 < 1.5 * session.said.keep_alive_s < silent_s and not session.waiting:
            session.end(Reason.KEEP_ALIVE, "will" if session.said.will else "keep_alive")


class Way:
    """The way to one device for one kind of message; it looks again when lines change."""

    __slots__ = ("_acceptor", "_lines", "_topic", "_version", "_whose")

    def __init__(
        self, acceptor: Acceptor, community: str, device: str, gateway: str | None, what: str
    ) -> None:
        self._acceptor = acceptor
        self._whose = (community, device, gateway, what)
        self._topic = topics.topic(community=community, device=device, what=what)
        self._version = 0
        self._lines: list[tuple[Session, int]] = []

    def __call__(self, payload: bytes) -> int:
        """Send a message; return over how many lines."""
        if self._version != self._acceptor.routes_version:
            self._version = self._acceptor.routes_version
            self._lines = self._acceptor.route(*self._whose)
        over = 0
        for session, qos in self._lines:
            over += session.deliver(self._topic, payload, qos)
        return over

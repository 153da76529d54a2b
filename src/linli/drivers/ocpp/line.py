"""One central system: charge points connect, are let in or not, and are kept."""

import asyncio
import http
import logging
import ssl
from collections.abc import Sequence

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from linli.drivers.line import Order, Station, Wired
from linli.drivers.ocpp import credentials
from linli.drivers.ocpp.charge_point import ChargePoint
from linli.drivers.ocpp.codec import Version
from linli.drivers.ocpp.desk import Desk
from linli.drivers.ocpp.options import Line
from linli.drivers.ocpp.roster import Post, posts
from linli.drivers.ocpp.session import Session

log = logging.getLogger(__name__)
_quiet = logging.getLogger(f"{__name__}.socket")
_quiet.setLevel(logging.CRITICAL)
"""Of the library: what strangers do wrong at the door is counted, not logged with a trace."""

_PROTOCOL_ERROR = 1002
_OPEN_WITHIN_S = 10.0
_CLOSE_WITHIN_S = 2.0
_MESSAGES_WAITING = 4
_TLS = 2


class CentralSystem:
    """A `Running`: it listens, and knows its charge points by id as long as the register does."""

    def __init__(self, line: Wired, members: Sequence[Wired], station: Station) -> None:
        self.port = 0
        self._line = line
        self._options: Line = line.options
        self._station = station
        self._desk = Desk(self._options.tags)
        self._points: dict[str, ChargePoint] = {}
        self._sessions: dict[str, Session] = {}
        self.rewire(members)

    async def run(self) -> None:
        """Listen until cancelled.

        :raises OSError: if it cannot listen, or its certificate cannot be read
        """
        host, _, port = self._options.listen.rpartition(":")
        async with serve(
            self._serve,
            host.strip("[]"),
            int(port),
            ssl=_tls(self._options),
            process_request=self._knock,
            select_subprotocol=_subprotocol,
            compression=None,
            max_size=self._options.largest_message,
            max_queue=_MESSAGES_WAITING,
            open_timeout=_OPEN_WITHIN_S,
            close_timeout=_CLOSE_WITHIN_S,
            ping_interval=None,
            server_header=None,
            logger=_quiet,
        ) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            try:
                await server.serve_forever()
            finally:
                self.port = 0
                for session in self._sessions.values():
                    session.end("line_down")

    def rewire(self, members: Sequence[Wired]) -> None:
        """Take the members as they are now; who is no more, or has another password, must go."""
        found = posts(self._line, members)
        placed = {wired.code for post in found.values() for wired in post.devices()}
        for member in members:
            if member.code not in placed:
                self._station.refused(member.code, "bad_address", member.address.encode())
        for name in self._points.keys() - found.keys():
            self._dismiss(name, "removed")
            del self._points[name]
        for name, post in found.items():
            known = self._points.get(name)
            if known is None:
                self._points[name] = self._point(name, post)
                continue
            if known.post.wired.options.password != post.wired.options.password:
                self._dismiss(name, "password_changed")
            known.post = post

    def send(self, device: str, order: Order) -> bool:
        """Give an order to the charge point of a device; False where it is not connected."""
        for session in self._sessions.values():
            if any(wired.code == device for wired in session.point.post.devices()):
                return session.orders.give(device, order)
        return False

    def _point(self, id: str, post: Post) -> ChargePoint:
        return ChargePoint(
            id=id, line=self._line, post=post, station=self._station, desk=self._desk
        )

    def _dismiss(self, id: str, reason: str) -> None:
        session = self._sessions.get(id)
        if session is not None:
            session.end(reason)

    # -- the door

    def _knock(self, connection: ServerConnection, request: Request) -> Response | None:
        """Let in whom the register knows and who says his password.

        OCPP-J 1.6 §3.1.2: 404 for an id that is not known; §6.2: 401 for a wrong password.
        """
        name = credentials.charge_point_id(request.path)
        if name is None:
            return connection.respond(http.HTTPStatus.BAD_REQUEST, "no charge point id\n")
        point = self._points.get(name)
        if point is None:
            self._station.stranger(name, about={"model": "ev_charger", "name": name})
            return connection.respond(http.HTTPStatus.NOT_FOUND, "unknown charge point\n")
        if not self._said_right(point, request):
            self._station.refused(point.device, "bad_password")
            refusal = connection.respond(http.HTTPStatus.UNAUTHORIZED, "name and password\n")
            refusal.headers["WWW-Authenticate"] = 'Basic realm="OCPP"'
            return refusal
        if name not in self._sessions and len(self._sessions) >= self._options.most_charge_points:
            return connection.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "full\n")
        return None

    def _said_right(self, point: ChargePoint, request: Request) -> bool:
        if self._options.security_profile == 0:
            return True
        said = [credentials.basic(h) for h in request.headers.get_all("Authorization")]
        if len(said) != 1 or said[0] is None:
            return False
        user, password = said[0]
        right = credentials.fits(known=point.post.wired.options.password, said=password)
        return right and user == point.id

    async def _serve(self, connection: ServerConnection) -> None:
        request = connection.request
        name = credentials.charge_point_id(request.path) if request is not None else None
        point = self._points.get(name or "")
        if point is None or connection.subprotocol is None:
            if point is not None:
                self._station.refused(point.device, "unknown_subprotocol")
            await connection.close(_PROTOCOL_ERROR, "subprotocol ocpp1.6 or ocpp2.0.1")
            return
        version = Version(connection.subprotocol)
        session = Session(socket=connection, point=point, version=version)
        self._dismiss(point.id, "replaced")
        self._sessions[point.id] = session
        for wired in point.post.devices():
            self._station.came(wired.code)
        await self._keep(session)

    async def _keep(self, session: Session) -> None:
        """Serve a session; when it ended and no other took its place, its devices are gone."""
        point, reason = session.point, "failed"
        try:
            reason = await session.run()
        except asyncio.CancelledError:
            reason = "line_down"
            raise
        except Exception:
            log.exception("the line of a charge point broke")
        finally:
            if self._sessions.get(point.id) is session:
                del self._sessions[point.id]
                for wired in point.post.devices():
                    self._station.went(wired.code, reason)


def _subprotocol(
    connection: ServerConnection, offered: Sequence[Subprotocol]
) -> Subprotocol | None:
    """Return the first that we know. OCPP-J 1.6 §3.1.2: with none, the handshake is completed
    without one, and the connection closed at once.
    """
    known = {Subprotocol(version) for version in Version}
    return next((each for each in offered if each in known), None)


def _tls(options: Line) -> ssl.SSLContext | None:
    """Return the context of security profile 2: TLS 1.2 at least."""
    if options.security_profile != _TLS:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(options.certificate, options.key)
    return context

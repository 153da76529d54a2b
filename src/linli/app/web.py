"""The web process: the API in threads, sockets and pushes on the loop, the console's files."""

import asyncio
import logging
import os
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import time
from typing import Any, cast

import click
import msgspec
import uvicorn
import uvloop
from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi_typing import WSGIApp
from django.conf import settings
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from uvicorn.protocols.http.h11_impl import H11Protocol

from linli.adapters.bus import Bus, connect
from linli.app import desk, serving
from linli.app.hosts import from_settings, require_private
from linli.app.processes import begin
from linli.contracts import subjects
from linli.live.sockets import Hall, Visitor
from linli.runtime import sweeping
from linli.runtime.desk import Answer, open_desk
from linli.runtime.supervisor import say_ready
from linli.web import origins
from linli.web.firmware import firmware
from linli.web.push import Fetching, platform_push, push
from linli.web.shelter import Sheltered

log = logging.getLogger(__name__)

_THREADS = 8
_HANDSHAKE_S = 10.0
_LINES = 2000
"""More at once are told to come again."""
_IDLE_S = 65
"""So long a line may be idle. In 5 s, as uvicorn has it, a person has read half a sentence, and
what he presses then may meet a line that is just being closed.
"""
_RECHECK_S = 60.0
"""How long a live line may outlive the right to it, where no sign-out ended it."""

HEADERS = (
    (b"content-security-policy",
     b"default-src 'self'; img-src 'self' data: blob:; style-src 'self'; "
     b"worker-src 'self' blob:; connect-src 'self' ws: wss:; frame-ancestors 'none'; "
     b"base-uri 'none'; form-action 'self'; object-src 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(self), geolocation=(self)"),
)  # fmt: skip

_TLS_ONLY = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_KEEP_NOTHING = (b"cache-control", b"no-store")


class SafeHeaders:
    """Put the headers of a careful site on every answer; what the API answers is kept nowhere,
    unless a door says otherwise. `tls`: people come by TLS, and browsers shall not come otherwise.
    """

    def __init__(self, app: ASGIApp, *, tls: bool = False) -> None:
        self._app = app
        self._always = (*HEADERS, _TLS_ONLY) if tls else HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on, with the headers added to its answer."""
        from_api = scope.get("path", "").startswith("/api/")
        wanted = (*self._always, _KEEP_NOTHING) if from_api else self._always

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message.get("headers", [])}
                more = [pair for pair in wanted if pair[0] not in given]
                message = {**message, "headers": [*message.get("headers", []), *more]}
            await send(message)

        await self._app(scope, receive, say if scope["type"] == "http" else send)


_AT_THE_ROOT = {"worker.js": "text/javascript", "linli.webmanifest": "application/manifest+json"}
"""Files of the console that stand beside its page: a worker reaches no higher than it stands."""


def _reads_gzip(ways: str) -> bool:
    """Tell whether an Accept-Encoding names gzip and does not refuse it (`gzip;q=0`)."""
    found = [way.replace(" ", "") for way in ways.lower().split(",")]
    return any(re.fullmatch(r"gzip(;q=(1(\.0+)?|0\.0*[1-9]\d*))?", way) for way in found)


class _Assets(StaticFiles):
    """The parts that the page is made of. Each bears a digest of itself in its name: what a browser
    has it keeps, and asks for none of them again. Where the build put one under gzip beside it, who
    reads gzip is given that.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a part, under gzip where there is such a file and the browser reads it."""
        if _reads_gzip(Headers(scope=scope).get("accept-encoding", "")):
            with suppress(HTTPException):
                answer = await super().get_response(f"{path}.gz", scope)
                answer.headers["Content-Encoding"] = "gzip"
                return answer
        return await super().get_response(path, scope)

    def file_response(self, *args: Any, **more: Any) -> Response:
        """Return a part, with the word that it never changes."""
        response = super().file_response(*args, **more)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.headers["Vary"] = "Accept-Encoding"
        return response


def _console(folder: Path) -> list[Route | Mount]:
    """Return the routes of the console: its files, and its one page for every other address."""
    page = folder / "index.html"

    async def beside(request: Request) -> Response:
        name = request.url.path.removeprefix("/")
        file = folder / name
        if not file.is_file():
            return Response(status_code=404)
        headers = {"Cache-Control": "no-cache"}
        return FileResponse(file, headers=headers, media_type=_AT_THE_ROOT[name])

    async def index(_request: Request) -> Response:
        if not page.is_file():
            return Response("The screens are not built: run ./linli up", 503)
        return FileResponse(page, headers={"Cache-Control": "no-cache"})

    assets = _Assets(directory=folder / "assets", check_dir=False)
    files = [Route(f"/{name}", beside) for name in _AT_THE_ROOT]
    return [Mount("/assets", assets), *files, Route("/{path:path}", index)]


async def _hear(hall: Hall, bus: Bus) -> None:
    async def fact(subject: str, body: bytes) -> None:
        _, _, community, topic = subject.split(".")
        await hall.hear_fact(community, topic, body)

    async def twin(subject: str, body: bytes) -> None:
        hall.hear_twin(subject.rpartition(".")[2], rows_of(body))

    async def left(_subject: str, body: bytes) -> None:
        hall.leave(int(body))

    await bus.listen(subject=subjects.facts("*", "*"), hear=fact)
    await bus.listen(subject=subjects.LEFT, hear=left)
    await bus.listen(subject=subjects.twin_changes("*"), hear=twin)


async def _keep_checking(hall: Hall) -> None:
    while True:
        await asyncio.sleep(_RECHECK_S)
        try:
            await hall.recheck()
        except Exception:
            log.exception("who may listen could not be checked; it is tried again")


def assemble(
    *,
    url: str,
    console: Path,
    wsgi: WSGIApp,
    wire: Callable[[Bus, asyncio.AbstractEventLoop], None],
    answers: Mapping[str, Answer],
    hall: Hall,
    admit: Callable[[str, str], Awaitable[Visitor | None]],
) -> Starlette:
    """Put the process together; `wire` joins the record half's questions to the bus, `answers` are
    to what devices ask, by kind.
    """
    lines = dict[str, Bus]()

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        bus = lines["bus"] = await connect(url=url, name="web")
        wire(bus, asyncio.get_running_loop())
        await _hear(hall, bus)
        threads = await open_desk(bus=bus, answers=answers)
        checking = asyncio.create_task(_keep_checking(hall))
        say_ready()
        yield
        checking.cancel()
        await bus.close()
        await asyncio.to_thread(threads.shutdown)

    async def live(web_socket: WebSocket) -> None:
        by_tls = web_socket.scope["scheme"] == "wss"
        if not origins.is_ours(headers=web_socket.headers, by_tls=by_tls):
            await web_socket.close()
            return
        await hall.serve(web_socket, admit, time)

    async def health(_request: Request) -> Response:
        well = lines["bus"].connected
        return JSONResponse({"ok": well}, 200 if well else 503)

    django = Sheltered(_rooted(_in_threads(wsgi)))
    return Starlette(
        lifespan=life,
        routes=[
            WebSocketRoute("/live/{community}", live),
            *_pushes(lines),
            Route("/firmware/v1/{community}/{release:int}", firmware, methods=["GET"]),
            Route("/api/v1/health", health),
            Mount("/api", django),
            Mount("/.well-known", django),
            *_console(console),
        ],
    )


def _pushes(lines: Mapping[str, Bus]) -> list[Route]:
    """Return the routes by which devices and platforms come in."""

    async def pushed(request: Request) -> Response:
        return await push(request, lines["bus"], what="readings")

    async def asked(request: Request) -> Response:
        return await push(request, lines["bus"], what="asks")

    async def answered(request: Request) -> Response:
        return await push(request, lines["bus"], what="acks")

    fetching = Fetching()

    async def fetched(request: Request) -> Response:
        return await fetching.fetch(request, lines["bus"])

    async def platform_pushed(request: Request) -> Response:
        return await platform_push(request, lines["bus"])

    ours, theirs = "/push/v1/{community}/{device}", "/push/v1/{community}/{device}/{driver}"
    return [
        Route(f"{ours}/readings", pushed, methods=["POST"]),
        Route(f"{ours}/asks", asked, methods=["POST"]),
        Route(f"{ours}/acks", answered, methods=["POST"]),
        Route(f"{ours}/commands", fetched, methods=["GET"]),
        Route(theirs, platform_pushed, methods=["GET", "POST", "PUT"]),
    ]


def _in_threads(wsgi: WSGIApp) -> ASGIApp:
    return cast(ASGIApp, WSGIMiddleware(wsgi, workers=_THREADS))


def _rooted(app: ASGIApp) -> ASGIApp:
    """Let a mounted application see the whole path, as if it stood at the root."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "root_path": ""}, receive, send)

    return call


def listener(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    :raises click.ClickException: if the port is taken or not allowed
    """
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        raise click.ClickException(
            f"port {port} on {host}: {error.strerror}. Choose another with --port"
        ) from error
    listening.listen(1024)
    return listening


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True)
@click.option("--outside", default="", help="Where to listen by TLS too, for other machines.")
@click.option("--tls-port", default=8443, show_default=True)
def web(host: str, port: int, outside: str, tls_port: int) -> None:
    """Run the web process until it is told to stop."""
    require_private(host, unless="LINLI_BEHIND_PROXY")
    url = begin("web")
    listening = listener(host, port)
    beside = (listener(outside, tls_port), from_settings()) if outside else None
    app = assemble(
        url=url,
        console=settings.CONSOLE,
        wsgi=serving.wsgi(),
        wire=serving.wire,
        answers=desk.ANSWERS,
        hall=Hall(where=serving.where_devices_are, readmit=serving.readmit),
        admit=serving.admit,
    )
    uvloop.install()
    sweeping.begin()
    config = uvicorn.Config(
        SafeHeaders(app, tls=bool(settings.SESSION_COOKIE_SECURE)),
        log_config=None,
        access_log=False,
        ws="websockets-sansio",
        ws_max_size=65_536,
        server_header=False,
        http="h11",
        limit_concurrency=_LINES,
        timeout_keep_alive=_IDLE_S,
        proxy_headers=os.environ.get("LINLI_BEHIND_PROXY") == "1",
    )
    _Server(config, beside=beside).run(sockets=[listening])


class _Server(uvicorn.Server):
    """A server with a second way in, by TLS: uvicorn itself has one way for all its sockets."""

    def __init__(
        self, config: uvicorn.Config, *, beside: tuple[socket.socket, ssl.SSLContext] | None
    ) -> None:
        super().__init__(config)
        self._beside = beside

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._beside is None or not self.started:
            return
        listening, tls = self._beside
        server = await asyncio.get_running_loop().create_server(
            self._line, sock=listening, ssl=tls, ssl_handshake_timeout=_HANDSHAKE_S
        )
        self.servers.append(server)

    def _line(self) -> asyncio.Protocol:
        speaks = cast(Callable[..., H11Protocol], self.config.http_protocol_class)
        line = speaks(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        asyncio.get_running_loop().call_later(_HANDSHAKE_S, _leave_if_mute, line)
        return line


def _leave_if_mute(line: H11Protocol) -> None:
    """End a line on which nothing was asked yet: uvicorn would wait for ever."""
    if line.cycle is None and line.transport is not None:
        line.transport.abort()


def rows_of(body: bytes) -> list[list[object]]:
    """Return the rows of a message of twin changes."""
    rows: list[list[object]] = msgspec.msgpack.decode(body)
    return rows

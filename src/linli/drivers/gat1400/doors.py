"""Where HTTP comes in: one port. What comes is bounded, and unread until somebody asks for it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from aiohttp import web

from linli.drivers.frames import BadFrame

_MOST_LINES = 500
_THROWN_AWAY_S = 5.0
"""So long an unread body may still come: a peer in the midst of it hears its answer so."""
_IDLE_S = 75.0
"""So long a line may stand without a whole head of a request."""
_ENDS_WITHIN_S = 0.2
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class TooLong(BadFrame):
    """A body that is longer than it may be."""


class TooSlow(BadFrame):
    """A body that did not come in time, or not whole."""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """An answer. With `hangs_up` the line is closed after it."""

    status: int
    body: bytes
    headers: Mapping[str, str] = {}
    hangs_up: bool = False


class Call:
    """A request: who makes it (`host`), what for; its body when it is read."""

    def __init__(self, request: web.BaseRequest) -> None:
        self._request = request
        self.method = request.method
        self.path = request.path
        self.host = request.remote or ""

    def header(self, name: str) -> str:
        """Return a header; "" where it is not there."""
        return self._request.headers.get(name, "").strip()

    async def read(self, *, longest: int, within_s: float) -> bytes:
        """Return the body.

        :raises TooLong, TooSlow: if it is
        :raises BadFrame: if it is packed
        """
        if self.header("Content-Encoding").lower() not in ("", "identity"):
            raise BadFrame("a packed body")
        if (self._request.content_length or 0) > longest:
            raise TooLong(f"{self._request.content_length} bytes")
        try:
            async with asyncio.timeout(within_s):
                return await self._whole(longest)
        except TimeoutError:
            raise TooSlow(f"not whole in {within_s:g} s") from None
        except (web.RequestPayloadError, ConnectionError) as error:
            raise TooSlow(f"cut off: {type(error).__name__}") from None

    async def _whole(self, longest: int) -> bytes:
        if self.header("Expect").lower() == "100-continue":
            await self._request.writer.write(_CONTINUE)
            self._request.writer.output_size = 0  # the answer itself is still to come
        body = bytearray()
        while not self._request.content.at_eof():
            body += await self._request.content.readany()
            if len(body) > longest:
                raise TooLong(f"more than {longest} bytes")
        return bytes(body)


class Doors:
    """Listens. `answer` answers every request; `garbage` is told of what is no HTTP."""

    def __init__(
        self, *, answer: Callable[[Call], Awaitable[Reply]], garbage: Callable[[str], None]
    ) -> None:
        self.port = 0
        self._answer = answer
        self._garbage = garbage

    async def serve(self, host: str, port: int) -> None:
        """Listen until cancelled.

        :raises OSError: if it cannot
        """
        http = web.Server(
            self._take,
            logger=_Garbage(self._garbage),
            access_log=None,
            auto_decompress=False,
            keepalive_timeout=_IDLE_S,
            lingering_time=_THROWN_AWAY_S,
        )

        def enter() -> asyncio.BaseProtocol:
            return http() if len(http.connections) < _MOST_LINES else _Full()

        server = await asyncio.get_running_loop().create_server(enter, host, port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            await asyncio.Event().wait()
        finally:
            self.port = 0
            server.close()
            await http.shutdown(_ENDS_WITHIN_S)

    async def _take(self, request: web.BaseRequest) -> web.StreamResponse:
        reply = await self._answer(Call(request))
        response = web.Response(status=reply.status, body=reply.body, headers=reply.headers)
        if reply.hangs_up:
            response.force_close()
        return response


class _Full(asyncio.Protocol):
    """Hangs up at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.abort()  # type: ignore[attr-defined]


class _Garbage:
    """Stands for the server's logger, which would write a page about each line that is no HTTP, and
    quote from it: it is counted instead.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def debug(self, *_: Any, **__: Any) -> None:
        """Say nothing of lines that end."""

    def exception(self, text: str, *_: Any, exc_info: object = None, **__: Any) -> None:
        self._tell(type(exc_info).__name__ if isinstance(exc_info, BaseException) else text)

    error = warning = exception

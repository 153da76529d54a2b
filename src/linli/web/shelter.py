"""What the API's few threads never wait for: a caller who sends slowly, or takes slowly.

A body is heard whole before a thread is taken, and an answer is kept until its caller takes it.
"""

import asyncio
from collections.abc import AsyncIterator
from tempfile import SpooledTemporaryFile
from typing import IO

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from linli.kernel.fault import Fault
from linli.web.problems import Busy, told

MOST_BYTES = 80 * 1024 * 1024
"""More than any door takes; each door has a bound of its own."""
_IN_MEMORY_BYTES = 256 * 1024
_LARGE_BYTES = 2 * 1024 * 1024
_LARGE_AT_ONCE = 8
_PART_BYTES = 64 * 1024
_PATIENCE_S = 20.0
_LEAST_BYTES_S = 8 * 1024


class BodyTooLarge(Fault):
    key = "web.body_too_large"
    status = 413


class TooSlow(Fault):
    """The request came so slowly that it was given up; nothing of it was done."""

    key = "web.too_slow"
    status = 408


class CallerGone(ConnectionError):
    """The caller went before his request was whole; nobody is there to be answered."""


class Sheltered:
    """An application that works in threads, behind those who take their time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._large = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on once it is whole; refuse one that is too large or too slow."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with SpooledTemporaryFile(_IN_MEMORY_BYTES) as body:
            try:
                await self._hear(receive, body)
            except CallerGone:
                return
            except Fault as fault:
                await told(fault)(scope, receive, send)
                return
            body.seek(0)
            await self._pass_on(scope, _read_again(body, receive), send)

    async def _hear(self, receive: Receive, body: IO[bytes]) -> None:
        """Write the body of a request down; of large ones a few at a time.

        :raises Fault: if it is too large, one too many, or comes too slowly
        :raises CallerGone: if the rest of it never comes
        """
        size, large = 0, False
        try:
            async for part in _parts(receive):
                size += len(part)
                if size > MOST_BYTES:
                    raise BodyTooLarge(megabytes=MOST_BYTES // 1024 // 1024)
                if size > _LARGE_BYTES and not large:
                    if self._large >= _LARGE_AT_ONCE:
                        raise Busy
                    self._large, large = self._large + 1, True
                body.write(part)
        finally:
            self._large -= large

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        waiting: asyncio.Queue[Message] = asyncio.Queue()
        telling = asyncio.create_task(_tell(waiting, send))
        try:
            await self._app(scope, receive, waiting.put)
            await telling
        finally:
            telling.cancel()


async def _parts(receive: Receive) -> AsyncIterator[bytes]:
    """Yield the parts of a body.

    :raises TooSlow: if they come so slowly that nobody would wait
    :raises CallerGone: if the rest never comes
    """
    loop = asyncio.get_running_loop()
    size, more, began = 0, True, loop.time()
    while more:
        try:
            async with asyncio.timeout_at(began + _PATIENCE_S + size / _LEAST_BYTES_S):
                message = await receive()
        except TimeoutError:
            raise TooSlow from None
        if message["type"] == "http.disconnect":
            raise CallerGone
        part, more = message.get("body", b""), message.get("more_body", False)
        size += len(part)
        yield part


def _read_again(body: IO[bytes], receive: Receive) -> Receive:
    """Return how the body is read from where it was written; then what the caller says since."""
    more = True

    async def read() -> Message:
        nonlocal more
        if not more:
            return await receive()
        part = body.read(_PART_BYTES)
        more = len(part) == _PART_BYTES
        return {"type": "http.request", "body": part, "more_body": more}

    return read


async def _tell(waiting: asyncio.Queue[Message], send: Send) -> None:
    """Tell an answer as its caller takes it.

    :raises TimeoutError: if he stops taking it
    """
    more = True
    while more:
        message = await waiting.get()
        async with asyncio.timeout(_PATIENCE_S):
            await send(message)
        more = message["type"] == "http.response.start" or message.get("more_body", False)

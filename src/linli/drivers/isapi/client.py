"""HTTP with one camera, signed by digest: questions, commands, and the stream without end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from linli.drivers.isapi.options import LineOptions

_LONGEST_ANSWER = 4 * 1024 * 1024
_UNAUTHORIZED = (401, 403)


class NoCamera(Exception):
    """The camera cannot be reached, or will not; its word is the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Client:
    """Speaks with one camera. Certificates that it signed itself are known by their SHA-256."""

    def __init__(self, *, session: aiohttp.ClientSession, options: LineOptions) -> None:
        pinned = bytes.fromhex(options.certificate_sha256)
        self._session = session
        self._base = f"{'https' if pinned else 'http'}://{options.connect}"
        self._ssl: aiohttp.Fingerprint | bool = aiohttp.Fingerprint(pinned) if pinned else True
        self._answer_s = options.answer_s

    async def ask(self, method: str, path: str, body: bytes = b"") -> bytes:
        """Return the body of an answer.

        :raises NoCamera: if there is none in time, or it says no
        """
        try:
            async with (
                asyncio.timeout(self._answer_s),
                self._request(method, path, body) as answer,
            ):
                return await _whole(answer)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise NoCamera(_why(error)) from error

    @asynccontextmanager
    async def stream(self, path: str) -> AsyncIterator[tuple[str, aiohttp.StreamReader]]:
        """Open a stream; give its content type, and what comes.

        :raises NoCamera: if there is none in time, or it says no
        """
        try:
            async with asyncio.timeout(self._answer_s) as patience:
                async with self._request("GET", path, b"") as answer:
                    patience.reschedule(None)
                    _check(answer)
                    yield answer.headers.get("Content-Type", ""), answer.content
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise NoCamera(_why(error)) from error

    def _request(
        self, method: str, path: str, body: bytes
    ) -> "aiohttp.client._RequestContextManager":
        return self._session.request(
            method,
            self._base + path,
            data=body or None,
            ssl=self._ssl,
            allow_redirects=False,
            headers={"Content-Type": "application/xml"} if body else None,
        )


@asynccontextmanager
async def opened(options: LineOptions) -> AsyncIterator[Client]:
    """Give a client, until the end of the block."""
    signs = aiohttp.DigestAuthMiddleware(login=options.user, password=options.password)
    async with aiohttp.ClientSession(
        middlewares=(signs,), timeout=aiohttp.ClientTimeout(total=None), trust_env=False
    ) as session:
        yield Client(session=session, options=options)


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    _check(answer)
    found = bytearray()
    async for chunk in answer.content.iter_any():
        found += chunk
        if len(found) > _LONGEST_ANSWER:
            raise NoCamera("answer_too_long")
    return bytes(found)


def _check(answer: aiohttp.ClientResponse) -> None:
    if answer.status in _UNAUTHORIZED:
        raise NoCamera("wrong_password")
    if not 200 <= answer.status < 300:  # noqa: PLR2004
        raise NoCamera("refused")


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no_answer"
    if isinstance(error, aiohttp.ServerFingerprintMismatch):
        return "another_certificate"
    return "unreachable" if isinstance(error, aiohttp.ClientConnectorError) else "hung_up"

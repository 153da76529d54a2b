"""HTTP with one camera, signed by digest: questions, commands, and the stream without end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from linli.drivers.isapi.options import LineOptions

_LONGEST_ANSWER = 4 * 1024 * 1024
_UNAUTHORIZED = (401, 403)
_XML = "application/xml"


class NoCamera(Exception):
    """The camera cannot be reached, or will not; its word is the reason. Where it answered,
    `status` is that of HTTP and `said` what came with it.
    """

    def __init__(self, reason: str, *, status: int = 0, said: bytes = b"") -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.said = said


class Client:
    """Speaks with one camera. Certificates that it signed itself are known by their SHA-256."""

    def __init__(self, *, session: aiohttp.ClientSession, options: LineOptions) -> None:
        pinned = bytes.fromhex(options.certificate_sha256)
        self._session = session
        self._base = f"{'https' if pinned else 'http'}://{options.connect}"
        self._ssl: aiohttp.Fingerprint | bool = aiohttp.Fingerprint(pinned) if pinned else True
        self._answer_s = options.answer_s

    async def ask(self, method: str, path: str, body: bytes = b"", *, kind: str = _XML) -> bytes:
        """Return the body of an answer; `kind` is the content type of the body that is sent.

        :raises NoCamera: if there is none in time, or it says no
        """
        try:
            async with (
                asyncio.timeout(self._answer_s),
                self._request(method, path, body, kind) as answer,
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
                async with self._request("GET", path) as answer:
                    patience.reschedule(None)
                    _check(answer)
                    yield answer.headers.get("Content-Type", ""), answer.content
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise NoCamera(_why(error)) from error

    def _request(
        self, method: str, path: str, body: bytes = b"", kind: str = _XML
    ) -> "aiohttp.client._RequestContextManager":
        return self._session.request(
            method,
            self._base + path,
            data=body or None,
            ssl=self._ssl,
            allow_redirects=False,
            headers={"Content-Type": kind} if body else None,
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
    if _is_yes(answer):
        return await _body(answer)
    try:
        said = await _body(answer)
    except (aiohttp.ClientError, NoCamera):
        said = b""  # some hang up after they said no: the status is the answer
    raise _no(answer, said)


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    found = bytearray()
    async for chunk in answer.content.iter_any():
        found += chunk
        if len(found) > _LONGEST_ANSWER:
            raise NoCamera("answer_too_long")
    return bytes(found)


def _check(answer: aiohttp.ClientResponse) -> None:
    if not _is_yes(answer):
        raise _no(answer, b"")


def _is_yes(answer: aiohttp.ClientResponse) -> bool:
    return 200 <= answer.status < 300  # noqa: PLR2004


def _no(answer: aiohttp.ClientResponse, said: bytes) -> NoCamera:
    reason = "wrong_password" if answer.status in _UNAUTHORIZED else "refused"
    return NoCamera(reason, status=answer.status, said=said)


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no_answer"
    if isinstance(error, aiohttp.ServerFingerprintMismatch):
        return "another_certificate"
    return "unreachable" if isinstance(error, aiohttp.ClientConnectorError) else "hung_up"

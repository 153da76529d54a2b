"""HTTP push as a simple device does it: one request, one answer, the line closed."""

import asyncio
from urllib.parse import urlsplit

_PATIENCE_S = 20.0


async def push(*, url: str, path: str, secret: str, body: bytes) -> int:
    """Send one body; return the status, 200 when it is stored.

    :raises OSError, TimeoutError: if nobody answers
    """
    where = urlsplit(url)
    async with asyncio.timeout(_PATIENCE_S):
        reader, writer = await asyncio.open_connection(where.hostname, where.port or 80)
        try:
            head = (
                f"POST {path} HTTP/1.1\r\nHost: {where.netloc}\r\nConnection: close\r\n"
                f"Authorization: Bearer {secret}\r\nContent-Type: application/senml+json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode("ascii") + body)
            await writer.drain()
            status = await reader.readline()
        finally:
            writer.close()
    words = status.split()
    if len(words) < 2:  # noqa: PLR2004 - the version and the status
        raise ConnectionError("no HTTP answer")
    return int(words[1])

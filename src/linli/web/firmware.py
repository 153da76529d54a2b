"""The door at which devices fetch the image that a campaign offers them:
GET /firmware/v1/{community}/{release}, whole or in ranges (RFC 9110, chapter 14).

A device shows its own credential: HTTP Basic with its code (or `<community>/<code>`) and secret, or
Bearer with its secret and `?device=<code>`; or the ticket that stands in the address it was given.
"""

import base64
from datetime import UTC, datetime

from asgiref.sync import sync_to_async
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from linli.kernel.fault import Fault
from linli.registry.campaigns import operations
from linli.registry.campaigns.operations import Asker
from linli.web.problems import told

_LARGEST_NUMBER = 2**63 - 1


async def firmware(request: Request) -> Response:
    """Send an image, or say why not."""
    number = request.path_params["release"]
    asker = _asker(request)
    try:
        image = await sync_to_async(operations.fetch)(
            asker=asker, release=min(number, _LARGEST_NUMBER), now=datetime.now(UTC)
        )
    except Fault as fault:
        return told(fault)
    return FileResponse(
        image.path,
        media_type="application/octet-stream",
        filename=image.name,
        headers={
            "ETag": f'"{image.sha256}"',
            "X-Linli-Sha256": image.sha256,
            "Cache-Control": "private, no-store",
        },
    )


def _asker(request: Request) -> Asker:
    scheme, _, word = request.headers.get("authorization", "").partition(" ")
    community, query = request.path_params["community"], request.query_params
    device, secret = query.get("device", ""), ""
    if scheme.lower() == "basic":
        device, secret = _basic(word)
    elif scheme.lower() == "bearer":
        secret = word.strip()
    return Asker(
        community=community,
        device=device.removeprefix(f"{community}/"),
        secret=secret,
        ticket="" if secret else query.get("ticket", ""),
    )


def _basic(word: str) -> tuple[str, str]:
    try:
        name, _, secret = base64.b64decode(word.strip(), validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return name, secret

"""HTTP push: a device posts its readings; the gate of the live half takes them, or says why not.

200 means stored: the reading would survive `kill -9` of any process. 503 with Retry-After means
not stored; send it again. The body is JSON, or SenML (RFC 8428) by its content type.
"""

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from linli.adapters.bus import Bus, NotStored, Unheard
from linli.contracts import subjects

LARGEST_BYTES = 256 * 1024
_ANSWER_S = 15.0
_AGAIN_S = "5"


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate is asked to take. `secret` is the device's, from the Authorization header."""

    device: str
    secret: str
    content_type: str
    body: bytes


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _refusal(status: int, key: str, **values: object) -> JSONResponse:
    headers = {"Retry-After": _AGAIN_S} if status == 503 else None  # noqa: PLR2004 - as HTTP says
    return JSONResponse({"key": key, "values": values}, status, headers)


async def _bounded_body(request: Request) -> bytes | None:
    """Return the body, or None as soon as it proves too large; no more than that is ever kept."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)


async def push(request: Request, bus: Bus) -> Response:
    """Take one frame of one device: POST /push/v1/{community}/{device}/readings."""
    secret = _bearer(request)
    if not secret:
        return _refusal(401, "push.no_token")
    try:
        body = await _bounded_body(request)
    except ClientDisconnect:
        return _refusal(400, "push.cut_off")
    if body is None:
        return _refusal(413, "push.too_large", largest_bytes=LARGEST_BYTES)
    frame = Frame(
        device=request.path_params["device"],
        secret=secret,
        content_type=request.headers.get("content-type", "application/json"),
        body=body,
    )
    subject = subjects.ask("ingest", request.path_params["community"])
    try:
        answer = await bus.ask(
            subject=subject, body=msgspec.msgpack.encode(frame), timeout_s=_ANSWER_S
        )
    except (Unheard, NotStored):
        return _refusal(503, "push.not_stored")
    told = msgspec.msgpack.decode(answer)
    return JSONResponse(told, int(told.get("status", 200)))

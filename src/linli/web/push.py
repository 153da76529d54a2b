"""HTTP push: a device posts its readings; the gate of the live half takes them, or says why not.

200 means stored: the reading would survive `kill -9` of any process. 503 with Retry-After means
not stored; send it again. The body is JSON, or SenML (RFC 8428) by its content type.
"""

import base64

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from linli.adapters.bus import Bus, NotStored, Unheard
from linli.contracts import subjects

LARGEST_BYTES = 256 * 1024
_ANSWER_S = 15.0
_AGAIN_S = "5"
_MOST_HEADERS = 40
_LONGEST = 2048


class Frame(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the gate is asked to take. `secret` is the device's, from the Authorization header."""

    device: str
    secret: str
    content_type: str
    body: bytes
    driver: str = ""
    method: str = "POST"
    query: dict[str, str] = {}
    headers: dict[str, str] = {}


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _any_secret(request: Request) -> str:
    """Return what a platform that cannot set a header of its own has to show: Bearer, the password
    of Basic, or `?token=`.
    """
    scheme, _, word = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(word.strip(), validate=True).decode().partition(":")[2]
        except ValueError:
            return ""
    return _bearer(request) or request.query_params.get("token", "")


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
    return await _ask(request, bus, frame)


async def platform_push(request: Request, bus: Bus) -> Response:
    """Take what a platform pushes for many devices, as its driver reads it:
    /push/v1/{community}/{line}/{driver}. Who is to be believed, the driver says: by the line's
    secret, or by a signature.
    """
    try:
        body = await _bounded_body(request)
    except ClientDisconnect:
        return _refusal(400, "push.cut_off")
    if body is None:
        return _refusal(413, "push.too_large", largest_bytes=LARGEST_BYTES)
    headers = list(request.headers.items())[:_MOST_HEADERS]
    frame = Frame(
        device=request.path_params["device"],
        secret=_any_secret(request),
        content_type=request.headers.get("content-type", ""),
        body=body,
        driver=request.path_params["driver"],
        method=request.method,
        query={name: word[:_LONGEST] for name, word in request.query_params.items()},
        headers={name: word[:_LONGEST] for name, word in headers},
    )
    return await _ask(request, bus, frame)


async def _ask(request: Request, bus: Bus, frame: Frame) -> Response:
    subject = subjects.ask("ingest", request.path_params["community"])
    try:
        answer = await bus.ask(
            subject=subject, body=msgspec.msgpack.encode(frame), timeout_s=_ANSWER_S
        )
    except (Unheard, NotStored):
        return _refusal(503, "push.not_stored")
    told = msgspec.msgpack.decode(answer)
    status = int(told.get("status", 200))
    if told.get("reply"):
        return Response(told["reply"], status, media_type=told["content_type"])
    told.pop("reply", None)
    told.pop("content_type", None)
    return JSONResponse(told, status)

"""HTTP push: a device posts its readings; the gate of the live half takes them, or says why not.

200 means stored: the reading would survive `kill -9` of any process. 503 with Retry-After means
not stored; send it again. The body is JSON, or SenML (RFC 8428) by its content type. A refusal is
said as every refusal is (problem details); one of the gate has `taken` and `refused` beside, as the
answer to what was taken has.

A device that speaks HTTP alone fetches what it is told: GET …/commands?wait=25 stays open until
something comes, or so long. It answers by POST …/acks. Who waits takes a line, and no thread.
"""

import base64
from http import HTTPStatus

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from linli.adapters.bus import Bus, NotStored, Unheard
from linli.contracts import subjects
from linli.contracts.pushes import Pushed
from linli.kernel.fault import Fault
from linli.web.problems import told

LARGEST_BYTES = 256 * 1024
_ANSWER_S = 15.0
_LONGEST_WAIT_S, _DIGITS = 30.0, 2
_MOST_WAITING = 1000
"""Half of the lines that this process takes: more who fetch are answered at once."""
_MOST_HEADERS = 40
_LONGEST = 2048


class NoToken(Fault):
    """Nobody is believed who shows no secret."""

    key = "push.no_token"
    status = 401


class CutOff(Fault):
    key = "push.cut_off"
    status = 400


class TooLarge(Fault):
    key = "push.too_large"
    status = 413


class NotKept(Fault):
    """It may be sent again; nothing of it was stored."""

    key = "push.not_stored"
    status = 503


class NotBelieved(Fault):
    key = "push.not_believed"
    status = 401


class Refused(Fault):
    """Nothing of the frame can be taken; `refused` says why, reading by reading."""

    key = "push.refused"
    status = 422


class BadWait(Fault):
    """How long to wait is a number of seconds, from 0 to 30."""

    key = "push.bad_wait"
    status = 422


class TooOften(Fault):
    """It fetches again and again without waiting."""

    key = "push.too_often"
    status = 429


_FAULTS: dict[int, type[Fault]] = {one.status: one for one in (NotBelieved, NotKept, TooOften)}
"""What the gate means by its number; by any other, that it refused."""


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


async def _bounded_body(request: Request) -> bytes | None:
    """Return the body, or None as soon as it proves too large; no more than that is ever kept."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)


async def push(request: Request, bus: Bus, *, what: str) -> Response:
    """Take one frame of one device: POST /push/v1/{community}/{device}/readings; what it says of
    its commands, …/acks; or a question of it, …/asks, to which the answer is the response.
    """
    secret = _bearer(request)
    if not secret:
        return told(NoToken())
    try:
        body = await _bounded_body(request)
    except ClientDisconnect:
        return told(CutOff())
    if body is None:
        return told(TooLarge(largest_bytes=LARGEST_BYTES))
    pushed = Pushed(
        device=request.path_params["device"],
        secret=secret,
        content_type=request.headers.get("content-type", "application/json"),
        body=body,
        what=what,
    )
    return await _ask(request, bus, pushed)


class Fetching:
    """Devices that fetch what they are told: GET /push/v1/{community}/{device}/commands?wait=25."""

    def __init__(self) -> None:
        self._waiting = 0

    async def fetch(self, request: Request, bus: Bus) -> Response:
        """Let one device wait, and answer what it is told: none, or some commands."""
        secret = _bearer(request)
        if not secret:
            return told(NoToken())
        wait_s = _seconds(request.query_params.get("wait", "0"))
        if wait_s is None:
            return told(BadWait(longest_s=int(_LONGEST_WAIT_S)))
        pushed = Pushed(
            device=request.path_params["device"],
            secret=secret,
            content_type="",
            body=b"",
            what="commands",
            wait_s=wait_s if self._waiting < _MOST_WAITING else 0.0,
        )
        self._waiting += 1
        try:
            answer = await _ask(
                request, bus, pushed, question="fetch", answer_s=pushed.wait_s + _ANSWER_S
            )
        finally:
            self._waiting -= 1
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _seconds(said: str) -> float | None:
    """Return how long somebody would wait; None where it is no such number."""
    if not (said.isascii() and said.isdigit() and len(said) <= _DIGITS):
        return None
    return float(said) if float(said) <= _LONGEST_WAIT_S else None


async def platform_push(request: Request, bus: Bus) -> Response:
    """Take what a platform pushes for many devices, as its driver reads it:
    /push/v1/{community}/{line}/{driver}. Who is to be believed, the driver says: by the line's
    secret, or by a signature.
    """
    try:
        body = await _bounded_body(request)
    except ClientDisconnect:
        return told(CutOff())
    if body is None:
        return told(TooLarge(largest_bytes=LARGEST_BYTES))
    headers = list(request.headers.items())[:_MOST_HEADERS]
    pushed = Pushed(
        device=request.path_params["device"],
        secret=_any_secret(request),
        content_type=request.headers.get("content-type", ""),
        body=body,
        driver=request.path_params["driver"],
        method=request.method,
        query={name: word[:_LONGEST] for name, word in request.query_params.items()},
        headers={name: word[:_LONGEST] for name, word in headers},
    )
    return await _ask(request, bus, pushed)


async def _ask(
    request: Request,
    bus: Bus,
    pushed: Pushed,
    *,
    question: str = "ingest",
    answer_s: float = _ANSWER_S,
) -> Response:
    subject = subjects.ask(question, request.path_params["community"])
    try:
        answer = await bus.ask(
            subject=subject, body=msgspec.msgpack.encode(pushed), timeout_s=answer_s
        )
    except (Unheard, NotStored):
        return told(NotKept())
    said = msgspec.msgpack.decode(answer)
    status = int(said.get("status", 200))
    if said.get("reply"):
        return Response(said["reply"], status, media_type=said["content_type"])
    verdict = {name: said[name] for name in ("taken", "refused") if name in said}
    if status < HTTPStatus.BAD_REQUEST:
        return JSONResponse({"status": status, **verdict}, status)
    fault = _FAULTS.get(status, Refused)()
    fault.status = status
    return told(fault, verdict)

"""How a refusal is said over HTTP: problem details (RFC 9457), and our key, values and sentence."""

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from starlette.responses import Response

from linli.kernel.fault import Fault
from linli.web.sentences import sentence

MEDIA_TYPE = "application/problem+json"
Answer = Callable[[HttpRequest], HttpResponse]
"""The rest of the way that a request goes, up to its door."""

TYPES = "/api/v1/problems/"
"""Before the key of a refusal: the address that says what it means."""


class BadRequest(Fault):
    """The request does not have the shape that this door takes; `fields` says where."""

    key = "web.bad_request"
    status = 422


class NoSuchAddress(Fault):
    key = "web.no_such_address"
    status = 404


class NotThisMethod(Fault):
    key = "web.not_this_method"
    status = 405


class NotReadable(Fault):
    key = "web.not_readable"
    status = 400


class Broken(Fault):
    """Something of ours broke; the log has it under this number."""

    key = "web.broken"
    status = 500


class Busy(Fault):
    """The database is locked or away for now."""

    key = "web.busy"
    status = 503


_ASKS: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": 'Basic realm="linli", Bearer realm="linli"'},
    429: {"Retry-After": "5"},
    503: {"Retry-After": "5"},
}
"""What a device is asked to do about a refusal."""

_PLAIN: Mapping[int, type[Fault]] = {404: NoSuchAddress, 405: NotThisMethod, 500: Broken}
"""What is said where the framework answered in words of its own."""


def problem(fault: Fault) -> dict[str, object]:
    """Return a refusal as its body says it, in the reader's language."""
    values = {name: _plain(value) for name, value in fault.values.items()}
    said = sentence(fault.key, values, get_language() or "zh")
    return {
        "type": TYPES + fault.key,
        "title": HTTPStatus(fault.status).phrase,
        "status": fault.status,
        "detail": said,
        "key": fault.key,
        "values": values,
        "message": said,
    }


def refusal(fault: Fault) -> HttpResponse:
    """Return the answer that says a refusal; of what will pass by itself, when to ask again."""
    body = json.dumps(problem(fault), ensure_ascii=False, default=str)
    answer = HttpResponse(body, status=fault.status, content_type=MEDIA_TYPE)
    if fault.status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer["Retry-After"] = _ASKS[fault.status]["Retry-After"]
    return answer


def told(fault: Fault, besides: Mapping[str, object] = {}) -> Response:
    """Return the answer of a door of devices that says a refusal; `besides` stands beside it."""
    body = json.dumps(problem(fault) | dict(besides), ensure_ascii=False, default=str)
    headers = _ASKS.get(fault.status)
    return Response(body, fault.status, dict(headers) if headers else None, MEDIA_TYPE)


class Plainly:
    """Middleware: what the framework refuses in words of its own is said as every refusal is."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; put a refusal that is no JSON into our words."""
        answer = self._answer(request)
        kind = answer.headers.get("Content-Type", "")
        if answer.status_code < HTTPStatus.BAD_REQUEST or "json" in kind or answer.streaming:
            return answer
        told = refusal(_of(answer.status_code, request))
        told.status_code = answer.status_code
        for name in ("Allow", "Retry-After", "WWW-Authenticate"):
            if name in answer.headers:
                told[name] = answer.headers[name]
        return told


def _of(status: int, request: HttpRequest) -> Fault:
    made = _PLAIN.get(status, NotReadable)(method=request.method, path=request.path)
    made.status = status
    return made


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | list | None) else str(value)

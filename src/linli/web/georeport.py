"""Middleware of Open311: its key is an access token, and its refusals are said in its own form."""

import json

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError

from linli.domains.cases.logic.open311 import MEDIA_TYPES, Form, written
from linli.foundation.identity.guard import token
from linli.web.problems import MEDIA_TYPE, Answer, NotReadable, refusal

_OURS = "/open311/"
_FORM = "application/x-www-form-urlencoded"
_SAID = {401: 401, 403: 403, 404: 404, 409: 409, 413: 413, 422: 400}
"""Its statuses for ours; a field that is missing or odd is 400 there (GeoReport v2, errors)."""


class GeoReport:
    """The middleware."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on with its key as a bearer token; put a refusal into its form."""
        if _OURS not in request.path or not request.path.startswith("/api/"):
            return self._answer(request)
        try:
            _bear(request)
            answer = self._answer(request)
        except (SuspiciousOperation, UnreadablePostError) as error:
            answer = refusal(NotReadable(reason=type(error).__name__))
        if answer.headers.get("Content-Type") == MEDIA_TYPE:
            _say(answer, request)
        return answer


def _bear(request: HttpRequest) -> None:
    """Let `api_key` stand as a bearer token where no other was shown."""
    key = request.GET.get("api_key", "")
    if not key and request.content_type == _FORM:
        _ = request.body  # kept, so that it may still be read as it came
        key = request.POST.get("api_key", "")
    if key and not token(request):
        request.META["HTTP_AUTHORIZATION"] = f"Bearer {key}"
        request.__dict__.pop("headers", None)  # made of META when it is first asked for


def _say(answer: HttpResponse, request: HttpRequest) -> None:
    problem = json.loads(answer.content)
    answer.status_code = _SAID.get(answer.status_code, answer.status_code)
    fields = problem["values"].get("fields") or []
    more = "; ".join(f"{one['field']}: {one['reason']}" for one in fields)
    said = {
        "code": answer.status_code,
        "description": " ".join(part for part in (problem["detail"], more) if part),
        "key": problem["key"],
    }
    form = Form.XML if request.path.endswith(".xml") else Form.JSON
    answer.content = written([said], form=form, names=("errors", "error"))
    answer["Content-Type"] = MEDIA_TYPES[form]

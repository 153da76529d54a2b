"""The API put together, and how refusals are said."""

import logging

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from ninja.errors import HttpError, ValidationError

from linli.foundation import ids
from linli.foundation.passing import is_passing
from linli.kernel.fault import Fault
from linli.web import problems, refusals
from linli.web.description import DescribedAPI
from linli.web.routers import ROUTERS

log = logging.getLogger("linli.web")

api = DescribedAPI(
    title="Linli",
    version="1.0",
    description="邻里智慧社区开放接口 · The open API of the Linli smart-community platform.",
    urls_namespace="api",
    docs_url=None,
)

for prefix, router in ROUTERS:
    api.add_router(prefix, router)


@api.exception_handler(Fault)
def refuse(request: HttpRequest, fault: Fault) -> HttpResponse:
    """Say a refusal: its key, its values, and a sentence in the reader's language."""
    refusals.note(request=request, fault=fault, now=timezone.now())
    return problems.refusal(fault)


@api.exception_handler(ValidationError)
def refuse_form(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Say which fields of a request are wrong, and how."""
    fields = [
        {"field": ".".join(str(part) for part in item["loc"]), "reason": str(item["msg"])}
        for item in error.errors
    ]
    return _refused(request, problems.BadRequest(fields=fields))


@api.exception_handler(HttpError)
def refuse_body(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Say that a request cannot be read: a body that is no JSON."""
    fault = problems.NotReadable(reason=str(error))
    fault.status = error.status_code
    return _refused(request, fault)


@api.exception_handler(Http404)
def refuse_address(request: HttpRequest, _error: Http404) -> HttpResponse:
    """Say that there is nothing at this address."""
    return problems.refusal(problems.NoSuchAddress(method=request.method, path=request.path))


@api.exception_handler(MultiPartParserError)
@api.exception_handler(SuspiciousOperation)
@api.exception_handler(UnreadablePostError)
def refuse_form_data(request: HttpRequest, error: Exception) -> HttpResponse:
    """Say that a form cannot be read: cut off, too large, or none at all."""
    return _refused(request, problems.NotReadable(reason=type(error).__name__))


def _refused(request: HttpRequest, fault: Fault) -> HttpResponse:
    refusals.write_down(request=request, key=fault.key, now=timezone.now())
    return problems.refusal(fault)


@api.exception_handler(Exception)
def say_broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """Say that something of ours broke, and write it into the log under a number; of what will pass
    by itself, that it is to be asked again.
    """
    if is_passing(error):
        log.warning("%s %s: %s", request.method, request.path, error)
        answer = problems.refusal(problems.Busy())
        answer["Retry-After"] = "2"
        return answer
    number = ids.new()
    log.error("%s %s broke (%s)", request.method, request.path, number, exc_info=error)
    return problems.refusal(problems.Broken(number=number))

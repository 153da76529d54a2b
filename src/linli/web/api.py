"""The API put together, and how refusals are said."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from ninja import NinjaAPI
from ninja.errors import ValidationError

from linli.kernel.fault import Fault
from linli.web import refusals
from linli.web.routers import ROUTERS
from linli.web.sentences import sentence

api = NinjaAPI(
    title="Linli",
    version="1",
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
    values = {name: _plain(value) for name, value in fault.values.items()}
    body = {
        "key": fault.key,
        "values": values,
        "message": sentence(fault.key, values, get_language() or "zh"),
    }
    return api.create_response(request, body, status=fault.status)


@api.exception_handler(ValidationError)
def refuse_form(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Say which fields of a request are wrong, and how."""
    fields = [
        {"field": ".".join(str(part) for part in item["loc"]), "reason": str(item["msg"])}
        for item in error.errors
    ]
    body = {
        "key": "web.bad_request",
        "values": {"fields": fields},
        "message": sentence("web.bad_request", {}, get_language() or "zh"),
    }
    return api.create_response(request, body, status=422)


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | list | None) else str(value)

"""Cases by Open311 GeoReport v2: services, requests, tokens; in JSON and in XML.

Who asks shows the access token of a third party, as `api_key` or as a bearer (`web/georeport.py`).
"""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Field, Form, Query, Router, Schema
from pydantic import AwareDatetime

from linli.domains.cases import open311 as told
from linli.domains.cases.logic import open311
from linli.domains.cases.operations import reporting
from linli.foundation.identity.guard import Visit, may

router = Router(tags=["open311"])
_MAY_SEE = may("cases.read", "cases.report")


class ServiceOut(Schema):
    """A kind of case."""

    service_code: str
    service_name: str
    description: str
    metadata: bool
    type: str
    keywords: str
    group: str


class AttributeValue(Schema):
    key: str
    name: str


class AttributeOut(Schema):
    """A question of a service."""

    variable: bool
    code: str
    datatype: str
    required: bool
    datatype_description: str
    order: int
    description: str
    values: list[AttributeValue]


class DefinitionOut(Schema):
    service_code: str
    attributes: list[AttributeOut]


class RequestOut(Schema):
    """A case. `lat` and `long` are the middle of its place, in WGS 84."""

    service_request_id: str
    status: str
    status_notes: str
    service_name: str
    service_code: str
    description: str
    agency_responsible: str | None
    service_notice: str | None
    requested_datetime: str
    updated_datetime: str
    expected_datetime: str | None
    address: str
    address_id: str
    zipcode: str | None
    lat: float | None
    long: float | None
    media_url: str | None


class RequestMade(Schema):
    service_request_id: str
    service_notice: str | None
    account_id: str | None


class TokenOut(Schema):
    service_request_id: str
    token: str


class GeoReportRefusal(Schema):
    """A refusal in the words of GeoReport; `key` is ours."""

    code: int
    description: str
    key: str


class RequestIn(Schema):
    """A report, as a form. One of `address_id` (a path of ours), `lat` with `long` (WGS 84), and
    `address_string` (the name in full) says where. `phone` or `email` is kept with `purpose=report`
    only. The questions of a service are asked as `attribute[code]`.
    """

    service_code: str
    jurisdiction_id: str = ""
    lat: str = ""
    long: str = ""
    address_string: str = ""
    address_id: str = ""
    description: str = ""
    media_url: str = ""
    phone: str = ""
    email: str = ""
    purpose: str = ""
    api_key: str = ""


class Of(Schema):
    """Whose services; another community than that of the address is none."""

    jurisdiction_id: str = ""


class RequestsIn(Of):
    """Which requests. Numbers, with commas between, override all else. Times have a zone."""

    service_request_id: str = Field("", max_length=4000)
    service_code: str = Field("", max_length=4000)
    status: str = ""
    start_date: AwareDatetime | None = None
    end_date: AwareDatetime | None = None
    page: int = Field(1, ge=1, le=100_000)
    page_size: int = Field(open311.MOST, ge=1, le=open311.MOST)


_REFUSED = {
    "description": "Refused, in the form of GeoReport.",
    "content": {
        "application/json": {
            "schema": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/GeoReportRefusal"},
            }
        },
        "application/xml": {},
    },
}


def _door(of: Any, success: int = 200) -> dict[str, Any]:
    """Return what every door says of its answers: an array, in either form."""
    return {
        "response": {success: list[of], 400: list[GeoReportRefusal]},
        "openapi_extra": {
            "responses": {
                success: {"content": {"application/xml": {}}},
                400: {"content": {"application/xml": {}}},
                "default": _REFUSED,
            }
        },
    }


def _answer(
    items: list[dict[str, object]], form: open311.Form, names: tuple[str, str], status: int = 200
) -> HttpResponse:
    body = open311.written(items, form=form, names=names)
    return HttpResponse(body, status=status, content_type=open311.MEDIA_TYPES[form])


def _language() -> str:
    return get_language() or "zh"


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


@router.get("/{community}/open311/services.{form}", auth=_MAY_SEE, **_door(ServiceOut))
def services(request: Visit, community: str, form: open311.Form, of: Query[Of]) -> HttpResponse:
    """List the kinds of case as services (GeoReport v2)."""
    told.check_jurisdiction(community=community, said=of.jurisdiction_id)
    return _answer(told.services(language=_language()), form, ("services", "service"))


@router.get("/{community}/open311/services/{code}.{form}", auth=_MAY_SEE, **_door(DefinitionOut))
def service_definition(
    request: Visit, community: str, code: str, form: open311.Form, of: Query[Of]
) -> HttpResponse:
    """Say what a service asks (GeoReport v2)."""
    told.check_jurisdiction(community=community, said=of.jurisdiction_id)
    found = [told.definition(code=code)]
    return _answer(found, form, ("service_definitions", "service_definition"))


@router.get("/{community}/open311/requests.{form}", auth=_MAY_SEE, **_door(RequestOut))
def service_requests(
    request: Visit, community: str, form: open311.Form, wanted: Query[RequestsIn]
) -> HttpResponse:
    """List requests: of the last ninety days, unless it says otherwise (GeoReport v2)."""
    told.check_jurisdiction(community=community, said=wanted.jurisdiction_id)
    found = told.requests(
        actor=request.auth,
        wanted=told.Wanted(
            numbers=_parts(wanted.service_request_id),
            services=_parts(wanted.service_code),
            statuses=_parts(wanted.status),
            start=wanted.start_date,
            end=wanted.end_date,
            page=wanted.page,
            page_size=wanted.page_size,
        ),
        now=timezone.now(),
        language=_language(),
    )
    return _answer(found, form, ("service_requests", "request"))


@router.post(
    "/{community}/open311/requests.{form}", auth=may("cases.report"), **_door(RequestMade, 201)
)
def request_service(
    request: Visit, community: str, form: open311.Form, body: Form[RequestIn]
) -> HttpResponse:
    """Report that something is the matter (GeoReport v2)."""
    told.check_jurisdiction(community=community, said=body.jurisdiction_id)
    given = {name: str(value) for name, value in request.POST.items()}
    made = reporting.report(actor=request.auth, form=given, now=timezone.now())
    said: dict[str, object] = {
        "service_request_id": made.number,
        "service_notice": None,
        "account_id": None,
    }
    return _answer([said], form, ("service_requests", "request"), 201)


@router.get("/{community}/open311/requests/{number}.{form}", auth=_MAY_SEE, **_door(RequestOut))
def service_request(
    request: Visit, community: str, number: str, form: open311.Form, of: Query[Of]
) -> HttpResponse:
    """Show one request (GeoReport v2)."""
    told.check_jurisdiction(community=community, said=of.jurisdiction_id)
    found = told.request(
        actor=request.auth, number=number, now=timezone.now(), language=_language()
    )
    return _answer(found, form, ("service_requests", "request"))


@router.get("/{community}/open311/tokens/{token}.{form}", auth=_MAY_SEE, **_door(TokenOut))
def request_of_token(
    request: Visit, community: str, token: str, form: open311.Form, of: Query[Of]
) -> HttpResponse:
    """Say which request a token stands for (GeoReport v2). All services are `realtime`, so that no
    other token is given out than the number of the request itself.
    """
    told.check_jurisdiction(community=community, said=of.jurisdiction_id)
    told.request(actor=request.auth, number=token, now=timezone.now(), language=_language())
    said: dict[str, object] = {"service_request_id": token, "token": token}
    return _answer([said], form, ("service_requests", "request"))

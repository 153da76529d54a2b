"""Feeds over HTTP: subscribed to by a person, read by his calendar program, revoked."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Status

from linli.domains.feeds import operations, queries, schemas
from linli.foundation.identity.guard import Visit, may, stranger

router = Router(tags=["feeds"])
_OWN = may("register.read", "devices.read", himself=True)
MEDIA_TYPE = "text/calendar"


@router.get("/{community}/feeds", response=schemas.FeedsOut, auth=_OWN)
def feeds(request: Visit, community: str) -> Any:
    """List the calendars that the reader subscribed to."""
    return {
        "items": [schemas.feed_out(row) for row in queries.feeds(actor=request.auth)],
        "next": None,
    }


@router.post("/{community}/feeds", response={201: schemas.FeedMade}, auth=_OWN)
def subscribe(request: Visit, community: str, body: schemas.FeedIn) -> Any:
    """Subscribe to a calendar: an address that shows it to whoever knows it, until revoked."""
    made = operations.subscribe(actor=request.auth, kind=body.kind, now=timezone.now())
    path = f"/api/v1/{community}/feeds/{made.token}.ics"
    return Status(201, schemas.feed_out(made.row) | {"path": path})


@router.delete("/{community}/feeds/{int:feed}", response={204: None}, auth=_OWN)
def revoke(request: Visit, community: str, feed: int) -> Status[None]:
    """Revoke an address: it shows nothing any more."""
    operations.revoke(actor=request.auth, feed=feed, now=timezone.now())
    return Status(204, None)


@router.get(
    "/{community}/feeds/{token}.ics",
    auth=stranger,
    openapi_extra={"responses": {200: {"description": "OK", "content": {MEDIA_TYPE: {}}}}},
)
def calendar(request: HttpRequest, community: str, token: str) -> HttpResponse:
    """Show a calendar (iCalendar, RFC 5545) as its subscriber may read it now."""
    body = operations.read(community=community, token=token, now=timezone.now())
    return HttpResponse(
        body, content_type=f"{MEDIA_TYPE}; charset=utf-8", headers={"Cache-Control": "private"}
    )

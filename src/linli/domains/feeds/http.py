"""Feeds over HTTP: subscribed to by a person, read by his calendar program, revoked."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema, Status

from linli.domains.feeds import operations, queries
from linli.domains.feeds.logic.kinds import NAMES, Kind
from linli.domains.feeds.models import Feed
from linli.foundation.identity.guard import Visit, may, stranger
from linli.foundation.shapes import TwoLanguages
from linli.kernel.words import both

router = Router(tags=["feeds"])
_OWN = may("register.read", "devices.read", himself=True)
MEDIA_TYPE = "text/calendar"


class FeedIn(Schema):
    kind: Kind


class FeedOut(Schema):
    """A calendar that one subscribed to; its address is not told again."""

    id: int
    kind: str
    name: TwoLanguages
    made_at: datetime


class FeedsOut(Schema):
    items: list[FeedOut]
    next: str | None


class FeedMade(FeedOut):
    """`path` is the address on this server, for a calendar program: told here once."""

    path: str


def _out(row: Feed) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "name": both(NAMES[Kind(row.kind)]),
        "made_at": row.made_at,
    }


@router.get("/{community}/feeds", response=FeedsOut, auth=_OWN)
def feeds(request: Visit, community: str) -> Any:
    """List the calendars that the reader subscribed to."""
    return {"items": [_out(row) for row in queries.feeds(actor=request.auth)], "next": None}


@router.post("/{community}/feeds", response={201: FeedMade}, auth=_OWN)
def subscribe(request: Visit, community: str, body: FeedIn) -> Any:
    """Subscribe to a calendar: an address that shows it to whoever knows it, until revoked."""
    made = operations.subscribe(actor=request.auth, kind=body.kind, now=timezone.now())
    path = f"/api/v1/{community}/feeds/{made.token}.ics"
    return Status(201, _out(made.row) | {"path": path})


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

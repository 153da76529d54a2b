"""Shapes of feeds over HTTP."""

from datetime import datetime
from typing import Any

from ninja import Schema

from linli.domains.feeds.logic.kinds import NAMES, Kind
from linli.domains.feeds.models import Feed
from linli.foundation.shapes import TwoLanguages
from linli.kernel.words import both


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


def feed_out(row: Feed) -> dict[str, Any]:
    """Return a feed as it is answered."""
    return {
        "id": row.pk,
        "kind": row.kind,
        "name": both(NAMES[Kind(row.kind)]),
        "made_at": row.made_at,
    }

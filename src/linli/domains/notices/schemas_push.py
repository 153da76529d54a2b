"""How the devices that ring for somebody look over HTTP."""

from datetime import datetime, time
from typing import Any

from ninja import Field, Schema

from linli.domains.notices.models import Hearer


class HearerOut(Schema):
    """A device that is rung; between `quiet_from` and `quiet_to` for help only. `mark` is the
    SHA-256 of its address, by which a browser knows itself.
    """

    id: int
    device: str
    mark: str
    agreed_at: datetime
    quiet_from: time | None
    quiet_to: time | None


class HearersOut(Schema):
    """`on`: whether this installation calls push services at all. `key` is ours (VAPID)."""

    on: bool
    key: str
    items: list[HearerOut]


class HearerKeys(Schema):
    p256dh: str = Field(max_length=120)
    auth: str = Field(max_length=40)


class HearerIn(Schema):
    """A subscription as the browser's Push API gives it, and that its owner said yes."""

    endpoint: str = Field(max_length=500)
    keys: HearerKeys
    agreed: bool


class QuietHours(Schema):
    """By the clock of the place; both or none."""

    quiet_from: time | None = None
    quiet_to: time | None = None


def hearer_out(row: Hearer) -> dict[str, Any]:
    """Return a device as its owner sees it."""
    names = ("device", "mark", "agreed_at", "quiet_from", "quiet_to")
    return {"id": row.pk, **{name: getattr(row, name) for name in names}}

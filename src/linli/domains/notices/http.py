"""Notices and broadcasts over HTTP: one request in, one domain call, one answer out."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from linli.domains.notices import operations, pages
from linli.foundation.approvals.schemas import ApprovalOut, approval_out
from linli.foundation.identity.guard import Visit, may
from linli.foundation.shapes import TwoLanguages
from linli.kernel.words import Words

router = Router(tags=["notices"])


class NoticeOut(Schema):
    """A notice. `read` tells whether the reader has read it."""

    id: int
    to: str
    place: str
    place_name: TwoLanguages
    text: TwoLanguages
    severity: str
    at: datetime
    link: str
    read: bool


class NoticesOut(Schema):
    items: list[NoticeOut]
    next: str | None


class BroadcastOut(Schema):
    """Words spoken aloud; where they were not, `blocked` is `night`, `late` or `no_speaker`."""

    id: int
    place: str
    place_name: TwoLanguages
    text: TwoLanguages
    urgent: bool
    speakers: list[str]
    commands: list[str]
    blocked: str
    blocked_text: TwoLanguages | None
    at: datetime


class BroadcastsOut(Schema):
    items: list[BroadcastOut]
    next: str | None


class PageIn(Schema):
    cursor: str = ""
    limit: int = Field(50, ge=1, le=500)


class BroadcastText(Schema):
    """What to say; a loudspeaker takes 200 characters. Without English the Chinese is said."""

    zh: str = Field(min_length=1, max_length=200)
    en: str = Field("", max_length=200)


class BroadcastIn(Schema):
    """What to say where. The same `key` sent again is the same broadcast."""

    place: str = Field(max_length=200)
    text: BroadcastText
    urgent: bool = False
    key: str = Field("", max_length=64)


@router.get("/{community}/notices", response=NoticesOut, auth=may("notices.read"))
def notices(request: Visit, community: str, page: Query[PageIn]) -> Any:
    """List the notices for the reader's roles, in or above his area, newest first."""
    return pages.notices(actor=request.auth, cursor=page.cursor, limit=page.limit)


@router.post("/{community}/notices/{int:notice}/read", response={204: None},
             auth=may("notices.read"))  # fmt: skip
def read(request: Visit, community: str, notice: int) -> Any:
    """Mark a notice read."""
    operations.read(actor=request.auth, notice=notice, now=timezone.now())
    return Status(204, None)


@router.get("/{community}/broadcasts", response=BroadcastsOut, auth=may("notices.read"))
def broadcasts(request: Visit, community: str, page: Query[PageIn]) -> Any:
    """List what was spoken aloud in the reader's area, newest first."""
    return pages.broadcasts(actor=request.auth, cursor=page.cursor, limit=page.limit)


@router.post("/{community}/broadcasts", response={201: BroadcastOut, 202: ApprovalOut},
             auth=may("notices.write"))  # fmt: skip
def speak(request: Visit, community: str, body: BroadcastIn) -> Any:
    """Speak words aloud at a place; at night only what is urgent. What is not, and more than one
    building would hear, waits for a second person.
    """
    now = timezone.now()
    said = operations.say(
        actor=request.auth,
        place=body.place,
        text=Words(zh=body.text.zh, en=body.text.en),
        urgent=body.urgent,
        key=body.key,
        now=now,
    )
    if isinstance(said, operations.Spoken):
        return Status(201, pages.spoken(said.row))
    return Status(202, approval_out(said.row, now))

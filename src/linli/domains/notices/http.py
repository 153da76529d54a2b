"""Notices and broadcasts over HTTP: one request in, one domain call, one answer out."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict

from linli.domains.notices import operations, pages
from linli.domains.notices.operations import reviewing
from linli.foundation.approvals.schemas import ApprovalOut, approval_out
from linli.foundation.identity.guard import Visit, may, may_everywhere
from linli.foundation.identity.sensitive import Sensitive
from linli.foundation.shapes import Person, TwoLanguages
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


class AloneWanted(Schema):
    """Which: `unreviewed` leaves those that nobody has looked at; `cursor` is the `next` before."""

    unreviewed: bool = False
    cursor: int | None = None
    limit: int = Field(50, ge=1, le=500)


class SpokenAlone(Schema):
    """What one person spoke to many; `justified` is null until another has looked at it."""

    id: int
    place_name: TwoLanguages
    text: TwoLanguages
    by: Person
    at: datetime
    reviewed_by: Person | None
    reviewed_at: datetime | None
    justified: bool | None
    review: str


class SpokenAlonePage(Schema):
    items: list[SpokenAlone]
    next: int | None


class BroadcastReview(Schema):
    model_config = ConfigDict(extra="forbid")
    justified: bool
    words: str = Field(min_length=1, max_length=300)


_REVIEWS = may_everywhere("notices.approve")


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
    building would hear, waits for a second person; what is urgent, another reviews afterwards.
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


@router.get("/{community}/broadcasts/alone", response=SpokenAlonePage, auth=_REVIEWS)
def spoken_alone(request: Visit, community: str, wanted: Query[AloneWanted]) -> Any:
    """List what one person spoke to many because it was urgent, newest first: what nobody has
    reviewed yet, or all.
    """
    return pages.spoken_alone(
        community=community,
        unreviewed=wanted.unreviewed,
        before=wanted.cursor,
        limit=wanted.limit,
    )


@router.post("/{community}/broadcasts/{int:broadcast}/review", response=SpokenAlone,
             auth=may_everywhere("notices.approve", fresh=Sensitive.EMERGENCY))  # fmt: skip
def review(request: Visit, community: str, broadcast: int, body: BroadcastReview) -> Any:
    """Say, as another person, whether it was right to speak to many alone."""
    row = reviewing.review(
        community=community,
        id=broadcast,
        justified=body.justified,
        words=body.words,
        by=request.auth.account,
        now=timezone.now(),
    )
    return pages.one_spoken_alone(row)

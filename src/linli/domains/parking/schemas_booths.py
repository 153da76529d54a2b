"""Shapes of booths, and of the shifts of those who sit in them. Every sum is a number of fen."""

from datetime import datetime
from typing import Any

from ninja import Field, Schema

from linli.domains.parking.models import Booth, BoothShift
from linli.domains.parking.queries.booths import Done
from linli.domains.parking.schemas import CODE
from linli.foundation.shapes import TextIn, TwoLanguages
from linli.kernel.words import both


class OnDuty(Schema):
    """Who sits in a booth, since when; `mine`: whoever asks."""

    name: str
    since: datetime
    mine: bool


class BoothOut(Schema):
    """A booth, the codes of its lanes, and who sits in it."""

    code: str
    name: TwoLanguages
    lot: str
    lot_name: TwoLanguages
    lanes: list[str]
    on_duty: OnDuty | None


class BoothsOut(Schema):
    items: list[BoothOut]
    next: str | None


class BoothIn(Schema):
    name: TextIn
    lot: str = Field(pattern=CODE)


class SignOnIn(Schema):
    """`relieve`: whoever sits there leaves."""

    relieve: bool = False


class BoothShiftOut(Schema):
    """A clerk in a booth. What he did (`opened` arms, `mended` stays, `cash_fen` taken less given)
    is told of a shift that is over, and of one's own.
    """

    id: int
    booth: str
    booth_name: TwoLanguages
    clerk_name: str
    mine: bool
    began_at: datetime
    ended_at: datetime | None
    relieved_by_name: str
    opened: int | None
    mended: int | None
    cash_fen: int | None
    handed_fen: int | None
    handed_at: datetime | None
    note: str
    counted_by_name: str
    received_by_name: str
    received_at: datetime | None


class BoothShifts(Schema):
    items: list[BoothShiftOut]
    next: int | None


class OwnBoothShifts(Schema):
    """The shift that one has now, and those that one has still to hand over."""

    now: BoothShiftOut | None
    owed: list[BoothShiftOut]


class HandOverIn(Schema):
    """What one counted; a `note` where it is not what was taken."""

    fen: int = Field(ge=0, le=100_000_000)
    note: str = Field("", max_length=200)


class CountIn(Schema):
    """What was counted for a clerk who is not there, and why another did."""

    fen: int = Field(ge=0, le=100_000_000)
    note: str = Field(min_length=1, max_length=200)


def booth_out(row: Booth, on_duty: BoothShift | None, *, account: int) -> dict[str, Any]:
    """Return a booth as whoever asks sees it."""
    return {
        "code": row.code,
        "name": both(row.name),
        "lot": row.lot.code,
        "lot_name": both(row.lot.name),
        "lanes": [lane.code for lane in row.lanes.all()],
        "on_duty": None if on_duty is None else {
            "name": on_duty.clerk.name,
            "since": on_duty.began_at,
            "mine": on_duty.clerk_id == account,
        },
    }  # fmt: skip


def shift_out(row: BoothShift, *, account: int, done: Done | None = None) -> dict[str, Any]:
    """Return a shift; what was done in it as of its end, where it is not told."""
    over = row.ended_at is not None
    if done is None and over:
        done = Done(opened=row.opened, mended=row.mended, cash_fen=row.cash_fen)
    return {
        "id": row.pk,
        "booth": row.booth.code,
        "booth_name": both(row.booth.name),
        "clerk_name": row.clerk.name,
        "mine": row.clerk_id == account,
        "began_at": row.began_at,
        "ended_at": row.ended_at,
        "relieved_by_name": row.relieved_by.name if row.relieved_by else "",
        "opened": done.opened if done else None,
        "mended": done.mended if done else None,
        "cash_fen": done.cash_fen if done else None,
        "handed_fen": row.handed_fen,
        "handed_at": row.handed_at,
        "note": row.note,
        "counted_by_name": row.counted_by.name if row.counted_by else "",
        "received_by_name": row.received_by.name if row.received_by else "",
        "received_at": row.received_at,
    }

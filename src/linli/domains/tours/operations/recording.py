"""What tours tell the rest of the system."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from linli.contracts import notices
from linli.contracts.effects import Severity
from linli.contracts.tours import (
    PointVisited,
    TourBegun,
    TourEnded,
    TourMadeGood,
    TourNotBegun,
)
from linli.domains.tours import queries
from linli.domains.tours.models import Mark, Tour
from linli.foundation import ids
from linli.foundation.causes import operations as causes
from linli.foundation.outbox import operations as outbox
from linli.kernel.event import Event
from linli.kernel.words import Words

REMARK = "made_good"
"""What the history of a case calls a missed point that was visited after all."""
_OLD_NEWS = timedelta(hours=1)
"""A visit that is told later than this says nothing of whether somebody has been there lately."""


def begun(row: Tour, *, by: int, now: datetime) -> None:
    """Say that somebody has set out."""
    fact = TourBegun(
        id=ids.new(), at=now, community=row.community, tour=row.pk, route=row.route.code,
        place=row.route.place.path, by=by,
    )  # fmt: skip
    _record(fact, row, Words(zh=f"{row.route.name.zh}：已出发", en=f"{row.route.name.en}: set out"))


def not_begun(row: Tour, *, text: Words, now: datetime) -> None:
    """Say that nobody has set out, to those who should and to the supervisor."""
    fact = TourNotBegun(
        id=ids.new(), at=now, community=row.community, tour=row.pk, route=row.route.code,
        place=row.route.place.path,
    )  # fmt: skip
    _record(fact, row, text)
    for to in dict.fromkeys((row.window.skill, "supervisor")):
        _post(row, fact, to, text, Severity.MINOR)


def ended(
    row: Tour, *, marks: Sequence[Mark], missed: Sequence[Mark], text: Words, now: datetime
) -> TourEnded:
    """Say how a tour ended; what was missed the supervisor is told."""
    fact = TourEnded(
        id=ids.new(),
        at=now,
        community=row.community,
        tour=row.pk,
        route=row.route.code,
        place=row.route.place.path,
        state=row.state,
        visited=sum(mark.state == "visited" for mark in marks),
        skipped=sum(mark.state == "skipped" for mark in marks),
        points=[mark.point.code for mark in missed],
    )
    _record(fact, row, text)
    if missed:
        for to in dict.fromkeys(("supervisor", row.window.skill)):
            _post(row, fact, to, text, Severity.MAJOR)
    return fact


def visited(row: Tour, *, mark: Mark, at: datetime, now: datetime) -> None:
    """Let scenes hear that somebody was at a point, at a time, where a device stands for it."""
    device = queries.teller(point=mark.point) if now - at <= _OLD_NEWS else ""
    if not device:
        return
    fact = PointVisited(
        id=ids.new(), at=now, community=row.community, tour=row.pk, point=mark.point.code,
        place=mark.point.place.path, device=device, visited_at=at,
    )  # fmt: skip
    name = mark.point.name
    _record(fact, row, Words(zh=f"{name.zh}：有人巡到", en=f"{name.en}: somebody was there"))


def made_good(row: Tour, *, mark: Mark, missed: int, now: datetime) -> TourMadeGood:
    """Say that a missed point had been visited after all."""
    fact = TourMadeGood(
        id=ids.new(), at=now, community=row.community, tour=row.pk, route=row.route.code,
        place=row.route.place.path, point=mark.point.code, missed=missed,
    )  # fmt: skip
    _record(fact, row, made_good_words(mark))
    return fact


def made_good_words(mark: Mark) -> Words:
    """Say it."""
    name = mark.point.name
    return Words(
        zh=f"{name.zh}其实按时巡到，手机离线，事后补报",
        en=f"{name.en} had been visited in time; the telephone was without network",
    )


def _record(fact: Event, row: Tour, text: Words) -> None:
    causes.note(
        id=fact.id,
        cause=fact.cause,
        community=fact.community,
        kind=type(fact).__name__,
        at=fact.at,
        about={"zh": text.zh, "en": text.en, "place": row.route.place.path},
    )
    outbox.record(fact)


def _post(row: Tour, fact: Event, to: str, text: Words, severity: Severity) -> None:
    notices.post(
        notices.Posting(
            community=row.community,
            to=to,
            place=row.route.place.path,
            text=text,
            severity=severity,
            source=fact.id,
            link=f"/tours/{row.pk}",
            now=fact.at,
        )
    )

"""What the screens show of notices and broadcasts."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from linli.domains.notices import logic, queries
from linli.domains.notices.models import Broadcast
from linli.foundation.identity.models import Account
from linli.foundation.identity.queries import Actor
from linli.kernel.words import Words
from linli.registry.places import queries as places


class NoticeLine(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    to: str
    place: str
    place_name: Words
    text: Words
    severity: str
    at: datetime
    link: str
    read: bool


class BroadcastLine(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    place: str
    place_name: Words
    text: Words
    urgent: bool
    speakers: list[str]
    commands: list[str]
    blocked: str
    blocked_text: Words | None
    at: datetime


class Notices(msgspec.Struct, frozen=True, kw_only=True):
    items: list[NoticeLine]
    next: str | None


class Broadcasts(msgspec.Struct, frozen=True, kw_only=True):
    items: list[BroadcastLine]
    next: str | None


def notices(*, actor: Actor, cursor: str, limit: int) -> Notices:
    """Return a page of the actor's notices.

    :raises BadCursor: if the cursor is not one that was given out
    """
    rows, after = queries.notices(actor=actor, cursor=cursor, limit=limit)
    read = queries.read_by(actor=actor, notices=[row.pk for row in rows])
    names = _names(actor.community, [row.place for row in rows])
    items = [
        NoticeLine(
            id=row.pk,
            to=row.to,
            place=row.place,
            place_name=names[row.place],
            text=Words(zh=row.text_zh, en=row.text_en or row.text_zh),
            severity=row.severity,
            at=row.at,
            link=row.link,
            read=row.pk in read,
        )
        for row in rows
    ]
    return Notices(items=items, next=after)


def broadcasts(*, actor: Actor, cursor: str, limit: int) -> Broadcasts:
    """Return a page of the broadcasts in the actor's area.

    :raises BadCursor: if the cursor is not one that was given out
    """
    rows, after = queries.broadcasts(actor=actor, cursor=cursor, limit=limit)
    names = _names(actor.community, [row.place for row in rows])
    return Broadcasts(items=[_spoken(row, names) for row in rows], next=after)


def spoken(row: Broadcast) -> BroadcastLine:
    """Return one broadcast as the list shows it."""
    return _spoken(row, _names(row.community, [row.place]))


def _spoken(row: Broadcast, names: dict[str, Words]) -> BroadcastLine:
    return BroadcastLine(
        id=row.pk,
        place=row.place,
        place_name=names[row.place],
        text=Words(zh=row.text_zh, en=row.text_en or row.text_zh),
        urgent=row.urgent,
        speakers=row.speakers,
        commands=row.commands,
        blocked=row.blocked,
        blocked_text=logic.BLOCKED.get(row.blocked),
        at=row.at,
    )


def spoken_alone(
    *, community: str, unreviewed: bool, before: int | None, limit: int
) -> dict[str, object]:
    """Return a page of what one person spoke to many."""
    rows, after = queries.all_spoken_alone(
        community=community, unreviewed=unreviewed, before=before, limit=limit
    )
    names = _names(community, [row.place for row in rows])
    return {"items": [_alone(row, names) for row in rows], "next": after}


def one_spoken_alone(row: Broadcast) -> dict[str, object]:
    """Return one of them as the list shows it."""
    return _alone(row, _names(row.community, [row.place]))


def _alone(row: Broadcast, names: dict[str, Words]) -> dict[str, object]:
    return {
        "id": row.pk,
        "place_name": names[row.place],
        "text": Words(zh=row.text_zh, en=row.text_en or row.text_zh),
        "by": _person(row.by),
        "at": row.at,
        "reviewed_by": _person(row.reviewed_by),
        "reviewed_at": row.reviewed_at,
        "justified": row.justified,
        "review": row.review,
    }


def _person(account: Account | None) -> dict[str, object] | None:
    return {"id": account.pk, "name": account.name} if account else None


def _names(community: str, paths: Sequence[str]) -> dict[str, Words]:
    """Return what each place is called; one that is gone keeps its path."""
    found = places.full_names(community=community, paths=paths)
    pairs = {path: found.get(path, (path, path)) for path in paths}
    return {path: Words(zh=zh, en=en) for path, (zh, en) in pairs.items()}

"""Every read of feeds, and of what is in them."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from linli.domains.feeds.logic.calendars import Happening, turn
from linli.domains.feeds.models import Feed
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault
from linli.registry.campaigns import queries as campaigns
from linli.registry.campaigns.models import Campaign
from linli.registry.devices import queries as devices
from linli.registry.people.models import Shift
from linli.registry.places import queries as places

_MOST = 2000
"""Of each calendar so much is told."""
_ENDS_OF_CAMPAIGNS = timedelta(days=90)


class FeedNotFound(Fault):
    key = "feeds.not_found"
    status = 404


def digest(token: str) -> str:
    """Return by what a token is known here."""
    return sha256(token.encode()).hexdigest()


def feeds(*, actor: Actor) -> list[Feed]:
    """Return the standing feeds of the actor, the newest first."""
    rows = Feed.rows.of(actor.community).filter(account=actor.account, revoked_at=None)
    return list(rows.order_by("-pk"))


def feed(*, actor: Actor, id: int) -> Feed:
    """Return a standing feed of the actor, locked.

    :raises FeedNotFound: if he has none of this number
    """
    rows = Feed.rows.of(actor.community).filter(account=actor.account, revoked_at=None, pk=id)
    row = rows.select_for_update(of=("self",)).first()
    if row is None:
        raise FeedNotFound
    return row


def of_token(*, community: str, token: str) -> Feed:
    """Return the standing feed of a token.

    :raises FeedNotFound: if there is none, or none any more
    """
    rows = Feed.rows.of(community).filter(token=digest(token), revoked_at=None)
    row = rows.first()
    if row is None:
        raise FeedNotFound
    return row


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def roster(*, actor: Actor, feed: Feed, language: str) -> list[Happening]:
    """Return the shifts of those who work where the actor may look."""
    rows = Shift.rows.of(actor.community).filter(staff__employed=True).select_related("staff")
    rows = rows.filter(places.within(actor.places, "staff__place__path"))
    since, found = feed.made_at.astimezone(_zone()).date(), []
    rows = rows.filter(Q(until=None) | Q(until__gt=since))
    for row in rows.select_related("staff__place").order_by("-pk")[:_MOST]:
        day = max(row.since or since, since - timedelta(days=31))
        first = turn(days=row.days, starts=row.starts, ends=row.ends, since=day, zone=_zone())
        until = datetime.combine(row.until, time(), _zone()) if row.until else None
        if first is None or (until and first[0] >= until):
            continue
        found.append(
            Happening(
                id=f"shift-{row.pk}.{row.community}",
                title=f"{row.staff.name} {row.staff.post}".strip(),
                start=first[0],
                end=first[1],
                where=row.staff.place.name.in_(language) if row.staff.place else "",
                weekly=row.days,
                until=until - timedelta(seconds=1) if until else None,
            )
        )
    return found[::-1]


def maintenance(*, actor: Actor, now: datetime, language: str) -> list[Happening]:
    """Return the devices that somebody works on now, from this day's beginning until then."""
    sought = devices.Sought(seen=actor.places, maintained=True)
    rows, _ = devices.devices(community=actor.community, sought=sought, limit=_MOST)
    today = datetime.combine(now.astimezone(_zone()).date(), time(), _zone())
    return [
        Happening(
            id=f"maintenance-{row.code}.{row.community}",
            title=row.name.in_(language),
            start=today,
            end=row.maintenance_until.astimezone(_zone()),
            where=row.place.name.in_(language),
            words=row.maintenance_reason,
        )
        for row in rows
        if row.maintenance_until and row.maintenance_until > now
    ]


def updates(*, actor: Actor, now: datetime, language: str) -> list[Happening]:
    """Return the campaigns that run or ran within three months, each day within its hours."""
    rows, _ = campaigns.campaigns(community=actor.community, seen=actor.places, limit=_MOST)
    return [_campaign(row, now, language) for row in _lately(rows, now)]


def _lately(rows: Sequence[Campaign], now: datetime) -> list[Campaign]:
    begun = [row for row in rows if row.started_at]
    return [row for row in begun if (row.finished_at or now) >= now - _ENDS_OF_CAMPAIGNS]


def _campaign(row: Campaign, now: datetime, language: str) -> Happening:
    """One without hours lasts until it is done, or until this day is over."""
    began = (row.started_at or row.drafted_at).astimezone(_zone())
    tonight = datetime.combine(now.astimezone(_zone()).date(), time(), _zone()) + timedelta(days=1)
    start, end = began, (row.finished_at.astimezone(_zone()) if row.finished_at else tonight)
    if row.hours_from and row.hours_to:
        hours = turn(
            days="1234567", starts=row.hours_from, ends=row.hours_to, since=began.date(),
            zone=_zone(),
        )  # fmt: skip
        start, end = hours or (start, end)
    return Happening(
        id=f"campaign-{row.pk}.{row.community}",
        title=row.name.in_(language),
        start=start,
        end=max(end, start),
        where=row.place.name.in_(language) if row.place else "",
        words=f"{row.release.version} · {row.state}",
        daily=bool(row.hours_from and row.hours_to),
        until=row.finished_at,
    )

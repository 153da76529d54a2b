"""Feeds are given out, read and revoked."""

import secrets
from datetime import datetime

import msgspec
from django.db import transaction

from linli.domains.feeds import queries
from linli.domains.feeds.logic.calendars import written
from linli.domains.feeds.logic.kinds import NAMES, NEEDS, Kind
from linli.domains.feeds.models import Feed
from linli.foundation.identity import queries as identity
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault

MOST = 20


class TooManyFeeds(Fault):
    key = "feeds.too_many"


class Subscribed(msgspec.Struct, frozen=True, kw_only=True):
    """A feed and its token: told here once."""

    row: Feed
    token: str


@transaction.atomic
def subscribe(*, actor: Actor, kind: Kind, now: datetime) -> Subscribed:
    """Give out an address for a calendar.

    :raises NotAllowed: if the actor may not read what is in it
    :raises TooManyFeeds: if he has twenty
    """
    actor.acting(NEEDS[kind])
    if len(queries.feeds(actor=actor)) >= MOST:
        raise TooManyFeeds(most=MOST)
    token = secrets.token_urlsafe(32)
    row = Feed.rows.create(
        community=actor.community,
        account_id=actor.account,
        kind=kind,
        token=queries.digest(token),
        made_at=now.replace(microsecond=0),
    )
    return Subscribed(row=row, token=token)


@transaction.atomic
def revoke(*, actor: Actor, feed: int, now: datetime) -> None:
    """Let an address show nothing any more.

    :raises FeedNotFound: if the actor has none of this number
    """
    row = queries.feed(actor=actor, id=feed)
    row.revoked_at = now
    row.save(update_fields=["revoked_at"])


def account_reset(*, account: int, now: datetime) -> None:
    """Let no address of an account show anything any more: another may have subscribed as him."""
    rows = Feed.rows.across("an account was reset").filter(account=account, revoked_at=None)
    for community in set(rows.values_list("community", flat=True)):
        Feed.rows.of(community).filter(account=account, revoked_at=None).update(revoked_at=now)


def read(*, community: str, token: str, now: datetime) -> bytes:
    """Return a calendar as he who subscribed may read it now, in his language.

    :raises FeedNotFound: if the token opens nothing, or its owner is no more
    :raises NotAllowed: if he may not read it any more
    """
    row = queries.of_token(community=community, token=token)
    try:
        actor = identity.reader_of(account=row.account_id, community=community, now=now)
    except identity.NotSignedIn as error:
        raise queries.FeedNotFound from error
    kind, language = Kind(row.kind), row.account.language
    seen = actor.acting(NEEDS[kind])
    if kind is Kind.ROSTER:
        found = queries.roster(actor=seen, feed=row, language=language)
    elif kind is Kind.MAINTENANCE:
        found = queries.maintenance(actor=seen, now=now, language=language)
    else:
        found = queries.updates(actor=seen, now=now, language=language)
    return written(name=NAMES[kind].in_(language), happenings=found, made_at=row.made_at)

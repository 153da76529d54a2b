"""A third party says where it wants to be told of what."""

import secrets
from base64 import b64encode
from datetime import datetime

import msgspec
from django.conf import settings
from django.db import transaction

from linli.contracts.openapi import WebhookResumed
from linli.domains.openapi import queries
from linli.domains.openapi.logic import offered
from linli.domains.openapi.models import Delivery, Subscription, ThirdParty
from linli.foundation import ids, sealing, targets
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault

MOST = 10
SIGNING = "webhook"
_SECRET_BYTES = 32


class BadTarget(Fault):
    """It is not called: https to the internet at large only."""

    key = "openapi.bad_target"
    status = 422


class UntoldTopics(Fault):
    """There are no such facts, or its scopes do not reach them."""

    key = "openapi.untold_topics"
    status = 422


class TooManySubscriptions(Fault):
    key = "openapi.too_many_subscriptions"


class Subscribed(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription and the secret by which its messages are signed: told here once."""

    id: int
    url: str
    topics: list[str]
    secret: str


def own(actor: Actor) -> ThirdParty:
    """Return the third party that asks for itself.

    :raises PartyNotFound: if whoever asks is a person
    """
    return queries.of_account(community=actor.community, account=actor.account)


def whose_is(actor: Actor, party: int | None) -> ThirdParty:
    """Return a third party of the actor's community; the one that asks for itself where it is None.

    :raises PartyNotFound: if there is none, or whoever asks is a person
    """
    return own(actor) if party is None else queries.party(community=actor.community, id=party)


@transaction.atomic
def subscribe(*, actor: Actor, url: str, topics: list[str], now: datetime) -> Subscribed:
    """Call an address from now on when one of these facts happens.

    :raises BadTarget: if it is not an address that we would call
    :raises UntoldTopics: if a topic is unknown, or beyond its scopes
    :raises TooManySubscriptions: if it has ten
    """
    party = own(actor)
    if not targets.may_call(url, inside=settings.WEBHOOKS_INSIDE):
        raise BadTarget(url=url[:200])
    if untold := offered.untold(topics, frozenset(party.scopes)) or (not topics and ["?"]):
        raise UntoldTopics(topics=", ".join(untold)[:200])
    if len(queries.subscriptions(party=party)) >= MOST:
        raise TooManySubscriptions(most=MOST)
    key = secrets.token_bytes(_SECRET_BYTES)
    row = Subscription.rows.create(
        community=party.community,
        party=party,
        url=url,
        topics=sorted(set(topics)),
        secret=sealing.seal(key, use=SIGNING),
        made_at=now,
    )
    secret = f"whsec_{b64encode(key).decode()}"
    return Subscribed(id=row.pk, url=row.url, topics=row.topics, secret=secret)


@transaction.atomic
def unsubscribe(*, actor: Actor, subscription: int) -> None:
    """Call it no more; what waits for it is dropped.

    :raises SubscriptionNotFound: if there is no such
    """
    queries.subscription(party=own(actor), id=subscription, lock=True).delete()


@transaction.atomic
def resume(
    *, actor: Actor, subscription: int, party: int | None = None, now: datetime
) -> Subscription:
    """Call it again after a pause, first with what failed last. Resumed twice it is resumed once.

    :param party: whose it is; the actor's own where it is left out
    :raises SubscriptionNotFound: if there is no such
    """
    whose = whose_is(actor, party)
    row = queries.subscription(party=whose, id=subscription, lock=True)
    if row.paused_at is None:
        return row
    row.paused_at, row.reason = None, ""
    row.save(update_fields=["paused_at", "reason"])
    waiting = Delivery.rows.of(row.community).filter(subscription=row, state="waiting")
    waiting.update(tries=0, first_at=None, next_at=now)
    outbox.record(
        WebhookResumed(
            id=ids.new(),
            at=now,
            community=row.community,
            party=whose.pk,
            subscription=row.pk,
            by=actor.account,
        )
    )
    return row


@transaction.atomic
def replay(
    *, actor: Actor, subscription: int, delivery: int, party: int | None = None, now: datetime
) -> Delivery:
    """Tell something again that was told, or given up.

    :param party: whose it is; the actor's own where it is left out
    :raises SubscriptionNotFound, DeliveryNotFound: if there is no such
    """
    row = queries.subscription(party=whose_is(actor, party), id=subscription, lock=True)
    found = queries.delivery(subscription=row, id=delivery)
    found.state, found.tries, found.first_at, found.next_at = "waiting", 0, None, now
    found.done_at = found.status = None
    found.save()
    return found

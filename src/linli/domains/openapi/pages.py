"""What the pages of the market show, put together."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from linli.contracts.cases import case_told
from linli.domains.openapi import queries, schemas
from linli.domains.openapi.logic.billing import cost_fen
from linli.domains.openapi.models import (
    Agreement,
    Deed,
    Delivery,
    Subscription,
    ThirdParty,
    Usage,
)
from linli.domains.openapi.operations import metering, subscribing
from linli.domains.openapi.operations.consenting import Asking
from linli.domains.openapi.schemas import scopes_out
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.paging import NumberPage

_DAYS = 30
_DEEDS = 50
_OWN_DEEDS = 10


class PartyPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of third parties, and the cursor after it."""

    items: list[ThirdParty]
    next: str | None


def parties(*, community: str, state: str, cursor: str, limit: int) -> PartyPage:
    """Return a page of third parties, the newest first."""
    number = int(cursor or 0)
    rows = queries.parties(community=community, state=state, cursor=number, limit=limit + 1)
    more = len(rows) > limit
    return PartyPage(items=rows[:limit], next=str(rows[limit - 1].pk) if more else None)


class PartyShown(msgspec.Struct, frozen=True, kw_only=True):
    """A third party with what its page shows beside it: use, deeds, subscriptions."""

    row: ThirdParty
    agreed: int
    usage: list[dict[str, Any]]
    deeds: list[dict[str, Any]]
    webhooks: list[Subscription]


def party(*, community: str, id: int, now: datetime) -> PartyShown:
    """Return a third party as its own page shows it."""
    row = queries.party(community=community, id=id)
    since = metering.today(now) - timedelta(days=_DAYS)
    return PartyShown(
        row=row,
        agreed=queries.agreed(community=community, party=id),
        usage=[_day(one) for one in queries.usage(party=row, since=since)],
        deeds=_deeds(community, queries.deeds(party=row, account=None, limit=_DEEDS)),
        webhooks=queries.subscriptions(party=row),
    )


def _deeds(community: str, rows: Sequence[Deed]) -> list[dict[str, Any]]:
    """Return deeds in words, with the cases that they were about."""
    wanted = {row.case for row in rows if row.case is not None}
    cases = {one: case_told(community, one) for one in sorted(wanted)}
    return [schemas.deed_out(row, cases) for row in rows]


def own(*, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return the terms and the use of the third party that asks for itself.

    :raises PartyNotFound: if whoever asks is a person
    """
    row = subscribing.own(actor)
    today = metering.today(now)
    days = queries.usage(party=row, since=today - timedelta(days=_DAYS))
    usage = [_day(one) for one in days]
    made = sum(one.calls for one in days if one.day == today)
    return {
        **{name: getattr(row, name) for name in ("id", "name", "home", "words", "client", "state")},
        **{name: getattr(row, name) for name in ("place", "calls_a_day", "price_fen", "version")},
        "former_until": row.former_until,
        "scopes": scopes_out(row.scopes),
        "calls_left": max(0, row.calls_a_day - made),
        "agreed": queries.agreed(community=actor.community, party=row.pk),
        "usage": usage,
        "cost_fen": sum(one["cost_fen"] for one in usage),
    }


def _day(one: Usage) -> dict[str, Any]:
    return {
        "day": one.day,
        "calls": one.calls,
        "refused": one.refused,
        "told": one.told,
        "cost_fen": cost_fen(calls=one.calls, price_fen=one.price_fen or 0),
    }


def own_webhooks(*, actor: Actor) -> list[Subscription]:
    """Return where the third party that asks is called."""
    return queries.subscriptions(party=subscribing.own(actor))


class DeliveryPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what was told, and the cursor after it."""

    items: list[Delivery]
    next: str | None


def deliveries(
    *,
    actor: Actor,
    subscription: int,
    party: int | None = None,
    state: str,
    cursor: str,
    limit: int,
) -> DeliveryPage:
    """Return a page of what was told to a subscription of a third party (None: of the one that
    asks), the newest first.
    """
    of = queries.subscription(party=subscribing.whose_is(actor, party), id=subscription)
    number = int(cursor or 0)
    rows = queries.deliveries(subscription=of, state=state, cursor=number, limit=limit + 1)
    more = len(rows) > limit
    return DeliveryPage(items=rows[:limit], next=str(rows[limit - 1].pk) if more else None)


def offers(*, actor: Actor, wanted: NumberPage) -> tuple[list[dict[str, Any]], int | None]:
    """Return a page of the services let in here, each with how the actor stands with it, and the
    cursor after it.
    """
    own = queries.agreements(community=actor.community, account=actor.account)
    rows, after = queries.allowed(community=actor.community, wanted=wanted)
    done = queries.own_deeds(parties=rows, account=actor.account, limit=_OWN_DEEDS)
    return [_offer(row, own.get(row.pk), done.get(row.pk, [])) for row in rows], after


def _offer(row: ThirdParty, agreement: Agreement | None, done: list[Deed]) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "home": row.home,
        "words": row.words,
        "scopes": scopes_out(row.scopes),
        "agreed": scopes_out(agreement.scopes) if agreement else None,
        "agreed_at": agreement.given_at if agreement else None,
        "deeds": _deeds(row.community, done),
    }


def asked(asking: Asking) -> dict[str, Any]:
    """Return what a service asks, as the agreement page shows it."""
    row = asking.party
    return {
        "id": row.pk,
        "name": row.name,
        "home": row.home,
        "words": row.words,
        "scopes": scopes_out(asking.scopes),
        "beyond": scopes_out(asking.beyond),
        "back": asking.back,
        "agreed": asking.agreed,
    }

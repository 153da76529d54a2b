"""How a third party is let in: it registers, one person looks at it, a second one lets it in."""

import secrets
from datetime import datetime, timedelta

import msgspec
from django.conf import settings
from django.db import transaction

from linli.contracts import places
from linli.contracts.identity import AT_THE_TERMINAL
from linli.contracts.openapi import (
    ThirdPartyAllowed,
    ThirdPartyRefused,
    ThirdPartyRegistered,
    ThirdPartyReviewed,
    ThirdPartySuspended,
)
from linli.contracts.places import PlaceMoved
from linli.domains.openapi import queries
from linli.domains.openapi.logic import offered
from linli.domains.openapi.models import PartyState, ThirdParty
from linli.foundation import ids, targets
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.kernel.place import under
from linli.registry.places import queries as place_queries

ROLE = "third_party"
MOST_WAITING = 100
SANDBOX_CALLS_A_DAY = 1000
_SANDBOX_DAY = timedelta(days=1)
_REVIEWABLE = frozenset({PartyState.WAITING, PartyState.REFUSED, PartyState.SUSPENDED})


class NoSuchCommunity(Fault):
    key = "openapi.no_such_community"
    status = 404


class TooManyWaiting(Fault):
    key = "openapi.too_many_waiting"
    status = 429


class UnknownScopes(Fault):
    key = "openapi.unknown_scopes"
    status = 422


class BadReturn(Fault):
    """A browser would not be sent back there: https only, or http on one's own machine."""

    key = "openapi.bad_return"
    status = 422


class NotNow(Fault):
    """The third party does not stand as this needs it to."""

    key = "openapi.not_now"


class SamePerson(Fault):
    """Whoever looked at it does not let it in as well."""

    key = "openapi.same_person"
    status = 403


class ReviewedAnew(Fault):
    """It was looked at again since; the terms may be others."""

    key = "openapi.reviewed_anew"


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants to be let in: its name, its own site, what it does, whom to call, the scopes that
    it asks for, and where residents' browsers come back to.
    """

    name: str
    home: str
    words: str
    contact: str
    scopes: list[str]
    redirects: list[str] = []


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """Its name and secret in OAuth; the secret is told here once, and kept nowhere."""

    id: int
    client_id: str
    client_secret: str
    state: str


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What it may: scopes, at a place and below (empty: everywhere), so many calls a day, and what
    a thousand of them cost.
    """

    scopes: list[str]
    place: str = ""
    calls_a_day: int = 10_000
    price_fen: int = 0


@transaction.atomic
def register(*, community: str, asked: Registration, now: datetime) -> Registered:
    """Take down who wants to be let in. It may do nothing until two persons have agreed; but the
    sandbox, whose data are invented, lets everybody in at once, for little.

    :raises NoSuchCommunity: if there is none of this code
    :raises TooManyWaiting: if a hundred wait already
    :raises UnknownScopes: if it asks for what is given to nobody
    :raises BadReturn: if a browser may not be sent back to where it says
    """
    if community not in places.estates():
        raise NoSuchCommunity(community=community[:32])
    open_to_all = community == settings.SANDBOX
    state = PartyState.ALLOWED if open_to_all else PartyState.WAITING
    since = now - _SANDBOX_DAY if open_to_all else None
    if queries.many(community=community, state=state, since=since) >= MOST_WAITING:
        raise TooManyWaiting(most=MOST_WAITING)
    _check(asked)
    secret = secrets.token_urlsafe(32)
    row = ThirdParty.rows.create(
        community=community,
        name=asked.name.strip(),
        home=asked.home,
        words=asked.words.strip(),
        contact=asked.contact.strip(),
        client=secrets.token_hex(12),
        secret=queries.digest(secret),
        redirects=asked.redirects,
        wanted=sorted(set(asked.scopes)),
        state=PartyState.WAITING,
        registered_at=now,
    )
    outbox.record(
        ThirdPartyRegistered(
            id=ids.new(), at=now, community=community, party=row.pk, scopes=row.wanted
        )
    )
    if open_to_all:
        row.scopes, row.calls_a_day, row.version = row.wanted, SANDBOX_CALLS_A_DAY, 1
        _let_in(row, by=None, now=now)
    return Registered(id=row.pk, client_id=row.client, client_secret=secret, state=row.state)


def _check(asked: Registration) -> None:
    if unknown := offered.unknown_scopes(asked.scopes):
        raise UnknownScopes(scopes=", ".join(unknown)[:200])
    for url in [asked.home, *asked.redirects]:
        if not targets.may_return_to(url):
            raise BadReturn(url=url[:200])


@transaction.atomic
def review(*, actor: Actor, party: int, terms: Terms, now: datetime) -> ThirdParty:
    """Write what a third party may do; it waits for a second person. To change the terms of one
    that is let in, suspend it first.

    :raises NotNow: if it waits already, or is let in
    :raises UnknownScopes: if it is given what it did not ask for
    :raises PlaceNotFound: if the community has no such place
    """
    row = queries.party(community=actor.community, id=party, lock=True)
    if row.state not in _REVIEWABLE:
        raise NotNow(state=row.state)
    if beyond := sorted(set(terms.scopes) - set(row.wanted)):
        raise UnknownScopes(scopes=", ".join(beyond)[:200])
    if terms.place:
        place_queries.place(community=actor.community, path=terms.place)
    row.state, row.version, row.reason = PartyState.REVIEWED, row.version + 1, ""
    row.scopes, row.place = sorted(set(terms.scopes)), terms.place
    row.calls_a_day, row.price_fen = terms.calls_a_day, terms.price_fen
    row.reviewed_by_id, row.reviewed_at = actor.account, now
    row.decided_by_id = row.decided_at = None
    row.save()
    outbox.record(
        ThirdPartyReviewed(
            id=ids.new(),
            at=now,
            community=row.community,
            party=row.pk,
            scopes=row.scopes,
            place=row.place,
            by=actor.account,
        )
    )
    return row


@transaction.atomic
def allow(*, actor: Actor, party: int, version: int, now: datetime) -> ThirdParty:
    """Let a third party in on the terms of this review, with an account of its own to act by.

    :raises NotNow: if nobody has looked at it
    :raises SamePerson: if it is who looked at it
    :raises ReviewedAnew: if the terms may be others since
    """
    row = _to_decide(actor, party, version)
    _let_in(row, by=actor.account, now=now)
    return row


def _let_in(row: ThirdParty, *, by: int | None, now: datetime) -> None:
    if row.account_id is None:
        row.account_id = identity.open_account(
            username=f"party-{row.client}", name=row.name, password=secrets.token_urlsafe(32)
        ).account
    identity.grant(
        account=row.account_id,
        role=ROLE,
        community=row.community,
        place=row.place,
        by=by or AT_THE_TERMINAL,
        now=now,
    )
    row.state, row.decided_by_id, row.decided_at = PartyState.ALLOWED, by, now
    row.save()
    outbox.record(
        ThirdPartyAllowed(
            id=ids.new(),
            at=now,
            community=row.community,
            party=row.pk,
            scopes=row.scopes,
            place=row.place,
            reviewed_by=row.reviewed_by_id or 0,
            by=by or AT_THE_TERMINAL,
        )
    )


@transaction.atomic
def refuse(*, actor: Actor, party: int, version: int, reason: str, now: datetime) -> ThirdParty:
    """Do not let a third party in; whoever looked at it may say so himself.

    :raises NotNow: if it is let in, or was refused
    :raises ReviewedAnew: if it was looked at again since
    """
    row = queries.party(community=actor.community, id=party, lock=True)
    if row.state not in {PartyState.WAITING, PartyState.REVIEWED}:
        raise NotNow(state=row.state)
    if row.version != version:
        raise ReviewedAnew(version=row.version)
    row.state, row.reason = PartyState.REFUSED, reason.strip()
    row.decided_by_id, row.decided_at = actor.account, now
    row.save()
    outbox.record(
        ThirdPartyRefused(
            id=ids.new(),
            at=now,
            community=row.community,
            party=row.pk,
            reason=row.reason,
            by=actor.account,
        )
    )
    return row


@transaction.atomic
def suspend(*, actor: Actor, party: int, reason: str, now: datetime) -> ThirdParty:
    """Let a third party do nothing from now on; its tokens open nothing, and it is told nothing.
    Done twice it is done. To let it in again it is looked at again, by two persons.

    :raises NotNow: if it was never let in
    """
    row = queries.party(community=actor.community, id=party, lock=True)
    if row.state == PartyState.SUSPENDED:
        return row
    if row.state != PartyState.ALLOWED or row.account_id is None:
        raise NotNow(state=row.state)
    row.state, row.reason = PartyState.SUSPENDED, reason.strip()
    row.save(update_fields=["state", "reason"])
    identity.revoke(
        account=row.account_id,
        role=ROLE,
        community=row.community,
        place=row.place,
        by=actor.account,
        now=now,
    )
    outbox.record(
        ThirdPartySuspended(
            id=ids.new(),
            at=now,
            community=row.community,
            party=row.pk,
            reason=row.reason,
            by=actor.account,
        )
    )
    return row


@transaction.atomic
def place_moved(*, fact: PlaceMoved) -> None:
    """Let what third parties may do follow its place, and what lies below, to the new path."""
    for row in ThirdParty.rows.of(fact.community).filter(place__startswith=fact.before):
        if under(path=row.place, ancestor=fact.before):
            row.place = fact.after + row.place[len(fact.before) :]
            row.save(update_fields=["place"])


def _to_decide(actor: Actor, party: int, version: int) -> ThirdParty:
    row = queries.party(community=actor.community, id=party, lock=True)
    if row.state != PartyState.REVIEWED:
        raise NotNow(state=row.state)
    if row.version != version:
        raise ReviewedAnew(version=row.version)
    if row.reviewed_by_id == actor.account:
        raise SamePerson
    return row

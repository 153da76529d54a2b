"""The authorization endpoint, in two halves: what is asked of somebody, and what he says to it."""

from datetime import datetime

import msgspec
from authlib.oauth2 import OAuth2Error
from django.db import transaction
from django.http import HttpRequest

from linli.domains.openapi import queries
from linli.domains.openapi.models import ThirdParty
from linli.domains.openapi.operations import agreeing
from linli.domains.openapi.operations.authorizing import AgreedGrant, server
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault


class BadAsking(Fault):
    """What the third party sent somebody here with is not right; he can do nothing about it."""

    key = "openapi.bad_asking"
    status = 400


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """A third party asks to act for somebody within these scopes, and sends him back to `back`.
    `beyond` are those that he does not hold himself: it would gain nothing by them. `agreed`: he
    has agreed to as much already.
    """

    party: ThirdParty
    scopes: list[str]
    beyond: list[str]
    back: str
    agreed: bool


@transaction.atomic
def ask(*, actor: Actor, request: HttpRequest) -> Asking:
    """Return what the actor is asked, by the query of the request.

    :raises BadAsking: if the third party is unknown here, or asks for what it was not given
    """
    grant = _grant(actor, request)
    row: ThirdParty = grant.request.client.row
    scopes = grant.request.scope.split()
    standing = queries.standing(party=row, account=actor.account)
    return Asking(
        party=row,
        scopes=scopes,
        beyond=[scope for scope in scopes if not actor.holds(scope)],
        back=grant.redirect_uri,
        agreed=standing is not None and set(scopes) <= set(standing.scopes),
    )


@transaction.atomic
def answer(*, actor: Actor, request: HttpRequest, agrees: bool, now: datetime) -> str:
    """Take down what the actor says; return where his browser goes on.

    :raises BadAsking: as `ask`
    """
    grant = _grant(actor, request)
    agreement = None
    if agrees:
        agreement = agreeing.agree(
            actor=actor, party=grant.request.client.row, scopes=grant.request.scope.split(), now=now
        )
    said = server().create_authorization_response(request, grant_user=agreement, grant=grant)
    where: str | None = said.headers.get("Location")
    if where is None:
        raise BadAsking(reason=str(said.status_code))
    return where


def _grant(actor: Actor, request: HttpRequest) -> AgreedGrant:
    try:
        grant: AgreedGrant = server().get_consent_grant(request, end_user=None)
    except OAuth2Error as error:
        raise BadAsking(reason=str(error.description or error.error)[:200]) from error
    if grant.request.client.row.community != actor.community:
        raise BadAsking(reason="unknown client")
    return grant

"""Third parties over HTTP: they register, are looked at, let in, suspended; residents agree."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from linli.domains.openapi import pages, queries, schemas
from linli.domains.openapi.operations import agreeing, authorizing, consenting, entering, renewing
from linli.foundation.identity.guard import Visit, may, may_everywhere, stranger
from linli.foundation.identity.sensitive import Sensitive
from linli.foundation.scope.paging import A_NUMBER, NumberPage

router = Router(tags=["third parties"])

_MAY_SHOP = may("parties.agree", "parties.read")


class PartiesIn(Schema):
    """Which third parties; what is left out does not narrow."""

    state: str = ""
    cursor: str = Field("", pattern=A_NUMBER)
    limit: int = Field(50, ge=1, le=500)


@router.post("/{community}/third-parties", response={201: schemas.RegisteredOut}, auth=stranger)
def register(request: HttpRequest, community: str, body: schemas.RegistrationIn) -> Any:
    """Ask to be let in as a third party. It may do nothing until two persons have agreed."""
    asked = entering.Registration(**body.dict())
    made = entering.register(community=community, asked=asked, now=timezone.now())
    return Status(201, made)


@router.get(
    "/{community}/third-parties",
    response=schemas.PartiesOut,
    auth=may_everywhere("parties.read"),
)
def parties(request: Visit, community: str, wanted: Query[PartiesIn]) -> Any:
    """List third parties, the newest first."""
    return pages.parties(community=community, **wanted.dict())


@router.get(
    "/{community}/third-parties/own",
    response=schemas.OwnPartyOut,
    auth=may(queries.OWN_TERMS),
)
def own(request: Visit, community: str) -> Any:
    """Tell a third party its own terms, what is left of this day, and its use in thirty days."""
    return pages.own(actor=request.auth, now=timezone.now())


@router.post(
    "/{community}/third-parties/own/secret",
    response={201: schemas.SecretOut},
    auth=may(queries.OWN_TERMS),
)
def renew_own(request: Visit, community: str, body: schemas.OwnSecretIn) -> Any:
    """Take a new secret for the present one, which is valid beside it for a while, or ends."""
    made = renewing.renew_own(actor=request.auth, now=timezone.now(), **body.dict())
    return Status(201, made)


@router.post(
    "/{community}/third-parties/{int:party}/secret",
    response={201: schemas.SecretOut},
    auth=may_everywhere("parties.write", fresh=Sensitive.PARTY),
)
def renew(request: Visit, community: str, party: int, body: schemas.SecretIn) -> Any:
    """Give a third party a new secret; the one before is valid beside it for a while, or ends."""
    made = renewing.renew(
        actor=request.auth, party=party, overlap_h=body.overlap_h, now=timezone.now()
    )
    return Status(201, made)


@router.get(
    "/{community}/third-parties/{int:party}",
    response=schemas.PartyDetailOut,
    auth=may_everywhere("parties.read"),
)
def party(request: Visit, community: str, party: int) -> Any:
    """Show a third party: its terms, what it used, what it changed, whom it has told."""
    return pages.party(community=community, id=party, now=timezone.now())


@router.post(
    "/{community}/third-parties/{int:party}/review",
    response=schemas.PartyOut,
    auth=may_everywhere("parties.write", fresh=Sensitive.PARTY),
)
def review(request: Visit, community: str, party: int, body: schemas.TermsIn) -> Any:
    """Say what a third party may do; a second person has to let it in."""
    terms = entering.Terms(**body.dict())
    return entering.review(actor=request.auth, party=party, terms=terms, now=timezone.now())


@router.post(
    "/{community}/third-parties/{int:party}/allow",
    response=schemas.PartyOut,
    auth=may_everywhere("parties.approve", fresh=Sensitive.PARTY),
)
def allow(request: Visit, community: str, party: int, body: schemas.DecisionIn) -> Any:
    """Let a third party in on the terms of a review that somebody else made."""
    return entering.allow(actor=request.auth, party=party, version=body.version, now=timezone.now())


@router.post(
    "/{community}/third-parties/{int:party}/refuse",
    response=schemas.PartyOut,
    auth=may_everywhere("parties.approve", fresh=Sensitive.PARTY),
)
def refuse(request: Visit, community: str, party: int, body: schemas.DecisionIn) -> Any:
    """Do not let a third party in."""
    return entering.refuse(
        actor=request.auth,
        party=party,
        version=body.version,
        reason=body.reason,
        now=timezone.now(),
    )


@router.post(
    "/{community}/third-parties/{int:party}/suspend",
    response=schemas.PartyOut,
    auth=may_everywhere("parties.write"),
)
def suspend(request: Visit, community: str, party: int, body: schemas.PartyReasonIn) -> Any:
    """Let a third party do nothing from now on."""
    return entering.suspend(actor=request.auth, party=party, reason=body.reason, now=timezone.now())


@router.get("/{community}/market", response=schemas.OffersOut, auth=_MAY_SHOP)
def market(request: Visit, community: str, wanted: Query[NumberPage]) -> Any:
    """List the services let in here, the newest first, and what the reader agreed to."""
    items, after = pages.offers(actor=request.auth, wanted=wanted)
    return {"items": items, "next": after}


@router.get("/{community}/agree", response=schemas.AskingOut, auth=may("parties.agree"))
def asking(request: Visit, community: str) -> Any:
    """Say what a service asks of the reader; the query is that of an authorization request."""
    return pages.asked(consenting.ask(actor=request.auth, request=request))


@router.post("/{community}/agree", response=schemas.AnsweredOut, auth=may("parties.agree"))
def agree(request: Visit, community: str, body: schemas.AnswerIn) -> Any:
    """Agree to what a service asks, or not; say where the browser goes on."""
    where = consenting.answer(
        actor=request.auth, request=request, agrees=body.agrees, now=timezone.now()
    )
    return {"location": where}


@router.delete(
    "/{community}/agreements/{int:party}", response={204: None}, auth=may("parties.agree")
)
def withdraw(request: Visit, community: str, party: int) -> Status[None]:
    """Take an agreement back; what the service holds for the reader opens nothing from now on."""
    agreeing.withdraw(actor=request.auth, party=party, now=timezone.now())
    return Status(204, None)


_OAUTH_REFUSALS = {400: schemas.OAuthRefused, 401: schemas.OAuthRefused}
"""Said as RFC 6749, section 5.2 says them, and not as our other refusals."""


@router.post("/oauth/token", response={200: schemas.Token, **_OAUTH_REFUSALS}, auth=stranger)
def token(request: HttpRequest) -> HttpResponse:
    """Give out an access token (OAuth 2.1): client credentials, code with PKCE, or refresh."""
    return authorizing.token_answer(request)


@router.post("/oauth/revoke", response={200: None, **_OAUTH_REFUSALS}, auth=stranger)
def revoke(request: HttpRequest) -> HttpResponse:
    """Take a token back (RFC 7009)."""
    return authorizing.revocation_answer(request)

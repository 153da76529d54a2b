"""What goes in and out at the doors of the open API's own domain."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from ninja import Field, Schema

from linli.contracts.cases import CaseTold
from linli.domains.openapi.logic import deeds
from linli.domains.openapi.logic.offered import SCOPES
from linli.domains.openapi.models import Deed, Subscription, ThirdParty
from linli.domains.openapi.operations import renewing
from linli.foundation.shapes import TwoLanguages
from linli.kernel.words import both


class ScopeOut(Schema):
    """A scope, and what it means in words."""

    id: str
    name: TwoLanguages


def scopes_out(scopes: list[str]) -> list[dict[str, Any]]:
    """Return scopes with their words."""
    return [
        {"id": one, "name": {"zh": SCOPES[one].zh, "en": SCOPES[one].en}}
        for one in scopes
        if one in SCOPES
    ]


class RegistrationIn(Schema):
    """Who wants to be let in."""

    name: str = Field(min_length=2, max_length=40)
    home: str = Field(max_length=500)
    words: str = Field(min_length=1, max_length=500)
    contact: str = Field(min_length=1, max_length=100)
    scopes: list[str] = Field(min_length=1, max_length=20)
    redirects: list[str] = Field([], max_length=10)


class RegisteredOut(Schema):
    """The secret is told here once."""

    id: int
    client_id: str
    client_secret: str
    state: str


class SecretIn(Schema):
    """For how many hours the secret before is valid beside the new one; none ends it at once, with
    every token of the third party: residents are asked anew.
    """

    overlap_h: int = Field(renewing.OVERLAP_H, ge=0, le=renewing.MOST_OVERLAP_H)


class OwnSecretIn(SecretIn):
    """As `SecretIn`; `client_secret` is the newest that the program was given."""

    client_secret: str = Field(min_length=1, max_length=200)


class SecretOut(Schema):
    """The secret is told here once. `former_until`: so long the one before is valid too."""

    client_id: str
    client_secret: str
    former_until: datetime | None


class TermsIn(Schema):
    """What a third party may, and what it costs."""

    scopes: list[str] = Field(min_length=1, max_length=20)
    place: str = Field("", max_length=200)
    calls_a_day: int = Field(10_000, ge=1, le=10_000_000)
    price_fen: int = Field(0, ge=0, le=1_000_000)


class DecisionIn(Schema):
    """`version` is that of the review which is meant."""

    version: int
    reason: str = Field("", max_length=300)


class PartyReasonIn(Schema):
    reason: str = Field(min_length=2, max_length=300)


class PartyOut(Schema):
    """A third party in a list. `former_until`: its secret was renewed, and the one before is valid
    until then.
    """

    id: int
    name: str
    home: str
    words: str
    state: str
    wanted: list[ScopeOut]
    scopes: list[ScopeOut]
    place: str
    calls_a_day: int
    price_fen: int
    version: int
    reason: str
    former_until: datetime | None
    registered_at: datetime
    reviewed_by: str
    reviewed_by_me: bool
    reviewed_at: datetime | None
    decided_by: str
    decided_at: datetime | None

    @staticmethod
    def resolve_wanted(row: ThirdParty) -> list[dict[str, Any]]:
        return scopes_out(row.wanted)

    @staticmethod
    def resolve_scopes(row: ThirdParty) -> list[dict[str, Any]]:
        return scopes_out(row.scopes)

    @staticmethod
    def resolve_reviewed_by(row: ThirdParty) -> str:
        return row.reviewed_by.name if row.reviewed_by else ""

    @staticmethod
    def resolve_reviewed_by_me(row: ThirdParty, context: dict[str, Any]) -> bool:
        """Tell whether the reader reviewed it: then another lets it in."""
        return (
            row.reviewed_by_id is not None and row.reviewed_by_id == context["request"].auth.account
        )

    @staticmethod
    def resolve_decided_by(row: ThirdParty) -> str:
        return row.decided_by.name if row.decided_by else ""


class PartiesOut(Schema):
    items: list[PartyOut]
    next: str | None


class UsageOut(Schema):
    """A day: calls, calls refused for the quota, facts told, and what the calls cost."""

    day: date
    calls: int
    refused: int
    told: int
    cost_fen: int


class DeedCase(Schema):
    """The case that a deed was about, and of which kind it is."""

    id: int
    number: str
    kind_name: TwoLanguages


class DeedOut(Schema):
    """What it changed, in words, about which case if any, and in whose name (empty: its own). `act`
    and `status` are the call as it was made and answered.
    """

    at: datetime
    act: str
    status: int
    words: TwoLanguages
    case: DeedCase | None
    name: str


def deed_out(row: Deed, cases: Mapping[int, CaseTold | None]) -> dict[str, Any]:
    """Return a deed; `cases` are those that deeds were about."""
    about = cases.get(row.case or 0)
    return {
        "at": row.at,
        "act": row.act,
        "status": row.status,
        "words": both(deeds.said(row.act)),
        "case": {"id": about.id, "number": about.number, "kind_name": both(about.kind_name)}
        if about
        else None,
        "name": row.account.name if row.account else "",
    }


class WebhookOut(Schema):
    """A subscription; `waiting` counts the facts on their way."""

    id: int
    url: str
    topics: list[str]
    made_at: datetime
    told_at: datetime | None
    paused_at: datetime | None
    reason: str
    waiting: int

    @staticmethod
    def resolve_waiting(row: Subscription) -> int:
        return int(getattr(row, "waiting", 0))


class WebhooksOut(Schema):
    items: list[WebhookOut]


class PartyDetailOut(Schema):
    """A third party on its own page: how many people agreed to it now, its use in thirty days, what
    it changed last, and whom it has told.
    """

    party: PartyOut
    contact: str
    client: str
    agreed: int
    usage: list[UsageOut]
    deeds: list[DeedOut]
    webhooks: list[WebhookOut]

    @staticmethod
    def resolve_party(shown: Any) -> ThirdParty:
        row: ThirdParty = shown.row
        return row

    @staticmethod
    def resolve_contact(shown: Any) -> str:
        return str(shown.row.contact)

    @staticmethod
    def resolve_client(shown: Any) -> str:
        return str(shown.row.client)


class OwnPartyOut(Schema):
    """A third party as its own program reads it: its terms, how many calls are left of this day,
    how many people agreed to it now, and its use in thirty days with what that costs in all.
    """

    id: int
    name: str
    home: str
    words: str
    client: str
    state: str
    scopes: list[ScopeOut]
    place: str
    calls_a_day: int
    calls_left: int
    price_fen: int
    version: int
    former_until: datetime | None
    agreed: int
    usage: list[UsageOut]
    cost_fen: int


class WebhookIn(Schema):
    url: str = Field(max_length=500)
    topics: list[str] = Field(min_length=1, max_length=30)


class SubscribedOut(Schema):
    """The secret by which its messages are signed is told here once."""

    id: int
    url: str
    topics: list[str]
    secret: str


class DeliveryOut(Schema):
    """A fact told, on its way (`waiting`), or being tried again."""

    id: int
    fact: str
    topic: str
    at: datetime
    state: str
    tries: int
    next_at: datetime
    done_at: datetime | None
    status: int | None
    reason: str


class DeliveriesOut(Schema):
    items: list[DeliveryOut]
    next: str | None


class OfferOut(Schema):
    """A service that the community has let in, and how the reader stands with it: what he agreed
    to, since when, and what it did in his name.
    """

    id: int
    name: str
    home: str
    words: str
    scopes: list[ScopeOut]
    agreed: list[ScopeOut] | None
    agreed_at: datetime | None
    deeds: list[DeedOut]


class OffersOut(Schema):
    items: list[OfferOut]
    next: int | None


class AskingOut(Schema):
    """What a service asks of the reader. `beyond` are scopes that he does not hold himself."""

    id: int
    name: str
    home: str
    words: str
    scopes: list[ScopeOut]
    beyond: list[ScopeOut]
    back: str
    agreed: bool


class AnswerIn(Schema):
    agrees: bool


class AnsweredOut(Schema):
    """Where the browser goes on."""

    location: str


class Token(Schema):
    """An access token as RFC 6749, section 5.1 answers it."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str = ""
    refresh_token: str | None = None


class OAuthRefused(Schema):
    """A refusal as RFC 6749, section 5.2 says it."""

    error: str
    error_description: str = ""

"""Somebody allows a third party to act for him, and takes it back."""

import hmac
from datetime import datetime

from django.db import transaction

from linli.contracts.openapi import AgreementGiven, AgreementWithdrawn
from linli.domains.openapi import queries
from linli.domains.openapi.models import Agreement, Code, ThirdParty, Token
from linli.foundation import ids
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox


def same(one: str, other: str) -> bool:
    """Tell whether two digests are the same, in a time that does not say where they differ."""
    return hmac.compare_digest(one, other)


@transaction.atomic
def agree(*, actor: Actor, party: ThirdParty, scopes: list[str], now: datetime) -> Agreement:
    """Allow a third party to act for the actor within these scopes, and no others from now on."""
    row = queries.standing(party=party, account=actor.account)
    if row is not None and set(row.scopes) == set(scopes):
        return row
    if row is None:
        row = Agreement(
            community=party.community, party=party, account_id=actor.account, given_at=now
        )
    else:
        end_tokens(agreement=row, now=now)
    row.scopes = sorted(set(scopes))
    row.save()
    outbox.record(
        AgreementGiven(
            id=ids.new(),
            at=now,
            community=party.community,
            party=party.pk,
            agreement=row.pk,
            scopes=row.scopes,
            by=actor.account,
        )
    )
    return row


@transaction.atomic
def withdraw(*, actor: Actor, party: int, now: datetime) -> None:
    """Take it back: what the third party holds for the actor opens nothing from now on.

    :raises AgreementNotFound: if there is no agreement of his with it
    """
    found = queries.party(community=actor.community, id=party)
    row = queries.standing(party=found, account=actor.account)
    if row is None:
        raise queries.AgreementNotFound(party=party)
    row.withdrawn_at = now
    row.save(update_fields=["withdrawn_at"])
    end_tokens(agreement=row, now=now)
    outbox.record(
        AgreementWithdrawn(
            id=ids.new(),
            at=now,
            community=row.community,
            party=party,
            agreement=row.pk,
            by=actor.account,
        )
    )


def end_tokens(*, agreement: Agreement, now: datetime) -> None:
    """End every code and token that came of an agreement."""
    tokens = Token.rows.of(agreement.community).filter(agreement=agreement, ended_at=None)
    tokens.update(ended_at=now)
    codes = Code.rows.of(agreement.community).filter(agreement=agreement, used_at=None)
    codes.update(used_at=now)

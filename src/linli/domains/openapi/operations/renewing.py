"""The secret of a third party is taken for a new one; the old one ends by itself."""

import hmac
import secrets
from datetime import datetime, timedelta

import msgspec
from django.db import transaction

from linli.contracts.openapi import ThirdPartySecretRenewed
from linli.domains.openapi import queries
from linli.domains.openapi.models import PartyState, ThirdParty, Token
from linli.domains.openapi.operations.entering import NotNow
from linli.domains.openapi.operations.subscribing import whose_is
from linli.foundation import ids
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault

OVERLAP_H = 24
MOST_OVERLAP_H = 14 * 24


class TwoSecrets(Fault):
    """Two secrets are valid already: a third would end one that is still in use."""

    key = "openapi.two_secrets"


class WrongSecret(Fault):
    """Who shows a token only, and not the secret, may have found it somewhere."""

    key = "openapi.wrong_secret"
    status = 403


class Renewed(msgspec.Struct, frozen=True, kw_only=True):
    """The new secret, told here once, and until when the one before is valid beside it."""

    client_id: str
    client_secret: str
    former_until: datetime | None


@transaction.atomic
def renew(*, actor: Actor, party: int, overlap_h: int, now: datetime) -> Renewed:
    """Give a third party a new secret. The one before is valid beside it for so many hours; for
    none where it may be in wrong hands: then every token that it has ends at once, those for
    residents too. Their agreements stand, but each of them is asked anew.

    :raises PartyNotFound: if there is none
    :raises NotNow: if it is not let in
    :raises TwoSecrets: if two are valid already, and this would not end both
    """
    found = whose_is(actor, party)
    return _renew(_locked(found), actor, overlap_h, now)


@transaction.atomic
def renew_own(*, actor: Actor, client_secret: str, overlap_h: int, now: datetime) -> Renewed:
    """Give the third party that asks for itself a new secret, as `renew` does.

    :param client_secret: the newest that it was given; a token alone is not enough
    :raises PartyNotFound: if whoever asks is a person
    :raises WrongSecret: if it is not that
    :raises NotNow, TwoSecrets: as `renew`
    """
    row = _locked(whose_is(actor, None))
    if not hmac.compare_digest(queries.digest(client_secret), row.secret):
        raise WrongSecret
    return _renew(row, actor, overlap_h, now)


def _locked(found: ThirdParty) -> ThirdParty:
    return queries.party(community=found.community, id=found.pk, lock=True)


def _renew(row: ThirdParty, actor: Actor, overlap_h: int, now: datetime) -> Renewed:
    if row.state != PartyState.ALLOWED:
        raise NotNow(state=row.state)
    if overlap_h and row.former_until is not None and row.former_until > now:
        raise TwoSecrets(until=row.former_until.isoformat(timespec="minutes"))
    secret = secrets.token_urlsafe(32)
    row.former = row.secret if overlap_h else ""
    row.former_until = now + timedelta(hours=overlap_h) if overlap_h else None
    row.secret = queries.digest(secret)
    row.save(update_fields=["secret", "former", "former_until"])
    if not overlap_h:
        opened = Token.rows.of(row.community).filter(party=row, ended_at=None)
        opened.update(ended_at=now)
    outbox.record(
        ThirdPartySecretRenewed(
            id=ids.new(),
            at=now,
            community=row.community,
            party=row.pk,
            overlap_h=overlap_h,
            by=actor.account,
        )
    )
    return Renewed(client_id=row.client, client_secret=secret, former_until=row.former_until)

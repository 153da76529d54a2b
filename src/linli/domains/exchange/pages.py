"""What a person authorised, as his page shows it."""

from datetime import datetime

import msgspec

from linli.domains.exchange import queries
from linli.domains.exchange.logic import authorising
from linli.domains.exchange.logic.authorising import State
from linli.domains.exchange.models import Authorisation, AuthorisationUse, Department
from linli.foundation.consent import queries as consents
from linli.foundation.identity.queries import Actor


class AuthorisationShown(msgspec.Struct, frozen=True, kw_only=True):
    """An authorisation, how it stands, and each use of it."""

    row: Authorisation
    state: State
    departments: list[Department]
    uses: list[AuthorisationUse]


class AuthorisationsShown(msgspec.Struct, frozen=True, kw_only=True):
    """A page of authorisations, and the departments that can be named in another: the first of
    those that were asked for, and whether there are `more`.
    """

    items: list[AuthorisationShown]
    next: int | None
    departments: list[Department]
    more: bool


def mine(
    *, actor: Actor, subject: str, before: int | None, limit: int, sought: str, now: datetime
) -> AuthorisationsShown:
    """Return what a person authorised, the newest first; and departments, by what is `sought` of
    their names.

    :raises NotInTheRegister, NotYours: if the actor speaks for nobody, or not for him
    """
    community = actor.community
    one, _ = consents.own(community=community, account=actor.account, subject=subject, now=now)
    rows, after = queries.authorisations(
        community=community, subject=one.subject, before=before, limit=limit
    )
    departments, more = queries.to_name(community=community, sought=sought)
    return AuthorisationsShown(
        items=shown(community=community, rows=rows, now=now),
        next=after,
        departments=departments,
        more=more,
    )


def shown(*, community: str, rows: list[Authorisation], now: datetime) -> list[AuthorisationShown]:
    """Return authorisations with their uses."""
    named = {number for row in rows for number in row.departments}
    known = queries.by_number(community=community, ids=named)
    uses = queries.uses(community=community, authorisations=[row.pk for row in rows])
    return [
        AuthorisationShown(
            row=row,
            state=authorising.state(limits=queries.limits(row), now=now),
            departments=[known[number] for number in row.departments if number in known],
            uses=uses[row.pk],
        )
        for row in rows
    ]

"""Guardians: who is one for whom, by the rights that were given; and who acts for his ward now."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from django.db.models import Q

from linli.contracts import privacy
from linli.foundation.identity import queries
from linli.foundation.identity.models import Account, Grant
from linli.foundation.identity.roles import FOR_WARD, permissions
from linli.kernel.fault import Fault

GUARDIAN = "guardian"
_PERSON = "person:"
_NAME = 64


class NotYourWard(Fault):
    """Who asks is not guardian of this person, or not now."""

    key = "identity.not_your_ward"
    status = 404


class Guardianship(msgspec.Struct, frozen=True, kw_only=True):
    """An account is guardian of a person (his number), whose home lies at a place or below it; the
    right was given at a time, and ends by itself at another where it does.
    """

    account: int
    person: int
    place: str
    at: datetime | None
    until: datetime | None


def held(*, community: str, account: int, now: datetime) -> list[Guardianship]:
    """Return of whom an account is guardian by rights that are in force at this hour."""
    return _of(Q(community=community, account=account), now)


def over(*, community: str, person: int, now: datetime) -> list[Guardianship]:
    """Return who is guardian of a person by rights, at whichever hour of the week."""
    return _of(Q(community=community, ward=f"{_PERSON}{person}"), now, any_hour=True)


def over_any(*, community: str, persons: Collection[int], now: datetime) -> list[Guardianship]:
    """Return who is guardian of any of these persons by rights that are in force at this hour."""
    subjects = [f"{_PERSON}{person}" for person in persons]
    return _of(Q(community=community, ward__in=subjects), now)


def _of(sought: Q, now: datetime, *, any_hour: bool = False) -> list[Guardianship]:
    unended = Q(until=None) | Q(until__gt=now)
    rows = Grant.objects.filter(sought, unended, role=GUARDIAN, account__is_active=True)
    return [
        Guardianship(
            account=row.account_id,
            person=int(row.ward.removeprefix(_PERSON)),
            place=row.place,
            at=row.at,
            until=row.until,
        )
        for row in rows.exclude(ward="").order_by("pk")
        if any_hour or queries.in_force(grant=row, now=now)
    ]


def acting(*, account: Account, community: str, subject: str, now: datetime) -> queries.Actor:
    """Return an account as it stands where it acts for its ward: nothing but what a guardian may do
    for him is left of it, and the name says for whom. Whoever is guardian by no right that was
    given, but as family, has of that no more than his own roles here allow him now.

    :raises NotYourWard: if it is not his guardian, or not now
    """
    people = privacy.whom(community, account.pk, now)
    found = next((one for one in people if one.guardian and one.subject == subject), None)
    if found is None:
        raise NotYourWard(subject=subject[:48])
    able = allowed()
    if not found.given:
        his = queries.actor(account=account, community=community, now=now)
        able = allowed(his)
    return queries.Actor(
        account=account.pk,
        name=f"{account.name}（代{found.name}）"[:_NAME],
        community=community,
        roles=frozenset({GUARDIAN}),
        only=able,
        ward=int(subject.removeprefix(_PERSON)),
    )


def allowed(family: queries.Actor | None = None) -> frozenset[str]:
    """Return what may be done in the place of a ward: by a right that was given, or by one of his
    `family`, who has no more of it than his own roles allow him.
    """
    able = FOR_WARD & permissions(frozenset({GUARDIAN}))
    return able if family is None else able & permissions(family.roles - {GUARDIAN})


def names(*, accounts: Sequence[int]) -> dict[int, str]:
    """Return the names of the accounts in use, as those see them for whom they act."""
    rows = Account.objects.filter(pk__in=accounts, is_active=True)
    return dict(rows.values_list("pk", "name"))

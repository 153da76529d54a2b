"""Where whoever has an account lives and works, and who is grown up in a home."""

from datetime import date

from django.db.models import Q

from linli.kernel.place import lineage
from linli.registry.people import logic
from linli.registry.people.models import Membership, Staff

PREMISES = ("shop", "company")
"""Kinds of organisation whose people work in its own place."""
ADULT_FROM = 18
"""So old somebody is of age (Civil Code, art. 17)."""


def of_account(*, community: str, account: int, on: date) -> list[str]:
    """Return the paths of the homes in which somebody lives on a day, or that are his."""
    standing = Q(until=None) | Q(until__gt=on)
    rows = Membership.rows.of(community).filter(standing, person__account=account)
    return sorted(set(rows.values_list("household__room__path", flat=True)))


def adults_at(*, community: str, place: str, on: date) -> list[int]:
    """Return the accounts of the grown-ups who live on a day in the home that a place is, or lies
    in; of one whose age the register does not know it takes him for one. Whoever has let it does
    not live there; where nobody does, nobody.
    """
    standing = (Q(until=None) | Q(until__gt=on)) & (Q(since=None) | Q(since__lte=on))
    let = Q(household__occupancy="rented", relation="owner")
    rows = Membership.rows.of(community).filter(
        standing & ~let & ~Q(relation="other"),
        household__room__path__in=lineage(place),
        person__erased_at=None,
    )
    known = rows.exclude(person__account=None).order_by("pk")
    found = known.values_list("person__account", "person__born_on")
    return list(
        dict.fromkeys(
            account
            for account, born_on in found
            if born_on is None or logic.age(born_on=born_on, on=on) >= ADULT_FROM
        )
    )


def shops_of(*, community: str, account: int) -> dict[str, str]:
    """Return where somebody works who works for a shop or a firm here: path of its place → its
    kind. Of whoever looks after the estate the office says nothing: he is all over it.
    """
    rows = Staff.rows.of(community).filter(
        account=account, employed=True, organisation__kind__in=PREMISES
    )
    known = rows.exclude(organisation__place=None).order_by("pk")
    return dict(known.values_list("organisation__place__path", "organisation__kind"))

"""Where whoever has an account lives and works, who is grown up in a home, who works in a shop."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Prefetch, Q

from linli.kernel.place import lineage
from linli.kernel.words import Words
from linli.registry.people import logic, tables
from linli.registry.people.models import (
    Household,
    Membership,
    Organisation,
    Person,
    Shift,
    Staff,
)
from linli.registry.places import queries as places

PREMISES = ("shop", "company")
"""Kinds of organisation whose people work in its own place."""
ADULT_FROM = 18
"""So old somebody is of age (Civil Code, art. 17)."""


def stands(on: date) -> Q:
    """Return the condition that a membership has begun and is not over on a day."""
    return (Q(until=None) | Q(until__gt=on)) & (Q(since=None) | Q(since__lte=on))


def of_account(*, community: str, account: int, on: date) -> list[str]:
    """Return the paths of the homes in which somebody lives on a day, or that are his."""
    standing = Q(until=None) | Q(until__gt=on)
    rows = Membership.rows.of(community).filter(standing, person__account=account)
    return sorted(set(rows.values_list("household__room__path", flat=True)))


def named(*, community: str, people: Sequence[Person], on: date) -> dict[int, Words]:
    """Return what the homes are called in which people live on a day, or that are theirs, by their
    numbers; who has none is not in it.
    """
    rows = Membership.rows.of(community).filter(stands(on), person__in=people)
    lives = list(rows.order_by("pk").values_list("person", "household__room__path"))
    names = places.full_names(community=community, paths=[path for _, path in lives])
    found: dict[int, list[tuple[str, str]]] = {}
    for person, path in lives:
        found.setdefault(person, []).append(names[path])
    return {
        person: Words(
            zh="、".join(zh for zh, _ in homes), en=", ".join(en or zh for zh, en in homes)
        )
        for person, homes in found.items()
    }


def adults_at(*, community: str, place: str, on: date) -> list[int]:
    """Return the accounts of the grown-ups who live on a day in the home that a place is, or lies
    in; of one whose age the register does not know it takes him for one. Whoever has let it does
    not live there; where nobody does, nobody.
    """
    let = Q(household__occupancy="rented", relation="owner")
    rows = Membership.rows.of(community).filter(
        stands(on) & ~let & ~Q(relation="other"),
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


def workers_at(*, community: str, place: str, at: datetime) -> list[int]:
    """Return the accounts of those who work in the shop or firm that a place is, or lies in, and
    are on duty at a local time; of all who work there, where nobody is: somebody has to open a shop
    that is shut. Of a home in the house of a firm its people are not told.
    """
    within = [one for one in lineage(place) if "/" in one]
    firms = Organisation.rows.of(community).filter(kind__in=PREMISES, place__path__in=within)
    lived_in = Household.rows.of(community).filter(room__path__in=within)
    firm = max(firms.values_list("place__path", flat=True), key=len, default="")
    home = max(lived_in.values_list("room__path", flat=True), key=len, default="")
    if not firm or len(home) > len(firm):
        return []
    shifts = Prefetch("shifts", queryset=Shift.rows.of(community))
    rows = Staff.rows.of(community).filter(
        employed=True, organisation__kind__in=PREMISES, organisation__place__path=firm
    )
    known = list(rows.exclude(account=None).prefetch_related(shifts).order_by("pk"))
    on_duty = [
        row for row in known
        if logic.is_on_duty(duty=row.duty, shifts=tables.hours(row.shifts.all()), at=at)
    ]  # fmt: skip
    return [row.account_id for row in on_duty or known if row.account_id is not None]

"""Where whoever has an account lives and works, who is grown up in a home, who works in a shop."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import msgspec
from django.db.models import Prefetch, Q

from linli.foundation.identity import queries as identity
from linli.foundation.identity.models import Grant
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
from linli.registry.places.models import Place

PREMISES = ("shop", "company")
"""Kinds of organisation whose people work in its own place."""
_KEEPS = "merchant"
"""The role of whoever keeps a shop, at its place; the office may have entered no more of him."""
_KEPT = ("public_room", "office", "room")
"""Kinds of place that may be a shop; the role given for a wider one is for no shop."""
ADULT_FROM = 18
"""So old somebody is of age (Civil Code, art. 17)."""


def stands(on: date) -> Q:
    """Return the condition that a membership has begun and is not over on a day."""
    return (Q(until=None) | Q(until__gt=on)) & (Q(since=None) | Q(since__lte=on))


def lives(on: date) -> Q:
    """Return the condition that somebody lives in a home on a day: whoever has let it does not."""
    let = Q(household__occupancy="rented", relation="owner")
    return stands(on) & ~let & ~Q(relation="other") & Q(person__erased_at=None)


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
    rows = Membership.rows.of(community).filter(lives(on), household__room__path__in=lineage(place))
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


class Crew(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts of a shop or firm: of all who work there or keep it, and of those `told` of it."""

    everybody: list[int]
    told: list[int]


def workers_at(*, community: str, place: str, at: datetime) -> list[int]:
    """Return the accounts of those of a shop or firm who are told of it at a local time
    (`crew_at`).
    """
    return crew_at(community=community, place=place, at=at).told


def crew_at(*, community: str, place: str, at: datetime) -> Crew:
    """Return whose accounts belong to the shop or firm that a place is, or lies in. Told are those
    who are on duty at a local time; all who work there, where nobody is: somebody has to open a
    shop that is shut. Who keeps it by his role alone is told as well, on duty or not; of his shop
    inside a firm's place the firm's people are too. Of a home in the house of a firm its people are
    not told.
    """
    within = [one for one in lineage(place) if "/" in one]
    firms = Organisation.rows.of(community).filter(kind__in=PREMISES, place__path__in=within)
    lived_in = Household.rows.of(community).filter(room__path__in=within)
    keepers = _keepers(community, within, at)
    home = _innermost(lived_in.values_list("room__path", flat=True))
    firm = _innermost(firms.values_list("place__path", flat=True), inside=home)
    shop = _innermost((one for _, one in keepers), inside=firm or home)
    working, on_duty = _staff_of(community, firm, at) if firm else ([], [])
    his_own = [account for account, one in keepers if one == shop and account not in working]
    return Crew(
        everybody=list(dict.fromkeys([*working, *his_own])),
        told=list(dict.fromkeys([*(on_duty or working), *his_own])),
    )


def _innermost(paths: Iterable[str], *, inside: str = "") -> str:
    """Return the longest of paths that lie in one line, if it is as long as another of the line."""
    return max((one for one in paths if len(one) >= len(inside)), key=len, default="")


def _keepers(community: str, within: Sequence[str], at: datetime) -> list[tuple[int, str]]:
    """Return the accounts that keep a shop at one of these places by their role, and the place."""
    shops = Place.rows.of(community).filter(path__in=within, kind__in=_KEPT)
    rows = Grant.objects.filter(
        community=community, role=_KEEPS, account__is_active=True,
        place__in=shops.values_list("path", flat=True),
    )  # fmt: skip
    return [
        (row.account_id, row.place)
        for row in rows.order_by("pk")
        if identity.in_force(grant=row, now=at)
    ]


def _staff_of(community: str, firm: str, at: datetime) -> tuple[list[int], list[int]]:
    """Return the accounts of those who work at a firm's place, and of those on duty of them, as far
    as they can be told: who may not sign in hears nothing.
    """
    shifts = Prefetch("shifts", queryset=Shift.rows.of(community))
    rows = Staff.rows.of(community).filter(
        employed=True, organisation__kind__in=PREMISES, organisation__place__path=firm
    )
    reached = rows.filter(account__is_active=True)
    known = list(reached.prefetch_related(shifts).order_by("pk"))
    on_duty = [
        row for row in known
        if logic.is_on_duty(duty=row.duty, shifts=tables.hours(row.shifts.all()), at=at)
    ]  # fmt: skip
    return _accounts(known), _accounts(on_duty)


def _accounts(rows: Sequence[Staff]) -> list[int]:
    return [row.account_id for row in rows if row.account_id is not None]

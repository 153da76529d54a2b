"""Homes: who speaks for one, and whose telephones hear for it."""

from datetime import date, datetime

import msgspec
from django.db.models import Q
from django.utils import timezone

from linli.foundation.identity import queries as identity
from linli.foundation.identity import several
from linli.foundation.identity.models import Grant
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.models import ScopedRows
from linli.kernel.fault import Fault
from linli.registry.people import queries as people
from linli.registry.people import wards
from linli.registry.people.homes import lives
from linli.registry.people.models import Household, Membership

HANDLE = "visits.handle"
"""What a guard may who deals with visits and calls."""
_OWN = "visits.own"
_PROXY, _GUARD = "proxy_helper", "guard"
_MOST_HOMES = 50


class NoHome(Fault):
    """Who asks lives nowhere here, or not in this home."""

    key = "visits.no_home"
    status = 404


class NoSuchRoom(Fault):
    """There is no home of that room."""

    key = "visits.no_such_room"
    status = 404


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """A home for which somebody may speak: its household, the path of its room, and as whom he
    does: `person` is None where he is a helper by proxy.
    """

    household: int
    place: str
    person: int | None = None


def standing(today: date) -> Q:
    """Return the condition that a membership holds on a day."""
    return (Q(until=None) | Q(until__gt=today)) & (Q(since=None) | Q(since__lte=today))


def members(*, today: date) -> Q:
    """Return the condition that somebody lives in a home: whoever has let it does not."""
    return lives(today)


def homes(*, actor: Actor, now: datetime) -> list[Home]:
    """Return the homes for which somebody may speak, his own first."""
    today = timezone.localdate(now)
    rows = Membership.rows.of(actor.community).filter(
        members(today=today), wards.himself(actor, "person__")
    )
    own = [
        Home(household=row.household_id, place=row.household.room.path, person=row.person_id)
        for row in rows.select_related("household__room").order_by("pk")[:_MOST_HOMES]
    ]
    known = {home.household for home in own}
    return [*own, *(home for home in _by_proxy(actor) if home.household not in known)]


def _by_proxy(actor: Actor) -> list[Home]:
    paths = [one.place for one in actor.grants if one.role == _PROXY and one.place]
    rows = Household.rows.of(actor.community).filter(room__path__in=paths)
    return [
        Home(household=row.pk, place=row.room.path)
        for row in rows.select_related("room").order_by("pk")[:_MOST_HOMES]
    ]


def home(*, actor: Actor, place: str, now: datetime) -> Home:
    """Return one of somebody's homes; the first where no room is named.

    :raises NoHome: if it is not his
    """
    found = [one for one in homes(actor=actor, now=now) if place in {"", one.place}]
    if not found:
        raise NoHome(place=place[:200])
    return found[0]


def household_at(*, community: str, place: str) -> Household:
    """Return the household of a room, by its path.

    :raises NoSuchRoom: if it has none
    """
    row = Household.rows.of(community).select_related("room").filter(room__path=place).first()
    if row is None:
        raise NoSuchRoom(place=place[:200])
    return row


def telephones(*, community: str, household: Household, now: datetime) -> tuple[int, ...]:
    """Return the accounts that hear for a home: of who lives there, and of its proxies."""
    today = timezone.localdate(now)
    rows = Membership.rows.of(community).filter(members(today=today), household=household)
    own = set(rows.exclude(person__account=None).values_list("person__account", flat=True))
    grants = Grant.objects.filter(community=community, role=_PROXY, place=household.room.path)
    proxies = {one.account_id for one in grants if identity.in_force(grant=one, now=now)}
    return tuple(sorted(own | proxies))


def guardians(*, community: str, household: Household, now: datetime) -> tuple[int, ...]:
    """Return the accounts that may answer now for a home in the place of a ward who lives there."""
    rows = Membership.rows.of(community).filter(
        members(today=timezone.localdate(now)), household=household
    )
    persons = rows.values_list("person", flat=True)
    return wards.able(community=community, persons=persons, permission=_OWN, now=now)


def heard_by(*, community: str, account: int, now: datetime) -> ScopedRows[Household]:
    """Return the households for which an account hears: `telephones`, the other way round."""
    lives = Membership.rows.of(community).filter(
        members(today=timezone.localdate(now)), person__account=account
    )
    grants = Grant.objects.filter(community=community, role=_PROXY, account=account)
    paths = [one.place for one in grants if identity.in_force(grant=one, now=now)]
    here = Q(pk__in=lives.values("household")) | Q(room__path__in=paths)
    return Household.rows.of(community).filter(here)


def guards_on_duty(*, community: str, place: str, now: datetime) -> tuple[int, ...]:
    """Return the accounts of the guards on duty who may answer a call at a place."""
    staff = people.staff_on_duty(community=community, skill=_GUARD, at=now)
    accounts = {one.account for one in staff if one.account}
    found = several.actors(accounts=accounts, community=community, now=now)
    return tuple(sorted(number for number, actor in found.items() if _answers(actor, place)))


def _answers(actor: Actor, place: str) -> bool:
    try:
        return actor.acting(HANDLE).sees(place)
    except identity.NotAllowed:
        return False


def somebody_at(*, community: str, household: int | None, today: date) -> int | None:
    """Return the number of somebody who lives in a home, the one who is longest known."""
    rows = Membership.rows.of(community).filter(members(today=today), household=household)
    return rows.order_by("pk").values_list("person", flat=True).first()


def home_rung(*, community: str, room: str, below: str) -> Household | None:
    """Return the household that a door panel rings: by the path of its room, or by its number in
    the unit (building, estate) of the door, if that is one room alone.
    """
    rows = Household.rows.of(community).select_related("room")
    if "/" in room:
        return rows.filter(room__path=room).first()
    found = list(rows.filter(room__path__startswith=f"{below}/", room__code=room)[:2])
    return found[0] if len(found) == 1 else None

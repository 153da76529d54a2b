"""Guardians and wards: who may act for whom, and whose the things are that an actor asks for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from linli.contracts.privacy import Guardian, Ward
from linli.foundation.identity import wards
from linli.foundation.identity.queries import Actor
from linli.foundation.identity.wards import Guardianship
from linli.registry.people import logic
from linli.registry.people.homes import stands
from linli.registry.people.models import Membership, Person
from linli.registry.places import queries as places


def himself(actor: Actor, way: str = "") -> Q:
    """Return the condition that a row is of the person for whom somebody acts: of himself, or of
    his ward. `way` leads from the row to the person: `person__`.
    """
    sought = {"pk": actor.ward} if actor.ward else {"account": actor.account}
    return Q(**{f"{way}{name}": value for name, value in {**sought, "erased_at": None}.items()})


def given(community: str, account: int, now: datetime) -> Iterator[Person]:
    """Yield of whom an account is guardian at this hour by a right that was given to it."""
    held = wards.held(community=community, account=account, now=now)
    rows = Person.rows.of(community).filter(erased_at=None)
    people = rows.in_bulk([one.person for one in held])
    seen = set[int]()
    for one in held:
        person = people.get(one.person)
        if person and one.person not in seen and _reaches(one, person, timezone.localdate(now)):
            seen.add(one.person)
            yield person


def _reaches(one: Guardianship, person: Person, today: date) -> bool:
    """Tell whether a right reaches to the person: all his homes lie where it was given, for it
    opens all of them, and he is not of age if he was not when it was.
    """
    if one.place:
        homes = Membership.rows.of(person.community).filter(stands(today), person=person)
        there = places.within([one.place], "household__room__path")
        if not homes.exists() or homes.exclude(there).exists():
            return False
    day = timezone.localdate(one.at) if one.at else today
    return not under_age(person, day) or under_age(person, today)


def under_age(person: Person, on: date, years: int = logic.OF_AGE) -> bool:
    """Tell whether somebody has not so many years on a day; of whom no birthday is known has."""
    return person.born_on is not None and logic.age(born_on=person.born_on, on=on) < years


def of_age(person: Person, on: date) -> bool:
    """Tell whether somebody is known to be of age on a day: without a birthday nobody is."""
    return person.born_on is not None and not under_age(person, on)


def family(community: str, person: Person, today: date) -> Iterator[Person]:
    """Yield the children under 14 of the family of somebody who is known to be of age."""
    if of_age(person, today):
        for row in _beside(community, person, today):
            if under_age(row, today, logic.GUARDED_UNTIL):
                yield row


def _beside(community: str, person: Person, today: date, *, back: bool = False) -> list[Person]:
    """Return who is registered as family with a home of somebody who lives there; `back`: who lives
    there, of somebody who is its family. Whoever has let it does not live there, and where it is
    not sure whose family somebody is (`logic.one_family`) he is nobody's.
    """
    every = Membership.rows.of(community).filter(stands(today))
    own = every.filter(person=person).values("household")
    homes = defaultdict[int, list[Membership]](list)
    for row in every.filter(household__in=own).select_related("household"):
        homes[row.household_id].append(row)
    found = set[int]()
    for rows in homes.values():
        able, guarded = _sides(rows)
        mine, theirs = (guarded, able) if back else (able, guarded)
        if person.pk in mine and logic.one_family([row.relation for row in rows]):
            found |= theirs - {person.pk}
    people = Person.rows.of(community).filter(pk__in=found, erased_at=None)
    return list(people.order_by("pk"))


def _sides(rows: Sequence[Membership]) -> tuple[set[int], set[int]]:
    """Return who of a home may be guardian of its family, and who is its family."""
    able = {
        row.person_id
        for row in rows
        if row.relation != "other"
        and not (row.relation == "owner" and row.household.occupancy == "rented")
    }
    return able, {row.person_id for row in rows if row.relation == "family"}


def known(community: str, subject: str, today: date) -> Ward | None:
    """Return somebody who may be given a guardian; None if he is not registered with a birthday."""
    person = _person(community, subject)
    if person is None or person.born_on is None:
        return None
    if not under_age(person, today):
        return Ward(name=person.name)
    return Ward(name=person.name, of_age_on=logic.of_age_on(born_on=person.born_on))


def guardians(community: str, subject: str, now: datetime) -> Sequence[Guardian]:
    """Return who is guardian of somebody: by a right, at whichever hour; and the family of a child
    under 14 that is known to be of age and has accounts in use.
    """
    person, today = _person(community, subject), timezone.localdate(now)
    if person is None:
        return []
    held = [
        one
        for one in wards.over(community=community, person=person.pk, now=now)
        if _reaches(one, person, today)
    ]
    names = wards.names(accounts=[one.account for one in held])
    found = [
        Guardian(account=one.account, name=names[one.account], given=True, until=one.until)
        for one in held
    ]
    if under_age(person, today, logic.GUARDED_UNTIL):
        able = [one for one in _beside(community, person, today, back=True) if of_age(one, today)]
        used = wards.names(accounts=[one.account_id for one in able if one.account_id])
        found += [
            Guardian(account=one.account_id, name=one.name)
            for one in able
            if one.account_id in used
        ]
    return found


def able(
    *, community: str, persons: Iterable[int], permission: str, now: datetime
) -> tuple[int, ...]:
    """Return the accounts that may do something now in the place of one of these persons: by the
    rights and at the hours at which a door lets a guardian in.
    """
    found = set[int]()
    for person in persons:
        subject = f"person:{person}"
        found |= {
            one.account
            for one in guardians(community, subject, now)
            if wards.may(account=one.account, community=community, subject=subject,
                         permission=permission, now=now)
        }  # fmt: skip
    return tuple(sorted(found))


def speaks_for(*, community: str, account: int | None, person: int | None, now: datetime) -> bool:
    """Tell whether an account is a person's own, or his guardian's at whichever hour: what was made
    by it in his place is good as long as it is. Nobody speaks, and nobody is spoken for, by None.
    """
    if account is None or person is None:
        return False
    if Person.rows.of(community).filter(pk=person, account=account, erased_at=None).exists():
        return True
    known = guardians(community, f"person:{person}", now)
    return any(one.account == account for one in known)


def adult(actor: Actor, now: datetime) -> bool:
    """Tell whether the ward for whom somebody acts is not a minor."""
    rows = Person.rows.of(actor.community).filter(pk=actor.ward, erased_at=None)
    return any(not under_age(one, timezone.localdate(now)) for one in rows)


def _person(community: str, subject: str) -> Person | None:
    kind, _, number = subject.partition(":")
    if kind != "person" or not number.isdecimal():
        return None
    row: Person | None = Person.rows.of(community).filter(pk=int(number), erased_at=None).first()
    return row

"""Guardians and wards: who may act for whom, and whose the things are that an actor asks for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from linli.contracts.privacy import Guardian, Ward
from linli.foundation.identity import wards
from linli.foundation.identity.queries import Actor
from linli.foundation.identity.several import actors
from linli.foundation.identity.wards import Guardianship
from linli.kernel.place import under
from linli.registry.people import logic
from linli.registry.people.homes import stands
from linli.registry.people.models import Membership, Person


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
    for one in _reaching(community, held, people, timezone.localdate(now)):
        if one.person not in seen:
            seen.add(one.person)
            yield people[one.person]


def _reaching(
    community: str, held: Sequence[Guardianship], people: Mapping[int, Person], today: date
) -> list[Guardianship]:
    """Return the rights that reach to their persons: all homes of such a one lie where it was
    given, for it opens all of them, and he is not of age if he was not when it was.
    """
    placed = [one.person for one in held if one.place]
    lives = Membership.rows.of(community).filter(stands(today), person__in=placed)
    homes = defaultdict[int, list[str]](list)
    for person, path in lives.values_list("person", "household__room__path") if placed else ():
        homes[person].append(path)
    return [
        one
        for one in held
        if one.person in people
        and (not one.place or _all_under(homes[one.person], one.place))
        and _as_old(one, people[one.person], today)
    ]


def _all_under(paths: Sequence[str], place: str) -> bool:
    return bool(paths) and all(under(path=path, ancestor=place) for path in paths)


def _as_old(one: Guardianship, person: Person, today: date) -> bool:
    """Tell whether somebody is not of age, or was already when the right over him was given."""
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
    """Return who stands beside one person, as `_beside_each`."""
    return _beside_each(community, [person], today, back=back).get(person.pk, [])


def _beside_each(
    community: str, persons: Sequence[Person], today: date, *, back: bool = False
) -> dict[int, list[Person]]:
    """Return, by the numbers of people, who is registered as family with a home of each who lives
    there; `back`: who lives there, of each who is its family. Whoever has let it does not live
    there, and where it is not sure whose family somebody is (`logic.one_family`) he is nobody's.
    """
    every = Membership.rows.of(community).filter(stands(today))
    own = every.filter(person__in=persons).values("household")
    homes = defaultdict[int, list[Membership]](list)
    for row in every.filter(household__in=own).select_related("household"):
        homes[row.household_id].append(row)
    found = defaultdict[int, set[int]](set)
    for rows in homes.values():
        able, guarded = _sides(rows)
        mine, theirs = (guarded, able) if back else (able, guarded)
        if logic.one_family([row.relation for row in rows]):
            for person in persons:
                found[person.pk] |= theirs - {person.pk} if person.pk in mine else set()
    wanted = set[int]().union(*found.values())
    people = Person.rows.of(community).filter(pk__in=wanted, erased_at=None).order_by("pk")
    known = list(people)
    return {one: [row for row in known if row.pk in numbers] for one, numbers in found.items()}


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
    rights = wards.over(community=community, person=person.pk, now=now)
    held = _reaching(community, rights, {person.pk: person}, today)
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
    rights and at the hours at which a door lets a guardian in. It asks as much for many as for few.
    """
    people = Person.rows.of(community).filter(erased_at=None).in_bulk(list(persons))
    today = timezone.localdate(now)
    family = _family_accounts(community, list(people.values()), today)
    his = actors(
        accounts={one for accounts in family.values() for one in accounts},
        community=community, now=now,
    )  # fmt: skip
    found = {one for one, actor in his.items() if permission in wards.allowed(actor)}
    if permission in wards.allowed():
        rights = wards.over_any(community=community, persons=list(people), now=now)
        found |= {
            one.account
            for one in _reaching(community, rights, people, today)
            if one.account != people[one.person].account_id
            and one.account not in family.get(one.person, ())
        }
    return tuple(sorted(found))


def _family_accounts(community: str, people: Sequence[Person], today: date) -> dict[int, set[int]]:
    """Return, by the numbers of the children under 14 among these people, the accounts of the
    family of each that is known to be of age.
    """
    children = [one for one in people if under_age(one, today, logic.GUARDED_UNTIL)]
    if not children:
        return {}
    beside = _beside_each(community, children, today, back=True)
    return {
        child: {one.account_id for one in rows if one.account_id and of_age(one, today)}
        for child, rows in beside.items()
    }


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

"""How holders stand in the register, in few reads for however many: by this it is found whose
standing changed since controllers were told of him.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import NamedTuple, Self

import msgspec
from django.db.models import Q
from django.utils import timezone

from linli.contracts.doors import Way
from linli.domains.doors.logic.deciding import Holder
from linli.domains.doors.models import Barred, Credential
from linli.domains.doors.queries import hosts
from linli.domains.doors.queries.turns import hours_of_staff
from linli.foundation.scope.models import ScopedRows
from linli.registry.people.models import Membership, Person

_MANY = 1_000


class Holding(NamedTuple):
    """Who holds a credential: a person, a staff member, or the guest of a `host` in a `home` (of
    whoever lives there, where he has none).
    """

    person: int | None
    staff: int | None
    host: int | None
    home: int | None

    @classmethod
    def of(cls, row: Credential) -> Self:
        """Return who holds a credential."""
        return cls(row.person_id, row.staff_id, row.host_id, row.home_id)


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """Persons and staff whose standing is asked for, and homes to which guests come."""

    persons: Sequence[int]
    staff: Sequence[int]
    homes: Sequence[int]


def whose(rows: Sequence[Credential]) -> Whose | None:
    """Return who holds these credentials; None where they are so many that everybody is read as
    soon.
    """
    persons = sorted({one for row in rows if (one := row.person_id or row.host_id)})
    staff = sorted({row.staff_id for row in rows if row.staff_id})
    homes = sorted({row.home_id for row in rows if row.home_id})
    few = len(persons) + len(staff) + len(homes) < _MANY
    return Whose(persons=persons, staff=staff, homes=homes) if few else None


class Stands(msgspec.Struct, frozen=True, kw_only=True):
    """Who lives where now, who lived here once, who is barred, erased, and the hours in which those
    who are employed are on duty; and, of homes to which guests come, who lives there until when.
    """

    homes: Mapping[int, Sequence[int]]
    once: frozenset[int]
    barred: frozenset[int]
    erased: frozenset[int]
    employed: Mapping[int, Sequence[Mapping[str, str]]]
    living: Mapping[int, Sequence[tuple[int, datetime]]]

    def mark(self, holding: Holding) -> str:
        """Return a digest of how somebody stands; of a guest, of how his host does, and until when
        that one lives there. Empty for a guest of whom it is not known whose he is.
        """
        if holding.staff is not None:
            if holding.staff not in self.employed:
                return _digest(Holder.GONE, ())
            return _digest(Holder.HERE, [str(one) for one in self.employed[holding.staff]])
        if holding.home is None:
            return self._mark(holding.person) if holding.person is not None else ""
        ends = [
            f"{until.date()}"
            for person, until in self.living.get(holding.home, ())
            if holding.host in {None, person}
        ]
        host = self._mark(holding.host) if holding.host is not None else ""
        return _digest(Holder.HERE, [host, max(ends, default="")])

    def _mark(self, person: int) -> str:
        if person in self.barred:
            return _digest(Holder.BARRED, ())
        homes = self.homes.get(person, ())
        here = homes or not (person in self.once or person in self.erased)
        return _digest(Holder.HERE if here else Holder.GONE, homes)


def _digest(holder: Holder, more: Sequence[int] | Sequence[str]) -> str:
    return sha256(f"{holder} {sorted(more)}".encode()).hexdigest()[:16]


def stands(*, community: str, whose: Whose | None = None, now: datetime) -> Stands:
    """Return how these stand now, or everybody."""
    persons, among, today = Q(), Q(), timezone.localdate(now)
    visited: Collection[int]
    if whose is not None:
        persons, among = Q(person__in=whose.persons), Q(pk__in=whose.persons)
        visited = whose.homes
    else:
        guests = Credential.rows.of(community).filter(state="open", home__isnull=False)
        visited = set(guests.values_list("home", flat=True))
    staff = None if whose is None else whose.staff
    barred = Barred.rows.of(community).filter(persons, lifted_at=None, since__lte=now)
    barred = barred.filter(Q(until=None) | Q(until__gt=now))
    erased = Person.rows.of(community).filter(among, erased_at__isnull=False)
    members = Membership.rows.of(community).filter(persons)
    homes, once = _homes(members, today)
    return Stands(
        homes=homes,
        once=once,
        barred=frozenset(barred.values_list("person", flat=True)),
        erased=frozenset(erased.values_list("pk", flat=True)),
        employed=hours_of_staff(community=community, staff=staff, today=today),
        living=hosts.living(community=community, homes=visited, now=now) if visited else {},
    )


def _homes(
    members: ScopedRows[Membership], today: date
) -> tuple[dict[int, list[int]], frozenset[int]]:
    """Return where each lives today, and all who live or lived in a home of ours."""
    homes, once = defaultdict[int, list[int]](list), set[int]()
    rows = members.values_list("person", "household", "since", "until")
    for person, home, since, until in rows.iterator(chunk_size=5_000):
        once.add(person)
        if (since is None or since <= today) and (until is None or today < until):
            homes[person].append(home)
    return homes, frozenset(once)


def moved(*, community: str, now: datetime) -> list[int]:
    """Return the numbers of the credentials whose holders stand otherwise in the register than when
    controllers were told of them last. What it costs grows with who lives here by a few
    microseconds a head; the reads are as many for all.
    """
    found = stands(community=community, now=now)
    theirs = Q(guest="") & ~Q(way=Way.CODE.value)
    rows = Credential.rows.of(community).filter(theirs | Q(home__isnull=False), state="open")
    held = rows.order_by("pk").values_list("pk", "standing", "person", "staff", "host", "home")
    return [
        number
        for number, standing, *holding in held.iterator(chunk_size=5_000)
        if standing != found.mark(Holding(*holding))
    ]

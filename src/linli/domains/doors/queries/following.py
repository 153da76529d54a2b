"""How holders stand in the register, in few reads for however many: by this it is found whose
standing changed since controllers were told of him.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256

import msgspec
from django.db.models import Q
from django.utils import timezone

from linli.contracts.doors import Way
from linli.domains.doors.logic.deciding import Holder
from linli.domains.doors.models import Barred, Credential
from linli.domains.doors.queries.turns import hours_of_staff
from linli.foundation.scope.models import ScopedRows
from linli.registry.people.models import Membership, Person

_MANY = 1_000


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """Persons and staff whose standing is asked for."""

    persons: Sequence[int]
    staff: Sequence[int]


def whose(rows: Sequence[Credential]) -> Whose | None:
    """Return who holds these credentials; None where they are so many that everybody is read as
    soon.
    """
    persons = sorted({row.person_id for row in rows if row.person_id})
    staff = sorted({row.staff_id for row in rows if row.staff_id})
    return Whose(persons=persons, staff=staff) if len(persons) + len(staff) < _MANY else None


class Stands(msgspec.Struct, frozen=True, kw_only=True):
    """Who lives where now, who lived here once, who is barred, erased, and the hours in which those
    who are employed are on duty.
    """

    homes: Mapping[int, Sequence[int]]
    once: frozenset[int]
    barred: frozenset[int]
    erased: frozenset[int]
    employed: Mapping[int, Sequence[Mapping[str, str]]]

    def mark(self, person: int | None, staff: int | None) -> str:
        """Return a digest of how somebody stands; empty for a guest."""
        if staff is not None:
            if staff not in self.employed:
                return _digest(Holder.GONE, ())
            return _digest(Holder.HERE, [str(one) for one in self.employed[staff]])
        if person is None:
            return ""
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
    if whose is not None:
        persons, among = Q(person__in=whose.persons), Q(pk__in=whose.persons)
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
    rows = Credential.rows.of(community).filter(state="open", guest="").exclude(way=Way.CODE.value)
    held = rows.order_by("pk").values_list("pk", "person", "staff", "standing")
    return [
        number
        for number, person, staff, standing in held.iterator(chunk_size=5_000)
        if standing != found.mark(person, staff)
    ]

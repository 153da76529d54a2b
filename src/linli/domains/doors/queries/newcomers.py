"""Who is asked for to live here: his name, and who in the register bears it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import msgspec
from django.db.models import Q
from django.utils import timezone

from linli.domains.doors.models import Barred, Newcomer
from linli.kernel.words import Words
from linli.registry.people import homes
from linli.registry.people.models import Person

_MOST = 10
"""Of more who bear a name no more are named."""

_ABOUT = "newcomer:"


class Namesake(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in the register, what his homes are called, and whether he is barred here."""

    person: Person
    home: Words | None
    barred: bool


def about(newcomer: int) -> str:
    """Return how a request names somebody who is asked for, and the trail."""
    return f"{_ABOUT}{newcomer}"


def names(*, community: str, wanted: Sequence[str]) -> Mapping[str, str]:
    """Return the names of those whom requests are `about`."""
    rows = Newcomer.rows.of(community).filter(
        pk__in=[int(one.removeprefix(_ABOUT)) for one in wanted]
    )
    return {about(pk): name for pk, name in rows.values_list("pk", "name")}


def namesakes(
    *, community: str, names: Collection[str], now: datetime
) -> Mapping[str, Sequence[Namesake]]:
    """Return who in the register bears each of these names, ten of each at most."""
    same = Person.rows.of(community).filter(name__in=set(names), erased_at=None)
    found: dict[str, list[Person]] = {}
    for row in same.order_by("pk"):
        found.setdefault(row.name, []).append(row)
    people = [row for rows in found.values() for row in rows[:_MOST]]
    known = homes.named(community=community, people=people, on=timezone.localdate(now))
    barred = _barred(community, people, now)
    return {
        name: [
            Namesake(person=row, home=known.get(row.pk), barred=row.pk in barred)
            for row in rows[:_MOST]
        ]
        for name, rows in found.items()
    }


def _barred(community: str, people: Sequence[Person], now: datetime) -> frozenset[int]:
    rows = Barred.rows.of(community).filter(person__in=people, lifted_at=None, since__lte=now)
    rows = rows.filter(Q(until=None) | Q(until__gt=now))
    return frozenset(rows.values_list("person", flat=True))

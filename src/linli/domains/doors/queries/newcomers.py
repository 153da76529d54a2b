"""Who is asked for to live here, as the second person must know him: by name, and who bears it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from linli.contracts.approvals import Reader
from linli.domains.doors.models import Barred, Newcomer
from linli.kernel.words import Words
from linli.registry.people import homes
from linli.registry.people.models import Person

_MOST = 10
"""Of more who bear a name no more are named."""
_NOBODY = Words(zh="登记中没有同名的人。", en="Nobody of this name is registered.")


_ABOUT = "newcomer:"


def about(newcomer: int) -> str:
    """Return how a request names somebody who is asked for."""
    return f"{_ABOUT}{newcomer}"


def told(reader: Reader, wanted: Sequence[str], now: datetime) -> Mapping[str, Sequence[Words]]:
    """Return what is told beside requests (`about`): his name, and who of the same name is in the
    register, where he lives, and whether he is barred here.
    """
    community = reader.community
    rows = Newcomer.rows.of(community).filter(
        pk__in=[int(one.removeprefix(_ABOUT)) for one in wanted]
    )
    named = {about(pk): str(name) for pk, name in rows.values_list("pk", "name")}
    same = Person.rows.of(community).filter(name__in=set(named.values()), erased_at=None)
    people = list(same.order_by("pk"))
    known = homes.named(community=community, people=people, on=timezone.localdate(now))
    barred = _barred(community, people, now)
    return {
        one: [
            Words(zh=f"姓名：{name}", en=f"Name: {name}"),
            *_same([row for row in people if row.name == name], known, barred),
        ]
        for one, name in named.items()
    }


def _same(
    people: Sequence[Person], known: Mapping[int, Words], barred: frozenset[int]
) -> list[Words]:
    if not people:
        return [_NOBODY]
    return [_one(row, known.get(row.pk), row.pk in barred) for row in people[:_MOST]]


def _one(row: Person, home: Words | None, barred: bool) -> Words:
    zh = f"登记中有同名的人：{row.pk} 号" + (f"，{home.zh}" if home else "，名下没有房屋")
    en = f"Of the same name is registered: person {row.pk}, {home.en if home else 'of no home'}"
    return Words(
        zh=zh + ("，已被禁止通行" if barred else ""), en=en + (", barred from the doors" * barred)
    )


def _barred(community: str, people: Sequence[Person], now: datetime) -> frozenset[int]:
    rows = Barred.rows.of(community).filter(person__in=people, lifted_at=None, since__lte=now)
    rows = rows.filter(Q(until=None) | Q(until__gt=now))
    return frozenset(rows.values_list("person", flat=True))

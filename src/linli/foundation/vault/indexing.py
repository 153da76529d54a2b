"""Another key of the blind indices of a community, while what they find goes on being found.

From the beginning everything is written under the new key, and looked for under both. In the
background the rows of every table are indexed anew, each once, by its sealed value. When all are,
and nobody outside goes by the old key any more, that is destroyed. Whoever is cut off goes on where
he was. A row that turns out to be the same as another is passed over, and told of once all others
are indexed; the old key stays until somebody has put it right.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction

from linli.contracts import marks
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.vault import locks, operations, queries, sealed
from linli.foundation.vault.models import Reindexed, WrappingKey
from linli.foundation.vault.queries import INDEX, MAIN
from linli.kernel.fault import Fault

AT_ONCE = 500
_MARKS = "marks"
"""In the place of a table: what is found by keys that follow from this one (`contracts.marks`)."""


class Clash(Fault):
    """Two rows are the same by their values, where only one may be: somebody must say which."""

    key = "vault.index_clash"
    status = 409


def turn(*, community: str, now: datetime) -> int:
    """Write blind indices under a new key from now on; return its number. As long as an older one
    is there no other is begun: `step` goes on then.
    """
    with transaction.atomic():
        locks.alone(locks.INDEX, store=MAIN)
        numbers = _numbers(community)
        if len(numbers) > 1:
            return numbers[0]
        return operations.rotate(community=community, use=INDEX, now=now)


def _numbers(community: str) -> list[int]:
    """Return the numbers of the index keys, that in use first."""
    rows = WrappingKey.rows.of(community).filter(use=INDEX).order_by("-number")
    return list(rows.values_list("number", flat=True))


def step(*, community: str, now: datetime) -> int:
    """Index a part of the rows anew; return how many, 0 where none is left. When none is, and
    nobody outside goes by the old key, it is destroyed.

    :raises Clash: if all else is indexed and a row turned out to be the same as another; the next
        step looks again, from that row on
    """
    numbers = _numbers(community)
    if len(numbers) < 2:  # noqa: PLR2004 - the one in use, and one before it
        return 0
    clashing = False
    for table in [*_tables(), _MARKS]:
        place, _ = Reindexed.rows.of(community).get_or_create(number=numbers[0], table=table)
        if place.done:
            continue
        if many := _part(place, now):
            return many
        clashing = True
    if clashing:
        if (clash := _look_again(community)) is not None:
            raise clash
        return 1  # another process looks again already
    if not marks.behind(community):
        _finish(community, numbers, now)
    return 0


def waits_for(*, community: str) -> Sequence[str]:
    """Return who outside still goes by an old key of the blind indices."""
    return marks.behind(community) if len(_numbers(community)) > 1 else ()


def _tables() -> dict[str, type[Any]]:
    """Return the tables with blind indices, by their names."""
    return {
        model._meta.label: model  # noqa: SLF001 - Django's own name of it
        for model in apps.get_models()
        if any(field.whole or field.tail for field in sealed.fields(model))
    }


@transaction.atomic
def _part(place: Reindexed, now: datetime) -> int:
    """Index the next rows of a table anew, and remember up to which. Return 0 where none is left
    but rows that clash.
    """
    place = Reindexed.rows.of(place.community).select_for_update().get(pk=place.pk)
    if place.done:
        return 1
    if place.table == _MARKS:
        many, last = marks.remark(place.community, place.after, now)
    else:
        many, last = _reindex(_tables()[place.table], place, now.date())
    place.after, place.done = last or place.after, not many and not place.clashed
    place.save(update_fields=["after", "clashed", "done"])
    return many or int(place.done)


@transaction.atomic
def _look_again(community: str) -> Clash | None:
    """Go back to the first rows that clash, each in its table; return what is to be told of one."""
    places = Reindexed.rows.of(community).filter(done=False, clashed__gt=0).order_by("pk")
    found = None
    for place in places.select_for_update():
        found = found or Clash(table=place.table.rpartition(".")[2], row=place.clashed)
        place.after, place.clashed = place.clashed - 1, 0
        place.save(update_fields=["after", "clashed"])
    return found


def _reindex(model: type[Any], place: Reindexed, today: date) -> tuple[int, int]:
    """Return how many rows were looked at, indexed anew but for those that clash, and the last of
    them; the first that clashes is remembered in the place.
    """
    community, after = place.community, place.after
    found = model.rows.of(community).filter(pk__gt=after).order_by("pk")
    rows = list(found.select_for_update(of=("self",))[:AT_ONCE])
    index = operations.index_key(community=community, today=today)
    keys = queries.data_keys(
        community=community, use=sealed.USE, subjects=[row.vault_key for row in rows]
    )
    for row in rows:
        anew = dict(_indices(row, community, keys.get(row.vault_key), index))
        if any(getattr(row, name) != value for name, value in anew.items()):
            try:
                with transaction.atomic():
                    model.rows.of(community).filter(pk=row.pk).update(**anew)
            except IntegrityError:
                place.clashed = place.clashed or row.pk
    return len(rows), rows[-1].pk if rows else 0


def _indices(
    row: Any, community: str, key: bytes | None, index: bytes
) -> Iterator[tuple[str, str]]:
    """Yield the blind indices of a row; of whom nothing opens any more nothing is found either."""
    for field in sealed.fields(type(row)):
        if field.whole or field.tail:
            value = sealed.plain(row, field, key, community) if key else ""
            yield from sealed.indices(row, field, value, index)


@transaction.atomic
def _finish(community: str, numbers: Sequence[int], now: datetime) -> None:
    """Destroy the older keys: nothing is written under them, and nothing found by them."""
    locks.alone(locks.INDEX, store=MAIN)
    rows = WrappingKey.rows.of(community).filter(use=INDEX, number__in=numbers[1:])
    operations.overwrite(rows)
    Reindexed.rows.of(community).delete()
    audit.note(
        community=community, account=0, act=Act.WRITE, what=f"WrappingKey:{INDEX}:{numbers[0]}",
        words="all is indexed under it; the one before is destroyed", now=now,
    )  # fmt: skip

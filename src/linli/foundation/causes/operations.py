"""Every write to the chain of causes."""

from collections.abc import Sequence
from datetime import datetime

from linli.foundation.causes.models import Cause


def note(
    *,
    id: str,
    cause: str | None,
    community: str,
    kind: str,
    at: datetime,
    about: dict[str, object] | None = None,
) -> None:
    """Remember what made this. Told twice, the first stands; a later adds to what it is about."""
    row, new = Cause.objects.get_or_create(
        id=id,
        defaults={
            "cause": cause or "",
            "community": community,
            "kind": kind,
            "at": at,
            "about": about or {},
        },
    )
    if not new and about and about.keys() - row.about.keys():
        row.about = {**about, **row.about}
        row.save(update_fields=["about"])


def note_each(causes: Sequence[Cause]) -> None:
    """Remember these as `note` does each of them, by a fixed number of questions."""
    wanted: dict[str, Cause] = {}
    for one in causes:
        first = wanted.setdefault(one.id, one)
        first.about = {**one.about, **first.about}
    there = Cause.objects.in_bulk(wanted)
    note_all([one for one in wanted.values() if one.id not in there])
    grown = [row for row in there.values() if wanted[row.id].about.keys() - row.about.keys()]
    for row in grown:
        row.about = {**wanted[row.id].about, **row.about}
    Cause.objects.bulk_update(grown, ["about"])


def note_all(causes: Sequence[Cause]) -> None:
    """Remember what made each of these. One told before stands as it was, and so does the first of
    two with one id.
    """
    Cause.objects.bulk_create(causes, ignore_conflicts=True)


def forget(*, community: str, before: datetime, most: int = 5_000) -> int:
    """Drop links of the chain older than a time, so many at most; return how many."""
    old = Cause.objects.filter(community=community, at__lt=before).order_by("at")
    return Cause.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:most])).delete()[0]

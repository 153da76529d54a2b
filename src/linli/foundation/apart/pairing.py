"""Whether the database of what is kept apart is the one that belongs to the records.

The same mark stands in both. Restored records bear none, and a copy of what is kept apart bears
that of its time: then the two are no pair, and the sweep, which goes by what the records name,
destroys nothing until they are one again. They become one by themselves where nothing could be lost
by it, else when the operator says so.
"""

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from django.db import DatabaseError, InterfaceError, transaction

from linli.contracts.apart import named
from linli.foundation.apart import queries
from linli.foundation.apart.models import Kept, Mark
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.vault import queries as vault
from linli.foundation.vault.queries import APART, MAIN
from linli.kernel.fault import Fault

_PART = 400

State = Literal["pair", "differs", "away"]


class NoPair(Fault):
    """What is kept apart was not kept beside these records, as far as their marks tell."""

    key = "apart.no_pair"
    status = 409


def paired_at() -> datetime:
    """Return since when the two databases are a pair.

    :raises NoPair: if they are none
    """
    here, there = queries.mark(store=MAIN), queries.mark(store=APART)
    if here is None or there is None or here.value != there.value:
        raise NoPair
    return max(here.at, there.at)


def state() -> State:
    """Return how the two stand to each other, also while one of them cannot be reached or read."""
    try:
        paired_at()
    except NoPair:
        return "differs"
    except (DatabaseError, InterfaceError):
        return "away"
    return "pair"


def settle(*, now: datetime) -> datetime:
    """Return as `paired_at`; make the two a pair before if nothing can be lost by it, as at the
    first start and after a restore of both.

    :raises NoPair: if something is kept that the records do not name, and may have named
    """
    try:
        return paired_at()
    except NoPair:
        if any(unnamed(community=one) for one in communities()):
            raise
    pair(now=now)
    return now


def pair(*, now: datetime) -> None:
    """Put a new mark into both: from now on they are a pair. Cut off between the two they are none,
    and it is done again.
    """
    value = secrets.token_hex(16)
    with transaction.atomic(), transaction.atomic(using=APART):
        for store in (MAIN, APART):
            Mark.objects.using(store).update_or_create(pk=1, defaults={"value": value, "at": now})


def confirm(*, now: datetime) -> int:
    """Make the two a pair, for the operator says they are; return how much an hour from now is
    destroyed by it. The trail of each community remembers that.
    """
    lost = {one: many for one in communities() if (many := unnamed(community=one))}
    with transaction.atomic():
        for community, many in lost.items():
            audit.note(
                community=community, account=0, act=Act.WRITE, what="apart:pair",
                words=f"Said to be a pair with the records, which name {many} of it no more.",
                now=now,
            )  # fmt: skip
        pair(now=now)
    return sum(lost.values())


def communities() -> Sequence[str]:
    """Return of which communities something is kept, whether the records know them or not."""
    rows = Kept.rows.across("of which something is kept").order_by("community")
    return list(rows.values_list("community", flat=True).distinct())


def unnamed(*, community: str) -> int:
    """Return how much is kept that still opens and that no row of these records names: the sweep
    would destroy it, and the records that are missing may name it.
    """
    return sum(_unnamed(community, rows) for rows in _parts(community))


def _unnamed(community: str, rows: Sequence[Kept]) -> int:
    subjects = sorted({row.subject for row in rows})
    opens = vault.having_keys(community=community, subjects=subjects, store=APART)
    borne = set(named(community, [row.token for row in rows]))
    return sum(row.subject in opens and row.token not in borne for row in rows)


def _parts(community: str) -> Iterator[Sequence[Kept]]:
    after = 0
    while rows := queries.kept_after(community=community, after=after, limit=_PART):
        after = rows[-1].pk
        yield rows

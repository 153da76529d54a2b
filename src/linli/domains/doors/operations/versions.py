"""Who may pass changed: the number by which controllers know that, and what follows."""

from collections.abc import Sequence
from datetime import datetime

from linli.contracts.doors import RightsChanged
from linli.domains.doors.models import Credential, RightsVersion
from linli.domains.doors.queries import following
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox


def next_version(*, community: str, count: int = 1) -> int:
    """Return the first of so many new numbers, in the transaction that makes use of them: the row
    stays locked until then, so that no number is seen before a lower one.
    """
    rows = RightsVersion.rows.of(community)
    rows.get_or_create()
    row = rows.select_for_update().get()
    first = row.version + 1
    row.version += count
    row.save(update_fields=["version"])
    return first


def changed(*, rows: Sequence[Credential], cause: str | None = None, now: datetime) -> None:
    """Number anew what these credentials may, and say so; the rows are saved, of all that was
    written to them.
    """
    if not rows:
        return
    newest = number(rows=rows, now=now)
    for row in rows:
        row.save()
    announce(community=rows[0].community, version=newest, cause=cause, now=now)


def number(*, rows: Sequence[Credential], now: datetime) -> int:
    """Give credentials new numbers, and remember how their holders stand as of now; return the
    last. Who saves them, in this transaction, is the caller.
    """
    community = rows[0].community
    first = next_version(community=community, count=len(rows))
    stands = following.stands(community=community, whose=following.whose(rows), now=now)
    for version, row in enumerate(rows, first):
        row.version, row.standing = version, stands.mark(following.Holding.of(row))
    return first + len(rows) - 1


def kept_anew(*, community: str, now: datetime) -> None:
    """Say that doors are to be kept in another way: controllers fetch that too."""
    announce(community=community, version=next_version(community=community), now=now)


def announce(*, community: str, version: int, cause: str | None = None, now: datetime) -> None:
    """Say that rights changed, up to a version."""
    fact = RightsChanged(id=ids.new(), at=now, community=community, cause=cause, version=version)
    outbox.record(fact)

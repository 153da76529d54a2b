"""Another master key: used, all wrapping keys brought under it, the one before retired.

Both open in between. Whoever is cut off does it again and goes on where he was.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from linli.contracts.identity import PLATFORM
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.vault import locks, logic, operations, queries
from linli.foundation.vault.master import name_of
from linli.foundation.vault.models import WrappingKey
from linli.foundation.vault.queries import MAIN
from linli.kernel.fault import Fault

_AT_ONCE = 500


class StillUsed(Fault):
    """There are wrapping keys under the master key that was to be retired."""

    key = "vault.master_still_used"
    status = 409


class NothingToRetire(Fault):
    """There is one master key, and it is in use."""

    key = "vault.nothing_to_retire"
    status = 409


def turn(*, account: int, store: str = MAIN, now: datetime) -> str:
    """Let another master key be the one in use; return its name. As long as an older one is kept
    there is none other: `rewrap` goes on then.

    :raises MasterKeyGone: if there is none in use yet
    """
    with transaction.atomic(), transaction.atomic(using=store):
        locks.alone(locks.MASTER, store=store)
        place = queries.master(store)
        before = place.name()
        name = place.turn()
        if name != before:
            _note(account, f"MasterKey:{store}:{name}", f"It is in use in place of {before}.", now)
    queries.forget()
    return name


def rewrap(*, store: str = MAIN) -> int:
    """Bring a part of the wrapping keys under the master key in use; return how many. Each part is
    of one community.

    :raises MasterKeyGone: if the master key that wrapped one is not there
    """
    with transaction.atomic(using=store):
        locks.alone(locks.MASTER, store=store)
        key = queries.master(store).key()
        name = name_of(key)
        every = WrappingKey.rows.using(store).across("which are under an older master key")
        first = every.exclude(wrapped__startswith=f"{name}:").order_by("community").first()
        if first is None:
            return 0
        mine = WrappingKey.rows.using(store).of(first.community)
        older = mine.exclude(wrapped__startswith=f"{name}:").select_for_update()
        rows = list(older.order_by("pk")[:_AT_ONCE])
        for row in rows:
            opened = queries.wrapping_key(row=row)
            bound = queries.bound_wrapping(row)
            row.wrapped = operations.wrap_by_master(key, opened, bound)
        mine.bulk_update(rows, ["wrapped"], batch_size=100)
    return len(rows)


def retire(*, account: int, store: str = MAIN, now: datetime) -> Sequence[str]:
    """Destroy the older master keys, after every wrapping key was opened with the one in use;
    return their names. A backup from before opens with them alone.

    :raises NothingToRetire: if there is none
    :raises StillUsed: if something is under one of them
    :raises logic.Broken: if something does not open with the one in use
    """
    with transaction.atomic(), transaction.atomic(using=store):
        locks.alone(locks.MASTER, store=store)
        place = queries.master(store)
        gone = place.kept()
        if not gone:
            raise NothingToRetire
        key = place.key()
        rows = WrappingKey.rows.using(store).across("whether all open with the master key in use")
        if left := rows.exclude(wrapped__startswith=f"{name_of(key)}:").count():
            raise StillUsed(left=left)
        for row in rows:
            wrapped = row.wrapped.rpartition(":")[2]
            logic.unseal(key=key, sealed=wrapped, bound=queries.bound_wrapping(row))
        for name in gone:
            _note(account, f"MasterKey:{store}:{name}", "It was overwritten and deleted.", now)
        place.retire()
    queries.forget()
    return gone


def _note(account: int, what: str, words: str, now: datetime) -> None:
    audit.note(community=PLATFORM, account=account, act=Act.WRITE, what=what, words=words, now=now)

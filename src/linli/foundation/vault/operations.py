"""Every write to keys: made, turned over, destroyed. `store` says in which database (`queries`).

Whoever writes in both begins with the main one: no two wait for each other.
"""

import secrets
from collections.abc import Sequence
from datetime import date, datetime

from django.db import connections, transaction
from django.db.models import QuerySet

from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.vault import locks, logic, queries
from linli.foundation.vault.master import Destroyed, MasterKeyGone, name_of
from linli.foundation.vault.models import DataKey, WrappingKey
from linli.foundation.vault.queries import APART, MAIN

_AT_ONCE = 2_000
_OVERWRITES = 3


def grow(
    *, community: str, use: str, subjects: Sequence[str], today: date, store: str = MAIN
) -> dict[str, bytes]:
    """Make keys for persons who have none yet; return them.

    :raises MasterKeyGone: if the master key is not there though something is wrapped by it
    """
    fresh = {subject: secrets.token_bytes(logic.KEY_BYTES) for subject in subjects}
    with transaction.atomic(using=store):
        above = _in_use(community, use, today, store, lock=True)
        rows = [_under(above, subject, key) for subject, key in fresh.items()]
        DataKey.rows.using(store).bulk_create(rows, batch_size=400)
    return fresh


def _under(above: WrappingKey, subject: str, key: bytes) -> DataKey:
    """Return somebody's key under a wrapping key; it is not saved."""
    community, use = above.community, above.use
    bound = queries.bound_data(community=community, use=use, subject=subject)
    wrapped = wrap(queries.wrapping_key(row=above), key, bound)
    return DataKey(
        community=community, subject=subject, use=use, number=above.number, wrapped=wrapped
    )


def index_key(*, community: str, today: date) -> bytes:
    """Return the key by which blind indices are written; made the first time. Until the transaction
    of the caller ends no other comes into use, so that nothing is ever written under an old one.

    :raises MasterKeyGone: as `grow`
    """
    locks.share(locks.INDEX, store=MAIN)
    return queries.wrapping_key(row=_in_use(community, queries.INDEX, today, MAIN))


def rotate(*, community: str, use: str, now: datetime, store: str = MAIN) -> int:
    """Begin a new wrapping key for a class of data; `rewrap` then brings data keys under it, while
    both open. Return its number.
    """
    with transaction.atomic(), transaction.atomic(using=store):
        old = _in_use(community, use, now.date(), store, lock=True)
        rows = WrappingKey.rows.using(store).of(community)
        rows.filter(pk=old.pk).update(retired_on=now.date())
        number = _make(community, use, old.number + 1, now.date(), store).number
        audit.note(
            community=community,
            account=0,
            act=Act.WRITE,
            what=f"WrappingKey:{use}:{number}",
            words="a new wrapping key is in use",
            now=now,
        )
    return number


def rewrap(*, community: str, use: str, today: date, store: str = MAIN) -> int:
    """Bring a part of the data keys under the wrapping key in use; return how many. When none is
    left under an old one, that is destroyed.
    """
    with transaction.atomic(using=store):
        above = _in_use(community, use, today, store)
        wrapping = WrappingKey.rows.using(store).of(community).filter(use=use)
        old = {row.number: row for row in wrapping.exclude(number=above.number)}
        keys = DataKey.rows.using(store).of(community)
        waiting = keys.filter(use=use).exclude(number=above.number)
        rows = list(waiting.select_for_update().order_by("pk")[:_AT_ONCE])
        for row in rows:
            bound = queries.bound_data(community=community, use=use, subject=row.subject)
            key_below = queries.wrapping_key(row=old[row.number])
            key = logic.unseal(key=key_below, sealed=row.wrapped, bound=bound)
            row.wrapped, row.number = _under(above, row.subject, key).wrapped, above.number
        keys.bulk_update(rows, ["wrapped", "number"], batch_size=200)
        if not rows and old:
            overwrite(wrapping.filter(number__in=old))
    return len(rows)


def destroy(
    *,
    community: str,
    subject: str,
    account: int,
    words: str,
    now: datetime,
    store: str = MAIN,
) -> int:
    """Destroy all keys of a person: overwritten three times, deleted, and noted in the trail and
    outside of the records. What they sealed is noise from now on, in every backup that is opened
    here too. Return how many keys there were; done twice it is done.
    """
    with transaction.atomic(), transaction.atomic(using=store):
        many = discard(community=community, subjects=[subject], store=store)
        if not many:
            return 0
        audit.note(
            community=community,
            account=account,
            act=Act.WRITE,
            what=f"DataKey:{subject}",
            words=f"{many} keys overwritten {_OVERWRITES} times and deleted. {words}",
            now=now,
        )
        gone = Destroyed(community=community, subject=subject, at=now.timestamp())
        queries.master().note(gone)
    return many


def discard(*, community: str, subjects: Sequence[str], store: str = MAIN) -> int:
    """Overwrite and delete keys that seal nothing any more, for what they sealed lies under others.
    Return how many there were.
    """
    with transaction.atomic(using=store):
        keys = DataKey.rows.using(store).of(community).filter(subject__in=subjects)
        many = keys.count()
        if many:
            overwrite(keys)
    return many


def destroy_again(*, now: datetime) -> int:
    """Destroy what was destroyed before and came back with an older backup, here or apart; return
    how many persons' keys.
    """
    words = "It had come back with a backup."
    return sum(
        bool(
            destroy(
                community=community, subject=subject, account=0, words=words, now=now, store=store
            )
        )
        for community, subjects in queries.destroyed().items()
        for store in (MAIN, APART)
        for subject in sorted(
            queries.having_keys(community=community, subjects=subjects, store=store)
        )
    )


def _in_use(
    community: str, use: str, today: date, store: str, *, lock: bool = False
) -> WrappingKey:
    """Return the wrapping key in use. Whoever puts something under it locks it, so that nobody
    retires it before that is committed.
    """
    row = queries.wrapping(community=community, use=use, store=store)
    if row is None:
        _make(community, use, 1, today, store)
    if row is None or lock:
        rows = WrappingKey.rows.using(store).of(community).filter(use=use, retired_on=None)
        row = (rows.select_for_update() if lock else rows).get()
    return row


def _make(community: str, use: str, number: int, today: date, store: str) -> WrappingKey:
    """Make a wrapping key; if another process just made it, return that one. No master key comes
    into use, or is retired, before it is committed.
    """
    with transaction.atomic(using=store):
        locks.share(locks.MASTER, store=store)
        return _made(community, use, number, today, store)


def _made(community: str, use: str, number: int, today: date, store: str) -> WrappingKey:
    master, rows = queries.master(store), WrappingKey.rows.using(store)
    if not master.file.exists():
        if rows.across("whether the master key was ever used").exists():
            raise MasterKeyGone(file=master.file.name)
        master.make()
    row = WrappingKey(community=community, use=use, number=number, made_on=today)
    key = secrets.token_bytes(logic.KEY_BYTES)
    row.wrapped = wrap_by_master(master.key(), key, queries.bound_wrapping(row))
    rows.bulk_create([row], ignore_conflicts=True)
    return rows.of(community).get(use=use, retired_on=None)


def wrap_by_master(above: bytes, key: bytes, bound: str) -> str:
    """Return a wrapping key under a master key, with the name of that before it."""
    return f"{name_of(above)}:{wrap(above, key, bound)}"


def wrap(above: bytes, key: bytes, bound: str) -> str:
    """Return a key under another."""
    nonce = secrets.token_bytes(logic.NONCE_BYTES)
    return logic.seal(key=above, nonce=nonce, plain=key, bound=bound)


def overwrite(rows: QuerySet[DataKey] | QuerySet[WrappingKey]) -> None:
    """Write noise over keys three times, then delete them; SQLite overwrites what it frees."""
    overwrite_freed(store=rows.db)
    for _ in range(_OVERWRITES):
        rows.update(wrapped=secrets.token_hex(44))
    rows.delete()
    queries.forget()


def overwrite_freed(*, store: str) -> None:
    """Let SQLite overwrite what is freed on this connection from now on."""
    if connections[store].vendor == "sqlite":
        with connections[store].cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=ON")

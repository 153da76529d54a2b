"""Every write to keys: made, turned over, destroyed."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction

from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.vault import logic, queries
from linli.foundation.vault.master import Destroyed, MasterKeyGone
from linli.foundation.vault.models import DataKey, WrappingKey

_AT_ONCE = 2_000
_OVERWRITES = 3


@transaction.atomic
def grow(*, community: str, use: str, subjects: Sequence[str], today: date) -> dict[str, bytes]:
    """Make keys for persons who have none yet; return them.

    :raises MasterKeyGone: if the master key is not there though something is wrapped by it
    """
    above = _in_use(community, use, today, lock=True)
    key_above = queries.wrapping_key(row=above)
    fresh = {subject: secrets.token_bytes(logic.KEY_BYTES) for subject in subjects}
    rows = [
        DataKey(
            community=community,
            subject=subject,
            use=use,
            number=above.number,
            wrapped=_wrap(
                key_above,
                key,
                queries.bound_data(community=community, use=use, subject=subject),
            ),
        )
        for subject, key in fresh.items()
    ]
    DataKey.rows.bulk_create(rows, batch_size=400)
    return fresh


def index_key(*, community: str, today: date) -> bytes:
    """Return the key of a community's blind indices; made the first time.

    :raises MasterKeyGone: as `grow`
    """
    return queries.wrapping_key(row=_in_use(community, queries.INDEX, today))


def rotate(*, community: str, use: str, now: datetime) -> int:
    """Begin a new wrapping key for a class of data; `rewrap` then brings data keys under it, while
    both open. Return its number.
    """
    with transaction.atomic():
        old = _in_use(community, use, now.date(), lock=True)
        WrappingKey.rows.of(community).filter(pk=old.pk).update(retired_on=now.date())
        number = _make(community, use, old.number + 1, now.date()).number
        audit.note(
            community=community,
            account=0,
            act=Act.WRITE,
            what=f"WrappingKey:{use}:{number}",
            words="a new wrapping key is in use",
            now=now,
        )
    return number


@transaction.atomic
def rewrap(*, community: str, use: str, today: date) -> int:
    """Bring a part of the data keys under the wrapping key in use; return how many. When none is
    left under an old one, that is destroyed.
    """
    above = _in_use(community, use, today)
    old = {
        row.number: row
        for row in WrappingKey.rows.of(community).filter(use=use).exclude(number=above.number)
    }
    waiting = DataKey.rows.of(community).filter(use=use).exclude(number=above.number)
    rows = list(waiting.select_for_update().order_by("pk")[:_AT_ONCE])
    for row in rows:
        bound = queries.bound_data(community=community, use=use, subject=row.subject)
        key_below = queries.wrapping_key(row=old[row.number])
        key = logic.unseal(key=key_below, sealed=row.wrapped, bound=bound)
        row.wrapped, row.number = _wrap(queries.wrapping_key(row=above), key, bound), above.number
    DataKey.rows.of(community).bulk_update(rows, ["wrapped", "number"], batch_size=200)
    if not rows and old:
        _overwrite(WrappingKey, community, [row.pk for row in old.values()])
        queries.forget()
    return len(rows)


@transaction.atomic
def destroy(*, community: str, subject: str, account: int, words: str, now: datetime) -> int:
    """Destroy all keys of a person: overwritten three times, deleted, and noted in the trail and
    outside of the records. What they sealed is noise from now on, in every backup that is opened
    here too. Return how many keys there were; done twice it is done.
    """
    keys = list(DataKey.rows.of(community).filter(subject=subject).values_list("pk", flat=True))
    if not keys:
        return 0
    _overwrite(DataKey, community, keys)
    queries.forget()
    audit.note(
        community=community,
        account=account,
        act=Act.WRITE,
        what=f"DataKey:{subject}",
        words=f"{len(keys)} keys overwritten {_OVERWRITES} times and deleted. {words}",
        now=now,
    )
    gone = Destroyed(community=community, subject=subject, at=now.timestamp())
    queries.master().note(gone)
    return len(keys)


def destroy_again(*, now: datetime) -> int:
    """Destroy what was destroyed before and came back with an older backup; return how many
    persons' keys.
    """
    return sum(
        bool(_again(gone, now))
        for gone in queries.master().destroyed()
        if DataKey.rows.of(gone.community).filter(subject=gone.subject).exists()
    )


def _again(gone: Destroyed, now: datetime) -> int:
    words = "It had come back with a backup."
    return destroy(community=gone.community, subject=gone.subject, account=0, words=words, now=now)


def _in_use(community: str, use: str, today: date, *, lock: bool = False) -> WrappingKey:
    """Return the wrapping key in use. Whoever puts something under it locks it, so that nobody
    retires it before that is committed.
    """
    row = queries.wrapping(community=community, use=use)
    if row is None:
        _make(community, use, 1, today)
    if row is None or lock:
        rows = WrappingKey.rows.of(community).filter(use=use, retired_on=None)
        row = (rows.select_for_update() if lock else rows).get()
    return row


def _make(community: str, use: str, number: int, today: date) -> WrappingKey:
    """Make a wrapping key; if another process just made it, return that one."""
    master = queries.master()
    if not master.file.exists():
        if WrappingKey.rows.across("whether the master key was ever used").exists():
            raise MasterKeyGone(file=master.file.name)
        master.make()
    row = WrappingKey(community=community, use=use, number=number, made_on=today)
    key = secrets.token_bytes(logic.KEY_BYTES)
    row.wrapped = _wrap(master.key(), key, queries.bound_wrapping(row))
    WrappingKey.rows.bulk_create([row], ignore_conflicts=True)
    return WrappingKey.rows.of(community).get(use=use, retired_on=None)


def _wrap(above: bytes, key: bytes, bound: str) -> str:
    nonce = secrets.token_bytes(logic.NONCE_BYTES)
    return logic.seal(key=above, nonce=nonce, plain=key, bound=bound)


def _overwrite(model: type[DataKey | WrappingKey], community: str, keys: Sequence[int]) -> None:
    """Write noise over keys three times, then delete them; SQLite overwrites what it frees."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=ON")
    rows = model.rows.of(community).filter(pk__in=keys)
    for _ in range(_OVERWRITES):
        rows.update(wrapped=secrets.token_hex(44))
    rows.delete()
